from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import (
    Prior,
    chance,
    rating_at,
    rating_by_contest,
    rating_of,
    rating_of_rank,
    share_below,
    support,
)
from bench.stats.rating import WEAK, _best, _best_of_draws

EVENLY = np.linspace(800, 2400, 400)


def test_chance_worked_number() -> None:
    assert chance(1900, [1900, 1500, 2300]) == pytest.approx([1 / 2, 10 / 11, 1 / 11])


@pytest.mark.parametrize(
    ("rating", "half", "failures", "verdict"),
    [(2441, 78, 25, "enough"), (3206, 526, 0.4, "ceiling"), (0, 517, 399.6, "floor")],
)
def test_support_worked_numbers(rating: float, half: float, failures: float, verdict: str) -> None:
    """400 problems rated 800 to 2400 cannot show 3206; nor 0, from below."""
    found = support(EVENLY, rating)
    assert 1.96 * found.error == pytest.approx(half, rel=0.05)
    assert found.failures == pytest.approx(failures, abs=0.5)
    assert found.verdict == verdict


def test_rating_worked_number() -> None:
    """Half of 100 problems of 1500: 1500, and 68 = 1.96 * 400 / ln 10 / sqrt(25)."""
    found = rating_of([1500] * 100, [1] * 50 + [0] * 50, [1] * 100)
    assert found.value == pytest.approx(1500)
    assert (found.low, found.high) == pytest.approx((1432, 1568), abs=1)


def test_all_solved_has_no_high_end_and_none_solved_no_low_one() -> None:
    everything = rating_of([2000] * 20, [1] * 20, [1] * 20)
    nothing = rating_of([2000] * 20, [0] * 20, [1] * 20)
    assert everything.high == inf
    assert nothing.low == -inf
    assert 2000 < everything.value < 3000
    assert 1000 < nothing.value < 2000


def test_the_prior_moves_little_where_problems_decide() -> None:
    solved = np.random.default_rng(1).random(400) < chance(2441, EVENLY)
    ones = np.ones(400)
    weak, none = rating_of(EVENLY, solved, ones), rating_of(EVENLY, solved, ones, prior=Prior(1500, 1e6))
    assert 0 < none.value - weak.value < 10
    assert (weak.low, weak.high) == pytest.approx((none.low, none.high))


def test_epochs_are_counted() -> None:
    once, thrice = (rating_of([1500] * 10, [k] * 7 + [0] * 3, [k] * 10) for k in (1, 3))
    assert thrice.high - thrice.low == pytest.approx((once.high - once.low) / 3**0.5, rel=0.05)


def test_contests_that_differ_widen() -> None:
    """A model that is 300 points better in half of the contests."""
    contests = np.arange(400) % 20
    solved = np.random.default_rng(2).random(400) < chance(1700, EVENLY - 300 * (contests % 2))
    plain = rating_of(EVENLY, solved, np.ones(400))
    found = rating_by_contest(EVENLY, solved, np.ones(400), contests=contests)
    assert found.value == plain.value
    assert found.high - found.low > 1.2 * (plain.high - plain.low)
    assert found == rating_by_contest(EVENLY, solved, np.ones(400), contests=contests)


def test_draws_are_rated_as_one_by_one() -> None:
    """Also those in which all or nothing is solved."""
    draws = np.random.default_rng(4)
    hard, right, of = draws.uniform(800, 3000, 12), np.array([1.0] * 6 + [0.0] * 6), np.ones(12)
    times = draws.multinomial(12, np.full(12, 1 / 12), size=30).astype(float)
    times[0], times[1] = np.array([2] * 6 + [0] * 6), np.array([0] * 6 + [2] * 6)
    for row, found in zip(times, _best_of_draws(times, hard, right, of, WEAK, 1700.0), strict=True):
        assert found == pytest.approx(_best(hard, row * right, row * of, WEAK), abs=0.01)


def test_contests_that_do_not_differ_agree_with_the_likelihood() -> None:
    solved = np.random.default_rng(3).random(400) < chance(1700, EVENLY)
    plain = rating_of(EVENLY, solved, np.ones(400))
    found = rating_by_contest(EVENLY, solved, np.ones(400), contests=np.arange(400))
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=15)


@given(
    st.lists(st.tuples(st.integers(800, 3500), st.booleans()), min_size=1, max_size=30),
    st.integers(-300, 300),
)
def test_a_rating_moves_with_its_problems(problems: list[tuple[int, bool]], moved: int) -> None:
    hard, solved = (np.array(column) for column in zip(*problems, strict=True))
    ones = np.ones(len(problems))
    found = rating_of(hard, solved, ones)
    assert found.low <= found.value <= found.high
    elsewhere = rating_of(hard + moved, solved, ones, prior=Prior(1500 + moved, 500))
    assert elsewhere.value == pytest.approx(found.value + moved, abs=1e-6)


def test_rating_of_a_rank_worked_number() -> None:
    assert rating_of_rank(1.5, [1500] * 3) == pytest.approx(1500)
    assert rating_of_rank(1, [1000, 2000, 3000]) > rating_of_rank(2, [1000, 2000, 3000])
    with pytest.raises(ValueError, match="rank 3 among 3"):
        rating_of_rank(3, [1500] * 3)


def test_share_below_worked_number() -> None:
    assert share_below(1400, [1200, 1300, 1400, 1500]) == 0.625
    assert share_below(1400, [1000, 1600], counts=[963, 37]) == 0.963
    assert rating_at(0.5, [1500, 1200, 1300, 1400]) == 1300
    assert rating_at(0.963, [1000, 1600], counts=[963, 37]) == 1000


def test_what_cannot_be_rated_is_refused() -> None:
    with pytest.raises(ValueError, match="or no sample"):
        rating_of([1500], [0], [0])
    with pytest.raises(ValueError, match="more passed than measured"):
        rating_of([1500], [2], [1])
    with pytest.raises(ValueError, match="one contest"):
        rating_by_contest([1500, 1600], [1, 0], [1, 1], contests=["a", "a"])
    with pytest.raises(ValueError, match="without people"):
        share_below(1500, [])
    with pytest.raises(ValueError, match="not between 0 and 1"):
        rating_at(1.5, [1500])
