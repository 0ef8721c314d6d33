from __future__ import annotations

from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from bench.stats import (
    Comparison,
    Counts,
    Discordant,
    Scale,
    compare_scores,
    discordant,
    holm,
    mcnemar,
    ratio_of_means,
    tango,
)


def coins(passed: list[int]) -> Counts:
    return Counts.of(passed, [1] * len(passed))


BOTH, FIRST, SECOND, NEITHER = (1, 1), (1, 0), (0, 1), (0, 0)
AIRWAYS = [BOTH] * 1 + [FIRST] * 1 + [SECOND] * 7 + [NEITHER] * 12


def test_one_sample_a_problem_is_tango_and_mcnemar() -> None:
    first, second = (coins(list(side)) for side in zip(*AIRWAYS, strict=True))
    found = compare_scores(first, second)
    assert found.interval == pytest.approx(tango(1, 7, 21))
    assert found.p == mcnemar(1, 7)
    assert found.value == pytest.approx(-6 / 21)
    assert found.discordant == Discordant(1, 7, 13)
    assert found.method == "tango; mcnemar mid-p"
    assert found.differs


@pytest.mark.parametrize(("problems", "points"), [(500, 4.0), (2000, 2.0)])
def test_what_could_be_detected_is_as_planned_with(problems: int, points: float) -> None:
    """A tenth discordant. Taken from the interval, it is a little more than 2.8 standard errors."""
    side = problems // 20
    pairs = [FIRST] * side + [SECOND] * side + [BOTH] * (problems - 2 * side)
    first, second = (coins(list(side)) for side in zip(*pairs, strict=True))
    found = compare_scores(first, second)
    assert 2.8 * found.error == pytest.approx(points / 100, abs=5e-4)
    assert found.detectable == pytest.approx(points / 100, rel=0.05)
    assert not found.differs


def test_no_discordance_can_still_detect_something() -> None:
    found = compare_scores(coins([1] * 50), coins([1] * 50))
    assert (found.value, found.p, found.error) == (0, 1, 0)
    assert found.detectable > 0.05


def test_an_interval_does_not_leave_out_what_its_test_does_not() -> None:
    """4 to 0: Tango's interval alone leaves out 0, the exact test says 0.0625."""
    first, second = coins([1] * 4 + [1] * 26), coins([0] * 4 + [1] * 26)
    assert tango(4, 0, 30).low > 0
    found = compare_scores(first, second)
    assert found.p == pytest.approx(0.0625)
    assert found.low == 0
    assert not found.differs


def epochs(seed: int, problems: int, k: int, *scores: float) -> list[Counts]:
    """Models of those scores on problems that are of different difficulty to all of them."""
    draws = np.random.default_rng(seed)
    hard = draws.normal(0, 0.15, problems)
    return [
        Counts.of(draws.binomial(k, np.clip(score + hard, 0, 1)), np.full(problems, k)) for score in scores
    ]


def test_epochs_are_not_problems_of_their_own() -> None:
    """Three identical epochs say what one does: counting 300 would call a coin's throw a difference."""
    pairs = [FIRST] * 9 + [SECOND] * 3 + [BOTH] * 60 + [NEITHER] * 28
    first, second = (np.array(side) for side in zip(*pairs, strict=True))
    once = compare_scores(coins(list(first)), coins(list(second)))
    thrice = compare_scores(Counts.of(3 * first, [3] * 100), Counts.of(3 * second, [3] * 100))
    assert thrice.interval == pytest.approx(once.interval, abs=0.006)
    assert thrice.p == pytest.approx(once.p)
    assert mcnemar(27, 9) < 0.01 < 0.05 < thrice.p


def test_pairing_narrows_where_problems_are_hard_to_both() -> None:
    first, second = epochs(1, 300, 5, 0.6, 0.55)
    paired, apart = compare_scores(first, second), compare_scores(first, second, paired=False)
    assert paired.value == pytest.approx(apart.value)
    assert paired.high - paired.low < apart.high - apart.low
    assert apart.discordant is None
    assert paired.method == "tango, effective n; sign flips"
    assert apart.method == "newcombe, unpaired; its inversion"


def test_families_of_problems_widen() -> None:
    first, second = epochs(2, 40, 1, 0.7, 0.5)
    copies = [Counts.of(np.repeat(each.passed, 5), np.ones(200, dtype=int)) for each in (first, second)]
    blind = compare_scores(*copies)
    knowing = compare_scores(*copies, clusters=np.repeat(np.arange(40), 5))
    once = compare_scores(first, second)
    assert knowing.interval == pytest.approx(once.interval, abs=0.02)
    assert knowing.p == pytest.approx(once.p, abs=1e-9)
    assert blind.high - blind.low < 0.6 * (knowing.high - knowing.low)


def test_a_ratio_agrees_with_the_bootstrap_of_the_same() -> None:
    first, second = epochs(3, 300, 5, 0.6, 0.5)
    found = compare_scores(first, second, scale="ratio")
    drawn = ratio_of_means(first.means, second.means, paired=True)
    assert found.value == pytest.approx(drawn.value)
    assert found.interval == pytest.approx((drawn.low, drawn.high), abs=0.01)
    assert found.p == compare_scores(first, second).p


def test_a_ratio_to_nothing_solved() -> None:
    found = compare_scores(coins([1] * 20), coins([0] * 20), scale="ratio")
    assert (found.value, found.high) == (inf, inf)
    assert found.low > 3
    nothing = compare_scores(coins([0] * 20), coins([0] * 20), scale="ratio")
    assert isnan(nothing.value)
    assert (nothing.low, nothing.high) == (0, inf)


def test_any_number_of_samples_a_problem_will_do() -> None:
    """Shares of up to 40 samples have no common unit of use: p is then of a grid, close to a normal tail."""
    draws = np.random.default_rng(6)
    measured = draws.integers(1, 41, 300)
    first, second = (Counts.of(draws.binomial(measured, score), measured) for score in (0.8, 0.78))
    found = compare_scores(first, second)
    apart = first.means - second.means
    assert found.p == pytest.approx(2 * norm.sf(abs(apart.sum()) / np.sqrt((apart**2).sum())), abs=0.01)


def test_one_problem_says_next_to_nothing() -> None:
    found = compare_scores(coins([1]), coins([0]))
    assert not found.differs
    assert found.p == 0.5
    assert isnan(found.error)


def test_p_of_models_with_problems_of_their_own_is_where_their_interval_ends() -> None:
    first, second = coins([1] * 56 + [0] * 14), coins([1] * 48 + [0] * 32)
    found = compare_scores(first, second, paired=False)
    assert found.interval == pytest.approx((0.0524, 0.3339), abs=5e-5)
    edge = compare_scores(first, second, paired=False, confidence=1 - found.p)
    assert edge.low == pytest.approx(0, abs=1e-6)


def test_only_problems_that_both_measured_count_when_paired() -> None:
    first = Counts.of([1, 1, 0], [1, 1, 0], planned=[1, 1, 1])
    second = Counts.of([1, 0, 1], [1, 1, 1])
    assert compare_scores(first, second).first.problems == 2
    with pytest.raises(ValueError, match="3 and 1 problems cannot be paired"):
        compare_scores(first, coins([1]))
    with pytest.raises(ValueError, match="no problem has a measured sample of both"):
        compare_scores(Counts.of([0], [0], planned=[1]), coins([1]))


def test_discordance_of_epochs_is_by_who_is_ahead() -> None:
    assert discordant([0.2, -0.4, 0.0, 0.6]) == Discordant(2, 1, 1)


def test_holm_worked_number() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_is_between_nothing_and_bonferroni(p_values: list[float]) -> None:
    for p, adjusted in zip(p_values, holm(p_values), strict=True):
        assert p <= adjusted <= min(1.0, p * len(p_values))


model = st.lists(st.integers(0, 3), min_size=12, max_size=12)


@settings(max_examples=50)
@given(model, model, st.booleans(), st.booleans())
def test_turning_the_sides_turns_the_answer(a: list[int], b: list[int], paired: bool, families: bool) -> None:
    first, second = (Counts.of(each, [3] * 12) for each in (a, b))
    clusters = np.repeat(np.arange(4), 3) if families else None
    theirs = None if paired else clusters

    def compared(one: Counts, other: Counts, scale: Scale) -> Comparison:
        return compare_scores(
            one, other, scale=scale, paired=paired, clusters=clusters, second_clusters=theirs
        )

    found, turned = compared(first, second, "difference"), compared(second, first, "difference")
    assert (-turned.high, -turned.low) == pytest.approx(found.interval, abs=1e-9)
    assert turned.p == pytest.approx(found.p, abs=1e-6)
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9
    if first.passed.any() or second.passed.any():
        ratio = compared(first, second, "ratio")
        assert ratio.low - 1e-9 <= ratio.value <= ratio.high + 1e-9
