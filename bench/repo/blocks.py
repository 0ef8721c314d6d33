"""Search/replace blocks: lines to look for in a file, and lines to put in their place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.repo.bundle import Files, Misfit, clean
from bench.repo.lines import find, fitted

_SEARCH = re.compile(r"^\s{0,3}<{5,9}\s*(?:SEARCH|ORIGINAL|HEAD)\b:?\s*(.*)$")
_DIVIDER = re.compile(r"^\s{0,3}={5,9}\s*$")
_REPLACE = re.compile(r"^\s{0,3}>{5,9}\s*(?:REPLACE|UPDATED|[\w./-]*)\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """``path``: as it was named, else "". ``divisions``: each way to read the lines as two texts."""

    path: str
    divisions: tuple[tuple[list[str], list[str]], ...]


def has_blocks(text: str) -> bool:
    return any(_SEARCH.match(line) for line in text.split("\n"))


def blocks(text: str, named: Callable[[list[str], int], str]) -> Iterator[Block]:
    """All blocks of a text; ``named`` finds the path above a line. Raises Misfit for one without an end."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        head = _SEARCH.match(lines[at])
        at += 1
        if head is None:
            continue
        end = next((i for i in range(at, len(lines)) if _REPLACE.match(lines[i])), None)
        again = next((i for i in range(at, len(lines)) if _SEARCH.match(lines[i])), len(lines))
        if end is None or end > again:
            raise Misfit("a search/replace block without an end")
        inside = lines[at:end]
        cuts = [i for i, line in enumerate(inside) if _DIVIDER.match(line)]
        if not cuts:
            raise Misfit("a search/replace block without a divider")
        yield Block(
            head[1].strip().strip("`") or named(lines, at - 1),
            tuple((inside[:cut], inside[cut + 1 :]) for cut in cuts),
        )
        at = end + 1


def apply(
    found: list[Block], project: Files, *, default: str = ""
) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """What blocks make of a project's files, and notes. All apply or Misfit is raised.

    A block that names no file means the one before it, the first one ``default``.
    """
    changes: dict[str, str | None] = {}
    notes: set[str] = set()
    path = default
    for block in found:
        path = clean(block.path) if block.path else path
        if not path:
            raise Misfit("a search/replace block that names no file")
        before = changes.get(path, project.get(path))
        try:
            changes[path] = _replaced(before, block, notes)
        except Misfit as error:
            raise Misfit(f"{path}: {error}") from None
    return changes, tuple(sorted(notes))


def _replaced(before: str | None, block: Block, notes: set[str]) -> str:
    said: Misfit | None = None
    for old, new in block.divisions:
        try:
            return _replaced_as(before, old, new, notes)
        except Misfit as error:
            said = said or error
    raise said or Misfit("an empty block")


def _replaced_as(before: str | None, old: list[str], new: list[str], notes: set[str]) -> str:
    if not any(line.strip() for line in old):
        if before is not None and before.strip():
            raise Misfit("nothing to look for, and the file is not empty")
        return "\n".join([*new, ""])
    if before is None:
        raise Misfit("there is no such file")
    lines = before.split("\n")
    at, note = find(old, lines, near=None)
    if note:
        notes.add(note)
        new = fitted(old, new, lines[at : at + len(old)])
    lines[at : at + len(old)] = new
    return "\n".join(lines)
