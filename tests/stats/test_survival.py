"""Speed where not everything is solved: worked numbers, and intervals that hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from bench.stats import by_problem, kaplan_meier, log_rank, ratio_of_means, restricted, success_curve

BUDGET = 60.0
SIMULATIONS = 1_000

# Freireich et al. 1963, the worked example of Cox 1972 and of most textbooks: weeks in remission.
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
ENDED = [True] * 9 + [False] * 12
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_the_kaplan_meier_curve_of_the_textbook() -> None:
    at, left = kaplan_meier(TREATED, ENDED)
    assert at.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert left == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)


def test_the_log_rank_test_of_the_textbook() -> None:
    times, ended = TREATED + PLACEBO, ENDED + [True] * 21
    found = log_rank(times, ended, [True] * 21 + [False] * 21, [0] * 42)
    assert found.chi2 == pytest.approx(16.79, abs=5e-3)
    assert (found.observed, found.expected) == (9, pytest.approx(19.25, abs=5e-3))
    treated = stats.CensoredData(np.array(TREATED)[:9], right=np.array(TREATED)[9:])
    theirs = stats.logrank(treated, stats.CensoredData(np.array(PLACEBO)))
    assert found.p == pytest.approx(theirs.pvalue, rel=1e-9)


def test_the_stratified_test_compares_within_problems_only() -> None:
    times = [1.0, 2.0, 101.0, 102.0]
    across = log_rank(times, [True] * 4, [True, True, False, False], [0, 0, 1, 1])
    assert (across.chi2, across.p) == (0.0, 1.0), "no problem has both groups"
    strata = np.repeat(np.arange(40), 2)
    fast = log_rank(np.tile([1.0, 2.0], 40) + 100 * strata, [True] * 80, np.tile([True, False], 40), strata)
    assert fast.p < 1e-6, "each problem has another length, and one group is faster in each"


def test_what_was_given_up_was_never_solved() -> None:
    at, share = success_curve([1, 5, 2, 3], [True, False, True, True])
    assert (at.tolist(), share.tolist()) == ([1, 2, 3], [0.25, 0.5, 0.75])
    assert success_curve([4, 4], [False, False])[0].size == 0, "a hopeless model has a flat curve"


def test_restricted_times_end_at_the_budget() -> None:
    assert restricted([3, 3, 90, 90], [True, False, True, False], 60).tolist() == [3, 60, 60, 60]
    with pytest.raises(ValueError, match="budget"):
        restricted([1], [True], 0)


def test_means_by_problem() -> None:
    names, means = by_problem([1, 3, 10], [7, 7, 2])
    assert (names.tolist(), means.tolist()) == ([2, 7], [10, 2])


def test_a_hopeless_and_an_instant_model_give_finite_ratios() -> None:
    hopeless, instant = restricted([5] * 30, [False] * 30, 9), restricted([1] * 30, [True] * 30, 9)
    assert ratio_of_means(hopeless, instant, paired=True) == pytest.approx((9, 9, 9, 30))
    assert ratio_of_means(hopeless, hopeless, paired=True).value == 1
    mixed = restricted([1, 2] * 15, [True] * 30, 9)
    found = ratio_of_means(hopeless, mixed, paired=False)
    assert 0 < found.low < found.value < found.high < 9
    with pytest.raises(ValueError, match="mean is 0"):
        ratio_of_means([1, 2], [0, 0], paired=True)


@pytest.mark.parametrize("problems", [2, 3, 10, 30])
def test_an_interval_is_finite_where_hardly_any_problems_differ(problems: int) -> None:
    """Draws of problems that are all alike have a spread of 1e-9, not 0: the interval once began at 0."""
    first, second = [1.1] * (problems - 1) + [0.7], [3.3] * problems
    found = ratio_of_means(first, second, paired=True)
    # By hand: the mean is (n - 0.4/1.1) / n of 1.1, and the error of its logarithm that of one odd value.
    away = 0.4 / 1.1 / problems
    error = away * np.sqrt((problems - 1) / problems) / (1 - away)
    quantile = stats.t.ppf(0.975, problems - 1)
    assert found.value == pytest.approx((1 - away) / 3)
    assert np.log(found.high / found.value) == pytest.approx(error * quantile)
    assert np.log(found.value / found.low) == pytest.approx(error * quantile)


def test_ratios_turn_over_with_their_intervals() -> None:
    draws = np.random.default_rng(5)
    x, y = draws.lognormal(0, 1, 50), draws.lognormal(0.5, 1, 50)
    there, back = ratio_of_means(x, y, paired=True), ratio_of_means(y, x, paired=True)
    assert (1 / back.value, 1 / back.high, 1 / back.low) == pytest.approx(there[:3])


@pytest.mark.parametrize("bad", [[1.0, float("nan")], [-1.0, 1.0], []])
def test_times_that_are_none_are_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError):
        restricted(bad, [True] * len(bad), 5)


@pytest.mark.slow
@pytest.mark.parametrize("truth", [1.8, 1.0])
@pytest.mark.parametrize("case", ["paired", "censored", "unpaired", "clustered"])
def test_intervals_cover_the_true_ratio_as_often_as_they_say(case: str, truth: float) -> None:
    """Simulated fixers: how hard a problem is is shared by both (or not, where they are unpaired)."""
    draws = np.random.default_rng(20261125)
    problems, epochs = (40, 4) if case == "clustered" else (80, 1)
    budget = BUDGET if case in ("censored", "clustered") else 1e9
    covered = 0
    for _ in range(SIMULATIONS):
        hard = draws.normal(0, 0.5, problems)
        other = draws.normal(0, 0.5, problems) if case == "unpaired" else hard
        slow, fast = (
            _means(draws, each, scale, epochs, budget) for each, scale in ((hard, truth), (other, 1.0))
        )
        found = ratio_of_means(slow, fast, paired=case != "unpaired", resamples=1_000)
        covered += found.low <= _true_ratio(truth, budget) <= found.high
    assert 0.93 <= covered / SIMULATIONS <= 0.97


def _means(
    draws: np.random.Generator, hard: NDArray[np.float64], scale: float, epochs: int, budget: float
) -> NDArray[np.float64]:
    times = 20 * scale * np.exp(hard[:, None] + draws.normal(0, 0.5, (hard.size, epochs)))
    solved = times <= budget
    each = restricted(np.minimum(times, budget).ravel(), solved.ravel(), budget)
    return by_problem(each, np.repeat(np.arange(hard.size), epochs))[1]


def _true_ratio(truth: float, budget: float) -> float:
    """Of E[min(T, budget)] for lognormal T: exact, so 1.8 where nothing is cut off."""

    def mean(scale: float) -> float:
        mu, sigma, cut = np.log(20 * scale), np.sqrt(0.5), np.log(budget)
        below = np.exp(mu + sigma**2 / 2) * stats.norm.cdf((cut - mu - sigma**2) / sigma)
        return float(below + budget * stats.norm.sf((cut - mu) / sigma))

    return mean(truth) / mean(1.0)
