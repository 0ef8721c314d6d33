from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, binomtest

from bench.stats import Interval, cluster_bootstrap, jeffreys, wilson


def test_wilson_worked_number() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@pytest.mark.parametrize(("successes", "n"), [(0, 20), (20, 20), (1, 164), (156, 164), (50, 100)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_wilson_agrees_with_an_independent_implementation(successes: int, n: int, confidence: float) -> None:
    expected = binomtest(successes, n).proportion_ci(confidence, method="wilson")
    assert wilson(successes, n, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_widths_that_were_planned_with() -> None:
    """HumanEval+ at 0.95 and 0.85, and 500 problems at 0.80: 6.8, 11.0 and 7.0 points."""
    for rate, n, width in ((0.95, 164, 6.8), (0.85, 164, 11.0), (0.80, 500, 7.0)):
        interval = wilson(round(rate * n), n)
        assert 100 * (interval.high - interval.low) == pytest.approx(width, abs=0.06)


@pytest.mark.parametrize(("successes", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_counts_that_cannot_be(successes: int, n: int) -> None:
    with pytest.raises(ValueError):
        wilson(successes, n)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95])
def test_a_confidence_in_percent_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError):
        wilson(1, 2, confidence)


def test_bootstrap_of_single_samples_is_close_to_wilson() -> None:
    drawn, exact = cluster_bootstrap([0] * 30 + [1] * 70), wilson(70, 100)
    assert drawn == pytest.approx(exact, abs=0.012)


def test_bootstrap_gives_the_same_bytes_again() -> None:
    means = np.linspace(0, 1, 50)
    assert cluster_bootstrap(means) == cluster_bootstrap(means.copy())


def test_bootstrap_does_not_depend_on_the_order_of_problems() -> None:
    means = np.array([0.0, 1 / 3, 2 / 3, 1.0] * 20)
    assert cluster_bootstrap(means) == cluster_bootstrap(np.sort(means))


def test_repeats_of_the_same_answers_do_not_narrow_the_interval() -> None:
    """Three identical epochs are one: taking 300 samples as independent would make them look sure."""
    means = [0.0] * 40 + [1.0] * 60
    interval, naive = cluster_bootstrap(means), wilson(180, 300)
    assert interval.high - interval.low > 1.5 * (naive.high - naive.low)


def test_epochs_narrow_the_interval_where_samples_vary() -> None:
    drawn = np.random.default_rng(3).binomial(10, 0.5, size=100) / 10
    interval, single = cluster_bootstrap(drawn), wilson(50, 100)
    assert interval.high - interval.low < 0.5 * (single.high - single.low)


def test_problems_that_all_pass_are_not_certain() -> None:
    assert cluster_bootstrap([1.0] * 164) == wilson(164, 164)
    assert cluster_bootstrap([0.5] * 10) == wilson(5, 10)
    assert cluster_bootstrap([0.0]) == Interval(0.0, wilson(0, 1).high)


@pytest.mark.parametrize(("a", "b", "problems"), [(8, 0.5, 164), (8, 0.5, 20), (1, 1, 30), (0.3, 0.1, 60)])
def test_bootstrap_covers_the_truth_about_as_often_as_it_says(a: float, b: float, problems: int) -> None:
    """300 simulated models of 3 epochs, seeded; percentiles alone fall to 88 % for 20 good answers."""
    generator, truth, hits = np.random.default_rng(11), a / (a + b), 0
    for _ in range(300):
        means = generator.binomial(3, generator.beta(a, b, problems)) / 3
        interval = cluster_bootstrap(means, resamples=2000)
        hits += interval.low <= truth <= interval.high
    assert hits >= 0.92 * 300


def test_bootstrap_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError):
        cluster_bootstrap([])


def test_jeffreys_worked_number() -> None:
    assert jeffreys(1, 10) == pytest.approx((0.0110, 0.3813), abs=5e-5)


@pytest.mark.parametrize(("successes", "n"), [(1, 164), (156, 164), (50, 100)])
def test_jeffreys_agrees_with_an_independent_implementation(successes: int, n: int) -> None:
    of = beta(successes + 0.5, n - successes + 0.5)
    assert jeffreys(successes, n) == pytest.approx((of.ppf(0.025), of.ppf(0.975)), abs=1e-9)


def test_jeffreys_ends_at_the_ends() -> None:
    assert jeffreys(0, 20).low == 0
    assert jeffreys(20, 20).high == 1
    with pytest.raises(ValueError):
        jeffreys(6, 5)
