from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import flip_rate, mean_of_means, pass_all_k, pass_at_k, worst_case


def test_pass_at_k_worked_number() -> None:
    assert pass_at_k(5, 2, 2) == pytest.approx(0.7)


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_at_k_is_the_share_of_draws_that_hold_a_right_one(nck: tuple[int, int, int]) -> None:
    n, c, k = nck
    draws = list(combinations([True] * c + [False] * (n - c), k))
    assert pass_at_k(n, c, k) == pytest.approx(sum(any(draw) for draw in draws) / len(draws))


@pytest.mark.parametrize("n", [10, 60, 200])
def test_pass_at_k_agrees_with_the_products_of_the_paper(n: int) -> None:
    for c in range(0, n + 1, max(1, n // 20)):
        for k in (1, n // 2, n):
            product = 1.0 if n - c < k else 1.0 - float(np.prod(1.0 - k / np.arange(n - c + 1, n + 1)))
            assert pass_at_k(n, c, k) == pytest.approx(product, abs=1e-12)


@pytest.mark.parametrize(("n", "c", "k"), [(3, 1, 4), (0, 0, 1), (3, 4, 1), (3, -1, 1), (3, 1, 0)])
def test_too_few_samples_say_nothing_instead_of_one(n: int, c: int, k: int) -> None:
    """Others return 1.0 for k > n: a model with one sample then has a perfect pass@10."""
    with pytest.raises(ValueError):
        pass_at_k(n, c, k)


def test_pass_at_1_is_the_share_of_right_ones() -> None:
    assert pass_at_k(7, 3, 1) == pytest.approx(3 / 7)


def test_problems_count_alike_however_many_samples_they_have() -> None:
    assert mean_of_means([1, 3], [2, 4]) == 0.625


def test_problems_without_a_measured_sample_are_left_out_not_failed() -> None:
    assert mean_of_means([1, 0], [2, 0]) == 0.5
    assert mean_of_means([0], [0]) is None
    assert mean_of_means([], []) is None


def test_worst_case_worked_numbers() -> None:
    assert worst_case([1, 1], [2, 1], [2, 2]) == (0.5, 0.75)
    assert worst_case([0, 0], [0, 0], [1, 3]) == (0.0, 1.0)
    assert worst_case([], [], []) is None


def test_worst_case_has_no_width_when_all_is_measured() -> None:
    assert worst_case([1, 3], [2, 4], [2, 4]) == (0.625, 0.625)


def test_pass_all_k_worked_number() -> None:
    assert pass_all_k(5, 3, 2) == pytest.approx(0.3)


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_pass_all_k_is_the_share_of_draws_that_are_all_right(nck: tuple[int, int, int]) -> None:
    n, c, k = nck
    draws = list(combinations([True] * c + [False] * (n - c), k))
    assert pass_all_k(n, c, k) == pytest.approx(sum(all(draw) for draw in draws) / len(draws))


def test_flip_rate_worked_number() -> None:
    assert flip_rate([5, 0, 3, 4], [5, 5, 5, 5]) == 0.5
    assert flip_rate([1, 0], [1, 1]) is None
