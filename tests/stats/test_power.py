from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, multinomial, nct, t

from bench.stats import (
    Spread,
    detectable,
    difference_power,
    discordance,
    mcnemar,
    problems_for_difference,
    problems_for_mean,
    problems_for_threshold,
    spread,
    threshold_power,
    wilson,
)


@pytest.mark.parametrize(("problems", "points"), [(164, 6.9), (500, 4.0), (2000, 2.0)])
def test_what_is_detectable_worked_numbers(problems: int, points: float) -> None:
    """A tenth of the problems discordant."""
    assert 100 * detectable(sqrt(0.10 / problems)) == pytest.approx(points, abs=0.05)


def test_problems_for_a_difference_worked_number() -> None:
    assert problems_for_difference(0.07, discordance=0.10) == 145
    assert difference_power(164, 0.07, discordance=0.10) == pytest.approx(0.852, abs=5e-4)


@pytest.mark.parametrize(
    ("problems", "difference", "share"), [(30, 0.2, 0.3), (60, 0.1, 0.12), (41, 0.2, 0.2)]
)
def test_power_of_a_difference_is_that_of_mcnemar(problems: int, difference: float, share: float) -> None:
    """Every outcome that can be, tested one by one."""
    chances, found = ((share + difference) / 2, (share - difference) / 2, 1 - share), 0.0
    for first in range(problems + 1):
        for second in range(problems + 1 - first):
            if mcnemar(first, second) < 0.05:
                outcome = (first, second, problems - first - second)
                found += multinomial.pmf(outcome, problems, chances)
    assert difference_power(problems, difference, discordance=share) == pytest.approx(found, abs=1e-9)


def test_power_of_a_threshold_is_that_of_wilson() -> None:
    for problems, score, threshold in ((30, 0.9, 0.7), (100, 0.9, 0.8), (60, 0.3, 0.5), (20, 0.99, 0.9)):
        out = [not i.low <= threshold <= i.high for i in (wilson(k, problems) for k in range(problems + 1))]
        found = float(binom.pmf(np.arange(problems + 1), problems, score) @ np.array(out))
        assert threshold_power(problems, score, threshold) == pytest.approx(found, abs=1e-9)


def test_problems_for_a_mean_worked_number() -> None:
    """Half a standard deviation at 80 %: 34, as the exact noncentral t has it."""
    assert problems_for_mean(0.5, variance=1) == 34
    exact = 1 - nct.cdf(t.ppf(0.975, 33), 33, 0.5 * sqrt(34))
    assert exact == pytest.approx(0.80, abs=0.01)


def test_problems_for_a_threshold_worked_number() -> None:
    assert problems_for_threshold(0.90, 0.80) == 100
    assert threshold_power(164, 0.90, 0.80) == pytest.approx(0.939, abs=5e-4)


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
    assert problems_for_threshold(0.9, 0.8, epochs=many, alike=split.alike) == pytest.approx(83, abs=1)
    assert problems_for_threshold(0.9, 0.8, epochs=5, alike=1) == 100
    assert spread([5, 0, 5, 0], [5, 5, 5, 5]).within == 0


@settings(max_examples=40)
@given(st.floats(0.03, 0.3), st.floats(0, 0.5), st.floats(0.5, 0.95))
def test_power_at_the_planned_number_is_as_planned(difference: float, more: float, power: float) -> None:
    share = min(1.0, difference + more)
    problems = problems_for_difference(difference, discordance=share, power=power)
    assert difference_power(problems, difference, discordance=share) >= power
    assert difference_power(problems - 1, difference, discordance=share) < power


@settings(max_examples=40)
@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98), st.integers(1, 10), st.floats(0, 1))
def test_a_threshold_takes_what_its_power_says(score: float, threshold: float, k: int, alike: float) -> None:
    if abs(score - threshold) < 0.01:
        return
    problems = problems_for_threshold(score, threshold, epochs=k, alike=alike)
    # Of very many problems the number is the formula's, and power goes up and down by tenths of a point.
    least = 0.8 - 1e-9 if problems <= 2000 else 0.795
    assert threshold_power(problems, score, threshold, epochs=k, alike=alike) >= least


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="at the threshold itself"):
        problems_for_threshold(0.8, 0.8)
    with pytest.raises(ValueError, match="only one of the two solves"):
        problems_for_difference(0.2, discordance=0.1)
    with pytest.raises(ValueError, match="a difference of 0"):
        problems_for_difference(0.0, discordance=0.1)
    with pytest.raises(ValueError, match="two problems with two samples"):
        spread([1, 1], [1, 2])
