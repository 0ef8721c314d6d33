"""Ours: the sandbox and the judge that ``bench run`` and ``bench grade`` use, one thread a slot.

Reading the suite's data is measured with it, as it is with the peers; starting the guests is not (see
``ours_grade.py`` for whole commands).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from stopwatch import arguments, report, samples

from bench.protocols import Sandbox, SandboxOptions
from bench.registry import load_judge, load_sandbox
from bench.suites import load_suite
from bench.types import Checks, Job, Outcome, Problem

_ANY = Job(
    "def answer():\n    return 42\n",
    Checks(kind="program", entry_point="answer", tests="assert answer() == 42"),
)


def main() -> None:
    folder, repeats, (data, suite, engine, ground_truth, slots) = arguments()
    count = len(samples(folder, 1))
    judge = load_judge("calls")
    sandbox = load_sandbox(engine, SandboxOptions(slots=int(slots), say=lambda _: None))

    def one(problem: Problem) -> bool:
        executions = [sandbox.run(job) for job in judge.jobs(problem, problem.reference)]
        return judge.verdict(problem, executions).outcome is Outcome.PASS

    def all_of_them() -> int:
        problems = load_suite(suite, data=[Path(data)]).problems[:count]
        if ground_truth == "computed":
            problems = tuple(replace(each, checks=replace(each.checks, known={})) for each in problems)
        with ThreadPoolExecutor(sandbox.slots) as pool:
            return sum(pool.map(one, problems * repeats))

    try:
        _started(sandbox)
        report(all_of_them, count * repeats)
    finally:
        sandbox.close()


def _started(sandbox: Sandbox) -> None:
    """All guests are up and have run something: they start at once, and the first one ready takes a job."""
    with ThreadPoolExecutor(sandbox.slots) as pool:
        list(pool.map(sandbox.run, [_ANY] * 4 * sandbox.slots))


if __name__ == "__main__":
    main()
