"""Models are asked in turn, none runs ahead; who waits to try again is in nobody's way; Ctrl-C ends waits."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from engine_fakes import FakeSandbox, Scripted, opened, passed, small_suite, whole

from bench import engine
from bench.errors import Fault, ProviderError
from bench.lanes import Gate, TooLong, pacing_of
from bench.models.pace import Ended, Pace
from bench.models.retry import RetryPolicy
from bench.pipeline import Stopped, Switch
from bench.progress import Quiet
from bench.protocols import Model, Pacing
from bench.results import results
from bench.types import Allowance, Completion, Execution, Job, Outcome, Request

EPOCHS = 5
PROBLEMS = 6


class Order:
    """The epochs in the order in which the models were asked for them."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self._mutex = threading.Lock()

    def note(self, request: Request) -> None:
        with self._mutex:
            self.asked.append((request.key.model, request.key.epoch))

    def check(self, *models: str) -> None:
        """No model was asked for a repeat before all others had handed out the one before.

        A call that was handed out may be noted a moment late: as many as there may be in flight.
        """
        handed_out = Counter[tuple[str, int]]()
        for model, epoch in self.asked:
            for other in models:
                if other != model and epoch:
                    missing = PROBLEMS - handed_out[other, epoch - 1]
                    assert missing <= 1, f"{model} is at repeat {epoch}, {other} lacks {missing} of the last"
            handed_out[model, epoch] += 1


def go(path: Path, *models: Model, policy: RetryPolicy | None = None, **options: object) -> engine.Summary:
    setup, store, state = opened(path, models, **options)  # type: ignore[arg-type]
    with store:
        setup = replace(setup, policy=policy or setup.policy)
        return engine.run(setup, store, state, budget_microusd=None, show=Quiet())


@pytest.mark.parametrize("slow", ["a", "b", "c"])
def test_a_fast_model_does_not_run_ahead_of_a_slow_one(tmp_path: Path, slow: str) -> None:
    order = Order()

    def answer(request: Request) -> Completion:
        order.note(request)
        if request.key.model == slow:
            time.sleep(0.005)
        return whole()

    models = [Scripted(answer, name=name) for name in "abc"]
    go(tmp_path / "run", *models, epochs=EPOCHS, concurrency=1)
    order.check("a", "b", "c")
    assert len(order.asked) == 3 * PROBLEMS * EPOCHS


def test_who_has_answers_from_before_waits_for_the_others(tmp_path: Path) -> None:
    down = threading.Event()

    def broken(request: Request) -> Completion:
        if not down.is_set():
            raise ProviderError(Fault.AUTH, "no key")
        order.note(request)
        return whole()

    def fine(request: Request) -> Completion:
        order.note(request)
        return whole()

    order = Order()
    go(tmp_path / "run", Scripted(broken, name="a"), Scripted(fine, name="b"), epochs=2, concurrency=1)
    assert order.asked == [("b", epoch) for epoch in (0, 1) for _ in range(PROBLEMS)], (
        "a lane that is given up"
    )
    down.set()
    order.asked.clear()
    go(tmp_path / "run", Scripted(broken, name="a"), Scripted(fine, name="b"), epochs=2, concurrency=1)
    assert order.asked == [("a", epoch) for epoch in (0, 1) for _ in range(PROBLEMS)], "nobody to wait for"


def test_a_model_without_money_left_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bench.money.worst_call", lambda model, request, prices: 100 if model == "dear" else 0
    )
    dear, free = (
        Scripted(lambda _: whole(cost_microusd=100), name="dear"),
        Scripted(lambda _: whole(), name="free"),
    )
    setup, store, state = opened(tmp_path / "run", [dear, free], epochs=4, concurrency=1)
    with store:
        engine.run(setup, store, state, budget_microusd=250, show=Quiet())
    assert (len(dear.calls), len(free.calls)) == (2, 4 * PROBLEMS)


def test_a_call_that_waits_to_be_made_again_keeps_no_place(tmp_path: Path) -> None:
    """One place, and a first sample that is tried again only once another one was answered."""
    ids = [problem.id for problem in small_suite(4).problems]
    others = threading.Semaphore(0)
    waits: list[float] = []

    def answer(request: Request) -> Completion:
        if request.key.problem == ids[0] and model.calls.count(str(request.key)) == 1:
            raise ProviderError(Fault.SERVER, "once")
        if request.key.problem != ids[0]:
            others.release()
        return whole()

    def until_another(seconds: float) -> None:
        waits.append(seconds)
        assert others.acquire(timeout=30), "nothing else was asked meanwhile"

    model = Scripted(answer)
    setup, store, state = opened(tmp_path / "run", [model], suite=small_suite(4), concurrency=1)
    with store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Switch, "wait", lambda self, seconds: until_another(seconds))
        engine.run(setup, store, state, budget_microusd=None, show=Quiet())
    assert len(waits) == 1
    assert len(model.calls) == 5


def test_an_interrupt_ends_all_waits(tmp_path: Path) -> None:
    switch, never = Switch(), threading.Event()
    gate = Gate(Pace(Pacing(1, 1)), switch, longest_s=600.0)
    ticket = gate.enter(10, None)
    ended: list[str] = []

    def wait(what: str) -> None:
        try:
            gate.room() if what == "room" else gate.enter(10, None, again=what == "again")
        except Stopped:
            ended.append(what)

    gate.leave(ticket, Ended(refused=True, told_s=500.0))
    threads = [threading.Thread(target=wait, args=(what,)) for what in ("again", "new", "room")]
    for thread in threads:
        thread.start()
    assert not never.wait(0.2)
    assert ended == []
    switch.stop_asking("interrupted")
    for thread in threads:
        thread.join(30)
    assert sorted(ended) == ["again", "new", "room"]


def test_a_limit_that_is_whole_again_tomorrow_ends_that_model_and_says_so(tmp_path: Path) -> None:
    def answer(_: Request) -> Completion:
        return whole(allowances=(Allowance("requests", 0, 80_000.0),))

    daily, fine = Scripted(answer, name="daily"), Scripted(lambda _: whole(), name="fine")
    summary = go(tmp_path / "run", daily, fine, concurrency=1)
    assert (len(daily.calls), len(fine.calls)) == (1, PROBLEMS)
    assert any("daily" in reason and "whole again" in reason for reason in summary.reasons)
    outcomes = Counter(result.outcome for result in results(tmp_path / "run"))
    assert outcomes == {Outcome.PASS: PROBLEMS + 1, Outcome.NOT_RUN: PROBLEMS - 1}


def test_the_gate_says_when_a_wait_is_too_long() -> None:
    gate = Gate(Pace(Pacing(2, 2)), Switch(), longest_s=60.0)
    gate.leave(gate.enter(10, None), Ended(refused=True, told_s=61.0))
    with pytest.raises(TooLong):
        gate.enter(10, None)


def test_no_more_threads_than_calls_that_are_of_use(tmp_path: Path) -> None:
    """While the judge is stuck, no threads pile up behind it."""
    stuck, most, before = threading.Event(), [0], set(threading.enumerate())

    def script(_: Job) -> Execution:
        stuck.wait(30)
        return passed()

    def answer(_: Request) -> Completion:
        ours = set(threading.enumerate()) - before
        most[0] = max(most[0], sum(thread.name.startswith("ask-") for thread in ours))
        return whole()

    threading.Timer(1.0, stuck.set).start()
    sandbox = FakeSandbox(slots=1, script=script)
    go(tmp_path / "run", Scripted(answer), sandbox=sandbox, epochs=20, concurrency=4)
    assert most[0] <= 2 * (2 * 4) + 1, "as many as samples may be held, and those that are just done with one"


@pytest.mark.parametrize(
    ("concurrency", "expected"),
    [(None, Pacing()), (1, Pacing(1, 1, measured=False)), (100, Pacing(2, 100, measured=False))],
)
def test_what_the_user_allows_is_the_ceiling(concurrency: int | None, expected: Pacing) -> None:
    assert pacing_of(Scripted(lambda _: whole()), concurrency) == expected
