"""No call is made that could go beyond the budget; what is not known is not taken for nothing."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from engine_fakes import Scripted, opened, small_suite, whole
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import engine
from bench.errors import Fault, ProviderError
from bench.models.faults import EmptyReply
from bench.models.prices import built_in
from bench.money import OUTPUT_TOKENS, Account, Budget, dollars, named, sends_bill, worst_call
from bench.progress import Quiet
from bench.protocols import Model
from bench.results import results
from bench.state import load_state
from bench.types import Completion, Message, Outcome, Params, Request, SampleKey

WORST = 100


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


def test_money_is_not_waited_for_once_the_run_is_stopped() -> None:
    stopped = threading.Event()
    budget = Budget(100, is_stopped=stopped.is_set)
    budget.owe(100)
    admitted: list[bool] = []
    waiting = threading.Thread(target=lambda: admitted.append(budget.reserve(1)))
    waiting.start()
    stopped.set()
    waiting.join(30)
    assert admitted == [False]


def test_a_cost_that_nobody_tells_counts_at_its_worst() -> None:
    budget = Budget(100, spent=10, unknown=20)
    assert budget.reserve(30)
    budget.settle(30, None)
    assert (budget.spent, budget.unknown, budget.left()) == (60, 50, 40)


def test_after_a_call_dearer_than_its_worst_nothing_is_paid_any_more() -> None:
    budget = Budget(1000)
    assert budget.reserve(10)
    budget.settle(10, 11)
    assert "$0.000011, more than the $0.00001 it was taken" in budget.broken
    assert not budget.reserve(1)
    assert budget.reserve(0), "what is free may go on"


Tries = st.lists(st.one_of(st.none(), st.integers(0, WORST)), min_size=1, max_size=4)
"""What the tries of an attempt cost; None where the provider does not say: its bill is then the worst."""


@settings(max_examples=60, deadline=None)
@given(
    attempts=st.lists(st.tuples(st.integers(0, WORST), Tries, st.booleans()), max_size=25),
    limit=st.integers(0, 1000),
    before=st.integers(0, 300),
)
def test_the_sum_never_exceeds_the_limit(
    attempts: list[tuple[int, list[int | None], bool]], limit: int, before: int
) -> None:
    """Whatever calls cost, as long as it is not more than was said, by whatever number of threads."""
    budget = Budget(limit, spent=before)
    billed: list[int] = []
    noted: list[Mapping[str, Any]] = []

    def attempt(worst: int, tries: list[int | None], is_answered: bool) -> int:
        """The bill, as the provider has it."""
        account = Account(budget, worst, noted.append)
        if not account.open("m"):
            return 0
        for number, paid in enumerate(tries):
            cost = None if paid is None else min(paid, worst)
            billed.append(worst if cost is None else cost)
            if number == len(tries) - 1:
                account.answered(cost) if is_answered else account.failed(cost)
            elif not account.again(cost):
                account.failed(0)
                break
        return 0

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: attempt(*one), attempts))
    assert before + sum(billed) <= max(limit, before)
    assert budget.spent == before + sum(billed)
    assert budget.left() == max(0, limit - budget.spent), "nothing is left set aside"


def test_what_is_set_aside_is_noted_before_the_call_and_taken_back_once() -> None:
    noted: list[Mapping[str, Any]] = []
    account = Account(Budget(None), 7, noted.append)
    assert account.open("m")
    assert noted == [{"event": "reserved", "model": "m", "reserved_microusd": 7}]
    assert account.again(3)
    account.failed(None)
    account.failed(None)
    assert noted[1:] == [{"event": "released", "reserved_microusd": -7, "unknown_microusd": 7}]


def request(text: str = "x" * 1000, **params: Any) -> Request:
    return Request(SampleKey("s", "p", "m", 0), (Message("user", text),), Params(**params))


def test_the_worst_of_a_call_is_a_token_for_two_characters_and_the_longest_answer() -> None:
    # gpt-5.5: 5 in, 30 out.
    prices = built_in()
    assert worst_call("openai/gpt-5.5", request(max_tokens=100), prices) == 501 * 5 + 3000
    assert worst_call("openai/gpt-5.5", request(), prices) == 501 * 5 + OUTPUT_TOKENS * 30
    # claude-opus-5-5: 5 for written input, 20 out, and 16,384 tokens is what we send unasked.
    assert worst_call("anthropic/claude-opus-5-5", request(), prices) == 501 * 5 + 16_384 * 20
    assert worst_call("anthropic/claude-3-haiku", request(), prices) == math.ceil(501 * 0.3 + 4096 * 1.25)
    assert worst_call("openai/gpt-5.5", request(max_tokens=100), prices, batch=True) == 2753
    assert worst_call("openai/nobody-knows-this", request(), prices) is None
    assert worst_call("openrouter/openai/gpt-5.5@azure", request(), prices) is not None
    assert worst_call("canned", request(), prices) is None
    assert worst_call("reference", request(), prices) == 0


def test_addresses_and_upstreams_are_no_part_of_a_price() -> None:
    assert named("vllm/org/m@http://h:1/v1") == ("vllm", "org/m")
    assert named("canned") == ("canned", "")


@pytest.mark.parametrize(
    ("provider", "sends"),
    [("openai", True), ("azure", True), ("deepseek", True), ("vllm", False), ("canned", False)],
)
def test_who_sends_a_bill(provider: str, sends: bool) -> None:
    assert sends_bill(provider) is sends


@pytest.mark.parametrize(
    ("microusd", "told"), [(0, "$0.00"), (12, "$0.000012"), (150_000, "$0.15"), (2_500_000, "$2.50")]
)
def test_dollars(microusd: int, told: str) -> None:
    assert dollars(microusd) == told


@pytest.fixture
def dear(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call may cost up to WORST."""
    monkeypatch.setattr("bench.money.worst_call", lambda *_, **__: WORST)


def go(path: Path, *models: Model, budget: int | None, problems: int = 6) -> engine.Summary:
    setup, store, state = opened(path, models, suite=small_suite(problems), concurrency=1)
    with store:
        return engine.run(setup, store, state, budget_microusd=budget, show=Quiet())


def spent(path: Path) -> tuple[int, int]:
    state = load_state(path)
    return state.spent_microusd, state.unknown_microusd


@pytest.mark.usefixtures("dear")
def test_retries_that_were_paid_for_are_within_the_budget(tmp_path: Path) -> None:
    """Two empty answers before each good one, 60 each, but maybe 100: with 250 there is money for three."""
    calls: list[int] = []

    def answer(_: Request) -> Completion:
        calls.append(60)
        if len(calls) % 3:
            raise EmptyReply(Completion("", cost_microusd=60))
        return whole(cost_microusd=60)

    summary = go(tmp_path / "run", Scripted(answer), budget=250)
    assert sum(calls) == summary.spent_microusd == 180
    assert spent(tmp_path / "run") == (180, 0)
    summary = go(tmp_path / "run", Scripted(answer), budget=400)
    assert sum(calls) == summary.spent_microusd == 360


@pytest.mark.usefixtures("dear")
def test_an_answer_of_unknown_cost_counts_at_its_worst_in_later_sessions_too(tmp_path: Path) -> None:
    summary = go(tmp_path / "run", Scripted(lambda _: whole()), budget=350)
    assert (summary.spent_microusd, summary.unknown_microusd) == (0, 300)
    assert spent(tmp_path / "run") == (0, 300)
    assert [one.cost_microusd for one in results(tmp_path / "run")] == [None] * 6, "unknown is not worst"
    model = Scripted(lambda _: whole())
    go(tmp_path / "run", model, budget=399)
    assert model.calls == []


def test_an_answer_that_had_no_price_counts_at_its_worst_once_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = go(tmp_path / "run", Scripted(lambda _: whole()), budget=None)
    assert (summary.spent_microusd, summary.unknown_microusd) == (0, 0)
    monkeypatch.setattr("bench.money.worst_call", lambda *_, **__: WORST)
    summary = go(tmp_path / "run", Scripted(lambda _: whole()), budget=1000)
    assert (summary.spent_microusd, summary.unknown_microusd) == (0, 600)


@pytest.mark.usefixtures("dear")
@pytest.mark.parametrize(
    ("error", "unknown"),
    [
        (ProviderError(Fault.TIMEOUT, "no reply in time"), 300),
        (ProviderError(Fault.TIMEOUT, "not even connected", unsent=True), 0),
        (ProviderError(Fault.SERVER, "oops"), 0),
    ],
)
def test_a_call_that_may_have_been_billed_counts_at_its_worst(
    tmp_path: Path, error: ProviderError, unknown: int
) -> None:
    """Six samples of three tries: after three that may have been billed the budget is used up."""

    def answer(_: Request) -> Completion:
        raise error

    summary = go(tmp_path / "run", Scripted(answer), budget=399)
    assert summary.unknown_microusd == unknown
    assert spent(tmp_path / "run") == (0, unknown)


@pytest.mark.usefixtures("dear")
def test_the_rest_is_not_run_for_want_of_money_until_there_is_more(tmp_path: Path) -> None:
    go(tmp_path / "run", Scripted(lambda _: whole(cost_microusd=60)), budget=250, problems=12)
    rest = [one for one in results(tmp_path / "run") if one.outcome is Outcome.NOT_RUN]
    assert len(rest) == 9
    assert {(one.fault, one.detail) for one in rest} == {("budget", "the budget of $0.00025 is used up")}

    def answer(_: Request) -> Completion:
        raise ProviderError(Fault.AUTH, "the key was withdrawn")

    go(tmp_path / "run", Scripted(answer), budget=10_000, problems=12)
    rest = [one for one in results(tmp_path / "run") if one.outcome is Outcome.NOT_RUN]
    assert {one.fault for one in rest} == {""}, "this time it was not for want of money"


@pytest.mark.usefixtures("dear")
def test_a_call_dearer_than_its_worst_stops_the_run_at_once(tmp_path: Path) -> None:
    model = Scripted(lambda _: whole(cost_microusd=101))
    other = Scripted(lambda _: time.sleep(0.02) or whole(cost_microusd=1), name="other")
    summary = go(tmp_path / "run", model, other, budget=10_000, problems=30)
    assert len(model.calls) <= 2, "one more may have been on its way"
    assert len(other.calls) < 30
    assert "more than the $0.0001 it was taken to cost at most" in summary.reasons[0]
    assert {one.fault for one in results(tmp_path / "run") if one.outcome is Outcome.NOT_RUN} == {"budget"}
