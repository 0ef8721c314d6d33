"""Texts of others, harmless in a terminal and in Markdown: what would act or hide is spelled out. Pure.

A completion, a provider's message or a name may hold escape sequences that colour, move, overwrite or set a
title, marks that turn the direction of writing, and characters of no width. Each becomes a name in ASCII:
``\\e``, ``\\r``, ``\\u{202e}``, as in the HTML report. What is markup in Markdown is escaped besides.
"""

from __future__ import annotations

import re
import unicodedata

_SUSPECT = re.compile(r"[^\n\t\x20-\x7e]")
_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, marks of format, lone surrogates, private and unassigned characters, separators of lines."""
_BLANK = re.compile("[\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Letters and marks that show nothing."""
_SHORT = {"\0": "\\0", "\b": "\\b", "\f": "\\f", "\r": "\\r", "\v": "\\v", "\x1b": "\\e"}

_ADDRESS = re.compile(r"(?<![^\s(])(https?://[\w./:?=%+,;@#~&-]*[\w/-])(?=[),.;:]*(?:\s|$))", re.ASCII)
_MARKUP = re.compile(r"[\\|`*_<>\[\]~]|\$(?!\d)|&(?=#?\w+;)|(?<!\S)#")
"""What is markup anywhere in a line; a ``$`` before a digit is money, never the end of a formula."""
_FIRST = re.compile(r"^(\d{0,9})([-+=.)])(?=[\s=-]|$)")
"""At the start of a line: items of a list, a rule, what makes the line before it a heading."""


def visible(text: str) -> str:
    """The text with all but line feeds and tabs to be seen."""
    return _SUSPECT.sub(_spelled, text)


def visible_line(text: str) -> str:
    """The same in one line, for names and cells of tables."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def markdown(text: str) -> str:
    """The same as one line of Markdown that shows it letter by letter, in a cell of a table, too.

    Line feeds become spaces. Only addresses of http and https are made links, to what they show: an escape
    within one would belong to it.
    """
    line = " ".join(visible(text).split())
    parts = _ADDRESS.split(line)
    parts[0::2] = (_MARKUP.sub(r"\\\g<0>", part) for part in parts[0::2])
    parts[1::2] = (f"<{address}>" for address in parts[1::2])
    return _FIRST.sub(r"\1\\\2", "".join(parts))


def markdown_code(text: str) -> str:
    """The same as code within a line: escapes mean nothing there, a longer run of backticks ends it."""
    line = visible_line(text)
    ticks = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    room = " " if line.strip("` ") != line or not line else ""
    return f"{ticks}{room}{line}{room}{ticks}"


def _spelled(found: re.Match[str]) -> str:
    one = found[0]
    if unicodedata.category(one) in _CATEGORIES or _BLANK.match(one):
        return _SHORT.get(one) or f"\\u{{{ord(one):x}}}"
    return one
