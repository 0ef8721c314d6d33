"""The judge "unittests": tests that run in the candidate's own process.

They cannot be proof against what shares their process: such verdicts are marked ``tamper_evident``, and name
what in the answer a person should look at (``bench.judge.review``).
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.judge.calls import of_one
from bench.types import Execution, Job, Problem, Verdict

VERSION = "unittest@1"


class UnittestJudge:
    """One job a candidate; every test of the problem counts as a check."""

    version = VERSION

    def jobs(self, problem: Problem, code: str, /) -> Sequence[Job]:
        return (Job(code, problem.checks, problem.limits),)

    def verdict(self, problem: Problem, executions: Sequence[Execution], /) -> Verdict:
        del problem
        return of_one(executions, judge=VERSION, planned=("tests",))


def make() -> UnittestJudge:
    return UnittestJudge()
