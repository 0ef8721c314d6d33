"""From text to a tree: tuples of a kind and its parts."""

import re

_TAG = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)


class TemplateError(ValueError):
    """A template that cannot be read."""


def parse(template):
    tokens = list(_tokens(template))
    nodes, rest = _block(tokens, 0, ())
    return nodes


def _tokens(template):
    at = 0
    for tag in _TAG.finditer(template):
        if tag.start() > at:
            yield "text", template[at : tag.start()]
        if tag[1] is not None:
            yield "value", tag[1].strip()
        else:
            yield "tag", tag[2].split()
        at = tag.end()
    if at < len(template):
        yield "text", template[at:]


def _block(tokens, at, ends):
    """Nodes up to one of the ends; also where that end is."""
    nodes = []
    while at < len(tokens):
        kind, value = tokens[at]
        if kind != "tag":
            nodes.append((kind, value))
            at += 1
        elif value and value[0] in ends:
            return nodes, at
        elif value[:1] == ["for"] and len(value) == 4 and value[2] == "in":
            inner, end = _block(tokens, at + 1, ("endfor",))
            nodes.append(("for", value[1], value[3], inner))
            at = end + 1
        elif value[:1] == ["if"] and len(value) == 2:
            inner, end = _block(tokens, at + 1, ("else", "endif"))
            other = []
            if end < len(tokens) and tokens[end][1][0] == "else":
                other, end = _block(tokens, end + 1, ("endif",))
            nodes.append(("if", value[1], inner, other))
            at = end + 1
        else:
            raise TemplateError("an unknown tag: " + " ".join(value))
    if ends:
        raise TemplateError("no " + ends[-1])
    return nodes, at
