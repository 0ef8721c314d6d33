"""Claims against runs: who is meant, whether the terms are those of the claim, and what is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from claim_runs import HEAD, ONCE, OTHER, SUBJECT, TOY, checked, claim, run, scored
from speed_runs import Answer, P, W

from bench.claims import registration
from bench.claims.check import Checked
from bench.claims.claim import Claim
from bench.claims.files import parse
from bench.claims.plan import design
from bench.errors import UsageError
from bench.results import Result
from bench.types import CheckGroup, Outcome, SampleKey, Stop

AT_LEAST = claim('relation = ">="\nthreshold = 0.5')
BETTER = claim('relation = "difference"\nthreshold = 0.1', rest=SUBJECT + OTHER + TOY + ONCE)


def told(found: Checked) -> tuple[str, str]:
    return found.verdict.value, found.reason


def test_a_score_supports_refutes_or_leaves_open() -> None:
    for passed, verdict in ((70, "SUPPORTED"), (55, "INCONCLUSIVE"), (30, "REFUTED")):
        found = checked(AT_LEAST, run({"vendor/m-1": scored(passed)}))
        assert found.verdict == verdict
        (one,) = found.readings
        assert one.evidence is not None
        assert one.evidence.value == pytest.approx(passed / 100)
        assert found.remarks == ("not registered before the run",)


def test_a_limited_run_does_not_decide_a_claim_of_the_whole_suite() -> None:
    """40 problems drawn, or worse the first 40, are not HumanEval."""
    verdict, reason = told(checked(AT_LEAST, run({"vendor/m": scored(90)}, limited=True)))
    assert verdict == "INVALID"
    assert "100 drawn problems" in reason


def test_a_name_that_several_models_answer_under_decides_nothing() -> None:
    half: list[Any] = [[[Answer(P, served="m-0613")]], [[Answer(P, served="m-0806")]]]
    verdict, reason = told(checked(AT_LEAST, run({"vendor/m": half * 50})))
    assert verdict == "INVALID"
    assert "m-0613, m-0806" in reason


def test_another_version_of_the_suite_is_not_the_one_claimed_about() -> None:
    made = claim('relation = ">="\nthreshold = 0.5', rest=SUBJECT + TOY + 'version = "2"\n' + ONCE)
    verdict, reason = told(checked(made, run({"vendor/m": scored(90)})))
    assert (verdict, "version 1" in reason) == ("INVALID", True)


def test_unequal_terms_are_invalid_and_said() -> None:
    both = {"vendor/m": scored(90), "vendor/n": scored(30)}
    assert checked(BETTER, run(both)).verdict == "SUPPORTED"
    terms = {"vendor/m": "aaaaaaaaaaaa", "vendor/n": "bbbbbbbbbbbb"}
    verdict, reason = told(checked(BETTER, run(both, terms=terms)))
    assert verdict == "INVALID"
    assert "unequal terms" in reason
    assert "bbbbbbbbbbbb" in reason


@pytest.mark.parametrize(
    ("condition", "params", "valid"),
    [
        ('effort = "high"', {"effort": "high"}, True),
        ('effort = "high"', {"effort": "low"}, False),
        ("temperature = 0.0", {"temperature": None}, False),
        ("max_tokens = 4096", {"max_tokens": 4096}, True),
        ("tools = true", {}, False),
        ("turns = 2", {}, False),
    ],
)
def test_a_run_has_to_have_asked_as_the_claim_was_made(
    condition: str, params: dict[str, Any], valid: bool
) -> None:
    made = claim('relation = ">="\nthreshold = 0.5', rest=f"{SUBJECT}{TOY}{ONCE}{condition}\n")
    found = checked(made, run({"vendor/m": scored(90)}, params=params))
    assert (found.verdict != "INVALID") is valid, found.reason


def test_answers_that_bench_did_not_ask_for_have_unknown_conditions() -> None:
    made = claim('relation = ">="\nthreshold = 0.5', rest=f'{SUBJECT}{TOY}{ONCE}effort = "high"\n')
    given = run({"vendor/m": scored(90)})
    lock: Any = given.lock
    lock["as_given"].append("vendor/m")
    found = checked(made, given)
    assert found.verdict == "SUPPORTED"
    assert "did not ask for the answers" in found.remarks[0]


def test_fewer_epochs_than_planned_are_inconclusive() -> None:
    made = claim('relation = ">="\nthreshold = 0.5', rest=SUBJECT + TOY)
    verdict, reason = told(checked(made, run({"vendor/m": scored(95, epochs=2)})))
    assert verdict == "INCONCLUSIVE"
    assert "2 of 5 answers a problem" in reason
    assert checked(made, run({"vendor/m": scored(95, epochs=5)})).verdict == "SUPPORTED"


def test_what_nobody_measured_can_leave_it_open() -> None:
    lost = run({"vendor/m": scored(58, others=[Outcome.PROVIDER_ERROR] * 8)})
    verdict, reason = told(checked(AT_LEAST, lost))
    assert (verdict, "8 that nobody measured" in reason) == ("INCONCLUSIVE", True)
    cut = run({"vendor/m": scored(38, others=[Outcome.TRUNCATED] * 20)})
    verdict, reason = told(checked(AT_LEAST, cut))
    assert (verdict, "20 cut off" in reason) == ("INCONCLUSIVE", True)
    assert checked(AT_LEAST, run({"vendor/m": scored(38)})).verdict == "REFUTED"


def test_nothing_measured_decides_nothing() -> None:
    found = checked(AT_LEAST, run({"vendor/m": scored(0, others=[Outcome.NOT_RUN] * 100)}))
    assert found.verdict == "INCONCLUSIVE"


def test_both_readings_of_fifteen_percent_are_decided() -> None:
    """0.60 against 0.50 is 20 % more, and 10 points: the one claim holds, the other does not."""
    readings = (
        '[[readings]]\nname = "points"\nrelation = "difference"\nthreshold = 0.15\n'
        '[[readings]]\nname = "relative"\nrelation = "ratio"\nthreshold = 1.15\n'
    )
    made = claim("", rest=SUBJECT + OTHER + TOY + ONCE + readings)
    many: Any = {"vendor/m": scored(3000, 5000), "vendor/n": scored(2500, 5000)}
    found = checked(made, run(many))
    assert [one.verdict for one in found.readings] == ["REFUTED", "SUPPORTED"]
    assert told(found)[0] == "INCONCLUSIVE"
    assert "points: REFUTED, relative: SUPPORTED" in found.reason


def test_speed_and_cost_are_ratios_on_their_clocks() -> None:
    def fixer(seconds: float, microusd: int, step: int) -> list[Any]:
        waves = ((n * step) % 7 for n in range(84))
        return [[[Answer(P, seconds=seconds * (3 + w), microusd=microusd * (3 + w))]] for w in waves]

    both = run({"vendor/m": fixer(1.0, 100, 3), "vendor/n": fixer(2.2, 220, 2)})
    rest = SUBJECT + OTHER + TOY + ONCE
    fast = claim('relation = "ratio"\nthreshold = 1.8\nclock = "model_s"', rest=rest, metric="speed")
    found = checked(fast, both)
    assert found.verdict == "SUPPORTED", found.reason
    assert found.readings[0].evidence is not None
    assert found.readings[0].evidence.value == pytest.approx(2.2)
    turns = claim('relation = "ratio"\nthreshold = 1.8\nclock = "turns"', rest=rest, metric="speed")
    assert checked(turns, both).verdict in ("REFUTED", "NOT-TESTABLE")
    for metric in ("cost", "cost_per_solved"):
        cheap = claim('relation = "ratio"\nsense = "<="\nthreshold = 0.6', rest=rest, metric=metric)
        found = checked(cheap, both)
        assert found.verdict == "SUPPORTED", found.reason
        dear = claim('relation = "ratio"\nsense = "<="\nthreshold = 0.4', rest=rest, metric=metric)
        assert checked(dear, both).verdict == "REFUTED"


def test_an_unknown_cost_is_not_testable() -> None:
    free: list[Any] = [[[Answer(P, microusd=None)]] for _ in range(20)]
    cheap = claim(
        'relation = "ratio"\nsense = "<="\nthreshold = 0.6', rest=SUBJECT + OTHER + TOY + ONCE, metric="cost"
    )
    verdict, reason = told(checked(cheap, run({"vendor/m": free, "vendor/n": free})))
    assert (verdict, "cost is not known" in reason) == ("NOT-TESTABLE", True)


def test_a_rating_and_a_percentile_come_from_rated_problems() -> None:
    ratings = {f"p{n:03}": 800.0 + 8 * n for n in range(200)}
    solved: list[Any] = [[[Answer(P if n < 100 else W)]] for n in range(200)]
    made = claim('relation = "approximately"\nthreshold = 1600\ntolerance = 150', metric="rating")
    found = checked(made, run({"vendor/m": solved}), ratings=ratings)
    assert found.verdict == "SUPPORTED", found.reason
    assert told(checked(made, run({"vendor/m": solved})))[0] == "NOT-TESTABLE"
    people = (
        '\n[distribution]\nsource = "s"\ndate = "2024"\npoints = [[1143, 0.5], [1900, 0.94], [2400, 0.99]]\n'
    )
    better = claim(
        'relation = ">="\nthreshold = 0.963', rest=SUBJECT + TOY + ONCE + people, metric="percentile"
    )
    found = checked(better, run({"vendor/m": solved}), ratings=ratings)
    assert found.verdict == "REFUTED", found.reason


def test_a_group_of_checks_alone_may_decide_and_problems_may_be_left_out() -> None:
    def result(number: int, *, base: bool, plus: bool) -> Result:
        groups = (CheckGroup("base", 3, 3 if base else 2, 3), CheckGroup("plus", 9, 9 if plus else 8, 9))
        outcome = P if base and plus else W
        key = SampleKey("toy", f"p{number:03}", "vendor/m", 0)
        return Result(key, outcome, stop=Stop.END, groups=groups if base else groups[:1])

    many = [result(n, base=n % 10 < 8, plus=n % 10 < 3) for n in range(200)]
    made = run({"vendor/m": []})
    object.__setattr__(made, "results", many)

    def value(population: str) -> float:
        found = checked(
            claim('relation = ">="\nthreshold = 0.1', rest=SUBJECT + TOY + population + ONCE), made
        )
        assert found.readings[0].evidence is not None
        return found.readings[0].evidence.value

    assert value("") == pytest.approx(0.3)
    assert value('checks = "base"\n') == pytest.approx(0.8)
    assert value('only = ["p00*"]\n') == pytest.approx(0.3)
    assert value('without = ["p??3", "p??4", "p??5", "p??6", "p??7", "p??8", "p??9"]\n') == 1.0


def test_who_is_meant_is_found_or_asked_for() -> None:
    with pytest.raises(UsageError, match="no model that the claim calls M") as raised:
        checked(AT_LEAST, run({"other": scored(9)}))
    assert "other" in raised.value.hint
    assert "--subject" in raised.value.hint
    assert checked(AT_LEAST, run({"other": scored(90)}), subject="other").verdict == "SUPPORTED"
    with pytest.raises(UsageError, match="no model 'third'"):
        checked(AT_LEAST, run({"other": scored(9)}), subject="third")
    two = [run({"vendor/m": scored(90)}, name=name) for name in ("a", "b")]
    with pytest.raises(UsageError, match="several runs could be M") as raised:
        checked(AT_LEAST, *two)
    assert "a:vendor/m" in raised.value.hint
    assert checked(AT_LEAST, *two, subject="b:vendor/m").sides[0].side.run == "b"


def test_a_run_is_not_compared_with_itself() -> None:
    """Where names of both models fit the one run that is given, no difference would be seen, ever."""
    other = OTHER.replace("vendor/n*", "vendor/*-old")
    made = claim('relation = "difference"\nthreshold = 0.1', rest=SUBJECT + other + TOY + ONCE)
    with pytest.raises(UsageError, match="M and N would both be vendor/m-old in r") as raised:
        checked(made, run({"vendor/m-old": scored(90)}))
    assert "--comparator" in raised.value.hint
    with pytest.raises(UsageError, match="would both be"):
        checked(made, run({"vendor/m": scored(90)}), subject="vendor/m", comparator="vendor/m")


def test_a_claim_that_nothing_here_decides_needs_no_run() -> None:
    text = f'{HEAD}metric = "kindness"\n{SUBJECT}\n[not_testable]\nreason = "no number"\nneeds = "a number"\n'
    assert told(checked(parse(text, Path("c.toml")))) == ("NOT-TESTABLE", "no number")


def registered(made: Claim) -> registration.Registration:
    return registration.registered(made, design(made, None))


def test_a_registration_holds_before_the_run_and_unchanged() -> None:
    ran, given = run({"vendor/m": scored(90)}), registered(AT_LEAST)
    late, early = "2099-01-01T00:00:00+00:00", "2020-01-01T00:00:00.000+00:00"
    found = checked(AT_LEAST, ran, registration=given, began={"r": late})
    assert (found.verdict, found.registered, found.remarks) == ("SUPPORTED", given.sha256, ())
    verdict, reason = told(checked(AT_LEAST, ran, registration=given, began={"r": early}))
    assert (verdict, "before the registration" in reason) == ("INVALID", True)
    other = claim('relation = ">="\nthreshold = 0.4')
    verdict, reason = told(checked(other, ran, registration=given, began={"r": late}))
    assert (verdict, "not what was registered: `readings`" in reason) == ("INVALID", True)
    (remark,) = checked(AT_LEAST, ran, registration=given).remarks
    assert "does not say when it began" in remark


@pytest.mark.parametrize(
    ("made_at", "began", "verdict", "remarks"),
    [
        ("2026-11-25T10:00:00.500+00:00", "2026-11-25T10:00:00.499+00:00", "INVALID", 0),
        ("2026-11-25T10:00:00.500+00:00", "2026-11-25T10:00:00.500+00:00", "SUPPORTED", 0),
        ("2026-11-25T10:00:00.500+00:00", "2026-11-25T11:00:00.501+01:00", "SUPPORTED", 0),
        ("2026-11-25T10:00:00.500+00:00", "2026-11-25T11:00:00.499+01:00", "INVALID", 0),
        ("2026-11-25T10:00:00.000+00:00", "2026-11-25T10:00:00.000+00:00", "SUPPORTED", 0),
        ("2026-11-25T10:00:00+00:00", "2026-11-25T09:59:59.999+00:00", "INVALID", 0),
        ("2026-11-25T10:00:00+00:00", "2026-11-25T10:00:00.300+00:00", "SUPPORTED", 1),
        ("2026-11-25T10:00:00+00:00", "2026-11-25T10:00:00.999", "SUPPORTED", 1),
        ("2026-11-25T10:00:00+00:00", "2026-11-25T10:00:01.000+00:00", "SUPPORTED", 0),
    ],
)
def test_registration_and_first_call_are_told_apart_to_the_millisecond(
    made_at: str, began: str, verdict: str, remarks: int
) -> None:
    """Of whole seconds, as they once were, a call before the registration counted as one after it."""
    given = msgspec.structs.replace(registered(AT_LEAST), made_at=made_at)
    found = checked(AT_LEAST, run({"vendor/m": scored(90)}), registration=given, began={"r": began})
    assert (found.verdict, len(found.remarks)) == (verdict, remarks)
    assert all("in the second of its registration" in one for one in found.remarks)
