"""On which line of a TOML file a key stands: ``tomllib`` says so of syntax errors only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Path = tuple[str | int, ...]
"""``("readings", 0, "clock")``"""

_KEY = r'(?:[A-Za-z0-9_-]+|"[^"]*"|\'[^\']*\')'
_KEYS = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*(\[\[?)\s*({_KEYS})\s*\]\]?")
_ENTRY = re.compile(rf"\s*({_KEYS})\s*=\s*(.*)", re.DOTALL)
_QUOTES = ('"""', "'''")


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line of a key, counted from 1; else that of the nearest table it belongs to, else 1."""
    places = {where: number for number, where in reversed(list(_places(text)))}
    wanted = tuple(path)
    while wanted and wanted not in places:
        wanted = wanted[:-1]
    return places.get(wanted, 1)


def _places(text: str) -> Iterator[tuple[int, Path]]:
    """Every table and key with its line. The text is known to be TOML."""
    table: Path = ()
    counts: dict[Path, int] = {}
    lines = iter(enumerate(text.split("\n"), 1))
    for number, line in lines:
        header = _HEADER.match(line)
        if header is not None:
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
                yield number, table[:-1]
            yield number, table
        elif (entry := _ENTRY.match(line)) is not None:
            yield number, (*table, *_names(entry[1]))
            value = entry[2]
            while _is_open(value):
                value += "\n" + next(lines)[1]


def _names(keys: str) -> Path:
    return tuple(key.strip("\"'") for key in re.findall(_KEY, keys))


def _is_open(value: str) -> bool:
    """Whether a value goes on in the next line: a long string, or brackets outside of strings."""
    depth, rest = 0, value
    while rest:
        quote = next((one for one in (*_QUOTES, '"', "'") if rest.startswith(one)), "")
        if quote:
            end = _end(rest, quote)
            if end < 0:
                return quote in _QUOTES
            rest = rest[end:]
        elif rest[0] == "#":
            rest = rest[rest.find("\n") :] if "\n" in rest else ""
        else:
            depth += (rest[0] in "[{") - (rest[0] in "]}")
            rest = rest[1:]
    return depth > 0


def _end(text: str, quote: str) -> int:
    """Where a string that ``text`` begins with has ended, -1 if it has not."""
    at = len(quote)
    while at < len(text):
        if text[at] == "\\" and quote[0] == '"':
            at += 2
        elif text.startswith(quote, at):
            return at + len(quote)
        else:
            at += 1
    return -1
