"""Two models on one suite: how many times as fast is one of them, by each clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.errors import UsageError
from bench.report.clocks import CLOCKS, Attempts, Bools, Clock, Floats
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


def pairs(found: Sequence[Attempts], first: str, second: str) -> list[tuple[Attempts, Attempts]]:
    """Both models on each suite that has both.

    Raises UsageError for a name that no run has, or several have on a suite, and where no suite has both.
    """
    if first == second:
        raise UsageError(f"{first} is not compared with itself", hint="Name two models with -a and -b.")
    known = sorted({one.model for one in found})
    for name in (first, second):
        if name not in known:
            raise UsageError(f"no model {name!r} in these runs", hint=f"They have: {', '.join(known)}.")
    suites = sorted({one.suite for one in found})
    both = [(_of(found, suite, first), _of(found, suite, second)) for suite in suites]
    chosen = [(one, other) for one, other in both if one and other]
    if not chosen:
        raise UsageError(f"no suite has both {first} and {second}", hint="Give a run of each on one suite.")
    return chosen


def _of(found: Sequence[Attempts], suite: str, model: str) -> Attempts | None:
    own = [one for one in found if (one.suite, one.model) == (suite, model)]
    if len(own) > 1:
        runs = ", ".join(one.run for one in own)
        hint = "Give only the directory that is meant: runs are never pooled."
        raise UsageError(f"{model} ran {suite} in several runs: {runs}", hint=hint)
    return own[0] if own else None


def unequal(first: Attempts, second: Attempts) -> tuple[str, ...]:
    """In what two rows differ that may only be compared where they do not."""
    found = []
    if first.terms != second.terms:
        found.append(f"terms {first.terms} and {second.terms}")
    if first.most_turns != second.most_turns:
        found.append(f"{first.most_turns} and {second.most_turns} turns")
    found += [f"{one.model} is not one model" for one in (first, second) if len(one.who) > 1]
    return tuple(found)


def check_equal(first: Attempts, second: Attempts) -> None:
    """Raises UsageError where two rows are not on equal terms."""
    differs = unequal(first, second)
    if differs:
        hint = "`bench leaderboard` shows what they ran with; --unequal compares them, and says so."
        named = f"{first.model} and {second.model} on {first.suite}"
        raise UsageError(f"{named} are not on equal terms: {'; '.join(differs)}", hint=hint)


def speed_ratios(first: Attempts, second: Attempts, given: Budgets) -> list[SpeedRatio]:
    """By each clock. Both are of one suite."""
    limits = budgets((first, second), given)
    return [_by_clock(first, second, clock, limits.get(clock.name)) for clock in CLOCKS]


def _by_clock(first: Attempts, second: Attempts, clock: Clock, budget: float | None) -> SpeedRatio:
    differs = unequal(first, second)
    unknown = [one.model for one in (first, second) if clock.name not in one.times]
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

    times = _times(means(first, first.measured), means(second, second.measured), what="measured")
    value = times.ratio.value
    if not first.unmeasured + second.unmeasured or value is None:
        return times
    least = _times(means(first), means(second, unmeasured=budget))
    most = _times(means(first, unmeasured=budget), means(second))
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
    place = {name: at for at, name in enumerate(sorted({*first.names, *second.names}))}
    both = (first, second)
    times = [taken(one, clock, budget)[one.measured] for one in both]
    solved = [_in_time(one, clock, budget)[one.measured] for one in both]
    problems = [[place[one.names[at]] for at in one.problem[one.measured]] for one in both]
    is_first = np.arange(sum(map(len, times))) < len(times[0])
    tested = log_rank(np.concatenate(times), np.concatenate(solved), is_first, np.concatenate(problems))
    return tested.p


def _in_time(one: Attempts, clock: Clock, budget: float) -> Bools:
    return one.solved & (one.times[clock.name] <= budget)


def _means(one: Attempts, values: Floats, chosen: Bools | None = None) -> dict[str, float]:
    """The mean of each problem's chosen samples, by its name; all samples where none are chosen."""
    kept = np.ones(values.size, dtype=bool) if chosen is None else chosen
    places, means = by_problem(values[kept], one.problem[kept])
    return {one.names[place]: float(mean) for place, mean in zip(places, means, strict=True)}


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
