"""What a solved problem costs. Micro-dollars in are micro-dollars out."""

from __future__ import annotations

from math import exp, inf, log

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.counts import Counts, Floats
from bench.stats.intervals import Interval
from bench.stats.paired import ratio_of, square_and_add
from bench.stats.scores import correlation, score_of, standard_error, student_quantile
from bench.stats.survival import Ratio


def cost_per_solved(
    cost: ArrayLike, counts: Counts, *, clusters: ArrayLike | None = None, confidence: float = 0.95
) -> Ratio:
    """Sum of what all samples cost, retries included, over the number of solved ones.

    ``cost`` of shape (problems,): of all samples of a problem, right or wrong. Both sums vary together, so it
    is a ratio estimator: ``ratio_of`` the mean cost (Student's t) and the score (``score_of``), with what the
    two have in common. Unlike a bootstrap it stays whole where nearly all or nearly none is solved. 10, 10,
    30 and 30 for 1, 1, 1 and 0 solved: 80 / 3. Where nothing is solved the value and the high end are
    infinite. Raises ValueError for unequal lengths, a cost below 0, or nothing measured.
    """
    spent = _spent(cost, counts)
    mean, score = float(spent.mean()), score_of(counts, clusters=clusters, confidence=confidence)
    solved = float(counts.passed.mean())
    # Of all samples of a problem, as the cost is; problems with more samples weigh more in the sums.
    scale = solved / score.value if solved > 0 else float(counts.measured.mean())
    error = standard_error(spent, clusters) if score.clusters > 1 else inf
    away = student_quantile(score.clusters, confidence) * error
    low, high = ratio_of(
        mean,
        solved,
        Interval(max(0.0, mean - away), mean + away),
        Interval(score.low * scale, score.high * scale),
        correlation=correlation(spent, counts.passed, clusters),
    )
    return Ratio(mean / solved if solved > 0 else inf, low, high, spent.size)


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

    0.5 is half the price. ``square_and_add`` of the logarithms of the two, with what they have in common.
    Half the cost of every sample and the same solved: 0.5. Raises ValueError where one solves nothing or
    costs nothing.
    """
    spent = _spent(first_cost, first), _spent(second_cost, second)
    if not all(cost.any() and each.passed.any() for cost, each in zip(spent, (first, second), strict=True)):
        raise ValueError("a model that solves nothing or costs nothing: there is no ratio")
    one = cost_per_solved(spent[0], first, clusters=clusters, confidence=confidence)
    other = cost_per_solved(spent[1], second, clusters=clusters, confidence=confidence)
    moves = [
        cost / cost.mean() - each.passed / each.passed.mean()
        for cost, each in zip(spent, (first, second), strict=True)
    ]
    low, high = square_and_add(
        log(one.value),
        log(other.value),
        _logs(one),
        _logs(other),
        correlation=correlation(moves[0], moves[1], clusters),
    )
    return Ratio(one.value / other.value, exp(low), exp(high), one.problems)


def _logs(ratio: Ratio) -> Interval:
    return Interval(log(ratio.low) if ratio.low > 0 else -inf, log(ratio.high))


def _spent(cost: ArrayLike, counts: Counts) -> Floats:
    spent = np.asarray(cost, dtype=float)
    if spent.shape != counts.passed.shape or (spent < 0).any() or not np.isfinite(spent).all():
        raise ValueError(f"costs of {spent.size} problems for counts of {counts.passed.size}, or one below 0")
    return spent
