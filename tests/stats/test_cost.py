from __future__ import annotations

from math import inf

import numpy as np
import pytest

from bench.stats import Counts, cost_per_solved, cost_ratio, wilson


def test_cost_per_solved_worked_number() -> None:
    found = cost_per_solved([10, 10, 30, 30], Counts.of([1, 1, 1, 0], [1] * 4))
    assert found.value == pytest.approx(80 / 3)
    assert found.low < 80 / 3 < found.high


def test_what_failed_is_paid_for_too() -> None:
    """Twice the problems at the same price, none of the new ones solved: twice the cost of a solved one."""
    solved = Counts.of([1] * 50, [1] * 50)
    half = Counts.of([1] * 50 + [0] * 50, [1] * 100)
    assert cost_per_solved([7] * 50, solved).value == pytest.approx(7)
    assert cost_per_solved([7] * 100, half).value == pytest.approx(14)


def test_nothing_solved_costs_at_least_so_much() -> None:
    found = cost_per_solved([10] * 20, Counts.of([0] * 20, [1] * 20))
    assert (found.value, found.high) == (inf, inf)
    assert found.low == pytest.approx(10 / wilson(0, 20).high)


def test_what_was_free_costs_nothing() -> None:
    assert cost_per_solved([0, 0], Counts.of([1, 0], [1, 1])) == (0, 0, 0, 2)


def test_cost_ratio_worked_number() -> None:
    counts = Counts.of([1, 0, 1, 1], [1] * 4)
    found = cost_ratio([1, 2, 3, 4], counts, [2, 4, 6, 8], counts)
    assert found.value == pytest.approx(0.5)
    assert found.low < 0.5 < found.high


def test_the_ratio_is_that_of_the_two_costs() -> None:
    draws = np.random.default_rng(6)
    first, second = (Counts.of(draws.binomial(3, p, 60), [3] * 60) for p in (0.8, 0.6))
    costs = draws.integers(10, 90, (2, 60))
    found = cost_ratio(costs[0], first, costs[1], second)
    apart = cost_per_solved(costs[0], first).value / cost_per_solved(costs[1], second).value
    assert found.value == pytest.approx(apart)
    assert found.low < apart < found.high


def test_everything_solved_at_one_price_is_not_certain() -> None:
    found = cost_per_solved([7] * 50, Counts.of([1] * 50, [1] * 50))
    assert (found.value, found.low) == pytest.approx((7, 7))
    assert found.high == pytest.approx(7 / wilson(50, 50).low)


def test_problems_with_more_samples_weigh_more() -> None:
    found = cost_per_solved([10, 90], Counts.of([1, 3], [1, 9]))
    assert found.value == pytest.approx(25)
    assert found.low < 25 < found.high


def test_a_ratio_to_what_solves_nothing_is_refused() -> None:
    some, none = Counts.of([1, 0], [1, 1]), Counts.of([0, 0], [1, 1])
    with pytest.raises(ValueError, match="solves nothing or costs nothing"):
        cost_ratio([1, 1], some, [1, 1], none)


def test_costs_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="costs of 1 problems"):
        cost_per_solved([1], Counts.of([1, 1], [1, 1]))
    with pytest.raises(ValueError, match="below 0"):
        cost_per_solved([1, -1], Counts.of([1, 1], [1, 1]))
