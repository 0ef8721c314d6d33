"""Boards: rows that may be ranked together, and how boards differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.report.row import Row
from bench.report.terms import settings
from bench.rundir import changes


@dataclass(frozen=True, slots=True)
class Board:
    """Rows of one suite on equal terms and on as many problems, in their order on the leaderboard."""

    rows: tuple[Row, ...]
    differs: tuple[str, ...]
    """In what it differs from the first board of its suite; empty for that one."""

    @property
    def first(self) -> Row:
        return self.rows[0]


def boards(rows: Sequence[Row], locks: Mapping[str, Mapping[str, Any]]) -> list[Board]:
    """The boards of these rows, the fullest of each suite first; ``locks`` by the name of a run."""
    by_terms: dict[tuple[str, bool, str, int], list[Row]] = defaultdict(list)
    for row in rows:
        by_terms[row.board].append(row)
    by_suite: dict[str, list[list[Row]]] = defaultdict(list)
    for (suite, *_), found in sorted(by_terms.items()):
        by_suite[suite].append(found)
    done: list[Board] = []
    for groups in by_suite.values():
        groups.sort(key=lambda group: (group[0].limited, -len(group), -group[0].problems))
        main = groups[0][0]
        done += [
            Board(tuple(group), () if group is groups[0] else _differs(main, group[0], locks))
            for group in groups
        ]
    return done


def _differs(main: Row, other: Row, locks: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Why two rows of a suite are not ranked together, a line each: ``params.seed: null -> 7``."""
    found = []
    if (main.problems, main.limited) != (other.problems, other.limited):
        found.append(f"problems: {_problems(main)} -> {_problems(other)}")
    if main.terms != other.terms:
        was, now = (settings(locks[row.run], row.suite, row.model) for row in (main, other))
        found += changes(was, now) or [f"terms: {main.terms} -> {other.terms} (the locks do not say in what)"]
    return tuple(found)


def _problems(row: Row) -> str:
    return f"{row.problems} of {row.problems_total}" if row.limited else f"all {row.problems}"
