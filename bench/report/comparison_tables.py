"""Comparisons as JSON, the same bytes for the same runs; and for the terminal.

A family is what is told together, so its p are corrected together (Holm): all pairs on all suites, or all
parts of a split.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING

from bench.report.comparison import LEVEL, Ahead, Compared, corrected
from bench.report.sides import Side, labels
from bench.stats import Score
from bench.types import Json

if TYPE_CHECKING:
    from rich.table import Table

SCHEMA = "evenbench/comparison@1"
UNEQUAL = "UNEQUAL TERMS"
LEGEND = (
    "detectable: the smallest true difference that such a comparison finds four times in five. "
    "A smaller one may well be there."
)
_NAMED = 20

Family = Sequence[Compared]


def as_json(whole: Family, splits: Sequence[Family] = ()) -> str:
    """``{"schema": ..., "comparisons": [...], "parts": [...]}``; shares from 0 to 1, null for unknown."""
    told: dict[str, Json] = {
        "schema": SCHEMA,
        "comparisons": [*_entries(whole)],
        "parts": [entry for family in splits for entry in _entries(family)],
    }
    return json.dumps(told, indent=1) + "\n"


def render(whole: Family, splits: Sequence[Family] = ()) -> Iterator[Table]:
    """A table for each suite; then one for each suite of each split."""
    called = _called(whole)
    for family in (whole, *splits):
        told = zip(family, corrected(family), strict=True)
        for suite, found in groupby(told, key=lambda each: each[0].first.suite):
            yield _table(suite, list(found), called, several=len(family) > 1)


def discordant_lines(whole: Family, *, most: int = _NAMED) -> Iterator[str]:
    """Which problems only the one or only the other solves, or solves more often; a line for each side."""
    called = _called(whole)
    for one in whole:
        names = called[one.first], called[one.second]
        for ahead, (mine, its) in zip(one.ahead, (names, names[::-1]), strict=True):
            unequal = f"{UNEQUAL}: " if one.differs else ""
            told = ", ".join(_discordant(each) for each in ahead[:most]) or "none"
            more = f", and {len(ahead) - most} more (--json has all)" if len(ahead) > most else ""
            count = f"{len(ahead)} of {len(one.names)} problems"
            yield f"{unequal}{one.first.suite}: {mine} ahead of {its} on {count}: {told}{more}"


def notes(whole: Family) -> list[str]:
    """What has to be known to read the numbers, a line each."""
    called = _called(whole)
    found = [f"{called[side]} on {side.suite}: {note}" for side in called for note in _of_side(side)]
    for one in whole:
        pair = f"{called[one.first]} and {called[one.second]} on {one.first.suite}"
        left = max(len(one.first.names), len(one.second.names)) - len(one.names)
        if left:
            found.append(f"{pair}: compared on the {len(one.names)} problems of both; one has {left} more")
        if one.first.epochs != one.second.epochs:
            each = f"{one.first.epochs} and {one.second.epochs} samples of a problem"
            found.append(f"{pair}: {each}: who is ahead on which problem says little")
        if one.differs:
            found.append(f"{pair}: {UNEQUAL}: {'; '.join(one.differs)}")
    if any(not one.better(p) for one, p in zip(whole, corrected(whole), strict=True)):
        found.append(LEGEND)
    return found


def _called(whole: Family) -> dict[Side, str]:
    return labels(list(dict.fromkeys(side for one in whole for side in (one.first, one.second))))


def _of_side(side: Side) -> Iterator[str]:
    planned, truncated = int(side.counts.planned.sum()), int(side.counts.truncated.sum())
    if side.unmeasured:
        yield (
            f"{side.unmeasured} of {planned} samples have no verdict: they count for nobody, "
            "and interval and p allow for whatever they might be"
        )
    if side.unjudged:
        yield f"{side.unjudged} of them have an answer: `bench grade` judges what is stored"
    if truncated:
        yield f"{truncated} of {planned} samples were cut off by the token limit and count as failed"
    if side.limited:
        yield f"only {len(side.names)} problems of the suite (limited)"


def _entries(family: Family) -> Iterator[dict[str, Json]]:
    for one, p in zip(family, corrected(family), strict=True):
        yield {
            "suite": one.first.suite,
            "track": one.first.track,
            "part": one.part or None,
            "first": _side(one.first, one.measured.first),
            "second": _side(one.second, one.measured.second),
            "problems": len(one.names),
            "scale": one.measured.scale,
            **_numbers({"value": one.value, "low": one.low, "high": one.high, "p": one.p, "p_holm": p}),
            "better": one.better(p) or None,
            **_numbers({"detectable": one.detectable}),
            "method": one.measured.method,
            "unmeasured": one.missing,
            "measured_only": _numbers(
                {"low": one.measured.low, "high": one.measured.high, "p": one.measured.p}
            ),
            "bounds": _numbers({"low": one.bounds.low, "high": one.bounds.high}),
            "first_ahead": [_json_ahead(each) for each in one.ahead[0]],
            "second_ahead": [_json_ahead(each) for each in one.ahead[1]],
            "equal_terms": not one.differs,
            "differs": [*one.differs],
        }


def _side(side: Side, score: Score) -> dict[str, Json]:
    """The score is over the problems that both have a verdict on."""
    return {
        "model": side.model,
        "run": side.run,
        "terms": side.terms,
        "epochs": side.epochs,
        "limited": side.limited,
        "answered_by": [*side.who],
        **_numbers({"score": score.value, "score_low": score.low, "score_high": score.high}),
    }


def _json_ahead(one: Ahead) -> dict[str, Json]:
    return {"problem": one.problem, "first": [*one.first], "second": [*one.second]}


def _numbers(cells: dict[str, float]) -> dict[str, Json]:
    """Six digits: what is added up in another order comes to the same. What is infinite is null."""
    return {name: float(f"{cell:.6g}") if isfinite(cell) else None for name, cell in cells.items()}


def _table(
    suite: str, found: Sequence[tuple[Compared, float]], called: dict[Side, str], *, several: bool
) -> Table:
    from rich.table import Table
    from rich.text import Text

    whole = found[0][0]
    kind, _, _ = whole.part.partition(": ")
    what = "points of pass@1" if whole.measured.scale == "difference" else "ratio of pass@1"
    title = f"{suite} ({whole.first.track}{f', by {kind}' if kind else ''}): first against second, {what}"
    table = Table(title=Text(title), title_justify="left", title_style="bold")
    left = [kind] if kind else []
    right = ["problems", "samples each", whole.measured.scale, "95 % interval", "p"]
    right += ["p, Holm"] if several else []
    for name in (*left, "first", "second", *right, "ahead on", "finding", "terms"):
        table.add_column(name, justify="right" if name in right else "left")
    for one, p in found:
        cells = [one.part.partition(": ")[2]] if kind else []
        cells += [
            f"{called[side]} {_percent(score.value)}"
            for side, score in ((one.first, one.measured.first), (one.second, one.measured.second))
        ]
        cells += [str(len(one.names)), f"{one.first.epochs} / {one.second.epochs}"]
        cells += [_value(one, one.value), f"{_value(one, one.low)} – {_value(one, one.high)}", _p(one.p)]
        cells += [_p(p)] if several else []
        cells += [f"{len(one.ahead[0])} / {len(one.ahead[1])}", finding(one, p, called)]
        cells.append(f"{UNEQUAL}: {'; '.join(one.differs)}" if one.differs else "equal")
        table.add_row(*(Text(cell) for cell in cells))  # names are taken literally
    return table


def finding(one: Compared, p: float, called: dict[Side, str]) -> str:
    """The answer in words; where there is none, with what could have been found."""
    better = one.better(p)
    if better:
        return f"{called[one.first if better == 'first' else one.second]} is better"
    detectable = f"detectable: {100 * one.detectable:.1f} points"
    if one.measured.differs and one.measured.p <= LEVEL and not one.better():
        return f"undecided: {one.missing} samples without a verdict could turn it ({detectable})"
    if one.better():
        return f"no difference shown among so many comparisons ({detectable})"
    return f"no difference shown ({detectable})"


def _discordant(one: Ahead) -> str:
    counts = one.first, one.second
    if all(of == 1 for _, of in counts):
        return one.problem
    (passed, of), (others, of_other) = counts
    return f"{one.problem} ({passed}/{of} : {others}/{of_other})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _value(one: Compared, value: float) -> str:
    if one.measured.scale == "difference":
        return f"{100 * value:+.1f}"
    return f"{value:.3f}" if isfinite(value) else "unbounded"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
