"""Intervals for scores. All are two-sided and clipped to [0, 1]."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEED = 20210707
"""Of every bootstrap: the same records give the same bytes."""
RESAMPLES = 10_000
_AT_ONCE = 500
_NORMAL = NormalDist()


class Interval(NamedTuple):
    low: float
    high: float


def wilson(successes: float, n: float, confidence: float = 0.95) -> Interval:
    """Wilson's score interval for a rate of ``successes`` in ``n`` independent trials.

    Holds its level near 0 and 1 and for small n, where mean +- 1.96 SE does not (Wilson 1927; Brown, Cai and
    DasGupta 2001). ``wilson(81, 263)`` is 0.2553 to 0.3662. ``n`` need not be whole: an effective number of
    trials will do. Raises ValueError unless 0 <= successes <= n and n >= 1.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} trials")
    z = normal_quantile(confidence)
    p, spread = successes / n, z * z / n
    middle = (p + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(p * (1 - p) / n + spread / (4 * n))
    # At the ends the exact bound is 0 or 1, which rounding misses by 1e-17.
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    return Interval(low, 1.0 if successes == n else min(1.0, middle + half))


def jeffreys(successes: float, n: float, confidence: float = 0.95) -> Interval:
    """Jeffreys' interval for a rate: quantiles of Beta(successes + 1/2, n - successes + 1/2).

    Its low end is 0 without successes and its high end 1 without failures (Brown, Cai and DasGupta 2001,
    section 4.1). Shorter than Wilson's near 0 and 1. ``jeffreys(1, 10)`` is 0.0110 to 0.3813. Raises
    ValueError as ``wilson`` does.
    """
    from scipy.special import betaincinv  # a fifth of a second that few commands need

    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} trials")
    normal_quantile(confidence)
    a, b, tail = successes + 0.5, n - successes + 0.5, (1 - confidence) / 2
    low = 0.0 if successes == 0 else float(betaincinv(a, b, tail))
    return Interval(low, 1.0 if successes == n else float(betaincinv(a, b, 1 - tail)))


def cluster_bootstrap(
    means: ArrayLike, *, confidence: float = 0.95, resamples: int = RESAMPLES, seed: int = SEED
) -> Interval:
    """BCa bootstrap interval for the mean of ``means``: one value a problem, shape (problems,).

    Samples of one problem are alike, so whole problems are drawn (Miller 2024, arXiv 2411.00640; BCa: Efron
    1987). Values that are all the same say nothing of their spread: then it is Wilson's interval for as many
    trials as there are problems. For 30 times 0 and 70 times 1 it is close to ``wilson(70, 100)``. Raises
    ValueError without values.
    """
    values = np.asarray(means, dtype=float)
    if not values.size:
        raise ValueError("no problems to draw from")
    middle = float(values.mean())
    if np.ptp(values) < 1e-12:
        return wilson(min(max(middle, 0.0), 1.0) * values.size, values.size, confidence)
    low, high = bca(middle, _resampled(values, resamples, seed), values - middle, confidence)
    return Interval(max(0.0, low), min(1.0, high))


def bca(value: float, drawn: ArrayLike, influence: ArrayLike, confidence: float = 0.95) -> Interval:
    """Bias-corrected and accelerated interval from bootstrap draws of an estimate (Efron 1987); not clipped.

    ``drawn`` of shape (resamples,); ``influence`` of shape (clusters,): how much each moves the estimate, up
    to a factor. Symmetric draws about the value give their percentiles.
    """
    draws, moves = np.sort(np.asarray(drawn, dtype=float)), np.asarray(influence, dtype=float)
    acceleration = float(np.sum(moves**3)) / (6 * float(np.sum(moves**2)) ** 1.5)
    # Estimates from few problems tie often: half of the ties count as below.
    below = np.searchsorted(draws, value - 1e-12) + np.searchsorted(draws, value + 1e-12)
    share = float(np.clip(below / (2 * draws.size), 1 / draws.size, 1 - 1 / draws.size))
    bias = _NORMAL.inv_cdf(share)
    ends = []
    for z in (-normal_quantile(confidence), normal_quantile(confidence)):
        shifted = bias + (bias + z) / (1 - acceleration * (bias + z))
        ends.append(float(np.quantile(draws, _NORMAL.cdf(shifted))))
    return Interval(*ends)


def _resampled(values: NDArray[np.float64], resamples: int, seed: int) -> NDArray[np.float64]:
    """Means of that many draws of all values with replacement, shape (resamples,).

    Few distinct values stand for many problems, so how often each is drawn is drawn instead.
    """
    distinct, counts = np.unique(values, return_counts=True)
    generator = np.random.Generator(np.random.PCG64(seed))
    means = np.empty(resamples)
    for start in range(0, resamples, _AT_ONCE):
        size = min(_AT_ONCE, resamples - start)
        times = generator.multinomial(values.size, counts / values.size, size=size)
        means[start : start + size] = times @ distinct / values.size
    return means


def normal_quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence} is not between 0 and 1")
    return _NORMAL.inv_cdf((1 + confidence) / 2)
