"""Two models side by side: the difference or the ratio of their scores, and whether it is more than chance.

``compare_scores`` chooses the method and says which; docs/statistics.md has why, and how often it is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, lcm, nan, sqrt
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.counts import Counts, Floats, Ints
from bench.stats.intervals import Interval, normal_quantile
from bench.stats.paired import mcnemar, ratio_of, root, sign_flip, square_and_add, tango
from bench.stats.power import detectable
from bench.stats.scores import (
    Score,
    correlation,
    effective_trials,
    families,
    score_of,
    single,
    standard_error,
)

Scale = Literal["difference", "ratio"]


class Discordant(NamedTuple):
    """Problems by who is ahead: the first model, the second, or neither (an equal share right)."""

    first: int
    second: int
    tied: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """First against second: ``value``, ``low``, ``high`` are of the scale, the rest in points of the score.

    ``p`` is two-sided, for no difference. ``error`` is the standard error of the difference, ``detectable``
    the smallest true difference that is found in 80 % of such comparisons: it belongs beside "no difference".
    It is taken from the width of the interval, and so never 0. A ratio of 0 to 0 is NaN, from 0 to infinity.
    ``discordant`` is None where the problems differ. ``method`` names the interval, then the test.
    """

    scale: Scale
    value: float
    low: float
    high: float
    p: float
    error: float
    detectable: float
    first: Score
    second: Score
    discordant: Discordant | None
    method: str

    @property
    def interval(self) -> Interval:
        return Interval(self.low, self.high)

    @property
    def differs(self) -> bool:
        """Whether the interval leaves out equality: 0, or a ratio of 1."""
        same = 0.0 if self.scale == "difference" else 1.0
        return not self.low <= same <= self.high


def compare_scores(
    first: Counts,
    second: Counts,
    *,
    scale: Scale = "difference",
    paired: bool = True,
    clusters: ArrayLike | None = None,
    second_clusters: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """The difference (first - second) or the ratio (first / second) of two scores, with interval and p.

    ``paired``: both are of the same problems in the same order; a problem that either lacks is left out.
    ``clusters`` as in ``score_of``, shape (problems,); unpaired, they are the first model's, and
    ``second_clusters`` the second's. Of the same problems: Tango's interval for a difference, at the
    effective number of problems where samples or problems are alike, and for a ratio ``ratio_of`` two scores;
    the test is ``mcnemar`` for one sample a problem, else ``sign_flip`` by cluster. Of different problems:
    Newcombe's interval, and the test is its inversion. 1 and 7 discordant of 21 give -0.517 to -0.026, p
    0.039. Raises ValueError for paired counts of unequal length, and where no problem is left.
    """
    if not paired:
        return _unpaired(first, second, scale, clusters, second_clusters, confidence)
    if first.passed.size != second.passed.size:
        raise ValueError(f"{first.passed.size} and {second.passed.size} problems cannot be paired")
    known = first.known & second.known
    if not known.any():
        raise ValueError("no problem has a measured sample of both")
    one, other, family = first.of_problems(known), second.of_problems(known), families(clusters, known)
    apart = one.means - other.means
    scores = (
        score_of(one, clusters=family, confidence=confidence),
        score_of(other, clusters=family, confidence=confidence),
    )
    plain = single(one, family) and single(other, family)
    error = standard_error(apart, family)
    interval, method = _tango(apart, plain, _samples(one, other), family, error, confidence)
    wide = interval.high - interval.low
    if plain:
        p, test = mcnemar(int((apart > 0).sum()), int((apart < 0).sum())), "mcnemar mid-p"
    else:
        unit = 1 / lcm(*np.unique(one.measured).tolist(), *np.unique(other.measured).tolist())
        p, test = sign_flip(np.bincount(family, weights=apart), unit=unit), "sign flips"
    if scale == "ratio":
        common = correlation(one.means, other.means, family)
        interval, method = _ratio(*scores, common), "ratio of score intervals"
    return _made(scale, *scores, interval, p, error, wide, discordant(apart), f"{method}; {test}", confidence)


def discordant(differences: ArrayLike) -> Discordant:
    """How many problems each is ahead on, from the differences of their means (first - second)."""
    apart = np.asarray(differences, dtype=float)
    first, second = int((apart > 1e-9).sum()), int((apart < -1e-9).sum())
    return Discordant(first, second, apart.size - first - second)


def worst_case_comparison(
    first: Counts,
    second: Counts,
    *,
    scale: Scale = "difference",
    paired: bool = True,
    clusters: ArrayLike | None = None,
    second_clusters: ArrayLike | None = None,
    truncations: bool = False,
    confidence: float = 0.95,
) -> tuple[Comparison, Comparison]:
    """``compare_scores`` with every open sample against the first model, then with every one for it.

    Open are the unmeasured samples and, with ``truncations``, those that were cut off. A verdict stands only
    if both ends give it (chance and what is missing, together).
    """

    def at(good_for_first: bool) -> Comparison:
        one = first.filled(passing=good_for_first, truncations=truncations)
        other = second.filled(passing=not good_for_first, truncations=truncations)
        return compare_scores(
            one,
            other,
            scale=scale,
            paired=paired,
            clusters=clusters,
            second_clusters=second_clusters,
            confidence=confidence,
        )

    return at(False), at(True)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p of each of several tests, in the order given: below 0.05 keeps 5 % for all together.

    Holm 1979. 0.01, 0.04, 0.03 become 0.03, 0.06, 0.06.
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted, least = [0.0] * len(order), 0.0
    for rank, at in enumerate(order):
        least = max(least, min(1.0, p_values[at] * (len(order) - rank)))
        adjusted[at] = least
    return adjusted


def _unpaired(
    first: Counts,
    second: Counts,
    scale: Scale,
    clusters: ArrayLike | None,
    second_clusters: ArrayLike | None,
    confidence: float,
) -> Comparison:

    def scores_at(level: float) -> tuple[Score, Score]:
        one = score_of(first, clusters=clusters, confidence=level)
        return one, score_of(second, clusters=second_clusters, confidence=level)

    def interval_at(level: float) -> Interval:
        one, other = scores_at(level)
        low, high = square_and_add(one.value, other.value, one.interval, other.interval)
        return Interval(max(-1.0, low), min(1.0, high))

    def leaves_out(p: float) -> float:
        low, high = interval_at(1 - p)
        return -1.0 if low > 0 or high < 0 else 1.0

    one, other = scores_at(confidence)
    interval, method = interval_at(confidence), "newcombe, unpaired"
    wide, p = interval.high - interval.low, root(leaves_out, 1e-12, 1 - 1e-12, within=1e-6)
    if scale == "ratio":
        interval, method = _ratio(one, other, 0.0), "ratio of score intervals, unpaired"
    error = sqrt(one.error**2 + other.error**2)
    return _made(scale, one, other, interval, p, error, wide, None, f"{method}; its inversion", confidence)


def _tango(
    apart: Floats, plain: bool, samples: int, family: Ints, error: float, confidence: float
) -> tuple[Interval, str]:
    ahead, behind = float(np.maximum(apart, 0).mean()), float(np.maximum(-apart, 0).mean())
    if plain:
        return tango(round(ahead * apart.size), round(behind * apart.size), apart.size, confidence), "tango"
    variance, groups = ahead + behind - (ahead - behind) ** 2, int(family.max()) + 1
    n = effective_trials(variance, error, clusters=groups, samples=samples, confidence=confidence)
    return tango(ahead * n, behind * n, n, confidence), "tango, effective n"


def _samples(first: Counts, second: Counts) -> int:
    return int(np.minimum(first.measured, second.measured).sum())


def _ratio(first: Score, second: Score, common: float) -> Interval:
    return ratio_of(first.value, second.value, first.interval, second.interval, correlation=common)


def _quotient(first: float, second: float) -> float:
    if second > 0:
        return first / second
    return inf if first > 0 else nan


def _made(
    scale: Scale,
    first: Score,
    second: Score,
    interval: Interval,
    p: float,
    error: float,
    wide: float,
    ahead: Discordant | None,
    method: str,
    confidence: float,
) -> Comparison:
    """The interval never leaves out equality where the test does not: one comparison, one answer."""
    value, same = first.value - second.value, 0.0
    if scale == "ratio":
        value, same = _quotient(first.value, second.value), 1.0
    low, high = interval
    if p > 1 - confidence:
        low, high = min(low, same), max(high, same)
    least = detectable(wide / 2 / normal_quantile(confidence), confidence=confidence)
    return Comparison(scale, value, low, high, p, error, least, first, second, ahead, method)
