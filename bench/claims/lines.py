"""On which line of a TOML file a key stands: ``tomllib`` says so of syntax errors only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Path = tuple[str | int, ...]
"""``("readings", 0, "clock")``"""

_KEY = r'(?:[A-Za-z0-9_-]+|"[^"\n]*"|\'[^\'\n]*\')'
_KEYS = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_KEYS})[ \t]*\]\]?")
_ENTRY = re.compile(rf"[ \t]*({_KEYS})[ \t]*=")
_TOKEN = re.compile(
    r'"""(?:[^"\\]+|\\.|"(?!""))*+(?:"{3,5}|\Z)'
    r"|'''(?:[^']+|'(?!''))*+(?:'{3,5}|\Z)"
    r'|"(?:\\.|[^"\\\n])*+"'
    r"|'[^'\n]*+'"
    r"|#[^\n]*"
    r"|[^\"'#\[\]{}\n]+"
    r"|.",
    re.DOTALL,
)
"""What a value is made of: strings, of which a long one may never be closed, comments, brackets, the rest."""


class Place(NamedTuple):
    """A table or a key, the line it begins on, and how it is written there: ``[subject]``, ``suite``."""

    line: int
    path: Path
    written: str


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line of a key, counted from 1; else that of the nearest table it belongs to, else 1."""
    exact: dict[Path, int] = {}
    within: dict[Path, int] = {}
    for place in _places(text):
        exact.setdefault(place.path, place.line)
        for end in range(1, len(place.path)):
            within.setdefault(place.path[:end], place.line)
    known = within | exact
    wanted = tuple(path)
    while wanted and wanted not in known:
        wanted = wanted[:-1]
    return known.get(wanted, 1)


def last_place(text: str) -> Place | None:
    """What a text that breaks off is in the middle of; None where it has neither table nor key."""
    found = list(_places(text))
    return found[-1] if found else None


def told_twice(text: str, line: int) -> tuple[Place, Place] | None:
    """What stands on a line and the place that told it before; None where no place did.

    A table, a key or an item of an array; also a table within what was a value, and the other way round.
    ``text`` needs to be TOML up to that line alone.
    """
    *earlier, last = [place for place in _places(text) if place.line <= line] or [Place(1, (), "")]
    named = last.path[:-1] if last.written.startswith("[[") else last.path
    inside = [place for place in earlier if place.path[: len(named)] == named]
    keys = (place for place in earlier if not place.written.startswith("["))
    around = (place for place in keys if place.path == named[: len(place.path)])
    first = inside[0] if inside else max(around, key=lambda place: len(place.path), default=None)
    return None if first is None else (first, last)


def _places(text: str) -> Iterator[Place]:
    """Every table and key. Of what is no TOML some are missed."""
    table: Path = ()
    counts: dict[Path, int] = {}
    number, at = 1, 0
    while at < len(text):
        end = _end_of_line(text, at)
        header, entry = _HEADER.match(text, at), _ENTRY.match(text, at)
        if header is not None:
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            yield Place(number, table, header[0].strip())
        elif entry is not None:
            yield Place(number, (*table, *_names(entry[1])), entry[1])
            end = _end_of_value(text, entry.end())
        number += text.count("\n", at, end) + 1
        at = end + 1


def _names(keys: str) -> Path:
    return tuple(key.strip("\"'") for key in re.findall(_KEY, keys))


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _end_of_value(text: str, start: int) -> int:
    """Where the line ends that a value ends on; the end of the text if it is never closed."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        if token[0] == "\n" and depth <= 0:
            return token.start()
        depth += (token[0] in ("[", "{")) - (token[0] in ("]", "}"))
    return len(text)
