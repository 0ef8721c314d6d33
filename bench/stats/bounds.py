"""What the samples that nobody measured could bring about. Bounds say nothing of chance; intervals do."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.counts import Counts
from bench.stats.intervals import Interval


def worst_case(passed: ArrayLike, measured: ArrayLike, planned: ArrayLike) -> tuple[float, float] | None:
    """Lowest and highest mean of means that the unmeasured samples could still bring about.

    All integers of shape (problems,), ``planned`` at least 1: the unmeasured ones all wrong, then all right.
    1 of 2 right, and 1 right of 1 measured of 2 planned: from 0.5 to 0.75. None without problems.
    """
    right, of, all_ = (np.asarray(counts, dtype=float) for counts in (passed, measured, planned))
    if not all_.size:
        return None
    return float(np.mean(right / all_)), float(np.mean((right + all_ - of) / all_))


def score_bounds(counts: Counts, *, truncations: bool = False) -> Interval:
    """``worst_case`` of one model; with ``truncations`` the replies that were cut off are open as well.

    8 of 10 right, 1 unmeasured, 1 truncated: 0.8 to 0.9, and 0.8 to 1.0 with truncations.
    """
    low, high = (_mean(counts.filled(passing=passing, truncations=truncations)) for passing in (False, True))
    return Interval(low, high)


def difference_bounds(first: Counts, second: Counts, *, truncations: bool = False) -> Interval:
    """Lowest and highest difference of two scores: all open samples against the first, then all for it.

    In points of the score, -1 to 1. 0.8 to 0.9 against 0.5 to 0.7 is 0.1 to 0.4. The models need not have the
    same problems.
    """
    one, other = (score_bounds(counts, truncations=truncations) for counts in (first, second))
    return Interval(one.low - other.high, one.high - other.low)


def ratio_bounds(first: Counts, second: Counts, *, truncations: bool = False) -> Interval:
    """Lowest and highest ratio of two scores. 0.8 to 0.9 against 0.5 to 0.6 is 1.333 to 1.8.

    The end is infinite where the second may be 0, and 0 to infinity where both may.
    """
    one, other = (score_bounds(counts, truncations=truncations) for counts in (first, second))
    low = one.low / other.high if other.high > 0 else (inf if one.low > 0 else 0.0)
    return Interval(low, one.high / other.low if other.low > 0 else inf)


def _mean(counts: Counts) -> float:
    return float(np.mean(counts.passed / counts.measured))
