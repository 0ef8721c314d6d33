"""How much can be told apart with so many problems, and how many problems it takes. Nothing is measured here.

All of it is for two-sided intervals of the given confidence, and what is asked of them is that they leave out
what is not true (a difference of 0, the threshold) in ``power`` of all runs.
"""

from __future__ import annotations

from itertools import count
from math import ceil, floor, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.stats.intervals import normal_quantile

_NORMAL = NormalDist()
_SMOOTH = 2000
"""From so many problems on, that counts are whole no longer matters."""


class Spread(NamedTuple):
    """Where the variance of a problem's samples comes from; in squared units of the score."""

    between: float
    within: float

    def variance(self, epochs: int) -> float:
        """Of a problem's mean over that many samples: more of them only lessen ``within``."""
        return self.between + self.within / epochs

    @property
    def alike(self) -> float:
        """Share of the variance that no number of epochs lessens (the intraclass correlation)."""
        total = self.between + self.within
        return self.between / total if total > 0 else 1.0


def spread(passed: ArrayLike, measured: ArrayLike) -> Spread:
    """Variance of scores split between problems and within them (Miller 2024, arXiv 2411.00640, section 3.2).

    Integers of shape (problems,); problems with fewer than two samples say nothing of ``within`` and are left
    out. Unbiased by the analysis of variance, with ``between`` never below 0. Two problems of 4 samples, 1
    and 3 right: within is 0.25, between is 0.125 - 0.25/4 = 0.0625. Raises ValueError where fewer than two
    problems have two samples.
    """
    right, of = np.asarray(passed, dtype=float), np.asarray(measured, dtype=float)
    right, of = right[of >= 2], of[of >= 2]
    if of.size < 2:
        raise ValueError("a split of variance needs two problems with two samples each")
    means = right / of
    by_problem = means * (1 - means) * of / (of - 1)
    between = np.var(means, ddof=1) - np.mean(by_problem / of)
    return Spread(max(0.0, float(between)), float(np.mean(by_problem)))


def discordance(first: float, second: float, *, correlation: float = 0.5) -> float:
    """Share of problems that one of two models solves and the other does not, from their scores.

    ``correlation`` is that of two answers to one problem (phi); 0 is no likeness. Scores of 0.8 and 0.7
    without likeness: 0.8 * 0.3 + 0.2 * 0.7 = 0.38. Clipped to what the scores allow.
    """
    together = first * second + correlation * sqrt(first * (1 - first) * second * (1 - second))
    together = min(max(together, first + second - 1, 0.0), first, second)
    return first + second - 2 * together


def detectable(error: float, *, power: float = 0.8, confidence: float = 0.95) -> float:
    """The smallest true difference that is found with that power: (z_alpha/2 + z_beta) standard errors.

    In the units of ``error`` (Miller 2024, arXiv 2411.00640, section 5). For 0.10 discordant of 164 problems,
    ``detectable(sqrt(0.10 / 164))`` is 0.069.
    """
    return (normal_quantile(confidence) + _NORMAL.inv_cdf(power)) * error


def difference_power(
    problems: int, difference: float, *, discordance: float, confidence: float = 0.95
) -> float:
    """Chance that a paired comparison, one sample a problem, finds a true difference: ``mcnemar``'s, exactly.

    ``discordance`` as above. The number of discordant problems is binomial, and so is how many of them are
    the first model's. 164 problems, 0.10 discordant, 0.07: 0.852. Raises ValueError where the discordance is
    less than the difference.
    """
    from scipy.special import bdtr, gammaln, xlogy

    _check(difference, discordance)
    m = np.arange(problems + 1)
    chosen = gammaln(problems + 1) - gammaln(m + 1) - gammaln(problems - m + 1)
    weights = np.exp(chosen + xlogy(m, discordance) + xlogy(problems - m, 1 - discordance))
    m, weights = m[weights > 1e-12], weights[weights > 1e-12]
    fewest, share = _critical(m, confidence), (discordance + abs(difference)) / (2 * discordance)
    below = np.where(fewest >= 0, bdtr(np.maximum(fewest, 0), m, share), 0.0)
    above = np.where(fewest >= 0, bdtr(np.maximum(fewest, 0), m, 1 - share), 0.0)
    return float(weights @ (below + above))


def problems_for_difference(
    difference: float, *, discordance: float, power: float = 0.8, confidence: float = 0.95
) -> int:
    """Problems a paired comparison needs to find a true difference, with one sample of each.

    By ``difference_power``, begun from Connor 1987: (z_alpha/2 sqrt(discordance) + z_beta sqrt(discordance -
    difference^2))^2 / difference^2, which asks for too many where most of the discordance is the difference.
    0.07 with 0.10 discordant: 145, where Connor has 158.
    """
    _check(difference, discordance)
    null, alternative = sqrt(discordance), sqrt(discordance - difference**2)
    wanted = normal_quantile(confidence) * null + _NORMAL.inv_cdf(power) * alternative
    enough = 2 + 2 * ceil((wanted / difference) ** 2)
    few = 0
    while enough - few > 1:
        middle = (few + enough) // 2
        reached = difference_power(middle, difference, discordance=discordance, confidence=confidence)
        few, enough = (few, middle) if reached >= power else (middle, enough)
    return enough


def problems_for_mean(
    difference: float, *, variance: float, power: float = 0.8, confidence: float = 0.95
) -> int:
    """Problems needed to tell a mean from what it is not, at a distance of ``difference``.

    ``variance`` is that of one problem's value: of its paired difference for two models, or
    ``Spread.variance(epochs)``. (z_alpha/2 + z_beta)^2 variance / difference^2, plus z_alpha/2^2 / 2 for the
    estimated variance (Guenther 1981). 0.5 standard deviations: 34.
    """
    z = normal_quantile(confidence)
    return ceil((z + _NORMAL.inv_cdf(power)) ** 2 * variance / difference**2 + z * z / 2)


def threshold_power(
    problems: int,
    score: float,
    threshold: float,
    *,
    epochs: int = 1,
    alike: float = 1.0,
    confidence: float = 0.95,
) -> float:
    """Chance that a score's interval leaves out a threshold that the true score is not at.

    Of one sample a problem it is ``wilson``'s, exactly. ``alike`` is ``Spread.alike``: for several it is the
    normal approximation, at the effective number of problems; where samples are wholly alike, epochs buy
    nothing. 164 problems, 0.90 against 0.80: 0.939.
    """
    from scipy.special import bdtr

    effective = problems / _design(epochs, alike)
    z, null = normal_quantile(confidence), sqrt(threshold * (1 - threshold) * effective)
    low, high = effective * threshold - z * null, effective * threshold + z * null
    if effective == problems:
        below, least = ceil(low) - 1, floor(high) + 1
        under = float(bdtr(below, problems, score)) if below >= 0 else 0.0
        return under + (float(bdtr(problems - least, problems, 1 - score)) if least <= problems else 0.0)
    spread = sqrt(score * (1 - score) * effective)
    if not spread:
        return float(not low <= score * effective <= high)
    middle = score * effective
    return _NORMAL.cdf((low - middle) / spread) + _NORMAL.cdf((middle - high) / spread)


def problems_for_threshold(
    score: float,
    threshold: float,
    *,
    epochs: int = 1,
    alike: float = 1.0,
    power: float = 0.8,
    confidence: float = 0.95,
) -> int:
    """The fewest problems with which a score's interval leaves out a threshold, if ``score`` is true.

    By ``threshold_power``, begun from ((z_alpha/2 sqrt(t (1-t)) + z_beta sqrt(p (1-p))) / (p-t))^2 times the
    design effect of epochs that are alike. As counts are whole, power goes up and down by some points from
    one to the next. 0.90 against 0.80: 100, where the formula has 108. Raises ValueError where the two
    are equal: no number is enough.
    """
    if score == threshold:
        raise ValueError(f"a score of {score} at the threshold itself cannot be told from it")
    null, alternative = (sqrt(p * (1 - p)) for p in (threshold, score))
    z = normal_quantile(confidence)
    wanted = (z * null + _NORMAL.inv_cdf(power) * alternative) / (score - threshold)
    about = ceil(wanted**2 * _design(epochs, alike))
    # Of several samples the spread is estimated, which costs so many problems (Guenther 1981).
    estimated = ceil(z**2 / 2) if _design(epochs, alike) < 1 else 0
    if about > _SMOOTH:
        return about + estimated

    def reached(problems: int) -> float:
        return threshold_power(problems, score, threshold, epochs=epochs, alike=alike, confidence=confidence)

    return estimated + next(n for n in count(1) if reached(n) >= power)


def _critical(discordant: NDArray[np.int64], confidence: float) -> NDArray[np.int64]:
    """The largest smaller count at which ``mcnemar`` finds a difference, for each number of discordant."""
    from scipy.special import bdtr

    def p(fewer: NDArray[np.int64]) -> NDArray[np.float64]:
        at, less = np.maximum(fewer, 0), np.maximum(fewer - 1, 0)
        below = np.where(fewer >= 1, bdtr(less, discordant, 0.5), 0.0)
        return np.asarray(below + bdtr(at, discordant, 0.5))

    about = (discordant - normal_quantile(confidence) * np.sqrt(discordant)) / 2
    fewer = np.floor(about).astype(np.int64) + 2
    fewer = np.clip(fewer, -1, (discordant - 1) // 2)
    while True:
        too_many = (fewer >= 0) & (p(fewer) >= 1 - confidence)
        if not too_many.any():
            return fewer
        fewer = fewer - too_many


def _design(epochs: int, alike: float) -> float:
    return alike + (1 - alike) / epochs


def _check(difference: float, discordance: float) -> None:
    if not abs(difference) <= discordance <= 1:
        raise ValueError(
            f"a difference of {difference} with a share of {discordance} discordant: give the share of "
            "problems that only one of the two solves, at least the difference"
        )
    if not difference:
        raise ValueError("a difference of 0 cannot be found")
