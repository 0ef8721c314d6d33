"""Scores from counts: a problem has ``planned`` samples, ``measured`` of them scored, ``passed`` of those."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import ArrayLike


def pass_at_k(n: int, c: int, k: int) -> float:
    """Chance that at least one of ``k`` samples is right, when ``c`` of ``n`` drawn ones were.

    Unbiased: ``1 - C(n-c, k) / C(n, k)``, in exact integers (Chen et al. 2021, arXiv 2107.03374).
    ``pass_at_k(5, 2, 2)`` is 1 - 3/10 = 0.7. Raises ValueError unless 0 <= c <= n and 1 <= k <= n: fewer
    samples than k say nothing about k.
    """
    if not 0 <= c <= n:
        raise ValueError(f"{c} of {n} samples cannot be right")
    if not 1 <= k <= n:
        raise ValueError(f"pass@{k} needs at least {max(k, 1)} samples, not {n}")
    return 1.0 - comb(n - c, k) / comb(n, k)


def mean_of_means(passed: ArrayLike, measured: ArrayLike) -> float | None:
    """Mean over problems of the share of right samples; problems with none measured are left out.

    Both are integers of shape (problems,). None when nothing was measured. With equal numbers of samples this
    is pass@1 (Miller 2024, arXiv 2411.00640, section 3.2). 1 of 2 and 3 of 4 give 0.625, not 4/6.
    """
    right, of = np.asarray(passed, dtype=float), np.asarray(measured, dtype=float)
    there = of > 0
    return float(np.mean(right[there] / of[there])) if there.any() else None


def worst_case(passed: ArrayLike, measured: ArrayLike, planned: ArrayLike) -> tuple[float, float] | None:
    """Lowest and highest mean of means that the unmeasured samples could still bring about.

    All integers of shape (problems,), ``planned`` at least 1: the unmeasured ones all wrong, then all right.
    1 of 2 right, and 1 right of 1 measured of 2 planned: from 0.5 to 0.75. None without problems. The
    bounds say nothing of chance; intervals do.
    """
    right, of, all_ = (np.asarray(counts, dtype=float) for counts in (passed, measured, planned))
    if not all_.size:
        return None
    return float(np.mean(right / all_)), float(np.mean((right + all_ - of) / all_))
