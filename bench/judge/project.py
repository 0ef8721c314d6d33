"""The judge "project": a whole project with an answer's changes, and the data set's own copy of its tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from bench.judge.calls import of_one
from bench.repo import bundle
from bench.types import Execution, Job, Problem, Verdict

VERSION = "project@1"


class ProjectJudge:
    """One job a candidate; every test of the problem counts as a check.

    Tests run in the candidate's process, so verdicts are marked ``tamper_evident``.
    """

    version = VERSION

    def jobs(self, problem: Problem, code: str, /) -> Sequence[Job]:
        project, tests = bundle.files(problem.checks.setup), bundle.files(problem.checks.tests)
        changes = {
            path: text
            for path, text in bundle.loads(code).items()
            if not bundle.protected(path, project=project, tests=tests)
        }
        checks = replace(problem.checks, setup=json.dumps(sorted(changes)))
        return (Job(bundle.dumps(bundle.changed(project, changes)), checks, problem.limits),)

    def verdict(self, problem: Problem, executions: Sequence[Execution], /) -> Verdict:
        return of_one(executions, judge=VERSION, planned=tuple(problem.checks.inputs))


def make() -> ProjectJudge:
    return ProjectJudge()
