"""From what a guest observed to an ``Execution``. Pure, so that every end a sample comes to is testable."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any

from bench.errors import JudgeEnded, SandboxError
from bench.types import CheckGroup, Execution, Job, Status

_CPU_SLACK_S = 0.2
_OWN_PROCESS = ("unittest", "project")
"""Kinds of checks that run beside the candidate, in its process."""


def execution(facts: Mapping[str, Any], job: Job, *, nonce: str) -> Execution:
    """Read a guest's facts about one job.

    Raises JudgeEnded when the judge said nothing although no limit was reached, SandboxError when it answered
    another job.
    """
    verdict: Mapping[str, Any] = facts["verdict"] or {}
    if verdict and verdict["nonce"] != nonce:
        raise SandboxError("the sandbox answered another job than the one it was given")
    if verdict.get("status") == "no_candidate":
        raise SandboxError(f"the candidate's process could not be started: {verdict['error']}")
    limit = "" if _was_wrong(verdict, job) else facts["limit"] or _limit_behind(facts, verdict, job)
    if not verdict and not limit:
        raise JudgeEnded("the judge's process ended without a verdict")
    status = Status.LIMIT if limit else Status(verdict["status"])
    error = verdict.get("error", "")
    if status is Status.CANDIDATE_ERROR and facts["signal"] not in (0, signal.SIGKILL):
        error = f"{error} (signal {_name(facts['signal'])})"
    return Execution(
        status=status,
        groups=tuple(CheckGroup(**group) for group in verdict.get("groups", ())),
        limit=limit,
        error=error,
        where=verdict.get("where", ""),
        output=facts["output"],
        isolation="tamper_evident" if job.checks.kind in _OWN_PROCESS else "tamper_proof",
        cpu_s=round(facts["cpu_s"], 4),
        wall_s=round(facts["wall_s"], 4),
        memory_mib=round(facts["memory_mib"], 1),
    )


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)  # a real-time signal


def _was_wrong(verdict: Mapping[str, Any], job: Job) -> bool:
    """Whether a case failed. Later ones were on their way by then: what they ran into is not why it ended."""
    failed = any(group.get("failure") for group in verdict.get("groups", ()))
    return job.checks.kind == "cases" and verdict.get("status") == "done" and failed


def _limit_behind(facts: Mapping[str, Any], verdict: Mapping[str, Any], job: Job) -> str:
    """The limit that explains an end which the guest saw only as an end."""
    said = str(verdict.get("limit", ""))
    if said or verdict.get("status") in ("done", "compile_error", "judge_error"):
        return said
    if facts["oom"]:
        return "memory"
    if facts["signal"] == signal.SIGXCPU or (
        facts["signal"] == signal.SIGKILL and facts["cpu_s"] >= job.limits.cpu_s - _CPU_SLACK_S
    ):
        return "cpu"
    return ""
