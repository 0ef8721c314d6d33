"""One model's score and its interval: samples of a problem, and problems of a family, are alike."""

from __future__ import annotations

from math import inf, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bench.stats.counts import Counts, Floats, Ints
from bench.stats.estimates import pass_at_k
from bench.stats.intervals import Interval, normal_quantile, wilson

WILSON = "wilson"
WILSON_EFFECTIVE = "wilson, effective n"
_DOUBT = 0.3
"""In problems: the doubt that more samples are as good as more problems (docs/statistics.md says why)."""


class Score(NamedTuple):
    """A score in [0, 1] and its interval; ``error`` is the standard error, ``method`` the interval's."""

    value: float
    low: float
    high: float
    error: float
    problems: int
    clusters: int
    method: str

    @property
    def interval(self) -> Interval:
        return Interval(self.low, self.high)


def score_of(counts: Counts, *, clusters: ArrayLike | None = None, confidence: float = 0.95) -> Score:
    """Mean over problems of the share of right samples, with the interval that fits.

    ``clusters``: the family of each problem, shape (problems,), where some are alike (one problem in five
    languages, one repository); else each problem is its own. One sample a problem and no families:
    ``wilson``, so 81 of 263 is 0.2553 to 0.3662. Otherwise ``wilson`` for the effective number of trials
    (Korn and Graubard 1998; Franco, Little, Louis and Slud 2019). Where few problems (or families) differ
    from the rest, their samples hardly show how alike they are, and the effective number is drawn to the
    number of problems (or families). Problems without measured samples are left out. Raises ValueError where
    none is left.
    """
    known = counts.known
    if not known.any():
        raise ValueError("no problem has a measured sample")
    counts, family = counts.of_problems(known), families(clusters, known)
    means, groups = counts.means, int(family.max()) + 1
    if single(counts, family):
        value, error = float(means.mean()), standard_error(means, family)
        interval = wilson(float(counts.passed.sum()), means.size, confidence)
        return Score(value, *interval, error, means.size, groups, WILSON)
    return _effective(means, family, samples=int(counts.measured.sum()), confidence=confidence)


def pass_at_k_of(
    counts: Counts, k: int, *, clusters: ArrayLike | None = None, confidence: float = 0.95
) -> Score:
    """Mean over problems of the unbiased pass@k (``pass_at_k``), with an interval as ``score_of`` has.

    k samples are one trial, so that so many are the most that there can be. With k of each problem it is
    ``wilson``: of 4 problems with 2 samples, 3 solved by any of them, 0.3006 to 0.9544 for k = 2. Raises
    ValueError where a problem has fewer than k measured samples.
    """
    family = families(clusters, np.ones(counts.passed.size, dtype=bool))
    pairs = zip(counts.measured.tolist(), counts.passed.tolist(), strict=True)
    chances = np.array([pass_at_k(n, c, k) for n, c in pairs])
    if (counts.measured == k).all():
        right = (counts.passed > 0).astype(int)
        return score_of(Counts.of(right, np.ones_like(right)), clusters=clusters, confidence=confidence)
    return _effective(chances, family, samples=int((counts.measured // k).sum()), confidence=confidence)


def _effective(means: Floats, family: Ints, *, samples: int, confidence: float) -> Score:
    """``wilson`` for the trials that so many samples are worth."""
    value, error, groups = float(means.mean()), standard_error(means, family), int(family.max()) + 1
    trials = effective_trials(
        value * (1 - value), error, clusters=groups, samples=samples, confidence=confidence
    )
    if trials > groups:
        shares = np.bincount(family, weights=means) / np.bincount(family)
        telling = min(int((shares > 0).sum()), int((shares < 1).sum()))
        trust = telling / (telling + _DOUBT)
        trials = 1 / (trust / trials + (1 - trust) / groups)
    interval = wilson(value * trials, trials, confidence)
    return Score(value, *interval, error, means.size, groups, WILSON_EFFECTIVE)


def interval_of_these(counts: Counts, *, confidence: float = 0.95) -> Interval | None:
    """Of a mean over a fixed set of problems, each with several samples: only samples vary, not problems.

    Its variance is the sum over problems of p (1 - p) / K, over n^2, taken without bias; and of one problem
    more that one sample of K solved: where all samples agree, that is no proof that all would. None where a
    problem has fewer than two samples. 5 of 5 on half of 100 problems, 0 of 5 on the rest: 0.496 to 0.504.
    """
    known = counts.of_problems(counts.known)
    of, right = known.measured.astype(float), known.passed.astype(float)
    if not of.size or (of < 2).any():
        return None
    share = right / of
    error = sqrt(np.sum(share * (1 - share) / (of - 1)) + 1 / of.min() ** 2) / of.size
    middle, away = float(share.mean()), normal_quantile(confidence) * error
    return Interval(max(0.0, middle - away), min(1.0, middle + away))


def standard_error(values: ArrayLike, clusters: ArrayLike | None = None) -> float:
    """Standard error of a mean of values that are alike within clusters; in their unit.

    Values of shape (problems,). sqrt(G / (G - 1) * sum over clusters of (sum of deviations)^2) / n, for G
    clusters: without them that is sqrt(sum of squared deviations / (n (n - 1))), and with them it has the
    cross terms of Miller 2024 (arXiv 2411.00640, section 2.2). 1, 1, 0, 0 has 0.2887; with the first and the
    last two as clusters, 0.5. NaN for one cluster, which says nothing.
    """
    amounts = np.asarray(values, dtype=float)
    totals = cluster_totals(amounts, families(clusters, np.ones(amounts.size, dtype=bool)))
    if totals.size < 2:
        return float("nan")
    return float(np.sqrt(np.sum(totals**2) * totals.size / (totals.size - 1)) / amounts.size)


def effective_trials(
    variance: float, error: float, *, clusters: int, samples: int, confidence: float = 0.95
) -> float:
    """How many independent trials would be as sure of a mean as these samples are: variance / error^2.

    ``variance`` is that of one trial: p (1 - p) of a rate. Lessened by (z / t)^2 with clusters - 1 degrees of
    freedom, then at most ``samples`` and at least 1. As many as there are clusters where all values agree,
    which shows no spread. A rate of 0.5 known to 0.05 from very many clusters: 100.
    """
    if clusters < 2:
        return 1.0
    lessened = (normal_quantile(confidence) / student_quantile(clusters, confidence)) ** 2
    if variance < 1e-12:
        return max(1.0, clusters * lessened)
    return max(1.0, min(variance / error**2 * lessened, samples)) if error > 1e-12 else float(samples)


def student_quantile(clusters: int, confidence: float = 0.95) -> float:
    """What 1.96 becomes for so many clusters: Student's t with one degree of freedom less. 30: 2.045."""
    from scipy.special import stdtrit  # a fifth of a second that few commands need

    return float(stdtrit(clusters - 1, (1 + confidence) / 2)) if clusters > 1 else inf


def correlation(first: ArrayLike, second: ArrayLike, clusters: ArrayLike | None = None) -> float:
    """Of the means of two columns over the same problems; 0 where one of them does not vary."""
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    family = families(clusters, np.ones(one.size, dtype=bool))
    x, y = cluster_totals(one, family), cluster_totals(other, family)
    both = sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / both if both > 1e-12 else 0.0


def single(counts: Counts, family: Ints) -> bool:
    """Whether all is as plain as coins: one sample a problem, each problem its own cluster."""
    return bool((counts.measured == 1).all()) and int(family.max()) + 1 == family.size


def families(clusters: ArrayLike | None, known: NDArray[np.bool_]) -> Ints:
    """The number of each known problem's cluster, from 0; each problem its own where none are given."""
    if clusters is None:
        return np.arange(int(known.sum()), dtype=np.int64)
    given = np.asarray(clusters)
    if given.shape != known.shape:
        raise ValueError(f"{given.size} clusters for {known.size} problems")
    return np.unique(given[known], return_inverse=True)[1].astype(np.int64)


def cluster_totals(values: Floats, family: Ints) -> Floats:
    """Sum of deviations from the mean by cluster, shape (clusters,)."""
    return np.bincount(family, weights=values - values.mean()).astype(float)
