"""Whether load changes verdicts: reference solutions again and again, beside processes that burn CPU.

Usage: python benchmarks/steady.py DATASETS [--repeats 20] [--load 2] [--suites humaneval mbpp:full]
Exit status 1 if one verdict of one repeat differs from the first one's.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from bench.judge.calls import make as make_judge
from bench.protocols import SandboxOptions
from bench.registry import load_sandbox
from bench.suites import load_suite
from bench.types import Outcome, Problem

CPUS = os.cpu_count() or 1


def main() -> int:
    parser = argparse.ArgumentParser(description="Repeat all reference solutions on a loaded machine.")
    parser.add_argument("datasets", type=Path)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--load", type=int, default=2, help="processes that burn CPU, for each CPU")
    parser.add_argument("--suites", nargs="+", default=["humaneval", "mbpp:full"])
    parser.add_argument("--sandbox", default="docker")
    asked = parser.parse_args()
    problems = [
        problem for name in asked.suites for problem in load_suite(name, data=[asked.datasets]).problems
    ]
    judge = make_judge()
    sandbox = load_sandbox(asked.sandbox, SandboxOptions(slots=CPUS, say=lambda _: None))

    def one(problem: Problem) -> Outcome:
        executions = [sandbox.run(job) for job in judge.jobs(problem, problem.reference)]
        return judge.verdict(problem, executions).outcome

    seen: list[list[Outcome]] = []
    with ThreadPoolExecutor(CPUS) as pool, _burners(asked.load * CPUS):
        for number in range(asked.repeats):
            began = time.monotonic()
            seen.append(list(pool.map(one, problems)))
            passed = seen[-1].count(Outcome.PASS)
            differ = _differing(seen)
            print(
                f"repeat {number + 1}: {passed} of {len(problems)} pass, "
                f"{len(differ)} differ so far, {time.monotonic() - began:.0f} s",
                flush=True,
            )
    sandbox.close()
    differ = _differing(seen)
    for index in differ:
        print(problems[index].id, [str(run[index]) for run in seen])
    print(f"{len(seen)} repeats of {len(problems)} problems: {len(differ)} verdicts differ")
    return 1 if differ else 0


def _differing(seen: list[list[Outcome]]) -> list[int]:
    return [index for index, outcomes in enumerate(zip(*seen, strict=True)) if len(set(outcomes)) > 1]


@contextmanager
def _burners(count: int) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_burn, daemon=True) for _ in range(count)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()


def _burn() -> None:
    while True:
        sum(range(10_000))


if __name__ == "__main__":
    sys.exit(main())
