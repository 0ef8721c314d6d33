from __future__ import annotations

import numpy as np
import pytest

from bench.stats import Counts


def test_means_are_shares_of_the_measured() -> None:
    counts = Counts.of([1, 3, 0], [2, 4, 0], planned=[2, 4, 1])
    assert counts.means[:2].tolist() == [0.5, 0.75]
    assert np.isnan(counts.means[2])
    assert counts.known.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("passed", "measured", "planned", "truncated"),
    [
        ([2], [1], [1], [0]),
        ([0], [2], [1], [0]),
        ([-1], [1], [1], [0]),
        ([1], [1], [1], [1]),
        ([0], [0], [0], [0]),
    ],
)
def test_counts_that_cannot_be_are_refused_with_their_problem(
    passed: list[int], measured: list[int], planned: list[int], truncated: list[int]
) -> None:
    with pytest.raises(ValueError, match=r"problem 0: .* cannot be"):
        Counts.of(passed, measured, planned=planned, truncated=truncated)


def test_unequal_lengths_and_shares_are_refused() -> None:
    with pytest.raises(ValueError, match="counts of 2, 1"):
        Counts.of([1, 0], [1])
    with pytest.raises(ValueError, match="passed is not one whole number a problem"):
        Counts.of([0.5], [1])


def test_open_samples_are_filled_either_way() -> None:
    counts = Counts.of([1, 0], [2, 1], planned=[3, 2], truncated=[1, 0])
    worst, best = counts.filled(passing=False), counts.filled(passing=True)
    assert (worst.passed.tolist(), best.passed.tolist()) == ([1, 0], [2, 1])
    assert counts.filled(passing=True, truncations=True).passed.tolist() == [3, 1]
    assert worst.measured.tolist() == counts.planned.tolist()
