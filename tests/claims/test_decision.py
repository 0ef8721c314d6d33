"""The rule of a verdict, on intervals made by hand; and on simulated worlds whose truth is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from claim_runs import ONCE, OTHER, SUBJECT, TOY, attempts_of, claim

from bench.claims.claim import Claim, Reading
from bench.claims.decision import Decided, Evidence, Verdict, decide, together
from bench.claims.evidence import evidence
from bench.stats import Counts, Interval, interval_of_these

AT_LEAST = Reading(">=", 0.5, metric="pass@1", tolerance=0.05)
WITHIN = Reading("approximately", 0.5, metric="pass@1", tolerance=0.1)


def seen(
    low: float, high: float, *, least: Interval | None = None, most: Interval | None = None, **more: Any
) -> Evidence:
    interval = Interval(low, high)
    missing = {"unmeasured": 0, "truncated": 0} | more
    return Evidence(
        (low + high) / 2,
        interval,
        least or interval,
        most or interval,
        problems=100,
        samples=100,
        method="wilson",
        **missing,
    )


@pytest.mark.parametrize(
    ("reading", "low", "high", "verdict"),
    [
        (AT_LEAST, 0.46, 0.60, "SUPPORTED"),
        (AT_LEAST, 0.45, 0.60, "SUPPORTED"),
        (AT_LEAST, 0.44, 0.60, "INCONCLUSIVE"),
        (AT_LEAST, 0.30, 0.45, "INCONCLUSIVE"),
        (AT_LEAST, 0.30, 0.44, "REFUTED"),
        (Reading("<=", 0.5, metric="pass@1"), 0.3, 0.5, "SUPPORTED"),
        (Reading("<=", 0.5, metric="pass@1"), 0.51, 0.6, "REFUTED"),
        (WITHIN, 0.41, 0.59, "SUPPORTED"),
        (WITHIN, 0.35, 0.65, "INCONCLUSIVE"),
        (WITHIN, 0.61, 0.65, "REFUTED"),
        (WITHIN, 0.35, 0.39, "REFUTED"),
        (Reading("ratio", 1.8, metric="speed", tolerance=0.05), 1.72, 2.5, "SUPPORTED"),
        (Reading("ratio", 1.8, metric="speed"), 1.72, 2.5, "INCONCLUSIVE"),
        (Reading("ratio", 1.8, metric="speed"), 1.1, 1.79, "REFUTED"),
        (Reading("ratio", 0.6, metric="cost", sense="<="), 0.4, 0.6, "SUPPORTED"),
    ],
)
def test_the_interval_decides(reading: Reading, low: float, high: float, verdict: str) -> None:
    assert decide(reading, seen(low, high)).verdict == verdict


def test_what_is_missing_can_take_a_verdict_away_but_never_make_one() -> None:
    lost = seen(0.46, 0.6, least=Interval(0.42, 0.56), unmeasured=4)
    decided = decide(AT_LEAST, lost)
    assert decided.verdict is Verdict.INCONCLUSIVE
    assert "4 that nobody measured" in decided.reason
    cut = decide(AT_LEAST, seen(0.3, 0.44, most=Interval(0.4, 0.54), truncated=10))
    assert cut.verdict is Verdict.INCONCLUSIVE
    assert "10 cut off at the token limit" in cut.reason
    assert decide(AT_LEAST, seen(0.3, 0.6, most=Interval(0.5, 0.7))).verdict is Verdict.INCONCLUSIVE


def test_fewer_samples_than_planned_decide_nothing() -> None:
    decided = decide(AT_LEAST, seen(0.8, 0.9), short="1 of 5 answers")
    assert decided.verdict is Verdict.INCONCLUSIVE
    assert "1 of 5 answers" in decided.reason


def test_readings_that_disagree_leave_it_open() -> None:
    def one(verdict: Verdict, name: str) -> Decided:
        return Decided(Reading(">=", 0.5, name=name), verdict, "so")

    both = [one(Verdict.SUPPORTED, "points"), one(Verdict.REFUTED, "relative")]
    verdict, reason = together(both)
    assert verdict is Verdict.INCONCLUSIVE
    assert "points: SUPPORTED, relative: REFUTED" in reason
    assert together(both[:1]) == (Verdict.SUPPORTED, "so")
    assert together([both[1], one(Verdict.REFUTED, "points")])[0] is Verdict.REFUTED


def test_a_fixed_set_of_problems_has_no_chance_between_them() -> None:
    """A published score is of these 164 problems: which ones are solved is what is measured, not a sample."""
    sure = interval_of_these(Counts.of([5] * 50 + [0] * 50, [5] * 100))
    assert sure is not None
    assert sure == pytest.approx((0.49608, 0.50392), abs=1e-5)
    assert interval_of_these(Counts.of([1] * 50 + [0] * 50, [1] * 100)) is None
    loose = interval_of_these(Counts.of([1] * 50 + [2] * 50, [3] * 100))
    assert loose is not None
    assert loose.high - loose.low > sure.high - sure.low


@pytest.mark.parametrize("chance", [(0.0, 1.0), (0.02, 0.98), (0.2, 0.9), (0.5, 0.5)])
@pytest.mark.parametrize("epochs", [2, 3, 5])
def test_the_interval_of_these_problems_covers_their_mean(chance: Sequence[float], epochs: int) -> None:
    draws = np.random.default_rng([7, epochs])
    truth = np.repeat(chance, 82)
    hits = 0
    for _ in range(400):
        interval = interval_of_these(Counts.of(draws.binomial(epochs, truth), [epochs] * truth.size))
        assert interval is not None
        hits += interval.low <= truth.mean() <= interval.high
    assert hits >= 0.92 * 400


WORLDS = {
    ">=": ('relation = ">="\nthreshold = 0.5', SUBJECT, (0.5, 0.65, 0.35)),
    "<=": ('relation = "<="\nthreshold = 0.5', SUBJECT, (0.5, 0.35, 0.65)),
    "approximately": (
        'relation = "approximately"\nthreshold = 0.5\ntolerance = 0.15',
        SUBJECT,
        (0.35, 0.5, 0.15),
    ),
    "difference": ('relation = "difference"\nthreshold = 0.1', SUBJECT + OTHER, (0.6, 0.8, 0.4)),
    "ratio": ('relation = "ratio"\nthreshold = 1.2', SUBJECT + OTHER, (0.6, 0.8, 0.4)),
}
"""A relation, and the subject's true score at the edge of the claim, well inside, and well outside of it."""
TRIALS, PROBLEMS = 100, 300


def verdicts(made: Claim, truth: float, seed: int) -> Counter[Verdict]:
    """Of worlds in which the subject has this score, and the comparator 0.5, each on its own coins."""
    draws = np.random.default_rng(seed)
    found = []
    for _ in range(TRIALS):
        subject = attempts_of(draws.binomial(1, truth, PROBLEMS), "vendor/m")
        other = attempts_of(draws.binomial(1, 0.5, PROBLEMS), "vendor/n") if made.comparator else None
        (reading,) = made.readings
        found.append(decide(reading, evidence(reading, made, subject, other, ratings={})).verdict)
    return Counter(found)


@pytest.mark.parametrize("relation", WORLDS)
def test_a_verdict_is_right_in_worlds_whose_truth_is_known(relation: str) -> None:
    """``benchmarks/claims.py`` has the large one, docs/claims.md its table."""
    reading, who, (edge, inside, outside) = WORLDS[relation]
    made = claim(reading, rest=who + TOY + ONCE)
    assert verdicts(made, inside, 1)[Verdict.SUPPORTED] >= 0.95 * TRIALS
    assert verdicts(made, outside, 2)[Verdict.REFUTED] >= 0.95 * TRIALS
    assert verdicts(made, edge, 3)[Verdict.INCONCLUSIVE] >= 0.85 * TRIALS
