"""Every end a sample can come to, from what the guest saw of it."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from bench.errors import JudgeEnded, SandboxError
from bench.sandbox.facts import execution
from bench.types import CheckGroup, Checks, Job, Limits, Status

JOB = Job("", Checks("program", "f"), Limits(cpu_s=2.0))
NONCE = "n"
GROUP = {"name": "tests", "run": 1, "passed": 1, "planned": None, "failure": ""}


def facts(**changes: Any) -> dict[str, Any]:
    seen = {"verdict": None, "limit": "", "signal": 0, "oom": False, "cpu_s": 0.1, "wall_s": 0.2}
    return seen | {"memory_mib": 10.0, "output": "", "clean": True} | changes


def said(status: str, **more: Any) -> dict[str, Any]:
    return {"nonce": NONCE, "status": status, "groups": [GROUP], "error": "", **more}


def test_a_finished_judge_is_believed() -> None:
    seen = execution(facts(verdict=said("done")), JOB, nonce=NONCE)
    assert (seen.status, seen.groups) == (Status.DONE, (CheckGroup("tests", 1, 1),))


@pytest.mark.parametrize(
    ("seen", "limit"),
    [
        (facts(limit="output"), "output"),
        (facts(limit="wall", verdict=said("candidate_error")), "wall"),
        (facts(verdict=said("limit", limit="disk")), "disk"),
        (facts(oom=True), "memory"),
        (facts(oom=True, verdict=said("candidate_error")), "memory"),
        (facts(signal=signal.SIGXCPU, verdict=said("candidate_error")), "cpu"),
        (facts(signal=signal.SIGKILL, cpu_s=2.0, verdict=said("candidate_error")), "cpu"),
    ],
)
def test_limits_are_told_apart(seen: dict[str, Any], limit: str) -> None:
    found = execution(seen, JOB, nonce=NONCE)
    assert (found.status, found.limit) == (Status.LIMIT, limit)


def test_what_comes_after_a_wrong_result_is_not_its_reason() -> None:
    """The next cases are on their way while one is compared: what they run into changes no verdict."""
    wrong = said("done") | {"groups": [GROUP | {"passed": 0, "failure": "f(1): 2 instead of 3"}]}
    seen = facts(limit="output", oom=True, verdict=wrong)
    cases = Job("", Checks("cases", "f"), Limits(cpu_s=2.0))
    assert execution(seen, cases, nonce=NONCE).status is Status.DONE
    assert execution(facts(limit="output", verdict=said("done")), cases, nonce=NONCE).limit == "output"
    assert execution(seen, JOB, nonce=NONCE).limit == "output"


def test_a_crash_names_its_signal() -> None:
    seen = execution(
        facts(signal=signal.SIGSEGV, verdict=said("candidate_error", error="ended")), JOB, nonce=NONCE
    )
    assert seen.status is Status.CANDIDATE_ERROR
    assert "SIGSEGV" in seen.error


def test_a_real_time_signal_has_only_a_number() -> None:
    seen = execution(facts(signal=40, verdict=said("candidate_error", error="ended")), JOB, nonce=NONCE)
    assert "signal 40" in seen.error


def test_a_judge_that_ended_is_told_from_other_faults() -> None:
    with pytest.raises(JudgeEnded):
        execution(facts(), JOB, nonce=NONCE)


@pytest.mark.parametrize(
    "seen",
    [
        facts(),
        facts(verdict=said("done") | {"nonce": "another"}),
        facts(verdict=said("no_candidate", error="fork failed")),
    ],
    ids=["no verdict", "another job's verdict", "candidate never started"],
)
def test_what_is_not_the_candidates_fault_is_a_sandbox_error(seen: dict[str, Any]) -> None:
    """A fault of ours must never become a wrong answer."""
    with pytest.raises(SandboxError):
        execution(seen, JOB, nonce=NONCE)
