"""A board by kinds of problems: what each row scores on those with some labels (``bench.report.labels``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bench.report.labels import Labels
from bench.report.leaderboard import interval_of
from bench.report.sides import Side
from bench.stats import mean_of_means, worst_case
from bench.types import Json

_VALUES = 40
"""A label with more values than this is a name, and no kind of problem."""
_KINDS = 400
"""Of more combinations than these, a board has the kinds of one label at a time alone."""
Kind = tuple[tuple[str, str], ...]
"""Labels with their values, sorted; a problem is of it that has all of them."""
Columns = Mapping[str, NDArray[np.str_]]
"""By label its value for each problem of a side, "" for none."""


def kinds(sides: Sequence[Side | None], labels: Sequence[Labels]) -> dict[str, Json]:
    """``same``: the labels that all problems share; ``parts``: the others' kinds, with a score a row.

    Pairs of label and value are lists. A row's place is null where nobody knows its problems one by one, or
    none is of that kind.
    """
    labels = _filled(labels)
    columns = [{} if side is None else _columns(side, own) for side, own in zip(sides, labels, strict=True)]
    values = _values(columns)
    same: list[Json] = [[label, *own] for label, own in values.items() if len(own) == 1 and label != "track"]
    parts: list[Json] = [
        {
            "kind": [[*pair] for pair in kind],
            "rows": [_score(side, own, kind) for side, own in zip(sides, columns, strict=True)],
        }
        for kind in _combined(columns, [label for label, own in values.items() if len(own) > 1])
    ]
    return {"same": same, "parts": parts}


def _filled(labels: Sequence[Labels]) -> list[Labels]:
    """What one run of a board has noted holds for the others: they have the same problems."""
    known = next(filter(None, labels), {})
    return [own or known for own in labels]


def _columns(side: Side, labels: Labels) -> Columns:
    own = [labels.get(name, {}) for name in side.names]
    names = sorted({name for each in own for name in each})
    return {name: np.array([each.get(name, "") for each in own]) for name in names}


def _values(columns: Sequence[Columns]) -> dict[str, list[str]]:
    """By label the values that problems have, of labels that are no names; a problem may have none."""
    found = {
        name: sorted({str(value) for own in columns if name in own for value in own[name]})
        for name in sorted({name for own in columns for name in own})
    }
    return {name: own for name, own in found.items() if own != [""] and len(own) <= _VALUES}


def _combined(columns: Sequence[Columns], labels: Sequence[str]) -> list[Kind]:
    """Every kind that some problem is of: of one label, then of two, ..."""
    of_problems = {
        tuple((name, str(value)) for name, value in zip(labels, each, strict=True) if value)
        for own in columns
        if own
        for each in zip(*(own.get(name, _none(own)) for name in labels), strict=True)
    }
    found: list[Kind] = []
    for size in range(1, len(labels) + 1):
        more = {kind for each in of_problems for kind in combinations(each, size)}
        if size > 1 and len(found) + len(more) > _KINDS:
            break
        found += sorted(more)
    return found


def _none(columns: Columns) -> NDArray[np.str_]:
    return np.full_like(next(iter(columns.values())), "")


def _score(side: Side | None, columns: Columns, kind: Kind) -> Json:
    if side is None or any(name not in columns for name, _ in kind):
        return None
    chosen = np.all([columns[name] == value for name, value in kind], axis=0)
    if not chosen.any():
        return None
    of = side.counts.of_problems(chosen)
    interval, _ = interval_of(of.passed, of.measured, of.planned)
    low, high = worst_case(of.passed, of.measured, of.planned) or (0.0, 1.0)
    scored = int(of.measured.sum())
    rates = {
        "pass_at_1": mean_of_means(of.passed, of.measured),
        "ci_low": interval.low,
        "ci_high": interval.high,
        "bound_low": low,
        "bound_high": high,
        "truncated_share": int(of.truncated.sum()) / scored if scored else None,
    }
    counted: dict[str, Json] = {
        "problems": int(chosen.sum()),
        "samples_planned": int(of.planned.sum()),
        "samples_scored": scored,
        "samples_unmeasured": int(of.planned.sum()) - scored,
    }
    return counted | {name: None if rate is None else round(rate, 6) for name, rate in rates.items()}
