"""Two models on the same problems: tests of no difference, and intervals for the difference.

With one sample a problem everything is in four counts: problems that both solve, that only the first does,
that only the second does, that neither does. Only the middle two, the discordant, say who is better.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.intervals import Interval, normal_quantile

_STEPS = 20_000


def mcnemar(first_only: int, second_only: int) -> float:
    """Two-sided mid-p of McNemar's exact test, from the discordant counts.

    The exact binomial tail with half of the observed point: it keeps its level within a hair, where the exact
    test without it is far below (Fagerland, Lydersen and Laake 2013). ``mcnemar(1, 7)`` is 0.0391 (their
    example). 1 where nothing is discordant.
    """
    from scipy.special import bdtr

    if first_only < 0 or second_only < 0:
        raise ValueError(f"{first_only} and {second_only} discordant problems")
    n, fewer = first_only + second_only, min(first_only, second_only)
    if not n:
        return 1.0
    below = float(bdtr(fewer - 1, n, 0.5)) if fewer else 0.0
    return min(1.0, below + float(bdtr(fewer, n, 0.5)))


def sign_flip(differences: ArrayLike, *, unit: float | None = None) -> float:
    """Two-sided mid-p that the sum of ``differences`` is as far from 0, if each sign were a coin's throw.

    One value a problem, or a sum by cluster: if the models are alike, either could have had the other's
    samples (Fisher's permutation test of pairs). Exact, by adding up the distribution of the sum on a grid of
    ``unit``, of which all values are multiples; without it the grid is a 20,000th of their sum. For
    differences of -1, 0 and 1 it is ``mcnemar``. 2, 1 and 1: half of 2/8, 0.125.
    """
    sizes = np.abs(np.asarray(differences, dtype=float))
    total = float(sizes.sum())
    if total <= 0:
        return 1.0
    step = max(unit or 0.0, total / _STEPS)
    heights = np.rint(sizes / step).astype(np.int64)
    heights, times = np.unique(heights[heights > 0], return_counts=True)
    signs = np.sign(np.asarray(differences, dtype=float)) * np.rint(sizes / step)
    seen, far = abs(int(signs.sum())), int(heights @ times)
    if not seen:
        return 1.0
    chances = np.zeros(2 * far + 1)
    chances[far] = 1.0
    for height, repeats in zip(heights, times, strict=True):
        for _ in range(repeats):
            moved = np.zeros_like(chances)
            moved[height:] += chances[:-height]
            moved[:-height] += chances[height:]
            chances = moved / 2
    sums = np.abs(np.arange(-far, far + 1))
    return float(chances[sums > seen].sum() + chances[sums == seen].sum() / 2)


def tango(first_only: float, second_only: float, problems: float, confidence: float = 0.95) -> Interval:
    """Tango's score interval for a paired difference of rates (first - second), in [-1, 1].

    The differences that a score test, with the rate of discordance at its most likely, does not reject (Tango
    1998). The numbers need not be whole: effective ones will do. ``tango(1, 7, 21)`` is -0.517 to -0.026
    (Fagerland, Lydersen and Laake 2014). Raises ValueError for counts that cannot be.
    """
    most = problems * (1 + 1e-9)
    if problems <= 0 or min(first_only, second_only) < 0 or first_only + second_only > most:
        raise ValueError(f"{first_only} and {second_only} discordant of {problems} problems")
    z, middle = normal_quantile(confidence), (first_only - second_only) / problems

    def distance(delta: float) -> float:
        a, c = 2 * problems, -second_only * delta * (1 - delta)
        b = (2 * problems - first_only + second_only) * delta - first_only - second_only
        rate = (sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
        variance = problems * (2 * rate + delta * (1 - delta))
        off = first_only - second_only - problems * delta
        if variance > 1e-12:
            return off / sqrt(variance)
        return 0.0 if abs(off) < 1e-9 else inf if off > 0 else -inf

    low = root(lambda delta: distance(delta) - z, -1.0, middle)
    return Interval(low, root(lambda delta: distance(delta) + z, middle, 1.0))


def square_and_add(
    first: float, second: float, of_first: Interval, of_second: Interval, *, correlation: float = 0.0
) -> Interval:
    """Newcombe's interval for a difference (first - second) of any two values, from an interval of each.

    What each end is away from its value is squared and added, less what the two have in common (Newcombe
    1998; Zou and Donner 2008). From ``wilson`` of 56/70 and of 48/80 it is 0.0524 to 0.3339 (Newcombe 1998,
    table II). ``correlation`` is that of the two estimates, 0 for models that do not share problems.
    """

    def away(down: float, up: float) -> float:
        if inf in (down, up):
            return inf
        return sqrt(max(0.0, down * down - 2 * correlation * down * up + up * up))

    difference = first - second
    low = difference - away(first - of_first.low, of_second.high - second)
    return Interval(low, difference + away(of_first.high - first, second - of_second.low))


def ratio_of(
    first: float, second: float, of_first: Interval, of_second: Interval, *, correlation: float = 0.0
) -> Interval:
    """Interval for a ratio (first / second) of what is never negative, from an interval of each.

    The ratios R for which ``square_and_add`` of first and R times second holds 0 (Donner and Zou 2012). The
    high end is infinite where the second may be 0. 80 of 100 by each, apart: 0.868 to 1.153.
    """

    def end(down: float, up: float, product: float) -> float:
        common = first * second - correlation * down * up
        return common + sqrt(max(0.0, common * common - product))

    (low, high), (below, above) = of_first, of_second
    lower, upper = low * (2 * first - low), above * (2 * second - above)
    least = end(first - low, above - second, lower * upper)
    lower_second = below * (2 * second - below)
    most = end(high - first, second - below, high * (2 * first - high) * lower_second)
    return Interval(lower / least if least > 0 else 0.0, most / lower_second if lower_second > 1e-15 else inf)


def root(function: Callable[[float], float], low: float, high: float, *, within: float = 1e-12) -> float:
    """Where a falling function crosses 0, as near as asked; the end it points to where it does not."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
        if high - low < within:
            break
    return (low + high) / 2
