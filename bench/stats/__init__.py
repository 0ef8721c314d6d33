"""Pure functions on counts and arrays: estimates, and how sure they are."""

from __future__ import annotations

from bench.stats.estimates import mean_of_means, pass_at_k, worst_case
from bench.stats.intervals import Interval, cluster_bootstrap, wilson

__all__ = ["Interval", "cluster_bootstrap", "mean_of_means", "pass_at_k", "wilson", "worst_case"]
