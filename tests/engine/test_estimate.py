"""What is said before the first paid call: a range of the right size, and a most that is rounded up."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from engine_fakes import Scripted, opened, small_suite, whole

from bench import engine, money
from bench.estimate import LONG_ANSWER, SHORT_ANSWER, THINKING, Bill, Range, Seen, bills, seen_in, together
from bench.feedback import SHOWN_CHARS
from bench.models.prices import built_in
from bench.plan import questions
from bench.progress import Quiet
from bench.types import Mode, Params, SampleKey

INPUT, OUTPUT = 5, 30
"""Dollars a million tokens of gpt-5.5."""


def keys(model: str, epochs: int = 1) -> list[SampleKey]:
    return [SampleKey("small", f"small/{n}", model, epoch) for n in range(3) for epoch in range(epochs)]


def estimated(model: str, epochs: int = 1, seen: Seen | None = None, **params: object) -> Bill | None:
    asked = questions([small_suite(3)], params=Params(**params), mode=Mode.CHAT)  # type: ignore[arg-type]
    found = bills(asked, keys(model, epochs), prices=built_in(), seen={model: seen} if seen else {})
    return found[0] if found else None


def test_the_range_goes_from_a_short_answer_to_thinking_long() -> None:
    asked = questions([small_suite(3)], params=Params(effort="low"), mode=Mode.CHAT)
    prompt = [money.characters(asked.request(key)) for key in keys("openai/gpt-5.5")]
    assert len(set(prompt)) == 1
    bill = estimated("openai/gpt-5.5", effort="low")
    assert bill is not None
    assert bill.cost == Range(
        low=3 * ((prompt[0] // 4 + 1) * INPUT + SHORT_ANSWER * OUTPUT),
        high=3 * ((prompt[0] // 3 + 1) * INPUT + (LONG_ANSWER + THINKING["low"]) * OUTPUT),
        most=3 * 3 * ((prompt[0] // 2 + 1) * INPUT + money.OUTPUT_TOKENS * OUTPUT),
    )


def test_more_effort_costs_more_and_no_more_than_is_allowed() -> None:
    low, high, capped = (
        estimated("openai/gpt-5.5", effort="low"),
        estimated("openai/gpt-5.5", effort="high"),
        estimated("openai/gpt-5.5", effort="high", max_tokens=200),
    )
    assert low is not None
    assert high is not None
    assert capped is not None
    assert low.cost is not None
    assert high.cost is not None
    assert capped.cost is not None
    assert high.cost.high > 3 * low.cost.high
    assert high.cost.low == low.cost.low
    assert capped.cost.high <= capped.cost.most
    assert capped.cost.high < low.cost.high


@pytest.mark.parametrize("model", ["reference", "replay/x.jsonl", "vllm/m@http://h/v1", "llamacpp/m"])
def test_what_costs_nothing_is_not_billed(model: str) -> None:
    assert estimated(model) is None


def test_epochs_and_kept_answers_are_counted() -> None:
    one, twice = estimated("openai/gpt-5.5"), estimated("openai/gpt-5.5", epochs=2)
    assert one is not None
    assert twice is not None
    assert one.cost is not None
    assert twice.cost == Range(0, 0, 0).plus(one.cost, times=2)
    assert (one.calls, twice.calls) == (3, 6)
    asked = questions([small_suite(3)], params=Params(), mode=Mode.CHAT)
    all_keys = keys("openai/gpt-5.5", 2)
    found = bills(asked, all_keys, prices=built_in(), is_kept=lambda key: key.epoch == 0)
    assert found == [one], "what is in the cache is not paid for"
    assert bills(asked, all_keys, prices=built_in(), is_kept=lambda _: True) == []


def test_a_paid_model_without_a_price_is_unknown_and_a_plug_in_maybe_free() -> None:
    assert estimated("openai/nobody-knows-this") == Bill("openai/nobody-knows-this", 3, None, paid=True)
    assert estimated("canned") == Bill("canned", 3, None, paid=False)


def test_turns_are_in_the_estimate_each_with_those_before_it_in_its_prompt() -> None:
    asked = questions([small_suite(3)], params=Params(max_tokens=100), mode=Mode.CHAT, turns=3)
    [three] = bills(asked, keys("openai/gpt-5.5"), prices=built_in())
    one = estimated("openai/gpt-5.5", max_tokens=100)
    assert one is not None
    assert one.cost is not None
    assert three.cost is not None
    assert (one.calls, three.calls) == (3, 9)
    assert three.cost.low == one.cost.low, "every sample may be solved at its first turn"
    assert three.cost.high > 3 * one.cost.high
    longer = 100 + SHOWN_CHARS // 2
    prompts = sum(turn * longer for turn in range(3))
    assert abs(three.cost.most - 3 * (one.cost.most + 3 * prompts * INPUT)) <= 3 * 3 * 3 * INPUT
    assert three.told().startswith("openai/gpt-5.5: up to 9 paid calls, ")


def test_the_answers_that_are_there_say_it_better() -> None:
    """The true sum of what is left lies within the range about 95 times of 100, and the range is narrow."""
    rng = random.Random(4)
    inside = widths = 0.0
    for _ in range(200):
        costs = [int(rng.lognormvariate(9, 1)) for _ in range(500)]
        seen = Seen()
        for cost in costs[:100]:
            seen.add(cost)
        low, high = seen.likely(400)
        inside += low <= sum(costs[100:]) <= high
        widths += high / low
    assert 180 <= inside <= 198
    assert widths / 200 < 2.5
    bill = estimated("openai/gpt-5.5", seen=seen)
    assert bill is not None
    assert bill.cost is not None
    assert bill.cost[:2] == seen.likely(3)
    few = Seen()
    few.add(1)
    assert estimated("openai/gpt-5.5", seen=few) == estimated("openai/gpt-5.5")


def test_costs_are_read_from_the_run_by_model(tmp_path: Path) -> None:
    models = [
        Scripted(lambda _: whole(cost_microusd=70), name="known"),
        Scripted(lambda _: whole(), name="unknown"),
    ]
    setup, store, state = opened(tmp_path / "run", models, suite=small_suite(3))
    with store:
        engine.run(setup, store, state, budget_microusd=None, show=Quiet())
    assert seen_in(tmp_path / "run") == {"known": Seen(3, 210, 3 * 4900)}


def test_it_is_told_in_few_digits() -> None:
    bill = Bill("openai/gpt-5.5", 1492, Range(1_204_321, 24_123_456, 39_012_345))
    assert bill.told() == "openai/gpt-5.5: 1,492 paid calls, $1.20 to $24.00 (at most $40.00)"
    cheap = Bill("m", 1, Range(1234, 56_789, 99_000))
    assert cheap.told() == "m: 1 paid call, $0.0012 to $0.057 (at most $0.099)"
    assert Bill("m", 2, None).told() == "m: 2 paid calls, no price is known"
    every = together([bill, Bill("m", 1, Range(1, 2, 3)), Bill("n", 1, None)])
    assert every == Bill("together", 1494, Range(1_204_322, 24_123_458, 39_012_348))
