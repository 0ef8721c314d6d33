"""Ours: the sandbox and the judge that ``bench run`` and ``bench grade`` use, one thread a slot."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from stopwatch import CPUS, arguments, report

from bench.judge.calls import make as make_judge
from bench.protocols import SandboxOptions
from bench.registry import load_sandbox
from bench.suites import load_suite
from bench.types import Outcome, Problem


def main() -> None:
    data, repeats, (suite, engine, ground_truth) = arguments()
    problems = load_suite(suite, data=[Path(data)]).problems
    if ground_truth == "computed":
        problems = tuple(replace(each, checks=replace(each.checks, known={})) for each in problems)
    judge, sandbox = make_judge(), load_sandbox(engine, SandboxOptions(slots=CPUS, say=lambda _: None))

    def one(problem: Problem) -> bool:
        executions = [sandbox.run(job) for job in judge.jobs(problem, problem.reference)]
        return judge.verdict(problem, executions).outcome is Outcome.PASS

    with ThreadPoolExecutor(CPUS) as pool:
        list(pool.map(one, problems[: 4 * CPUS]))
        report(lambda: sum(pool.map(one, problems * repeats)), len(problems) * repeats)
    sandbox.close()


if __name__ == "__main__":
    main()
