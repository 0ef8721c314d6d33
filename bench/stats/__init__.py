"""Pure functions on counts and arrays: estimates, and how sure they are."""

from __future__ import annotations

from bench.stats.estimates import mean_of_means, pass_at_k, worst_case
from bench.stats.intervals import Interval, cluster_bootstrap, wilson
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
    "Interval",
    "LogRank",
    "Ratio",
    "by_problem",
    "cluster_bootstrap",
    "kaplan_meier",
    "log_rank",
    "mean_of_means",
    "pass_at_k",
    "ratio_of_means",
    "restricted",
    "success_curve",
    "wilson",
    "worst_case",
]
