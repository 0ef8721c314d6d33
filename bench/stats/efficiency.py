"""How fast right code is: scores against references, ratios between models. Times are of one clock.

What is wrong, or stopped at its limit, scores 0 and has no time. Ratios look at what both solved, which
flatters whoever solves only the easy ones: they are to be shown beside a score that counts the rest as 0.
"""

from __future__ import annotations

from math import comb, exp

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.bootstrap import bootstrap_mean
from bench.stats.counts import Floats
from bench.stats.survival import Ratio


def level_scores(times: ArrayLike, references: ArrayLike, limits: ArrayLike) -> Floats:
    """ENAMEL's score of each level of difficulty: (T - slowest)+ / (T - slowest of the reference), from 0.

    ``times`` and ``references`` of shape (levels, cases), ``limits`` T of shape (levels,); a case that was
    stopped is at its limit or infinite, which scores its level 0 (Qiu et al. 2024, arXiv 2406.06647, section
    2.2). Slowest 3 s, reference 1 s, limit 5 s: 0.5. Raises ValueError where a reference is not below its
    limit.
    """
    slowest, reference = (np.asarray(each, dtype=float).max(axis=1) for each in (times, references))
    limit = np.asarray(limits, dtype=float)
    if not (reference < limit).all():
        raise ValueError("a reference is not below its limit of time")
    scores: Floats = np.maximum(limit - slowest, 0.0) / (limit - reference)
    return scores


def level_mean(scores: ArrayLike, weights: ArrayLike) -> float:
    """ENAMEL's efficiency of one sample: its levels' scores weighted by their difficulty.

    1.0, 0.5 and 0.0 with weights 3, 3 and 4: 0.45. A wrong sample's is 0, whatever its levels were.
    """
    return float(np.average(np.asarray(scores, dtype=float), weights=np.asarray(weights, dtype=float)))


def eff_at_k(scores: ArrayLike, k: int) -> float:
    """Expected best efficiency of ``k`` samples of one problem, from n scores (wrong ones are 0).

    Unbiased: the sum over r = k..n of C(r-1, k-1) / C(n, k) times the r-th smallest score (ENAMEL, theorem
    1). Where scores are 0 and 1 it is ``pass_at_k``. 0, 0.4 and 0.9 for k = 2: (0.4 + 2 * 0.9) / 3. Raises
    ValueError unless 1 <= k <= n.
    """
    ordered = np.sort(np.asarray(scores, dtype=float))
    if not 1 <= k <= ordered.size:
        raise ValueError(f"eff@{k} needs at least {max(k, 1)} samples, not {ordered.size}")
    shares = [comb(r - 1, k - 1) / comb(ordered.size, k) for r in range(k, ordered.size + 1)]
    return float(np.dot(shares, ordered[k - 1 :]))


def beyond(time: float, references: ArrayLike) -> float:
    """Mercury's Beyond for one right sample: how far down the range of the reference times it is, in [0, 1].

    (max - t) / (max - min), t clipped to the range (Du et al. 2024, arXiv 2402.07844); a wrong sample's is 0.
    2 s among 1, 3 and 5 s: 0.75. Raises ValueError where the references are all the same: they have no range.
    """
    known = np.asarray(references, dtype=float)
    slowest, fastest = float(known.max()), float(known.min())
    if not slowest > fastest:
        raise ValueError("reference times that are all the same rank nothing")
    return (slowest - min(max(time, fastest), slowest)) / (slowest - fastest)


def speedups(before: ArrayLike, after: ArrayLike, correct: ArrayLike) -> Floats:
    """PIE's speedup of each program: old time over new, 1 where the new one is wrong or slower.

    All of shape (programs,) (Shypula et al. 2024, arXiv 2302.07867). 10 s to 4 s is 2.5. PIE counts as
    optimised what is at least 1.1.
    """
    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    right = np.asarray(correct, dtype=bool) & (new > 0)
    ratios: Floats = np.divide(old, new, out=np.ones_like(old), where=right)
    return np.maximum(ratios, 1.0)


def speed_ratio(
    first: ArrayLike, second: ArrayLike, *, clusters: ArrayLike | None = None, confidence: float = 0.95
) -> Ratio:
    """Geometric mean of ``first / second``, times of two models on problems both solved, with its interval.

    Shape (problems,), all above 0; below 1 the first is faster. Mean of the logarithms, by
    ``bootstrap_mean``. 1, 2 and 4 s against 2, 4 and 8 s: 0.5. Raises ValueError for unequal lengths, a time
    of 0, or fewer than two.
    """
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape != other.shape or not (one > 0).all() or not (other > 0).all():
        raise ValueError(f"{one.size} and {other.size} times, or one that is not above 0")
    logs = np.log(one) - np.log(other)
    low, high = bootstrap_mean(logs, clusters=clusters, confidence=confidence)
    return Ratio(exp(float(logs.mean())), exp(low), exp(high), one.size)
