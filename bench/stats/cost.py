"""What a solved problem costs. Micro-dollars in are micro-dollars out."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.bootstrap import bootstrap_product
from bench.stats.counts import Counts, Floats
from bench.stats.scores import score_of
from bench.stats.survival import Ratio


def cost_per_solved(
    cost: ArrayLike, counts: Counts, *, clusters: ArrayLike | None = None, confidence: float = 0.95
) -> Ratio:
    """Sum of what all samples cost, retries included, over the number of solved ones.

    ``cost`` of shape (problems,): of all samples of a problem, right or wrong. Both sums vary together, so
    problems are drawn whole (a ratio estimator, by bootstrap). 10, 10, 30 and 30 for 1, 1, 1 and 0 solved: 80
    / 3. Where nothing is solved the value is infinite, and its low end rests on how much might have been.
    Raises ValueError for unequal lengths or a cost below 0.
    """
    spent = _spent(cost, counts)
    if not counts.passed.any():
        most = score_of(counts, clusters=clusters, confidence=confidence).high
        return Ratio(inf, float(spent.sum()) / (most * float(counts.measured.sum())), inf, spent.size)
    if not spent.any():
        return Ratio(0.0, 0.0, 0.0, spent.size)
    columns = np.stack([spent, counts.passed.astype(float)], axis=1)
    return bootstrap_product(columns, (1, -1), clusters=clusters, confidence=confidence)


def cost_ratio(
    first_cost: ArrayLike,
    first: Counts,
    second_cost: ArrayLike,
    second: Counts,
    *,
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Ratio:
    """Cost per solved of the first model over that of the second, on the same problems in the same order.

    0.5 is half the price. Half the cost of every sample and the same solved: 0.5. Raises ValueError
    where one solves nothing or costs nothing: there is no ratio.
    """
    columns = np.stack(
        [_spent(first_cost, first), first.passed, _spent(second_cost, second), second.passed], axis=1
    )
    return bootstrap_product(columns, (1, -1, -1, 1), clusters=clusters, confidence=confidence)


def _spent(cost: ArrayLike, counts: Counts) -> Floats:
    spent = np.asarray(cost, dtype=float)
    if spent.shape != counts.passed.shape or (spent < 0).any() or not np.isfinite(spent).all():
        raise ValueError(f"costs of {spent.size} problems for counts of {counts.passed.size}, or one below 0")
    return spent
