"""What a page shows of one sample, as parts: headings, texts, facts and tables, each with its title.

A part is a list that starts with its kind, as ``page/sample.js`` draws it:
``["heading", title]``, ``["text", title, text, open]``, ``["facts", title, [[name, value], ...]]`` and
``["table", title, [name, ...], [[cell, ...], ...]]``. Where a text is too long for the page it is
``[beginning, characters left out, end]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.types import Json

Parts = Sequence[list[Json]]

TEXT_CHARS = 100_000
"""Of one text; of a longer one the first three quarters of that and the last quarter are kept."""


def heading(title: str) -> list[Json]:
    return ["heading", title]


def text(title: str, said: str, *, is_open: bool = False) -> list[list[Json]]:
    """Nothing for an empty text."""
    return [["text", title, cut(said), is_open]] if said else []


def facts(title: str, known: Iterable[tuple[str, Json]]) -> list[list[Json]]:
    """Those that are known and not empty; nothing where none is."""
    kept: list[Json] = [[name, value] for name, value in known if value not in (None, "", (), [])]
    return [["facts", title, kept]] if kept else []


def table(title: str, names: Sequence[str], rows: Iterable[Sequence[Json]]) -> list[list[Json]]:
    """Nothing for no rows; an unknown cell is empty."""
    found: list[Json] = [["" if cell is None else cell for cell in row] for row in rows]
    return [["table", title, list(names), found]] if found else []


def cut(said: str) -> Json:
    if len(said) <= TEXT_CHARS:
        return said
    tail = TEXT_CHARS // 4
    head = TEXT_CHARS - tail
    return [said[:head], len(said) - TEXT_CHARS, said[-tail:]]
