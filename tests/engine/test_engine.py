"""What a run does when all goes well, and when it does not."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from engine_fakes import FakeSandbox, Scripted, failed, opened, passed, small_suite, whole

from bench import engine
from bench.errors import Fault, ProviderError, SandboxError, StoreError
from bench.progress import Quiet
from bench.protocols import CountsSamples, Model
from bench.results import Result, results
from bench.state import load_state
from bench.types import Completion, Execution, Job, Outcome, Problem, Request, Stop


def go(path: Path, *models: Model, budget: int | None = None, **options: object) -> engine.Summary:
    setup, store, state = opened(path, models, **options)  # type: ignore[arg-type]
    with store:
        return engine.run(setup, store, state, budget_microusd=budget, show=Quiet())


def outcomes(path: Path) -> Counter[str]:
    return Counter(result.outcome.value for result in results(path))


def events(path: Path, kind: str) -> list[dict[str, object]]:
    lines = (path / "events.jsonl").read_text().splitlines() if (path / "events.jsonl").exists() else []
    return [event for event in map(json.loads, lines) if event["event"] == kind]


def test_every_planned_sample_ends_with_a_verdict(tmp_path: Path) -> None:
    right, wrong = Scripted(lambda _: whole(), name="right"), Scripted(lambda _: whole("wrong"), name="wrong")
    summary = go(tmp_path / "run", right, wrong, epochs=2)
    assert summary.unmeasured == 0
    by_model = Counter((result.key.model, result.outcome) for result in results(tmp_path / "run"))
    assert by_model == {("right", Outcome.PASS): 12, ("wrong", Outcome.WRONG_ANSWER): 12}


def test_models_are_asked_side_by_side_in_time(tmp_path: Path) -> None:
    go(
        tmp_path / "run",
        Scripted(lambda _: whole(), name="a"),
        Scripted(lambda _: whole(), name="b"),
        epochs=2,
    )
    keys = [result.key for result in results(tmp_path / "run")]
    assert [key.model for key in keys[:4]] == ["a", "b", "a", "b"]
    assert [key.epoch for key in keys] == [0] * 12 + [1] * 12


def test_a_finished_run_asks_and_judges_nothing_again(tmp_path: Path) -> None:
    model, sandbox = Scripted(lambda _: whole()), FakeSandbox()
    go(tmp_path / "run", model, sandbox=sandbox)
    before = [path.read_bytes() for path in sorted((tmp_path / "run").rglob("*.jsonl"))]
    go(tmp_path / "run", model, sandbox=sandbox)
    assert len(model.calls) == len(sandbox.jobs) == 6
    assert [path.read_bytes() for path in sorted((tmp_path / "run").rglob("*.jsonl"))] == before


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in (Fault.AUTH, Fault.QUOTA)])
def test_no_fault_of_a_provider_is_a_wrong_answer(tmp_path: Path, fault: Fault) -> None:
    def refuse(_: Request) -> Completion:
        raise ProviderError(fault, "no", raw_reply='{"error": "no"}')

    summary = go(tmp_path / "run", Scripted(refuse))
    if fault is Fault.EMPTY:  # an answer that stays empty is an answer
        assert outcomes(tmp_path / "run") == {"no_code": 6}
        return
    assert outcomes(tmp_path / "run") == {"provider_error": 6}
    assert {result.fault for result in results(tmp_path / "run")} == {fault.value}
    assert summary.unmeasured == 6
    assert any(
        blob.read_bytes() == b'{"error": "no"}' for blob in (tmp_path / "run" / "blobs").rglob("*.txt")
    )


@pytest.mark.parametrize("fault", [Fault.AUTH, Fault.QUOTA])
def test_a_bad_key_stops_that_model_alone(tmp_path: Path, fault: Fault) -> None:
    def refuse(_: Request) -> Completion:
        raise ProviderError(fault, "key rejected")

    locked_out, fine = Scripted(refuse, name="locked-out"), Scripted(lambda _: whole(), name="fine")
    summary = go(tmp_path / "run", locked_out, fine, concurrency=1)
    assert len(locked_out.calls) == 1
    assert len(fine.calls) == 6
    assert outcomes(tmp_path / "run") == {"pass": 6, "provider_error": 1, "not_run": 5}
    assert any("locked-out" in reason and "key rejected" in reason for reason in summary.reasons)


def test_what_could_not_be_measured_is_asked_again_on_resume(tmp_path: Path) -> None:
    def sometimes(request: Request) -> Completion:
        if request.key.problem == ids[2] and model.calls.count(str(request.key)) <= 3:
            raise ProviderError(Fault.SERVER, "down")
        return whole()

    ids = [problem.id for problem in small_suite().problems]
    model = Scripted(sometimes)
    assert go(tmp_path / "run", model).unmeasured == 1
    assert go(tmp_path / "run", model).unmeasured == 0
    calls = Counter(model.calls)
    assert sorted(calls.values()) == [1, 1, 1, 1, 1, 4]
    attempts = [json.loads(line)["attempt"] for line in (tmp_path / "run" / "samples.jsonl").open()]
    assert sorted(attempts) == [1, 1, 1, 1, 1, 1, 2]
    assert len(events(tmp_path / "run", "retry")) == 2


def test_a_bug_in_an_adapter_is_ours_and_its_traceback_is_kept(tmp_path: Path) -> None:
    def broken(_: Request) -> Completion:
        raise KeyError("choices")

    go(tmp_path / "run", Scripted(broken))
    assert outcomes(tmp_path / "run") == {"harness_error": 6}
    assert all("KeyError: 'choices'" in result.detail for result in results(tmp_path / "run"))
    assert "in broken" in str(events(tmp_path / "run", "harness_error")[0]["traceback"])


def test_an_answer_that_broke_the_sandbox_once_is_judged_again(tmp_path: Path) -> None:
    tries = Counter[str]()

    def flaky(job: Job) -> Execution:
        tries[job.checks.entry_point] += 1
        if tries[job.checks.entry_point] == 1:
            raise SandboxError("container lost")
        return passed()

    go(tmp_path / "run", Scripted(lambda _: whole()), sandbox=FakeSandbox(script=flaky))
    assert outcomes(tmp_path / "run") == {"pass": 6}
    assert len(events(tmp_path / "run", "judging_again")) == 6


def test_an_answer_that_breaks_the_sandbox_each_time_is_unmeasured_alone(
    tmp_path: Path,
) -> None:
    poison = small_suite().problems[1].entry_point

    def script(job: Job) -> Execution:
        if job.checks.entry_point == poison:
            raise SandboxError("container lost")
        return passed()

    model = Scripted(lambda _: whole())
    summary = go(tmp_path / "run", model, sandbox=FakeSandbox(script=script))
    assert outcomes(tmp_path / "run") == {"pass": 5, "sandbox_error": 1}
    assert summary.reasons == ()
    go(tmp_path / "run", model)
    assert outcomes(tmp_path / "run") == {"pass": 6}
    assert len(model.calls) == 6, "an answer that is stored must not be paid for again"


def test_a_dead_sandbox_stops_the_run_and_no_answer_is_lost(tmp_path: Path) -> None:
    def dead(_: Job) -> Execution:
        raise SandboxError("no Docker Engine answers")

    model = Scripted(lambda _: whole())
    summary = go(tmp_path / "run", model, sandbox=FakeSandbox(script=dead), epochs=20)
    assert any("no Docker Engine answers" in reason for reason in summary.reasons)
    assert "wrong_answer" not in outcomes(tmp_path / "run")
    asked = len(model.calls)
    assert sum(load_state(tmp_path / "run").answered) == asked
    assert go(tmp_path / "run", model, epochs=20).unmeasured == 0
    assert len(model.calls) == 120


def test_a_bug_in_a_judge_costs_no_answer(tmp_path: Path) -> None:
    def buggy(_: Job) -> Execution:
        raise ZeroDivisionError

    go(tmp_path / "run", Scripted(lambda _: whole()), sandbox=FakeSandbox(script=buggy))
    assert outcomes(tmp_path / "run") == {"harness_error": 6}
    assert go(tmp_path / "run", Scripted(lambda _: whole())).unmeasured == 0


def test_a_cut_off_answer_is_truncated_unless_it_passes(tmp_path: Path) -> None:
    go(tmp_path / "wrong", Scripted(lambda _: whole("wrong", stop=Stop.LENGTH)))
    assert outcomes(tmp_path / "wrong") == {"truncated": 6}
    assert all("wrong_answer" in result.detail for result in results(tmp_path / "wrong"))
    go(tmp_path / "right", Scripted(lambda _: whole(stop=Stop.LENGTH)))
    assert outcomes(tmp_path / "right") == {"pass": 6}


def test_a_refusal_is_not_run(tmp_path: Path) -> None:
    sandbox = FakeSandbox()
    go(tmp_path / "run", Scripted(lambda _: Completion("I can't", stop=Stop.REFUSAL)), sandbox=sandbox)
    assert outcomes(tmp_path / "run") == {"refused": 6}
    assert sandbox.jobs == []


def test_a_budget_is_not_gone_beyond_and_the_rest_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.money.worst_call", lambda *_: 100)
    model = Scripted(lambda _: whole(cost_microusd=60))
    summary = go(tmp_path / "run", model, budget=250, concurrency=4)
    assert summary.spent_microusd <= 250
    assert outcomes(tmp_path / "run") == {"pass": 3, "not_run": 3}
    assert any("budget" in reason for reason in summary.reasons)
    assert go(tmp_path / "run", model, budget=300).spent_microusd == 240, "earlier sessions count"


def test_generation_and_judging_overlap(tmp_path: Path) -> None:
    """The last question is only answered once an earlier answer was judged: they must not run in turn."""
    judged = threading.Event()
    last = small_suite().problems[-1].id

    def answer(request: Request) -> Completion:
        if request.key.problem == last and not judged.wait(30):
            raise ProviderError(Fault.INVALID_REQUEST, "nothing was judged while models were asked")
        return whole()

    def script(_: Job) -> Execution:
        judged.set()
        return passed()

    go(tmp_path / "run", Scripted(answer), sandbox=FakeSandbox(script=script), concurrency=1)
    assert outcomes(tmp_path / "run") == {"pass": 6}


def test_answers_wait_in_a_bounded_queue(tmp_path: Path) -> None:
    """With judging stuck, asking stops too: a run's memory does not grow with its length."""
    stuck, model = threading.Event(), Scripted(lambda _: whole())

    def script(_: Job) -> Execution:
        stuck.wait(60)
        return passed()

    def release() -> None:
        before = -1
        while len(model.calls) != before:
            before = len(model.calls)
            time.sleep(0.3)
        asked.append(before)
        stuck.set()

    asked: list[int] = []
    threading.Thread(target=release, daemon=True).start()
    go(tmp_path / "run", model, sandbox=FakeSandbox(slots=1, script=script), epochs=100)
    assert asked[0] < 100
    assert len(model.calls) == 600


def test_a_disk_that_is_full_ends_the_run_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("samples.jsonl cannot be written: No space left on device")

    setup, store, state = opened(tmp_path / "run", [Scripted(lambda _: whole())])
    monkeypatch.setattr(store, "add_sample", full)
    with store, pytest.raises(StoreError, match="No space left"):
        engine.run(setup, store, state, budget_microusd=None, show=Quiet())


class Few(Scripted):
    """A samples file: two answers to a problem, none to the first."""

    def samples_for(self, problem: Problem, /) -> int:
        return 0 if problem.id == small_suite().problems[0].id else 2


@pytest.mark.parametrize(("asked", "planned"), [(None, 11), (1, 6), (5, 11)])
def test_a_samples_file_says_how_many_samples_there_are(
    tmp_path: Path, asked: int | None, planned: int
) -> None:
    model = Few(lambda _: whole())
    assert isinstance(model, CountsSamples)
    assert go(tmp_path / "run", model, epochs=asked).planned == planned


def test_grading_again_adds_what_is_missing_and_reports_what_changed(tmp_path: Path) -> None:
    setup, store, state = opened(tmp_path / "run", [Scripted(lambda _: whole())])
    with store:
        engine.run(setup, store, state, budget_microusd=None, show=Quiet())
    verdicts = next((tmp_path / "run" / "verdicts").glob("*.jsonl"))
    lines = verdicts.read_bytes().splitlines(keepends=True)
    verdicts.write_bytes(b"".join(lines[:4]))

    def script(job: Job) -> Execution:
        return failed() if job.checks.entry_point == small_suite().problems[0].entry_point else passed()

    setup, store, state = opened(
        tmp_path / "run", [Scripted(lambda _: whole())], sandbox=FakeSandbox(script=script)
    )
    with store:
        regrade = engine.grade(setup, store, state, show=Quiet())
    assert regrade.added == 2
    assert regrade.equal + len(regrade.changed) == 4
    assert verdicts.read_bytes().startswith(b"".join(lines[:4])), "a verdict is never overwritten"
    assert sum(1 for _ in verdicts.open()) == 6


def test_seconds_are_none_where_nothing_was_asked(tmp_path: Path) -> None:
    go(tmp_path / "run", Scripted(lambda _: whole()))
    first: Result = next(iter(results(tmp_path / "run")))
    assert first.seconds is None
    assert first.rule == "program"
