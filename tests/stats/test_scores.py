from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import Counts, effective_trials, pass_at_k_of, score_of, standard_error, wilson


def test_one_sample_a_problem_is_wilson() -> None:
    score = score_of(Counts.of([1] * 81 + [0] * 182, [1] * 263))
    assert score.interval == wilson(81, 263)
    assert (score.value, score.problems, score.method) == (81 / 263, 263, "wilson")


def test_standard_error_worked_numbers() -> None:
    assert standard_error([1, 1, 0, 0]) == pytest.approx(0.2887, abs=5e-5)
    assert standard_error([1, 1, 0, 0], ["a", "a", "b", "b"]) == pytest.approx(0.5)
    assert isnan(standard_error([1, 0], [7, 7]))


def test_one_of_k_samples_worked_numbers() -> None:
    found = pass_at_k_of(Counts.of([1, 2, 1, 0], [2] * 4), 2)
    assert (found.value, found.interval) == (0.75, wilson(3, 4))
    assert found.interval == pytest.approx((0.3006, 0.9544), abs=5e-5)
    two = pass_at_k_of(Counts.of([1, 2, 3, 0], [3] * 4), 2)
    assert two.value == pytest.approx((2 / 3 + 1 + 1 + 0) / 4)
    with pytest.raises(ValueError, match="pass@3 needs"):
        pass_at_k_of(Counts.of([1, 1], [3, 2]), 3)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), min_size=2, max_size=30), st.booleans())
def test_one_of_one_sample_is_the_score(samples: list[tuple[int, int]], in_families: bool) -> None:
    counts = Counts.of([min(pair) for pair in samples], [of for _, of in samples])
    clusters = np.arange(len(samples)) // 2 if in_families else None
    one, score = pass_at_k_of(counts, 1, clusters=clusters), score_of(counts, clusters=clusters)
    assert one.interval == pytest.approx(score.interval)
    assert (one.value, one.clusters) == (pytest.approx(score.value), score.clusters)


def test_clusters_of_one_are_no_clusters() -> None:
    values = np.random.default_rng(2).random(40)
    assert standard_error(values, np.arange(40)) == pytest.approx(standard_error(values))
    assert standard_error(values) == pytest.approx(float(np.std(values, ddof=1)) / 40**0.5)


def test_copies_of_a_problem_are_worth_one() -> None:
    """Every problem in five languages, all alike: 500 rows say what 100 do."""
    means = np.random.default_rng(5).random(100)
    once, five = standard_error(means), standard_error(np.repeat(means, 5), np.repeat(np.arange(100), 5))
    assert five == pytest.approx(once)
    assert standard_error(np.repeat(means, 5)) < 0.5 * once


def test_effective_trials_worked_number() -> None:
    assert effective_trials(0.25, 0.05, clusters=10**6, samples=10**6) == pytest.approx(100, abs=0.01)
    assert effective_trials(0.25, 0.05, clusters=100, samples=80) == 80
    assert effective_trials(0.25, 0.05, clusters=1, samples=80) == 1


def test_repeats_of_the_same_answers_buy_nothing() -> None:
    once = score_of(Counts.of([1] * 60 + [0] * 40, [1] * 100))
    thrice = score_of(Counts.of([3] * 60 + [0] * 40, [3] * 100))
    assert thrice.value == once.value
    assert thrice.interval == pytest.approx(once.interval, abs=0.003)


def test_epochs_narrow_the_interval_where_samples_vary() -> None:
    passed = np.random.default_rng(3).binomial(10, 0.5, size=100)
    score, single = score_of(Counts.of(passed, [10] * 100)), wilson(50, 100)
    assert score.high - score.low < 0.5 * (single.high - single.low)


def test_problems_that_all_pass_are_not_certain() -> None:
    score = score_of(Counts.of([5] * 30, [5] * 30))
    assert score.high == 1
    assert score.low < wilson(30, 30).low, "five epochs that all passed are not 150 problems"


def test_a_problem_without_a_measured_sample_is_left_out() -> None:
    score = score_of(Counts.of([1, 0, 0], [1, 1, 0], planned=[1, 1, 1]))
    assert (score.value, score.problems) == (0.5, 2)
    with pytest.raises(ValueError, match="no problem has a measured sample"):
        score_of(Counts.of([0], [0], planned=[1]))


def test_clusters_of_other_problems_are_refused() -> None:
    with pytest.raises(ValueError, match="2 clusters for 3 problems"):
        score_of(Counts.of([1, 1, 0], [1, 1, 1]), clusters=[1, 2])


samples = st.lists(
    st.integers(1, 6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of), st.integers(0, 4))),
    min_size=2,
    max_size=30,
)


@given(samples)
def test_a_score_is_inside_its_interval_and_failures_mirror_it(each: list[tuple[int, int, int]]) -> None:
    passed, measured, family = (np.array(column) for column in zip(*each, strict=True))
    score = score_of(Counts.of(passed, measured), clusters=family)
    assert 0 <= score.low <= score.value + 1e-12
    assert score.value - 1e-12 <= score.high <= 1
    mirrored = score_of(Counts.of(measured - passed, measured), clusters=family)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx(score.interval, abs=1e-9)


@given(samples, st.randoms(use_true_random=False))
def test_the_order_of_problems_says_nothing(each: list[tuple[int, int, int]], random: object) -> None:
    passed, measured, family = (np.array(column) for column in zip(*each, strict=True))
    order = np.random.default_rng(0).permutation(len(each))
    one = score_of(Counts.of(passed, measured), clusters=family)
    other = score_of(Counts.of(passed[order], measured[order]), clusters=family[order])
    assert other.interval == pytest.approx(one.interval, abs=1e-9)
