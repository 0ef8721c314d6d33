from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import (
    Counts,
    difference_bounds,
    mean_of_means,
    ratio_bounds,
    score_bounds,
    worst_case,
    worst_case_comparison,
)

EIGHT = Counts.of([1] * 8 + [0] * 2, [1] * 9 + [0], planned=[1] * 10, truncated=[0] * 8 + [1, 0])
FIVE = Counts.of([1] * 5 + [0] * 5, [1] * 8 + [0] * 2, planned=[1] * 10)
"""8 of 10 right, 1 truncated, 1 unmeasured; 5 of 10 right, 2 unmeasured."""


def test_worst_case_worked_number() -> None:
    assert worst_case([1, 1], [2, 1], [2, 2]) == (0.5, 0.75)
    assert worst_case([], [], []) is None


def test_bounds_worked_numbers() -> None:
    assert score_bounds(EIGHT) == pytest.approx((0.8, 0.9))
    assert score_bounds(EIGHT, truncations=True) == pytest.approx((0.8, 1.0))
    assert difference_bounds(EIGHT, FIVE) == pytest.approx((0.1, 0.4))
    assert ratio_bounds(EIGHT, FIVE) == pytest.approx((0.8 / 0.7, 0.9 / 0.5))


def test_a_ratio_to_what_may_be_nothing_has_no_end() -> None:
    nothing = Counts.of([0], [1])
    assert ratio_bounds(EIGHT, nothing) == (inf, inf)
    assert ratio_bounds(nothing, nothing) == (0.0, inf)


def test_a_difference_that_missing_samples_could_undo() -> None:
    """9 of 10 against 0 of 10 with all of it measured is different; with 9 unmeasured it need not be."""
    first, second = Counts.of([1] * 9 + [0], [1] * 10), Counts.of([0] * 10, [0] * 9 + [1], planned=[1] * 10)
    worst, best = worst_case_comparison(first, second)
    assert not worst.differs
    assert best.differs
    assert worst.value == pytest.approx(difference_bounds(first, second).low)


def test_truncations_are_open_only_if_asked() -> None:
    worst, best = worst_case_comparison(EIGHT, EIGHT)
    assert best.value - worst.value == pytest.approx(0.2)
    worst, best = worst_case_comparison(EIGHT, EIGHT, truncations=True)
    assert best.value - worst.value == pytest.approx(0.4)


@st.composite
def some(draw: st.DrawFn) -> Counts:
    planned = draw(st.lists(st.integers(1, 5), min_size=1, max_size=8))
    measured = [draw(st.integers(0, of)) for of in planned]
    passed = [draw(st.integers(0, of)) for of in measured]
    return Counts.of(passed, measured, planned=planned)


@given(some(), some(), st.data())
def test_whatever_comes_out_is_within_the_bounds(first: Counts, second: Counts, data: st.DataObject) -> None:
    means = []
    for counts in (first, second):
        more = [data.draw(st.integers(0, int(left))) for left in counts.planned - counts.measured]
        mean = mean_of_means(counts.passed + more, counts.planned)
        assert mean is not None
        means.append(mean)
    bounds = difference_bounds(first, second)
    assert bounds.low - 1e-12 <= means[0] - means[1] <= bounds.high + 1e-12
    if means[1] > 0:
        ratio = ratio_bounds(first, second)
        assert ratio.low - 1e-12 <= means[0] / means[1] <= ratio.high + 1e-12
