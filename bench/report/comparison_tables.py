"""Comparisons as JSON, the same bytes for the same runs; and for the terminal.

A family is what is told together, so its p are corrected together (Holm): all pairs on all suites, or all
parts of a split.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import isfinite, isnan
from string import ascii_uppercase
from typing import TYPE_CHECKING

from bench.report.comparison import LEVEL, Ahead, Compared, corrected
from bench.report.listed import natural
from bench.report.sides import Side, labels
from bench.report.tables import add_row, titled
from bench.stats import Score, score_of
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
_NARROWEST = {"pair": 5, "finding": 12, "terms": 7, "model": 12}
"""Columns of text, on a terminal that is too narrow."""

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
    """Who is A and who is B; how they compare, suite by suite; then each split, suite by suite."""
    letters = _letters(whole)
    yield _models_table(letters)
    for family in (whole, *splits):
        told = zip(family, corrected(family), strict=True)
        for suite, found in groupby(told, key=lambda each: each[0].first.suite):
            yield _pairs_table(suite, list(found), letters, several=len(family) > 1)


def lines(whole: Family, *, most: int = _NAMED) -> Iterator[str]:
    """For each pair: in what terms differ, then which problems only the one solves, or solves more often."""
    letters = _letters(whole)
    for one in whole:
        start = f"{UNEQUAL}: {one.first.suite}" if one.differs else one.first.suite
        a, b = letters[one.first], letters[one.second]
        if one.differs:
            yield f"{start}: {a} and {b}: {'; '.join(one.differs)}"
        for ahead, pair in zip(one.ahead, (f"{a} ahead of {b}", f"{b} ahead of {a}"), strict=True):
            shown = sorted(ahead, key=lambda each: natural(each.problem))[:most]
            told = ", ".join(map(_discordant, shown)) or "none"
            more = f", and {len(ahead) - most} more (--json has all)" if len(ahead) > most else ""
            yield f"{start}: {pair} on {len(ahead)} of {len(one.names)} problems: {told}{more}"


def notes(whole: Family, splits: Sequence[Family] = ()) -> list[str]:
    """What has to be known to read the numbers, a line each."""
    called = _called(whole)
    found = [f"{called[side]} on {side.suite}: {note}" for side in called for note in _of_side(side)]
    for one in whole:
        pair = f"{called[one.first]} and {called[one.second]} on {one.first.suite}"
        had = [len(side.names) for side in (one.first, one.second)]
        if max(had) > len(one.names):
            found.append(
                f"{pair}: compared on the {len(one.names)} problems of both, of {had[0]} and {had[1]}"
            )
        if one.first.epochs != one.second.epochs:
            each = f"{one.first.epochs} and {one.second.epochs} samples of a problem"
            found.append(f"{pair}: {each}: who is ahead on which problem says little")
    told = [each for family in (whole, *splits) for each in zip(family, corrected(family), strict=True)]
    if any(not one.better(p) for one, p in told):
        found.append(LEGEND)
    return found


def _called(whole: Family) -> dict[Side, str]:
    return labels(list(dict.fromkeys(side for one in whole for side in (one.first, one.second))))


def _letters(whole: Family) -> dict[Side, str]:
    """A, B, ... for what is called the same on all suites, in the order in which it comes."""
    called = _called(whole)
    names = list(dict.fromkeys(called.values()))
    short = (
        ascii_uppercase if len(names) <= len(ascii_uppercase) else [f"M{n + 1}" for n in range(len(names))]
    )
    of = dict(zip(names, short, strict=False))
    return {side: of[name] for side, name in called.items()}


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


def _models_table(letters: Mapping[Side, str]) -> Table:
    table = _table("Models", ("", "model", "run", "suite", "terms"), ("problems", "samples", "pass@1"))
    for side in sorted(letters, key=lambda side: (side.suite, letters[side])):
        samples = f"{int(side.counts.measured.sum())} of {int(side.counts.planned.sum())}"
        score = f"{100 * score_of(side.counts).value:.1f} %"
        named = letters[side], side.model, side.run, side.suite, side.terms
        add_row(table, *named, str(len(side.names)), samples, score)
    return table


def _pairs_table(
    suite: str, found: Sequence[tuple[Compared, float]], letters: Mapping[Side, str], *, several: bool
) -> Table:
    whole = found[0][0]
    kind, scale = whole.part.partition(": ")[0], whole.measured.scale
    title = f"{suite} ({whole.first.track}{f', by {kind}' if kind else ''})"
    of, between = ("points", "-") if scale == "difference" else ("ratio", "/")
    unequal = ["terms"] if any(one.differs for one, _ in found) else []
    names = [*([kind] if kind else []), "pair", "finding", *unequal]
    table = _table(title, names, (of, "95 % interval", "p, Holm" if several else "p", "ahead on"))
    for one, p in found:
        cells = [one.part.partition(": ")[2]] if kind else []
        cells += [f"{letters[one.first]} {between} {letters[one.second]}", _finding(one, p, letters)]
        cells += ["UNEQUAL" if one.differs else "equal"] if unequal else []
        cells += [_value(one, one.value), f"{_value(one, one.low)} – {_value(one, one.high)}", _p(p)]
        cells.append(f"{len(one.ahead[0])} : {len(one.ahead[1])} of {len(one.names)}")
        add_row(table, *cells)
    return table


def _finding(one: Compared, p: float, letters: Mapping[Side, str]) -> str:
    """The answer in words; where there is none, with what could have been found."""
    better = one.better(p)
    if better:
        return f"{letters[one.first if better == 'first' else one.second]} is better"
    detectable = f"detectable: {100 * one.detectable:.1f} points"
    if one.better():
        return f"no difference shown, for so many comparisons; {detectable}"
    if one.measured.differs and one.measured.p <= LEVEL:
        return f"undecided: {one.missing} samples without a verdict could turn it; {detectable}"
    return f"no difference shown; {detectable}"


def _table(title: str, left: Sequence[str], right: Sequence[str]) -> Table:
    table = titled(title)
    for name in left:
        table.add_column(name, overflow="fold", min_width=_NARROWEST.get(name))
    for name in right:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _discordant(one: Ahead) -> str:
    counts = one.first, one.second
    if all(of == 1 for _, of in counts):
        return one.problem
    (passed, of), (others, of_other) = counts
    return f"{one.problem} ({passed}/{of} : {others}/{of_other})"


def _value(one: Compared, value: float) -> str:
    if one.measured.scale == "difference":
        return f"{100 * value:+.1f}"
    return "unknown" if isnan(value) else f"{value:.3f}" if isfinite(value) else "unbounded"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
