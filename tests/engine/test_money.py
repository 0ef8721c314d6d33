"""No call is made that could go beyond the budget; what is not known is not taken for nothing."""

from __future__ import annotations

import threading

import pytest
from engine_fakes import small_suite

from bench.money import Budget, bills, dollars
from bench.plan import questions
from bench.types import Mode, Params, SampleKey


def keys(model: str, epochs: int = 1) -> list[SampleKey]:
    return [SampleKey("small", f"small/{n}", model, epoch) for n in range(3) for epoch in range(epochs)]


def test_calls_in_flight_count_at_their_worst() -> None:
    budget = Budget(100)
    assert budget.reserve(60)
    admitted: list[bool] = []
    waiting = threading.Thread(target=lambda: admitted.append(budget.reserve(60)))
    waiting.start()
    waiting.join(0.2)
    assert admitted == [], "the second call has to wait for what the first one really costs"
    budget.settle(60, 10)
    waiting.join(30)
    assert admitted == [True]
    budget.settle(60, 60)
    assert not budget.reserve(31)
    assert budget.reserve(30)


def test_what_retries_threw_away_counts() -> None:
    budget = Budget(100, spent=50)
    budget.spend(30)
    assert not budget.reserve(21)
    assert budget.spent == 80


@pytest.mark.parametrize(
    "model", ["reference", "replay/x.jsonl", "canned", "openai-compatible/m@http://h/v1"]
)
def test_what_costs_nothing_is_not_billed(model: str) -> None:
    asked = questions([small_suite(3)], params=Params(), mode=Mode.CHAT)
    assert bills(asked, keys(model)) == []


def test_a_bill_grows_with_calls_and_allowance() -> None:
    small, large = (
        questions([small_suite(3)], params=Params(max_tokens=tokens), mode=Mode.CHAT)
        for tokens in (100, 1000)
    )
    (one,) = bills(small, keys("openai/gpt-4o-mini"))
    (twice,) = bills(small, keys("openai/gpt-4o-mini", epochs=2))
    (longer,) = bills(large, keys("openai/gpt-4o-mini"))
    assert one.microusd is not None
    assert twice.microusd == 2 * one.microusd
    assert twice.calls == 6
    assert longer.microusd is not None
    assert longer.microusd > 3 * one.microusd


def test_a_paid_model_without_a_price_is_unknown_not_free() -> None:
    asked = questions([small_suite(3)], params=Params(), mode=Mode.CHAT)
    (bill,) = bills(asked, keys("openai/nobody-knows-this"))
    assert bill.microusd is None


@pytest.mark.parametrize(
    ("microusd", "told"), [(0, "$0.00"), (12, "$0.000012"), (150_000, "$0.15"), (2_500_000, "$2.50")]
)
def test_dollars(microusd: int, told: str) -> None:
    assert dollars(microusd) == told
