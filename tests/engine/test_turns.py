"""Samples of several turns: asked again while they fail, counted once, and never paid for twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from engine_fakes import FakeSandbox, Scripted, failed, opened, passed, small_suite, whole

from bench import engine
from bench.engine import Summary
from bench.errors import Fault, ProviderError, SandboxError
from bench.progress import Quiet
from bench.protocols import Sandbox
from bench.records import SampleRecord, decode
from bench.results import Result, results
from bench.rundir import SAMPLES
from bench.state import load_state
from bench.types import CheckGroup, Completion, Execution, Job, Outcome, Request, Status, Stop, Usage

WRONG, RIGHT = "def f():\n    return 'wrong'\n", "def f():\n    return 'right'\n"


def turn_of(request: Request) -> int:
    return 1 + sum(message.role == "assistant" for message in request.messages)


def solving_at(turns: dict[str, int]) -> Scripted:
    """Problems that are solved at that turn; others never."""

    def answer(request: Request) -> Completion:
        right = turn_of(request) >= turns.get(request.key.problem, 99)
        usage = Usage(input_total=10 * turn_of(request), output_total=5)
        return whole(RIGHT if right else WRONG, usage=usage, cost_microusd=7)

    return Scripted(answer)


def run(
    path: Path,
    model: Scripted,
    *,
    turns: int = 3,
    sandbox: Sandbox | None = None,
    visible: str = "",
) -> Summary:
    suite = replace(small_suite(4), visible=tuple(visible.split()))
    setup, store, state = opened(path, [model], suite=suite, turns=turns, sandbox=sandbox)
    with store:
        return engine.run(setup, store, state, budget_microusd=None, show=Quiet())


def by_problem(path: Path) -> dict[str, Result]:
    return {result.key.problem: result for result in results(path)}


def records(path: Path) -> list[SampleRecord]:
    return [decode(line, SampleRecord) for line in (path / SAMPLES).read_bytes().splitlines()]


def test_a_sample_is_asked_again_while_it_fails_and_counts_once(tmp_path: Path) -> None:
    model = solving_at({"small/0": 1, "small/1": 2, "small/2": 3})
    summary = run(tmp_path, model)
    assert (summary.planned, summary.unmeasured) == (4, 0)
    assert summary.outcomes == {Outcome.PASS: 3, Outcome.WRONG_ANSWER: 1}
    assert len(model.calls) == 1 + 2 + 3 + 3
    assert summary.spent_microusd == 7 * 9
    found = by_problem(tmp_path)
    assert [len(found[f"small/{n}"].turns) for n in range(4)] == [1, 2, 3, 3]
    assert [turn.outcome for turn in found["small/1"].turns] == [Outcome.WRONG_ANSWER, Outcome.PASS]
    assert found["small/2"].usage == Usage(input_total=60, output_total=15)
    assert found["small/2"].cost_microusd == 21
    assert found["small/3"].outcome is Outcome.WRONG_ANSWER
    assert found["small/3"].tries == 3


def test_each_turn_has_the_conversation_so_far(tmp_path: Path) -> None:
    asked: list[Request] = []
    model = Scripted(lambda request: asked.append(request) or whole(f"{WRONG}# {turn_of(request)}"))
    run(tmp_path, model, visible="tests")
    last = max((one for one in asked if one.key.problem == "small/2"), key=turn_of)
    assert [message.role for message in last.messages] == ["user", "assistant", "user", "assistant", "user"]
    assert [message.text[-1] for message in last.messages if message.role == "assistant"] == ["1", "2"]
    assert "f(1) gave 2" in last.messages[2].text, "a visible test is shown as it failed"
    told = [record.told for record in records(tmp_path) if record.key.problem == "small/2"]
    assert told == ["", last.messages[2].text, last.messages[4].text]


def test_nothing_of_a_hidden_test_is_ever_sent(tmp_path: Path) -> None:
    secret = CheckGroup("plus", 2, 1, planned=9, failure="f(41) == 1764")
    base = CheckGroup("base", 3, 3, planned=3)
    sandbox = FakeSandbox(script=lambda job: Execution(Status.DONE, groups=(base, secret)))
    asked: list[Request] = []
    model = Scripted(lambda request: asked.append(request) or whole(WRONG))
    run(tmp_path, model, sandbox=sandbox, visible="base")
    texts = [message.text for request in asked for message in request.messages]
    assert len(asked) == 12
    assert not any("41" in text or "1764" in text for text in texts)
    assert sum("a hidden test fails" in text for text in texts) == 4 * (1 + 2)


def test_a_refusal_is_final(tmp_path: Path) -> None:
    model = Scripted(lambda _: Completion("No.", stop=Stop.REFUSAL))
    assert run(tmp_path, model).outcomes == {Outcome.REFUSED: 4}
    assert len(model.calls) == 4


def test_an_empty_answer_is_told_of_without_an_empty_message(tmp_path: Path) -> None:
    asked: list[Request] = []
    model = Scripted(lambda request: asked.append(request) or Completion("", stop=Stop.LENGTH))
    assert run(tmp_path, model, turns=2).outcomes == {Outcome.TRUNCATED: 4}
    assert all(message.text.strip() for request in asked for message in request.messages)


def test_what_is_stopped_between_turns_goes_on_with_the_same_conversation(tmp_path: Path) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Completion:
        asked.append(request)
        if turn_of(request) == 2:
            raise ProviderError(Fault.AUTH, "no such key")
        return whole(f"{WRONG}# {request.key.problem}")

    summary = run(tmp_path, Scripted(answer))
    assert summary.unmeasured == 4
    broken = by_problem(tmp_path)
    assert {result.outcome for result in broken.values()} <= {Outcome.PROVIDER_ERROR, Outcome.NOT_RUN}
    waiting = [result for result in broken.values() if result.outcome is Outcome.NOT_RUN and result.turns]
    assert all(result.detail == "turn 2 of 3 is not asked yet" for result in waiting)

    second = {one.key.problem: one.messages for one in asked if turn_of(one) == 2}
    first_turns = {record.key.problem for record in records(tmp_path) if record.completion}
    model = solving_at(dict.fromkeys((f"small/{n}" for n in range(4)), 2))
    again: list[Request] = []
    resumed = Scripted(lambda request: again.append(request) or model.generate(request))
    assert run(tmp_path, resumed).outcomes == {Outcome.PASS: 4}
    assert not {one.key.problem for one in again if turn_of(one) == 1} & first_turns
    for request in again:
        if request.key.problem in second and turn_of(request) == 2:
            assert request.messages == second[request.key.problem]


def test_an_answer_that_was_not_judged_yet_goes_on_after_its_verdict(tmp_path: Path) -> None:
    def broken(job: Job) -> Execution:
        raise SandboxError("gone")

    first = solving_at({})
    assert run(tmp_path, first, sandbox=FakeSandbox(script=broken)).unmeasured == 4
    answered = len(first.calls)
    model = solving_at({f"small/{n}": 2 for n in range(4)})
    assert run(tmp_path, model).outcomes == {Outcome.PASS: 4}
    assert len(model.calls) == 8 - answered
    assert [len(result.turns) for result in results(tmp_path)] == [2, 2, 2, 2]


def test_a_lane_waits_for_verdicts_that_may_bring_more(tmp_path: Path) -> None:
    asked_all = threading.Event()

    def slow(job: Job) -> Execution:
        assert asked_all.wait(30), "the judge waits until every first turn was asked for"
        return failed() if "wrong" in job.candidate else passed()

    def answer(request: Request) -> Completion:
        first.add(request.key.problem)
        if len(first) == 4:
            asked_all.set()
        return whole(RIGHT if turn_of(request) == 2 else WRONG)

    first: set[str] = set()
    assert run(tmp_path, Scripted(answer), sandbox=FakeSandbox(script=slow)).outcomes == {Outcome.PASS: 4}


def test_one_turn_leaves_no_trace_in_what_makes_a_run(tmp_path: Path) -> None:
    """Runs made before there were turns go on, under the same name and terms."""
    run(tmp_path, solving_at({}), turns=1)
    assert "turns" not in (tmp_path / "lock.json").read_text()
    assert load_state(tmp_path).most_turns == 1


def test_judged_again_every_turn_has_its_verdict_and_the_first_that_passes_counts(tmp_path: Path) -> None:
    run(tmp_path, solving_at({"small/1": 2}))
    setup, store, state = opened(tmp_path, [solving_at({})], suite=small_suite(4), turns=3)
    with store:
        regrade = engine.grade(setup, store, state, show=Quiet())
    assert (regrade.equal, regrade.added, regrade.changed) == (3 + 2 + 3 + 3, 0, ())


def test_a_verdict_that_turns_out_a_pass_later_ends_the_sample_there(tmp_path: Path) -> None:
    run(tmp_path, solving_at({"small/1": 3}))
    for file in (tmp_path / "verdicts").glob("*.jsonl"):
        file.unlink()
    setup, store, state = opened(
        tmp_path,
        [solving_at({})],
        suite=small_suite(4),
        turns=3,
        sandbox=FakeSandbox(script=lambda _: passed()),
    )
    with store:
        engine.grade(setup, store, state, show=Quiet())
    assert [len(result.turns) for result in results(tmp_path)] == [1, 1, 1, 1]
    assert load_state(tmp_path).outcomes() == {Outcome.PASS: 4}


@pytest.mark.parametrize("turns", [1, 4])
def test_the_same_answers_come_from_the_cache_turn_by_turn(tmp_path: Path, turns: int) -> None:
    from bench.cache import Cache

    class Known(Scripted):
        def identity(self, request: Request, /) -> dict[str, str]:
            return {"name": self.name}

    cache, counted = Cache(tmp_path / "cache"), []
    for name in ("a", "b"):
        inner = solving_at({"small/1": 2, "small/2": 4})
        model = Known(inner.generate)
        setup, store, state = opened(tmp_path / name, [model], suite=small_suite(4), turns=turns)
        with store:
            engine.run(replace(setup, cache=cache), store, state, budget_microusd=None, show=Quiet())
        counted.append(len(model.calls))
    assert counted[0] > 0
    assert counted[1] == 0
    outcomes = [[result.outcome for result in results(tmp_path / name)] for name in ("a", "b")]
    assert outcomes[0] == outcomes[1]
