"""Bootstrap intervals for what has no formula of its own: whole clusters are drawn, again and again.

All are studentized (bootstrap-t: Efron and Tibshirani 1993, section 12.5): each draw is measured in its own
standard errors, which holds the level where intervals of percentiles are too short.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.counts import Floats, Ints
from bench.stats.intervals import RESAMPLES, SEED, Interval
from bench.stats.scores import families, standard_error
from bench.stats.survival import Ratio

_AT_ONCE = 500


def bootstrap_mean(
    values: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """Interval for the mean of values of any unit, one a problem, shape (problems,).

    Of paired differences it is the paired cluster bootstrap. For 1, 2, ..., 100 it is close to 50.5 +- 5.76.
    Values that are all the same give an interval of no width: they say nothing of their spread. Raises
    ValueError for fewer than two clusters.
    """
    amounts = np.asarray(values, dtype=float)
    family = _families(amounts.size, clusters)
    mean, error, groups = float(amounts.mean()), standard_error(amounts, family), int(family.max()) + 1
    if error <= 1e-12 * max(1.0, abs(mean)):
        return Interval(mean, mean)
    sums, sizes = np.bincount(family, weights=amounts - mean), np.bincount(family).astype(float)
    away = []
    for times in draws(groups, resamples, seed):
        n = times @ sizes
        drawn = times @ sums / n
        squares = times @ sums**2 - 2 * drawn * (times @ (sums * sizes)) + drawn**2 * (times @ sizes**2)
        errors = np.sqrt(np.maximum(squares, 0.0) * groups / (groups - 1)) / n
        usable = errors > 1e-9 * error
        away.append(drawn[usable] / errors[usable])
    low, high = _ends(away, confidence)
    return Interval(mean - high * error, mean - low * error)


def bootstrap_product(
    columns: ArrayLike,
    powers: Sequence[int],
    *,
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Ratio:
    """A product of means to powers, with its interval on the log scale: a ratio, or a ratio of ratios.

    ``columns`` of shape (problems, terms), none negative; ``powers`` one a term, such as 1 and -1 for the
    mean of the first over that of the second. Columns of 2 and 4 for every problem: 0.5. Raises ValueError
    where a mean is 0, for fewer than two clusters, or powers that are not one a term.
    """
    table = np.asarray(columns, dtype=float)
    if table.ndim != 2 or table.shape[1] != len(powers):
        raise ValueError(f"{len(powers)} powers for columns of shape {table.shape}")
    family = _families(table.shape[0], clusters)
    groups, signs = int(family.max()) + 1, np.array(powers, dtype=float)
    sums = np.stack([np.bincount(family, weights=column) for column in table.T], axis=1).astype(float)
    if (sums.mean(axis=0) <= 0).any():
        raise ValueError("a mean is 0: there is no ratio")
    (log_value,), (error,) = _log_product(np.ones((1, groups)), sums, signs)
    if error <= 1e-12:
        return Ratio(exp(log_value), exp(log_value), exp(log_value), table.shape[0])
    away = []
    for times in draws(groups, resamples, seed):
        drawn, errors = _log_product(times, sums, signs)
        usable = np.isfinite(drawn) & (errors > 1e-9 * error)
        away.append((drawn[usable] - log_value) / errors[usable])
    low, high = _ends(away, confidence)
    ends = exp(log_value - high * error), exp(log_value - low * error)
    return Ratio(exp(log_value), *ends, table.shape[0])


def _log_product(times: Floats, sums: Floats, signs: Floats) -> tuple[Floats, Floats]:
    """Logarithm of the product and its standard error (delta method), for each row of drawn times."""
    groups = sums.shape[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        means = times @ sums / groups
        crossed = (times @ (sums[:, :, None] * sums[:, None, :]).reshape(groups, -1) / groups).reshape(
            times.shape[0], signs.size, signs.size
        )
        relative = crossed / (means[:, :, None] * means[:, None, :]) - 1
        variance = np.einsum("rab,a,b->r", relative, signs, signs) / (groups - 1)
        return np.log(means) @ signs, np.sqrt(np.maximum(variance, 0.0))


def _families(problems: int, clusters: ArrayLike | None) -> Ints:
    family = families(clusters, np.ones(problems, dtype=bool))
    if not family.size or not family.max():
        raise ValueError(f"{min(problems, 1)} clusters: at least two are needed to draw from")
    return family


def draws(groups: int, resamples: int, seed: int) -> Iterator[Floats]:
    """How often each cluster is drawn, in blocks of shape (draws, clusters)."""
    generator = np.random.Generator(np.random.PCG64(seed))
    for start in range(0, resamples, _AT_ONCE):
        size = min(_AT_ONCE, resamples - start)
        yield generator.multinomial(groups, np.full(groups, 1 / groups), size=size).astype(float)


def _ends(away: Sequence[Floats], confidence: float) -> tuple[float, float]:
    tail = (1 - confidence) / 2
    low, high = np.quantile(np.concatenate(away), (tail, 1 - tail))
    return float(low), float(high)
