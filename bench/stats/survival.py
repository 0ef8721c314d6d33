"""How fast something is solved, where not everything is: times that end at a budget (right-censored).

A time is in one clock (turns, tokens, seconds, dollars), and clocks are never mixed. Throughout, ``times``
holds what an attempt took until it was solved, or until it was given up, and ``solved`` which of the two it
was. Attempts at one problem are alike, so whole problems are drawn.
"""

from __future__ import annotations

from math import erfc, exp, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.stats.intervals import RESAMPLES, SEED

Floats = NDArray[np.float64]
_AT_ONCE = 500
_FLAT = 1e-3
"""A drawn standard error this small, beside that of all problems, is of a draw in which hardly any differ."""
_MOST_FLAT = 1e-3
"""With a larger share of such draws the bootstrap tells nothing of the tails."""


class Ratio(NamedTuple):
    """A ratio of two means with its interval; ``problems`` is how many it rests on."""

    value: float
    low: float
    high: float
    problems: int


class LogRank(NamedTuple):
    """``chi2`` has one degree of freedom, ``p`` is two-sided; events of the first group: seen, expected."""

    chi2: float
    p: float
    observed: float
    expected: float


def success_curve(times: ArrayLike, solved: ArrayLike) -> tuple[Floats, Floats]:
    """Share of all attempts solved by each time at which one was: both of shape (distinct times,), rising.

    An attempt that was given up counts as never solved, whatever it took: that is a property of the model,
    not a loss of sight. It equals 1 - Kaplan-Meier up to the first that was given up. Raises ValueError
    without attempts.
    """
    when, done = _attempts(times, solved)
    at, counts = np.unique(when[done], return_counts=True)
    return at, np.cumsum(counts) / when.size


def kaplan_meier(times: ArrayLike, solved: ArrayLike) -> tuple[Floats, Floats]:
    """Share not yet solved after each time at which one was, if those given up had gone on like the rest.

    Kaplan and Meier 1958. For times 1, 2+, 3 (+ is given up): 2/3 after 1, 0 after 3.
    """
    when, done = _attempts(times, solved)
    at, counts = np.unique(when[done], return_counts=True)
    under_way = (when[:, None] >= at[None, :]).sum(axis=0)
    return at, np.cumprod(1 - counts / under_way)


def restricted(times: ArrayLike, solved: ArrayLike, budget: float) -> Floats:
    """What each attempt took of the budget: never more than it, and all of it where it was not solved."""
    when, done = _attempts(times, solved)
    if not budget > 0:
        raise ValueError(f"a budget of {budget} is none")
    return np.where(done, np.minimum(when, budget), budget)


def by_problem(values: ArrayLike, problems: ArrayLike) -> tuple[NDArray[np.int64], Floats]:
    """The mean of each problem's values, with the problems' numbers in rising order."""
    names, index = np.unique(np.asarray(problems), return_inverse=True)
    amounts = np.asarray(values, dtype=float)
    return names.astype(np.int64), np.bincount(index, weights=amounts) / np.bincount(index)


def ratio_of_means(
    first: ArrayLike,
    second: ArrayLike,
    *,
    paired: bool,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Ratio:
    """``mean(first) / mean(second)``, with a studentized bootstrap interval over problems, on the log scale.

    One value a problem. ``paired``: both are of the same problems in the same order, and are drawn together;
    else each is drawn on its own. Of restricted times it says how many times as long the first takes
    (restricted mean survival time: Royston and Parmar 2013). Bootstrap-t (Efron and Tibshirani 1993, 12.5)
    holds its level for a few dozen problems, where intervals of percentiles are too short. Where many draws
    hold no two problems that differ (few problems, or few that differ), Student's t takes its place. Raises
    ValueError for no values, unequal numbers of paired ones, or a mean of 0.
    """
    from scipy.special import stdtrit  # a fifth of a second that few commands need

    x, y = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if not x.size or not y.size or (paired and x.size != y.size):
        raise ValueError(f"a ratio needs problems, the same ones if paired: {x.size} and {y.size}")
    if x.mean() <= 0 or y.mean() <= 0:
        raise ValueError("a mean is 0: there is no ratio")
    log_value, error = (float(one[0]) for one in _log_ratio(x, y, *_each_once(x, y), paired=paired))
    value = exp(log_value)
    if error <= 1e-12:
        return Ratio(value, value, value, x.size)
    draws = np.random.Generator(np.random.PCG64(seed))
    away: list[Floats] = []
    for start in range(0, resamples, _AT_ONCE):
        times_x = _times(draws, x.size, min(_AT_ONCE, resamples - start))
        times_y = times_x if paired else _times(draws, y.size, min(_AT_ONCE, resamples - start))
        log_drawn, errors = _log_ratio(x, y, times_x, times_y, paired=paired)
        usable = np.isfinite(log_drawn) & (errors > _FLAT * error)
        away.append((log_drawn[usable] - log_value) / errors[usable])
    pivots = np.concatenate(away)
    if pivots.size < (1 - _MOST_FLAT) * resamples:
        above = float(stdtrit(max(min(x.size, y.size) - 1, 1), (1 + confidence) / 2))
        return Ratio(value, exp(log_value - above * error), exp(log_value + above * error), x.size)
    tail = (1 - confidence) / 2
    below, above = np.quantile(pivots, (tail, 1 - tail))
    return Ratio(value, exp(log_value - above * error), exp(log_value - below * error), x.size)


def log_rank(times: ArrayLike, solved: ArrayLike, first: ArrayLike, strata: ArrayLike) -> LogRank:
    """The log-rank test of two groups, stratified: attempts are compared within a problem only.

    ``first`` is true for attempts of the first group. Mantel 1966; Peto and Peto 1972. Where no stratum holds
    both groups while something is solved, nothing can be said: chi2 0, p 1.
    """
    when, done = _attempts(times, solved)
    mine, names = np.asarray(first, dtype=bool), np.asarray(strata)
    observed = expected = variance = 0.0
    for name in np.unique(names):
        inside = names == name
        for at in np.unique(when[inside & done]):
            under_way = inside & (when >= at)
            n, ours = int(under_way.sum()), int((under_way & mine).sum())
            now = inside & done & (when == at)
            events = int(now.sum())
            observed += int((now & mine).sum())
            expected += events * ours / n
            if n > 1:
                variance += events * ours * (n - ours) * (n - events) / (n * n * (n - 1))
    chi2 = (observed - expected) ** 2 / variance if variance > 0 else 0.0
    return LogRank(chi2, erfc(sqrt(chi2 / 2)), observed, expected)


def _attempts(times: ArrayLike, solved: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    when, done = np.asarray(times, dtype=float), np.asarray(solved, dtype=bool)
    if not when.size or when.shape != done.shape:
        raise ValueError(f"{when.size} times and {done.size} outcomes")
    if not np.isfinite(when).all() or (when < 0).any():
        raise ValueError("a time is negative or not finite")
    return when, done


def _times(draws: np.random.Generator, n: int, size: int) -> Floats:
    """How often each of ``n`` problems is drawn, shape (size, n)."""
    return draws.multinomial(n, np.full(n, 1 / n), size=size).astype(float)


def _each_once(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    return np.ones((1, x.size)), np.ones((1, y.size))


def _log_ratio(
    x: Floats, y: Floats, times_x: Floats, times_y: Floats, *, paired: bool
) -> tuple[Floats, Floats]:
    """Logarithm of the ratio of means and its standard error (delta method), for each row of drawn times."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_x, mean_y = times_x @ x / x.size, times_y @ y / y.size
        variance = (times_x @ x**2 / mean_x**2 - x.size) / x.size**2
        variance += (times_y @ y**2 / mean_y**2 - y.size) / y.size**2
        if paired:
            variance -= 2 * (times_x @ (x * y) / (mean_x * mean_y) - x.size) / x.size**2
        return np.log(mean_x) - np.log(mean_y), np.sqrt(np.maximum(variance, 0.0))
