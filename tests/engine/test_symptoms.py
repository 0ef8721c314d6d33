"""Suites that show how a program fails: it is run once, before the first call; a run goes on as it began."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from engine_fakes import FakeSandbox, Scripted, failed, opened, passed, small_suite, whole

from bench import engine
from bench.errors import SandboxError, StoreError
from bench.pipeline import Setup
from bench.progress import Quiet
from bench.suites import Suite
from bench.symptoms import SYMPTOMS, observed
from bench.types import Execution, Job, Request, Track


def silent(_: str) -> None:
    pass


def repairs(*, visible: tuple[str, ...] = ("tests",)) -> Suite:
    suite = small_suite(3)
    problems = tuple(
        replace(one, track=Track.REPAIR, fields={"buggy": f"# wrong {one.id}"}) for one in suite.problems
    )
    prompts = ("repair-failure-chat@1", "repair-complete@1")
    return replace(suite, track=Track.REPAIR, problems=problems, prompts=prompts, visible=visible)


def asked_of(path: Path, sandbox: FakeSandbox, suite: Suite) -> list[Request]:
    asked: list[Request] = []
    model = Scripted(lambda request: asked.append(request) or whole("# right"))
    setup, store, state = opened(path, [model], suite=suite, sandbox=sandbox)
    with store:
        setup = observed(setup, store, say=silent)
        engine.run(setup, store, state, budget_microusd=None, show=Quiet())
    return asked


def test_the_question_shows_how_the_program_fails(tmp_path: Path) -> None:
    sandbox = FakeSandbox()
    asked = asked_of(tmp_path, sandbox, repairs())
    assert len(asked) == 3
    assert all("f(1) gave 2" in request.messages[0].text for request in asked)
    assert sum("wrong" in job.candidate for job in sandbox.jobs) == 3


def test_of_hidden_tests_it_shows_only_that_one_fails(tmp_path: Path) -> None:
    asked = asked_of(tmp_path, FakeSandbox(), repairs(visible=()))
    assert all("A hidden test fails." in request.messages[0].text for request in asked)
    assert not any("f(1)" in request.messages[0].text for request in asked)


def test_a_run_that_goes_on_shows_what_it_showed_before(tmp_path: Path) -> None:
    setups: list[Setup] = []
    for script in (lambda _: failed(), lambda _: passed()):
        sandbox = FakeSandbox(script=script)
        setup, store, _ = opened(tmp_path, [Scripted(lambda _: whole())], suite=repairs(), sandbox=sandbox)
        with store:
            setups.append(observed(setup, store, say=silent))
    assert setups[0].questions.symptoms == setups[1].questions.symptoms
    assert "f(1) gave 2" in setups[1].questions.symptoms["small", "small/0"]
    assert not sandbox.jobs


def test_suites_that_show_none_run_nothing(tmp_path: Path) -> None:
    sandbox = FakeSandbox()
    setup, store, _ = opened(tmp_path, [Scripted(lambda _: whole())], sandbox=sandbox)
    with store:
        assert observed(setup, store, say=silent) is setup
    assert not sandbox.jobs
    assert not (tmp_path / SYMPTOMS).exists()


def test_a_sandbox_that_fails_ends_it_before_anything_is_asked(tmp_path: Path) -> None:
    def gone(job: Job) -> Execution:
        raise SandboxError("gone")

    setup, store, _ = opened(tmp_path, [], suite=repairs(), sandbox=FakeSandbox(script=gone))
    with store, pytest.raises(SandboxError):
        observed(setup, store, say=silent)


def test_a_damaged_file_names_itself_and_the_way_out(tmp_path: Path) -> None:
    setup, store, _ = opened(tmp_path, [], suite=repairs())
    (tmp_path / SYMPTOMS).write_text("{")
    with store, pytest.raises(StoreError, match=SYMPTOMS) as raised:
        observed(setup, store, say=silent)
    assert "made again" in str(raised.value.hint)


def test_an_estimate_takes_what_will_be_shown_to_be_long(tmp_path: Path) -> None:
    setup, store, _ = opened(tmp_path, [], suite=repairs())
    with store:
        shown = observed(setup, store, say=silent).questions.symptoms
    longest = setup.questions.longest().symptoms
    assert longest.keys() == shown.keys()
    assert all(len(longest[place]) >= len(told) for place, told in shown.items())
