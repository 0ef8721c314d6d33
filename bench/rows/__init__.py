"""From a row of a data set to a problem: one reader a format."""

from __future__ import annotations

from bench.rows import generation, project, repair
from bench.rows.source import Reader, Row

__all__ = ["READERS", "Reader", "Row"]

READERS: dict[str, Reader] = {
    "humaneval": generation.humaneval,
    "humaneval-plus": generation.humaneval_plus,
    "mbpp": generation.mbpp,
    "mbpp-plus": generation.mbpp_plus,
    "classeval": generation.classeval,
    "native": generation.native,
    "debugbench": repair.debugbench,
    "humanevalfix": repair.humanevalfix,
    "quixbugs": repair.quixbugs,
    "project": project.project,
}
"""By the name that ``rows`` has in a suite.toml."""
