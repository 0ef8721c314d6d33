from __future__ import annotations

from itertools import combinations
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import beyond, eff_at_k, level_mean, level_scores, pass_at_k, speed_ratio, speedups


def test_level_scores_worked_number() -> None:
    assert level_scores([[2, 3]], [[0.5, 1]], [5]).tolist() == [0.5]


def test_a_level_that_was_stopped_scores_0_and_a_faster_one_more_than_1() -> None:
    scores = level_scores([[0.1, 5], [0.1, inf], [0.5, 0.5]], [[1, 1]] * 3, [5, 5, 5])
    assert scores.tolist() == [0, 0, pytest.approx(4.5 / 4)]
    with pytest.raises(ValueError, match="not below its limit"):
        level_scores([[1]], [[5]], [5])


def test_level_mean_worked_number() -> None:
    assert level_mean([1.0, 0.5, 0.0], [3, 3, 4]) == pytest.approx(0.45)


def test_eff_at_k_worked_number() -> None:
    assert eff_at_k([0.9, 0, 0.4], 2) == pytest.approx((0.4 + 2 * 0.9) / 3)
    with pytest.raises(ValueError, match="at least 3 samples, not 2"):
        eff_at_k([0.1, 0.2], 3)


@given(st.lists(st.floats(0, 1.2), min_size=1, max_size=8), st.data())
def test_eff_at_k_is_the_mean_best_of_all_draws(scores: list[float], data: st.DataObject) -> None:
    k = data.draw(st.integers(1, len(scores)))
    assert eff_at_k(scores, k) == pytest.approx(np.mean([max(draw) for draw in combinations(scores, k)]))


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_eff_of_right_or_wrong_is_pass_at_k(nck: tuple[int, int, int]) -> None:
    n, c, k = nck
    assert eff_at_k([1.0] * c + [0.0] * (n - c), k) == pytest.approx(pass_at_k(n, c, k))


def test_beyond_worked_number() -> None:
    assert beyond(2, [1, 3, 5]) == 0.75
    assert (beyond(0.1, [1, 3, 5]), beyond(9, [1, 3, 5])) == (1, 0)
    with pytest.raises(ValueError, match="rank nothing"):
        beyond(1, [2, 2])


def test_speedups_worked_number() -> None:
    assert speedups([10, 10, 10], [4, 20, 1], [True, True, False]).tolist() == [2.5, 1, 1]


def test_speed_ratio_worked_number() -> None:
    assert speed_ratio([1, 2, 4], [2, 4, 8]) == pytest.approx((0.5, 0.5, 0.5, 3))


def test_a_speed_ratio_turns_with_its_sides() -> None:
    draws = np.random.default_rng(9)
    one, other = draws.lognormal(0, 1, 80), draws.lognormal(0.3, 1, 80)
    found, turned = speed_ratio(one, other), speed_ratio(other, one)
    assert (found.value, found.low, found.high) == pytest.approx(
        (1 / turned.value, 1 / turned.high, 1 / turned.low)
    )
    assert found.low < found.value < found.high


def test_times_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="not above 0"):
        speed_ratio([1, 0], [1, 1])
    with pytest.raises(ValueError, match="at least two"):
        speed_ratio([1], [1])
