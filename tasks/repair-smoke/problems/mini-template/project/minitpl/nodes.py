"""From a tree and values to text."""

from minitpl.filters import FILTERS


def render(nodes, values):
    return "".join(_node(node, values) for node in nodes)


def _node(node, values):
    kind = node[0]
    if kind == "text":
        return node[1]
    if kind == "value":
        return str(evaluate(node[1], values))
    if kind == "for":
        _, name, source, inner = node
        parts = []
        for item in evaluate(source, values):
            values[name] = item
            parts.append(render(inner, values))
        return "".join(parts)
    _, source, inner, other = node
    return render(inner if evaluate(source, values) else other, values)


def evaluate(source, values):
    """A name, with dots to look inside, and filters behind bars."""
    name, *filters = source.split("|")
    first, *path = name.strip().split(".")
    if first not in values:
        raise KeyError(first)
    value = values[first]
    for part in path:
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    for each in filters:
        value = FILTERS[each.strip()](value)
    return value
