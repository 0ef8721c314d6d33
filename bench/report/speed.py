"""How fast models solve a suite: by each clock the curve S(t) and the mean time up to a budget.

Time runs until a sample is solved; one that is not took the whole budget, which is the same for all models of
a suite. Problems weigh the same, as in a leaderboard: S(t) ends at its pass@1, and the mean time is the area
above S(t). What is unmeasured is left out of every value and widens every interval: at one end it was solved
at once, at the other never.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np

from bench.errors import UsageError
from bench.report.clocks import CLOCKS, TURNS, Attempts, Bools, Clock, Floats
from bench.stats import Interval, by_problem, cluster_bootstrap, mean_of_means, restricted, wilson
from bench.stats.intervals import RESAMPLES

_CURVE_RESAMPLES = 2_000
"""A curve has an interval at each of its steps."""

Budgets = Mapping[str, float]
"""By the name of a clock; one that nobody's times are known of is left out."""


class Estimate(NamedTuple):
    """A value with its 95 % interval; None is unknown."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


UNKNOWN = Estimate()


@dataclass(frozen=True, slots=True)
class ClockSpeed:
    """One model by one clock: ``mean`` is restricted to ``budget``, ``within`` the share solved by then."""

    clock: Clock
    budget: float | None = None
    mean: Estimate = UNKNOWN
    within: Estimate = UNKNOWN


@dataclass(frozen=True, slots=True)
class Speed:
    """One model on a suite in a run. ``solved`` is the share solved by turn 1, 2, ... T."""

    attempts: Attempts
    solved: tuple[Estimate, ...]
    clocks: tuple[ClockSpeed, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """S(t) from 0 on, with its interval: arrays of shape (distinct times at which a sample was solved,)."""

    at: Floats
    share: Floats
    low: Floats
    high: Floats


def speeds(found: Iterable[Attempts], given: Budgets) -> list[Speed]:
    """Of each of these; all of a suite have the same ``budgets``."""
    done: list[Speed] = []
    for _, rows in groupby(sorted(found, key=_place), key=lambda one: one.side.suite):
        suite = list(rows)
        limits = budgets(suite, given)
        done += [_speed(one, limits) for one in suite]
    return done


def budgets(suite: Sequence[Attempts], given: Budgets) -> dict[str, float]:
    """For all models of a suite: what is given, else the most that any sample took, and T for turns.

    Raises UsageError for more turns than there were: nobody knows what they had brought.
    """
    most = {TURNS.name: float(max(one.most_turns for one in suite))}
    for clock in CLOCKS:
        reached = [float(one.times[clock.name].max()) for one in suite if clock.name in one.times]
        if reached and clock is not TURNS:
            most[clock.name] = max(reached)
    if given.get(TURNS.name, 0) > most[TURNS.name]:
        had = f"{suite[0].side.suite} ran with at most {most[TURNS.name]:.0f} turns"
        raise UsageError(f"a budget of {given[TURNS.name]:g} turns: {had}", hint="Give no more than that.")
    return {**most, **{name: amount for name, amount in given.items() if name in most}}


def taken(one: Attempts, clock: Clock, budget: float, *, unmeasured: float = 0.0) -> Floats:
    """What each planned sample took of the budget, shape (samples,); ``unmeasured`` where that is unknown."""
    solved = one.solved & one.measured
    # A budget of 0 is that of a clock which never moved: nothing was paid.
    took = restricted(one.times[clock.name], solved, budget) if budget > 0 else np.zeros(solved.size)
    return np.where(one.measured, took, unmeasured)


def curve(one: Attempts, clock: Clock) -> Curve | None:
    """None where the clock is unknown."""
    times = one.times.get(clock.name)
    if times is None:
        return None
    at = np.union1d([0.0], times[one.solved])
    steps = [_share(one, one.solved & (times <= when), resamples=_CURVE_RESAMPLES) for when in at]
    columns = np.array(steps, dtype=float).reshape(at.size, 3)
    return Curve(at, columns[:, 0], columns[:, 1], columns[:, 2])


def _place(one: Attempts) -> tuple[str, str, str]:
    return one.side.suite, one.side.model, one.side.run


def _speed(one: Attempts, limits: Budgets) -> Speed:
    turns = one.times.get(TURNS.name, np.zeros(one.solved.size))
    solved = [_share(one, one.solved & (turns <= turn)) for turn in range(1, one.most_turns + 1)]
    return Speed(one, tuple(solved), tuple(_clock_speed(one, clock, limits) for clock in CLOCKS))


def _clock_speed(one: Attempts, clock: Clock, limits: Budgets) -> ClockSpeed:
    budget = limits.get(clock.name)
    if budget is None or clock.name not in one.times:
        return ClockSpeed(clock, budget)
    within = _share(one, one.solved & (one.times[clock.name] <= budget))
    return ClockSpeed(clock, budget, _mean(one, clock, budget), within)


def _share(one: Attempts, done: Bools, *, resamples: int = RESAMPLES) -> Estimate:
    """Of the measured samples those that are ``done``: the mean over problems."""
    measured, planned = one.side.counts.measured, one.side.counts.planned
    passed = np.bincount(one.problem[done], minlength=planned.size)
    several = planned.max() > 1

    def interval(means: Floats) -> Interval:
        if several:
            return cluster_bootstrap(means, resamples=resamples)
        return wilson(int(means.sum()), means.size)

    low, high = interval(passed / planned), interval((passed + planned - measured) / planned)
    return Estimate(mean_of_means(passed, measured), low.low, high.high)


def _mean(one: Attempts, clock: Clock, budget: float) -> Estimate:
    span = budget - clock.least
    if span <= 0:  # whatever happens takes all of it
        return Estimate(budget, budget, budget)

    def above(unmeasured: float) -> Floats:
        """Each sample from what it takes at least, 0, to all of the budget, 1."""
        return (taken(one, clock, budget, unmeasured=unmeasured) - clock.least) / span

    least, most = above(clock.least), above(budget)
    value = by_problem(least[one.measured], one.problem[one.measured])[1].mean()
    low, high = (cluster_bootstrap(by_problem(used, one.problem)[1]) for used in (least, most))
    return Estimate(*(clock.least + span * float(part) for part in (value, low.low, high.high)))
