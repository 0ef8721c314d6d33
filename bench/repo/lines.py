"""Where lines of an edit stand in a file: exactly, or but for white space."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.repo.bundle import Misfit

LOOSE = "loose_whitespace"
"""The note of an edit that fits only where white space does not count."""


def find(old: Sequence[str], lines: Sequence[str], *, near: int | None, first: int = 0) -> tuple[int, str]:
    """Where ``old`` stands among ``lines`` at ``first`` or later, and a note if it fits but for white space.

    ``near``: of several places the nearest to this one; None: there must be one place only.

    Raises Misfit.
    """
    for form, note in ((_as_it_is, ""), (str.rstrip, LOOSE), (str.strip, LOOSE)):
        places = _places(list(map(form, old)), list(map(form, lines)), first)
        if places and near is not None:
            return min(places, key=lambda place: abs(place - near)), note
        if len(places) == 1:
            return places[0], note
        if places:
            raise Misfit(f"what is to be replaced is there {len(places)} times")
    raise Misfit("what is to be replaced is not there")


def _as_it_is(line: str) -> str:
    return line


def _places(old: list[str], lines: list[str], first: int) -> list[int]:
    if not any(old):
        return []
    last = len(lines) - len(old)
    return [at for at in range(first, last + 1) if lines[at] == old[0] and lines[at : at + len(old)] == old]


def fitted(old: Sequence[str], new: Sequence[str], there: Sequence[str]) -> list[str]:
    """New lines with the indentation that the old ones turned out to have."""
    pairs = [(_indent(one), _indent(other)) for one, other in zip(old, there, strict=True) if one.strip()]
    moved = {(one, other) for one, other in pairs if one != other}
    if not moved:
        return list(new)
    shift = _shift(pairs)
    return [shift(line) if line.strip() else line for line in new]


def _shift(pairs: Sequence[tuple[str, str]]) -> Callable[[str], str]:
    """How indentation was changed: the same for all lines, or the edit does not fit."""
    more = {other.removesuffix(one) for one, other in pairs if other.endswith(one)}
    less = {one.removesuffix(other) for one, other in pairs if one.endswith(other)}
    if len(more) == 1 and all(other.endswith(one) for one, other in pairs):
        [extra] = more
        return lambda line: extra + line
    if len(less) == 1 and all(one.endswith(other) for one, other in pairs):
        [extra] = less
        return lambda line: line.removeprefix(extra)
    raise Misfit("what is to be replaced is indented otherwise")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
