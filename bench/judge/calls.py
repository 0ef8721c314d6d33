"""The judge "calls": a candidate's functions are called, and what they return is checked elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from bench.errors import HarnessError
from bench.types import CheckGroup, Execution, Job, Outcome, Problem, Status, Verdict

VERSION = "calls@1"

_LIMITS = {
    "cpu": Outcome.TIME_LIMIT,
    "wall": Outcome.TIME_LIMIT,
    "memory": Outcome.MEMORY_LIMIT,
    "output": Outcome.OUTPUT_LIMIT,
}
"""Other limits (processes, disk) are what a program that misbehaves runs into: a runtime error."""


class CallsJudge:
    """One job a candidate; its checks say which of the guest's routines decides."""

    version = VERSION

    def jobs(self, problem: Problem, code: str, /) -> Sequence[Job]:
        return (Job(code, problem.checks, problem.limits),)

    def verdict(self, problem: Problem, executions: Sequence[Execution], /) -> Verdict:
        return of_one(executions, judge=VERSION, planned=tuple(problem.checks.inputs))


def of_one(executions: Sequence[Execution], *, judge: str, planned: tuple[str, ...]) -> Verdict:
    """The verdict of a judge that makes one job a candidate. Raises HarnessError for more or fewer."""
    if len(executions) != 1:
        raise HarnessError(f"judge {judge} makes one job a candidate, not {len(executions)}")
    [execution] = executions
    outcome, detail = decide(execution, planned=planned)
    return Verdict(
        outcome,
        checks_run=sum(group.run for group in execution.groups),
        checks_passed=sum(group.passed for group in execution.groups),
        groups=execution.groups,
        detail=detail,
        isolation=execution.isolation,
    )


def decide(execution: Execution, *, planned: tuple[str, ...]) -> tuple[Outcome, str]:
    """The outcome of one execution, and why; ``planned``: the groups of checks that must be there."""
    match execution.status:
        case Status.COMPILE_ERROR:
            return Outcome.COMPILE_ERROR, execution.error
        case Status.CANDIDATE_ERROR:
            return Outcome.RUNTIME_ERROR, execution.error
        case Status.LIMIT:
            return _LIMITS.get(execution.limit, Outcome.RUNTIME_ERROR), f"{execution.limit} limit"
        case Status.JUDGE_ERROR:
            return Outcome.NO_CHECKS, f"the problem's own tests or reference failed: {execution.error}"
        case Status.DONE:
            return _count(execution.groups, planned=planned)


def _count(groups: tuple[CheckGroup, ...], *, planned: tuple[str, ...]) -> tuple[Outcome, str]:
    """Pass only if every planned group is there, every check of it ran and held, and there was one."""
    for group in groups:
        if group.passed < group.run or group.failure:
            return Outcome.WRONG_ANSWER, f"{group.name}: {group.failure}"
        if group.run == 0 and group.planned != 0:
            return Outcome.NO_CHECKS, f"{group.name}: no check was run"
        if group.planned is not None and group.run < group.planned:
            return Outcome.NO_CHECKS, f"{group.name}: only {group.run} of {group.planned} checks were run"
    for name in planned:
        if name not in {group.name for group in groups}:
            return Outcome.NO_CHECKS, f"{name}: no check was run"
    if not sum(group.run for group in groups):
        return Outcome.NO_CHECKS, "no check was run"
    return Outcome.PASS, ""


def make() -> CallsJudge:
    return CallsJudge()
