"""Retrying is bounded, honours the provider's wait, is always told of, and never changes a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from provider_script import Script, chat, request

from bench.errors import Fault, PluginError, ProviderError
from bench.models.faults import EmptyReply, retry_after_s
from bench.models.pace import Ended
from bench.models.retry import Failed, Place, RetryPolicy, generate
from bench.models.vendors import COMPATIBLE
from bench.protocols import ModelContext
from bench.types import Completion, Json, Request, Stop


@dataclass
class Fake:
    """Answers from a list: an error is raised, anything else returned. Keeps a clock that sleeping moves."""

    answers: list[Any]
    name: str = "fake"
    now: float = 0.0
    sleeps: list[float] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    place: Place | None = None

    @property
    def events(self) -> list[Mapping[str, Json]]:
        return [failed.event(self, request()) for failed in self.failed]

    def generate(self, request: Request, /) -> Completion:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds

    def ask(self, *, jitter: float = 1.0, **policy: Any) -> tuple[Completion, int]:
        chosen = RetryPolicy(sleep=self.sleep, clock=lambda: self.now, jitter=lambda: jitter, **policy)
        return generate(self, request(), policy=chosen, on_failed=self.failed.append, place=self.place)


def error(fault: Fault = Fault.SERVER, after: float | None = None) -> ProviderError:
    return ProviderError(fault, "x", retry_after_s=after, raw_reply="raw")


GOOD = Completion("hello")


def test_waits_grow_and_every_retry_is_an_event() -> None:
    fake = Fake([error(), error(Fault.RATE_LIMITED), GOOD])
    assert fake.ask() == (GOOD, 3)
    assert fake.sleeps == [2.0, 4.0]
    assert [(e["fault"], e["try"], e["wait_s"]) for e in fake.events] == [
        ("server", 1, 2.0),
        ("rate_limited", 2, 4.0),
    ]


def test_jitter_reaches_down_to_no_wait_and_the_cap_bounds_it() -> None:
    fake = Fake([error(), GOOD])
    fake.ask(jitter=0.0)
    assert fake.sleeps == [0.0]
    fake = Fake([error()] * 5 + [GOOD])
    fake.ask(cap_s=5.0)
    assert fake.sleeps == [2.0, 4.0, 5.0, 5.0, 5.0]


def test_never_earlier_than_the_provider_asked() -> None:
    fake = Fake([error(Fault.RATE_LIMITED, after=17.0), GOOD])
    fake.ask(jitter=0.0)
    assert fake.sleeps == [17.0]


def test_a_wait_beyond_the_time_left_is_not_begun() -> None:
    fake = Fake([error(Fault.RATE_LIMITED, after=3600.0)])
    with pytest.raises(ProviderError) as caught:
        fake.ask()
    assert (caught.value.fault, fake.sleeps) == (Fault.RATE_LIMITED, [])
    assert caught.value.tries == 1


def test_the_last_fault_is_raised_with_the_number_of_tries() -> None:
    fake = Fake([error()] * 2 + [error(Fault.TIMEOUT)])
    with pytest.raises(ProviderError) as caught:
        fake.ask(tries=3)
    assert (caught.value.fault, caught.value.tries) == (Fault.TIMEOUT, 3)


@pytest.mark.parametrize("fault", [Fault.AUTH, Fault.QUOTA, Fault.INVALID_REQUEST, Fault.CONTEXT_OVERFLOW])
def test_what_will_fail_again_is_not_tried_again(fault: Fault) -> None:
    fake = Fake([error(fault), GOOD])
    with pytest.raises(ProviderError) as caught:
        fake.ask()
    assert (caught.value.fault, caught.value.tries) == (fault, 1)
    assert [failed.wait_s for failed in fake.failed] == [None]


def test_an_answer_that_stays_empty_is_an_empty_answer_after_three_tries() -> None:
    paid = Completion("\n", cost_microusd=5, raw_reply="raw")
    fake = Fake([EmptyReply(paid), EmptyReply(paid), EmptyReply(paid), GOOD])
    completion, tries = fake.ask()
    assert (completion.text, completion.stop, completion.raw_reply, tries) == ("", Stop.END, "raw", 3)
    assert completion.cost_microusd == 5
    assert [event["cost_microusd"] for event in fake.events] == [5, 5]


def test_a_plug_in_may_say_empty_without_a_completion() -> None:
    completion, _ = Fake([error(Fault.EMPTY)] * 3).ask()
    assert (completion.text, completion.raw_reply) == ("", "raw")


@pytest.mark.parametrize("wrong", [None, "text", Completion(None)])  # type: ignore[arg-type]
def test_a_plug_in_that_returns_no_completion_is_named(wrong: object) -> None:
    with pytest.raises(PluginError, match="fake"):
        Fake([wrong]).ask()


def test_what_on_failed_raises_ends_the_trying() -> None:
    def stop(failed: Failed) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(Fake([error(), GOOD]), request(), policy=RetryPolicy(), on_failed=stop)


def test_every_try_is_told_of_and_the_last_one_has_no_wait() -> None:
    fake = Fake([error(), error(Fault.TIMEOUT), error(Fault.AUTH)])
    with pytest.raises(ProviderError):
        fake.ask()
    assert [(failed.number, failed.error.fault, failed.wait_s) for failed in fake.failed] == [
        (1, Fault.SERVER, 2.0),
        (2, Fault.TIMEOUT, 4.0),
        (3, Fault.AUTH, None),
    ]


class Doorkeeper:
    """Notes who comes and goes."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    def enter(self) -> None:
        self.seen.append("enter")

    def leave(self, ended: Ended, /) -> None:
        self.seen.append(ended)

    answered = leave


def test_a_place_is_given_back_before_each_wait_and_taken_again_after_it() -> None:
    keeper = Doorkeeper()
    fake = Fake([error(Fault.RATE_LIMITED, after=3.0), GOOD], place=keeper)
    fake.ask()
    assert keeper.seen == [Ended(refused=True, told_s=3.0), "enter", Ended(answered=True)]


@pytest.mark.parametrize(
    ("status", "overloaded"), [(500, False), (502, False), (503, True), (529, True), (None, False)]
)
def test_only_an_overload_slows_the_others_down(status: int | None, overloaded: bool) -> None:
    keeper = Doorkeeper()
    fault = ProviderError(Fault.SERVER, "x", http_status=status)
    Fake([fault, GOOD], place=keeper).ask()
    assert keeper.seen[0] == Ended(overloaded=overloaded)


def test_a_bug_in_an_adapter_gives_the_place_back() -> None:
    keeper = Doorkeeper()
    with pytest.raises(ZeroDivisionError):
        Fake([ZeroDivisionError()], place=keeper).ask()
    assert keeper.seen == [Ended()]


def test_a_provider_that_recovers_costs_only_retries(server: Script) -> None:
    server.answer(429, {"error": {"message": "slow"}}, retry_after="3").answer(500).answer(200, "{oops")
    server.answer(200, chat("")).answer(200, chat("done"))
    model = COMPATIBLE(f"m@{server.url}/v1", ModelContext())
    sleeps: list[float] = []
    failed: list[Failed] = []
    policy = RetryPolicy(sleep=sleeps.append, jitter=lambda: 0.0)
    completion, tries = generate(model, request(), policy=policy, on_failed=failed.append)
    assert (completion.text, tries, sleeps) == ("done", 5, [3.0, 0.0, 0.0, 0.0])
    assert [one.error.fault for one in failed] == ["rate_limited", "server", "invalid_reply", "empty"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
    ],
)
def test_retry_after_in_all_its_spellings(headers: dict[str, str], seconds: float | None) -> None:
    now = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
    assert retry_after_s(headers, now=now) == seconds
