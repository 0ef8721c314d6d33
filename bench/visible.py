"""Texts of others, harmless in a terminal: what has no shape, or does something, is spelled out. Pure.

A completion, a provider's message or a name may hold escape sequences that colour, move, overwrite or set a
title, marks that turn the direction of writing, and characters of no width. Each becomes a name in ASCII:
``\\e``, ``\\r``, ``\\u{202e}``, as in the HTML report.
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


def visible(text: str) -> str:
    """The text with all but line feeds and tabs to be seen."""
    return _SUSPECT.sub(_spelled, text)


def visible_line(text: str) -> str:
    """The same in one line, for names and cells of tables."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def _spelled(found: re.Match[str]) -> str:
    one = found[0]
    if unicodedata.category(one) in _CATEGORIES or _BLANK.match(one):
        return _SHORT.get(one) or f"\\u{{{ord(one):x}}}"
    return one
