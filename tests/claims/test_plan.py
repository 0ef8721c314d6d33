"""Plans: what can be decided, with how many problems and for how much, asking nobody."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from claim_runs import OTHER, SUBJECT, claim

from bench.claims.claim import Reading
from bench.claims.files import paths, read
from bench.claims.margins import margin
from bench.claims.plan import Plan, plan
from bench.claims.report import lasting, plan_json, plan_screen
from bench.models.prices import built_in
from bench.suites import outline, suite_names

NOT_TESTABLE = {
    "deepseek-v4-codeforces-2441",
    "deepseek-v4-codeforces-3206",
    "deepseek-v4-context",
    "deepseek-v4-hardware-cost",
    "deepseek-v4-long-text",
    "deepseek-v4-mmlu",
    "deepseek-v4-optimisation",
    "deepseek-v4-percentile",
    "deepseek-v4-plc",
}
"""Of our own claims those that this release cannot decide."""


@pytest.fixture(autouse=True)
def no_network_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a plan asks nobody")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DEEPSEEK_API_KEY", "BENCH_DATA"):
        monkeypatch.delenv(name, raising=False)


def made(name: str, **more: Any) -> Plan:
    return plan(read(next(path for path in paths() if path.stem == name)), prices=built_in(), **more)


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_each_of_our_claims_has_a_plan(path: Path) -> None:
    found = plan(read(path), prices=built_in())
    assert found.testable is (path.stem not in NOT_TESTABLE)
    text = plan_screen(found)
    assert text.startswith("TESTABLE" if found.testable else "NOT-TESTABLE")
    if found.testable:
        assert found.calls > 0
        assert 0 < found.seconds[0] < found.seconds[1]
        assert found.commands[0].startswith("bench run -m ")
        assert all(one.margin is not None for one in found.readings)
    else:
        assert "it takes" in text
        assert len(found.needs) > 20
    assert plan_json(found)["testable"] is found.testable


def test_a_debugging_race_costs_money_and_says_how_much() -> None:
    found = made("deepseek-v4-debugging-speed")
    assert [bill.model for bill in found.bills] == ["deepseek/deepseek-v4-pro", "anthropic/claude-opus-4-5"]
    assert all(bill.cost is not None and 0 < bill.cost.low < bill.cost.high for bill in found.bills)
    assert found.calls == found.problems * 5 * 3 * 2
    assert "--turns 3" in found.commands[0]
    other = made("deepseek-v4-debugging-speed", models=["ollama/small"])
    assert other.bills == ()
    assert "nothing is paid for ollama/small" in plan_screen(other)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (5399, "90 min"),
        (5400, "1.5 h"),
        (2 * 86_400 - 360, "47.9 h"),
        (2 * 86_400, "2.0 days"),
        (277_000, "3.2 days"),
        (1e8, "1,157.4 days"),
    ],
)
def test_a_time_is_told_in_the_unit_that_people_plan_in(seconds: float, told: str) -> None:
    """A race of four months was said to take 3123.0 h."""
    assert lasting(seconds) == told


def test_a_race_of_weeks_is_planned_in_days() -> None:
    assert "5.5 h to 130.1 days one after the other" in plan_screen(made("deepseek-v4-debugging-speed"))


def test_with_the_data_problems_are_counted(datasets_dir: Path) -> None:
    without, with_data = (made("qwen2.5-coder-0.5b-mbpp", data=data) for data in ((), (datasets_dir,)))
    assert (without.with_data, with_data.with_data) == (False, True)
    assert without.problems == with_data.problems == 377
    joined = made("deepseek-v4-debugging-speed", data=(datasets_dir,))
    assert joined.problems < made("deepseek-v4-debugging-speed").problems


def test_published_figures_that_do_not_belong_together_are_told() -> None:
    (remark,) = made("deepseek-v4-percentile").remarks
    assert "2441 is above 99.2 % of people" in remark
    assert "96.3 % are below about 2121" in remark


def test_how_many_rated_problems_a_rating_takes_is_told() -> None:
    """2.8 errors of one problem at its own rating are 973 points: 95 of them for 100."""
    assert "at least 95 around 2441 tell it from 100 points away" in made("deepseek-v4-codeforces-2441").needs


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ('suite = "humanevall"\n', "no suite 'humanevall'"),
        ('suite = "humaneval"\nversion = "9"\n', "version 1 of humaneval is here"),
        ('suite = "humaneval"\n[conditions]\ntools = true\n', "without tools"),
    ],
)
def test_what_is_not_here_is_not_testable(rest: str, why: str) -> None:
    one = claim('relation = ">="\nthreshold = 0.5', rest=f"{SUBJECT}\n[population]\n{rest}")
    found = plan(one, prices=built_in())
    assert not found.testable
    assert why in found.reason
    assert found.commands == ()


def test_a_margin_is_what_the_power_says() -> None:
    """Of 61.6 +- 5 points with one answer each: ((1.96 + 0.84) / 0.05)^2 p q problems."""
    one = margin(Reading("approximately", 0.616, metric="pass@1", tolerance=0.05), 164)
    assert one.distance == pytest.approx(2.8 * (0.57 * 0.43 / 164) ** 0.5, abs=0.003)
    assert one.needed == pytest.approx((2.8 / 0.05) ** 2 * 0.57 * 0.43, rel=0.05)
    assert (one.supportable, one.refutable) == (False, True)
    fixed = margin(
        Reading("approximately", 0.616, metric="pass@1", tolerance=0.05), 164, these=True, epochs=3
    )
    assert fixed.supportable
    assert fixed.distance < one.distance / 2


def test_a_ceiling_is_seen_beforehand() -> None:
    """measurement.md: 400 problems from 800 to 2400 know 2441 to +- 78, and 3206 not at all."""
    spread = [800 + 1600 * n / 399 for n in range(400)]
    near = margin(Reading("approximately", 2441, metric="rating", tolerance=100), 400, ratings=spread)
    far = margin(Reading("approximately", 3206, metric="rating", tolerance=100), 400, ratings=spread)
    assert near.distance == pytest.approx(78 / 1.96 * 2.8, rel=0.02)
    assert near.supportable
    assert (far.supportable, far.refutable) == (False, False)
    assert far.ceiling.startswith("ceiling: at a rating of 3206 only 0.4 failures")
    best = margin(Reading(">=", 0.99, metric="pass@1"), 40)
    assert (best.supportable, best.refutable) == (False, True)


def test_ratios_and_differences_say_where_they_are_out_of_reach() -> None:
    points = margin(Reading("difference", 0.15, metric="pass@1"), 164)
    relative = margin(Reading("ratio", 1.15, metric="pass@1"), 164)
    assert "85.0 %" in points.ceiling
    assert "87.0 %" in relative.ceiling
    assert points.needed is None
    assert points.distance == pytest.approx(0.128, abs=0.002)
    times = margin(Reading("ratio", 1.8, metric="speed", tolerance=0.05), 164)
    assert times.distance / 1.8 == pytest.approx(0.569, abs=0.002)
    assert margin(Reading("difference", 1.0, metric="pass@1"), 164).supportable is False
    with pytest.raises(ValueError, match="no problems"):
        margin(Reading(">=", 0.5, metric="pass@1"), 0)


def test_a_suite_is_outlined_without_its_data() -> None:
    for name in suite_names():
        found = outline(name)
        assert found is not None
        assert found.problems > 0
        assert found.version
    plus = outline("humaneval-plus")
    assert plus is not None
    assert (plus.problems, [*plus.errata]) == (164, ["HumanEval/32"])
    assert outline("humanevalfix:nothing") is outline("nothing") is None


def test_models_that_are_named_by_a_pattern_alone_have_no_price() -> None:
    rest = f'{SUBJECT}{OTHER}\n[population]\nsuite = "humaneval"\n'
    found = plan(claim('relation = "difference"\nthreshold = 0.1', rest=rest), prices=built_in())
    assert found.bills == ()
    assert "--model" in plan_screen(found)
    assert "-m MODEL -m MODEL" in found.commands[0]
