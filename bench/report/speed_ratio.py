"""Two models on one suite: how many times as fast is one of them, by each clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.report.clocks import CLOCKS, Attempts, Bools, Clock, Floats
from bench.report.comparison import unequal
from bench.report.sides import pairs
from bench.report.speed import UNKNOWN, Budgets, Estimate, budgets, taken
from bench.stats import by_problem, log_rank, ratio_of_means


@dataclass(frozen=True, slots=True)
class Times:
    """How many times as long the first takes, which is how many times as fast the second is.

    ``problems`` is how many it rests on; ``why`` says why a part of it is unknown.
    """

    ratio: Estimate = UNKNOWN
    problems: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class SpeedRatio:
    """Two models by one clock; ``budget`` is for both."""

    first: Attempts
    second: Attempts
    clock: Clock
    budget: float | None
    all: Times
    """Of means restricted to the budget: what is not solved counts."""
    p: float | None
    """Of the log-rank test, stratified by problem."""
    solved: Times
    """Of what both have solved, which is a selection: only the easier problems."""
    differs: tuple[str, ...]
    """In what the two are not on equal terms."""


def paired(found: Sequence[Attempts], first: str, second: str) -> list[tuple[Attempts, Attempts]]:
    """Both models on each suite that has both, named as for ``bench.report.sides.pairs``, which may raise."""
    by_side = {one.side: one for one in found}
    return [(by_side[one], by_side[other]) for one, other in pairs([*by_side], first, [second])]


def speed_ratios(first: Attempts, second: Attempts, given: Budgets) -> list[SpeedRatio]:
    """By each clock. Both are of one suite."""
    limits = budgets((first, second), given)
    return [_by_clock(first, second, clock, limits.get(clock.name)) for clock in CLOCKS]


def _by_clock(first: Attempts, second: Attempts, clock: Clock, budget: float | None) -> SpeedRatio:
    differs = unequal(first.side, second.side)
    unknown = [one.side.model for one in (first, second) if clock.name not in one.times]
    if budget is None or unknown:
        nothing = Times(why=f"unknown for {' and '.join(unknown)}")
        return SpeedRatio(first, second, clock, budget, nothing, None, nothing, differs)
    return SpeedRatio(
        first,
        second,
        clock,
        budget,
        all=_all(first, second, clock, budget),
        p=_p(first, second, clock, budget),
        solved=_solved(first, second, clock, budget),
        differs=differs,
    )


def _all(first: Attempts, second: Attempts, clock: Clock, budget: float) -> Times:
    """Its interval holds those where what is unmeasured was solved at once by the one, by the other never."""

    def means(one: Attempts, chosen: Bools | None = None, *, unmeasured: float = 0.0) -> dict[str, float]:
        return _means(one, taken(one, clock, budget, unmeasured=unmeasured), chosen)

    at_once = min(clock.least, budget)

    times = _times(means(first, first.measured), means(second, second.measured), what="measured")
    value = times.ratio.value
    if not first.side.unmeasured + second.side.unmeasured or value is None:
        return times
    least = _times(means(first, unmeasured=at_once), means(second, unmeasured=budget))
    most = _times(means(first, unmeasured=budget), means(second, unmeasured=at_once))
    known = [one.ratio for one in (times, least, most) if one.ratio.low is not None]
    if not known:
        return times
    low = min(value, *(one.low for one in known if one.low is not None))
    high = max(value, *(one.high for one in known if one.high is not None))
    return Times(Estimate(value, low, high), times.problems)


def _solved(first: Attempts, second: Attempts, clock: Clock, budget: float) -> Times:
    one, other = (
        _means(each, each.times[clock.name], _in_time(each, clock, budget)) for each in (first, second)
    )
    return _times(one, other, what="solved")


def _p(first: Attempts, second: Attempts, clock: Clock, budget: float) -> float:
    """What is not solved stays under way until the budget's end: giving up early is no excuse."""
    place = {name: at for at, name in enumerate(sorted({*first.side.names, *second.side.names}))}
    both = (first, second)
    times = [taken(one, clock, budget)[one.measured] for one in both]
    solved = [_in_time(one, clock, budget)[one.measured] for one in both]
    problems = [[place[one.side.names[at]] for at in one.problem[one.measured]] for one in both]
    is_first = np.arange(sum(map(len, times))) < len(times[0])
    tested = log_rank(np.concatenate(times), np.concatenate(solved), is_first, np.concatenate(problems))
    return tested.p


def _in_time(one: Attempts, clock: Clock, budget: float) -> Bools:
    return one.solved & (one.times[clock.name] <= budget)


def _means(one: Attempts, values: Floats, chosen: Bools | None = None) -> dict[str, float]:
    """The mean of each problem's chosen samples, by its name; all samples where none are chosen."""
    kept = np.ones(values.size, dtype=bool) if chosen is None else chosen
    places, means = by_problem(values[kept], one.problem[kept])
    return {one.side.names[place]: float(mean) for place, mean in zip(places, means, strict=True)}


def _times(first: Mapping[str, float], second: Mapping[str, float], *, what: str = "planned") -> Times:
    """Of the problems that both have."""
    names = sorted(first.keys() & second.keys())
    if not names:
        return Times(why=f"no problem is {what} for both")
    one, other = [first[name] for name in names], [second[name] for name in names]
    if not any(one) or not any(other):
        return Times(problems=len(names), why="there is no ratio where one took nothing")
    ratio = ratio_of_means(one, other, paired=True)
    if ratio.low == ratio.high:
        why = "one problem has no interval" if len(names) == 1 else "too few problems differ for an interval"
        return Times(Estimate(ratio.value), len(names), why)
    return Times(Estimate(ratio.value, ratio.low, ratio.high), len(names))
