"""Write which problems of a repair suite show no bug here: ``python scripts/dropped.py SUITE DATA_DIR``.

A bug stays only if its buggy program fails and its reference passes, in the sandbox that ``bench`` judges in.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from bench import resolve
from bench.assets import tasks_dir
from bench.cli.common import slots
from bench.registry import load_judge
from bench.suites import DROPPED, load_suite
from bench.types import Outcome, Problem

NODES = "its tests are about nodes of trees or lists, which the answer's own process would have to make"


def main(name: str, data: str) -> None:
    path = tasks_dir() / name / DROPPED
    path.unlink(missing_ok=True)
    suite = load_suite(name, data=[Path(data)])
    judge = load_judge(suite.judge)
    with closing(resolve.sandbox("docker", [suite], slots=slots(), say=print)) as box:

        def reason(problem: Problem) -> str:
            """Why it cannot stay; empty if it can."""
            right, wrong = (
                judge.verdict(problem, [box.run(job) for job in judge.jobs(problem, code)])
                for code in (problem.reference, problem.fields["buggy"])
            )
            if right.outcome is not Outcome.PASS:
                nodes = "_node(" in problem.checks.tests
                return NODES if nodes else f"its reference does not pass: {right.outcome}"
            return "" if wrong.outcome is not Outcome.PASS else "its buggy program passes all tests"

        with ThreadPoolExecutor(box.slots) as pool:
            reasons = dict(zip([p.id for p in suite.problems], pool.map(reason, suite.problems), strict=True))
    dropped = {name: why for name, why in sorted(reasons.items()) if why}
    path.write_text(json.dumps(dropped, indent=0, sort_keys=True) + "\n", "utf-8")
    print(f"{path}: {len(dropped)} of {len(reasons)} dropped")


if __name__ == "__main__":
    main(*sys.argv[1:])
