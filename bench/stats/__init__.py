"""Pure functions on counts and arrays: estimates, and how sure they are.

docs/statistics.md says which is used where. Begin with ``Counts``, ``score_of`` and ``compare_scores``.
"""

from __future__ import annotations

from bench.stats.bootstrap import bootstrap_mean, bootstrap_product
from bench.stats.bounds import difference_bounds, ratio_bounds, score_bounds, worst_case
from bench.stats.compare import (
    Comparison,
    Discordant,
    Scale,
    compare_scores,
    discordant,
    holm,
    worst_case_comparison,
)
from bench.stats.cost import cost_per_solved, cost_ratio
from bench.stats.counts import Counts
from bench.stats.efficiency import beyond, eff_at_k, level_mean, level_scores, speed_ratio, speedups
from bench.stats.estimates import flip_rate, mean_of_means, pass_all_k, pass_at_k
from bench.stats.intervals import Interval, cluster_bootstrap, jeffreys, wilson
from bench.stats.paired import mcnemar, ratio_of, sign_flip, square_and_add, tango
from bench.stats.power import (
    Spread,
    detectable,
    difference_power,
    discordance,
    problems_for_difference,
    problems_for_mean,
    problems_for_threshold,
    spread,
    threshold_power,
)
from bench.stats.rating import (
    Prior,
    Rating,
    Support,
    chance,
    rating_at,
    rating_by_contest,
    rating_of,
    rating_of_rank,
    share_below,
    support,
)
from bench.stats.scores import (
    Score,
    effective_trials,
    interval_of_these,
    pass_at_k_of,
    score_of,
    standard_error,
)
from bench.stats.survival import (
    LogRank,
    Ratio,
    by_problem,
    kaplan_meier,
    log_rank,
    ratio_of_means,
    restricted,
    success_curve,
)

__all__ = [
    "Comparison",
    "Counts",
    "Discordant",
    "Interval",
    "LogRank",
    "Prior",
    "Rating",
    "Ratio",
    "Scale",
    "Score",
    "Spread",
    "Support",
    "beyond",
    "bootstrap_mean",
    "bootstrap_product",
    "by_problem",
    "chance",
    "cluster_bootstrap",
    "compare_scores",
    "cost_per_solved",
    "cost_ratio",
    "detectable",
    "difference_bounds",
    "difference_power",
    "discordance",
    "discordant",
    "eff_at_k",
    "effective_trials",
    "flip_rate",
    "holm",
    "interval_of_these",
    "jeffreys",
    "kaplan_meier",
    "level_mean",
    "level_scores",
    "log_rank",
    "mcnemar",
    "mean_of_means",
    "pass_all_k",
    "pass_at_k",
    "pass_at_k_of",
    "problems_for_difference",
    "problems_for_mean",
    "problems_for_threshold",
    "rating_at",
    "rating_by_contest",
    "rating_of",
    "rating_of_rank",
    "ratio_bounds",
    "ratio_of",
    "ratio_of_means",
    "restricted",
    "score_bounds",
    "score_of",
    "share_below",
    "sign_flip",
    "speed_ratio",
    "speedups",
    "spread",
    "square_and_add",
    "standard_error",
    "success_curve",
    "support",
    "tango",
    "threshold_power",
    "wilson",
    "worst_case",
    "worst_case_comparison",
]
