from __future__ import annotations

from math import comb, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from bench.stats import mcnemar, ratio_of, sign_flip, square_and_add, tango, wilson


def test_mcnemar_worked_number() -> None:
    """Airway reactivity before and after a transplant: 1 and 7 discordant of 21 (Fagerland et al. 2013)."""
    assert mcnemar(1, 7) == pytest.approx(0.0391, abs=5e-5)
    assert mcnemar(0, 0) == 1


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_exact_test_less_half_of_what_was_seen(first: int, second: int) -> None:
    n, fewer = first + second, min(first, second)
    if first != second:
        exact = binomtest(fewer, n).pvalue
        assert mcnemar(first, second) == pytest.approx(exact - comb(n, fewer) / 2**n, abs=1e-12)
    else:
        assert mcnemar(first, second) == 1
    assert mcnemar(first, second) == mcnemar(second, first)


@given(st.lists(st.integers(-1, 1), min_size=1, max_size=60))
def test_flipping_signs_of_single_samples_is_mcnemar(apart: list[int]) -> None:
    first, second = apart.count(1), apart.count(-1)
    assert sign_flip(apart, unit=1.0) == pytest.approx(mcnemar(first, second), abs=1e-12)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=10))
def test_sign_flip_is_the_share_of_all_flips(apart: list[int]) -> None:
    signs = 1 - 2 * ((np.arange(2 ** len(apart))[:, None] >> np.arange(len(apart))) & 1)
    sums, seen = np.abs(signs @ np.array(apart)), abs(sum(apart))
    expected = np.mean(sums > seen) + np.mean(sums == seen) / 2 if seen else 1.0
    assert sign_flip(np.array(apart) / 5, unit=0.2) == pytest.approx(expected, abs=1e-12)


def test_sign_flip_worked_number() -> None:
    assert sign_flip([2, 1, 1]) == 0.125


def test_sign_flip_of_any_numbers_is_close_to_a_normal_tail() -> None:
    apart = np.random.default_rng(4).normal(0.1, 1, 400)
    expected = 2 * norm.sf(abs(apart.sum()) / np.sqrt((apart**2).sum()))
    assert sign_flip(apart) == pytest.approx(expected, abs=0.01)


def test_tango_worked_number() -> None:
    assert tango(1, 7, 21) == pytest.approx((-0.517, -0.026), abs=5e-4)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 60))
def test_tango_holds_its_value_and_turns_with_its_sides(first: int, second: int, others: int) -> None:
    n = first + second + others
    interval, turned = tango(first, second, n), tango(second, first, n)
    assert -1 <= interval.low <= (first - second) / n + 1e-9
    assert (first - second) / n - 1e-9 <= interval.high <= 1
    assert (-turned.high, -turned.low) == pytest.approx(interval, abs=1e-9)


def test_tango_leaves_out_0_as_the_score_test_does() -> None:
    for first, second in ((10, 3), (12, 3), (8, 2), (9, 2)):
        significant = (first - second) ** 2 / (first + second) > 1.959964**2
        assert (tango(first, second, 164).low > 0) == significant


def test_tango_of_no_discordance_is_not_certain() -> None:
    low, high = tango(0, 0, 100)
    assert (low, high) == pytest.approx((-0.0370, 0.0370), abs=5e-5)
    with pytest.raises(ValueError):
        tango(3, 3, 5)


def test_newcombe_worked_number() -> None:
    """56 of 70 against 48 of 80 (Newcombe 1998, table II, example a)."""
    found = square_and_add(0.8, 0.6, wilson(56, 70), wilson(48, 80))
    assert found == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_what_two_models_have_in_common_narrows() -> None:
    one = wilson(80, 100)
    apart, together = (square_and_add(0.8, 0.8, one, one, correlation=r) for r in (0.0, 0.8))
    assert together.high - together.low < 0.6 * (apart.high - apart.low)


def test_ratio_of_worked_number() -> None:
    one = wilson(80, 100)
    assert ratio_of(0.8, 0.8, one, one) == pytest.approx((0.868, 1.153), abs=5e-4)
    assert ratio_of(0.8, 0.8, one, one) == pytest.approx((1 / 1.15271, 1.15271), abs=1e-4)


def test_ratio_to_nothing_has_no_high_end() -> None:
    interval = ratio_of(0.5, 0.0, wilson(10, 20), wilson(0, 20))
    assert interval.high == inf
    assert 1 < interval.low < 10
    assert ratio_of(0.0, 0.5, wilson(0, 20), wilson(10, 20)).low == 0


@given(st.integers(1, 40), st.integers(1, 40), st.floats(-0.5, 0.9))
def test_the_ends_of_a_ratio_are_where_square_and_add_holds_0(first: int, second: int, r: float) -> None:
    of_first, of_second = wilson(first, 40), wilson(second, 40)
    a, b = first / 40, second / 40
    for end in ratio_of(a, b, of_first, of_second, correlation=r):
        scaled = [of_second.low * end, of_second.high * end]
        one, other = (a - of_first.low, scaled[1] - b * end), (of_first.high - a, b * end - scaled[0])
        away = one if a - b * end >= 0 else other
        squared = away[0] ** 2 - 2 * r * away[0] * away[1] + away[1] ** 2
        assert (a - b * end) ** 2 == pytest.approx(squared, abs=1e-9)
