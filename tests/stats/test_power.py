from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nct, t

from bench.stats import (
    Spread,
    detectable,
    difference_power,
    discordance,
    problems_for_difference,
    problems_for_mean,
    problems_for_threshold,
    spread,
    threshold_power,
)


@pytest.mark.parametrize(("problems", "points"), [(164, 6.9), (500, 4.0), (2000, 2.0)])
def test_what_is_detectable_worked_numbers(problems: int, points: float) -> None:
    """A tenth of the problems discordant."""
    assert 100 * detectable(sqrt(0.10 / problems)) == pytest.approx(points, abs=0.05)


def test_problems_for_a_difference_worked_number() -> None:
    assert problems_for_difference(0.07, discordance=0.10) == 158
    assert difference_power(164, 0.07, discordance=0.10) == pytest.approx(0.815, abs=5e-4)


def test_problems_for_a_mean_worked_number() -> None:
    """Half a standard deviation at 80 %: 34, as the exact noncentral t has it."""
    assert problems_for_mean(0.5, variance=1) == 34
    exact = 1 - nct.cdf(t.ppf(0.975, 33), 33, 0.5 * sqrt(34))
    assert exact == pytest.approx(0.80, abs=0.01)


def test_problems_for_a_threshold_worked_number() -> None:
    assert problems_for_threshold(0.90, 0.80) == 108
    assert threshold_power(164, 0.90, 0.80) == pytest.approx(0.951, abs=5e-4)


def test_discordance_worked_number() -> None:
    assert discordance(0.8, 0.7, correlation=0) == pytest.approx(0.38)
    assert discordance(0.9, 0.2, correlation=1) == pytest.approx(0.7), "no less than the difference"


def test_spread_worked_number() -> None:
    split = spread([1, 3], [4, 4])
    assert split == pytest.approx((0.0625, 0.25))
    assert split.variance(1) == pytest.approx(0.3125)
    assert split.alike == pytest.approx(0.2)


def test_spread_finds_what_it_was_drawn_from() -> None:
    """Beta(2, 2): within is the mean of p (1 - p), 0.2; between is the variance of p, 0.05."""
    draws = np.random.default_rng(8)
    passed = draws.binomial(5, draws.beta(2, 2, 20_000))
    assert spread(passed, np.full(20_000, 5)) == pytest.approx((0.05, 0.2), abs=0.003)


def test_epochs_only_buy_what_varies_within() -> None:
    split, many = Spread(between=0.15, within=0.05), 10**9
    assert split.variance(many) == pytest.approx(0.15)
    assert problems_for_threshold(0.9, 0.8, epochs=many, alike=split.alike) == pytest.approx(81, abs=1)
    assert problems_for_threshold(0.9, 0.8, epochs=5, alike=1) == 108
    assert spread([5, 0, 5, 0], [5, 5, 5, 5]).within == 0


@given(st.floats(0.02, 0.3), st.floats(0, 0.5), st.floats(0.5, 0.95))
def test_power_at_the_planned_number_is_as_planned(difference: float, more: float, power: float) -> None:
    share = min(1.0, difference + more)
    problems = problems_for_difference(difference, discordance=share, power=power)
    assert difference_power(problems, difference, discordance=share) >= power - 1e-9
    if problems > 1 and share > difference:
        assert difference_power(problems - 1, difference, discordance=share) < power


@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.integers(1, 10), st.floats(0, 1))
def test_a_threshold_takes_what_its_power_says(score: float, threshold: float, k: int, alike: float) -> None:
    if abs(score - threshold) < 0.01:
        return
    problems = problems_for_threshold(score, threshold, epochs=k, alike=alike)
    assert threshold_power(problems, score, threshold, epochs=k, alike=alike) >= 0.8 - 1e-9


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="at the threshold itself"):
        problems_for_threshold(0.8, 0.8)
    with pytest.raises(ValueError, match="only one of the two solves"):
        problems_for_difference(0.2, discordance=0.1)
    with pytest.raises(ValueError, match="a difference of 0"):
        problems_for_difference(0.0, discordance=0.1)
    with pytest.raises(ValueError, match="two problems with two samples"):
        spread([1, 1], [1, 2])
