"""What docs/statistics.md shows, in small: a wrong method in place of a right one is seen here."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bench.stats import compare_scores

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def intervals() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module("intervals")
    sys.path.remove(str(BENCHMARKS))
    for name in ("intervals", "worlds"):
        del sys.modules[name]


@pytest.mark.parametrize("estimate", ["score", "difference", "ratio", "unpaired"])
@pytest.mark.parametrize(("problems", "score"), [(30, 0.8), (164, 0.95)])
def test_intervals_hold_the_truth_where_epochs_differ_between_problems(
    intervals: ModuleType, estimate: str, problems: int, score: float
) -> None:
    """250 seeded trials: 91 % is three standard errors below 95."""
    world = intervals.World(epochs=5, alike=0.5).of(
        problems, score, score - 0.05, shared=estimate != "unpaired"
    )
    truth = {"score": intervals.first_of, "ratio": intervals.ratio_of_both}.get(
        estimate, intervals.difference_of
    )
    assert intervals.held(world, 250, getattr(intervals, f"our_{estimate}"), truth) >= 0.91


def test_a_mean_with_its_errors_would_not(intervals: ModuleType) -> None:
    """The check can fail: the interval of textbooks misses one truth in six here."""
    world = intervals.World(epochs=5, alike=0.5).of(30, 0.95, 0.95)
    _, estimate, truth = intervals.OTHERS[0]
    assert intervals.held(world, 400, estimate, truth) < 0.88


@pytest.mark.parametrize("family", [1, 5])
def test_a_model_is_not_different_from_itself(intervals: ModuleType, family: int) -> None:
    world = intervals.World(epochs=5, alike=0.5, family=family).of(164, 0.8, 0.8)
    runs = (compare_scores(one, other, clusters=world.clusters) for one, other in world.trials(400, 7))
    assert sum(run.differs for run in runs) <= 0.08 * 400


def test_families_that_are_not_told_of_make_it_different(intervals: ModuleType) -> None:
    """Counting five translations of a problem as five problems: one in six is called different, or more."""
    world = intervals.World(epochs=5, alike=0.5, family=5).of(500, 0.8, 0.8)
    runs = (compare_scores(one, other) for one, other in world.trials(200, 7))
    assert sum(run.differs for run in runs) >= 0.08 * 200
