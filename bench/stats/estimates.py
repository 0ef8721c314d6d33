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


def pass_all_k(n: int, c: int, k: int) -> float:
    """Chance that all of ``k`` samples are right, when ``c`` of ``n`` drawn ones were: pass^k.

    ``C(c, k) / C(n, k)``, unbiased, in exact integers (Yao et al. 2024, tau-bench, arXiv 2406.12045).
    ``pass_all_k(5, 3, 2)`` is 3/10. Raises ValueError as ``pass_at_k`` does.
    """
    return 1.0 - pass_at_k(n, n - c, k)


def flip_rate(passed: ArrayLike, measured: ArrayLike) -> float | None:
    """Share of problems with two or more samples whose samples do not agree.

    Both are integers of shape (problems,). 5 of 5, 0 of 5, 3 of 5 and 4 of 5 give 0.5. None where no problem
    has two samples.
    """
    right, of = np.asarray(passed), np.asarray(measured)
    right, of = right[of >= 2], of[of >= 2]
    return float(np.mean((right > 0) & (right < of))) if of.size else None
