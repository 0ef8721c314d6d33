"""Whether load changes verdicts: reference solutions again and again, beside processes that burn CPU.

Usage: python benchmarks/steady.py [DATASETS] [--repeats 20] [--load 2] [--suites NAME ...]
The first repeat is quiet, all others run under load. Exit status 1 if one verdict differs between them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.errors import DataError, SandboxError
from bench.protocols import Judge, Sandbox, SandboxOptions
from bench.registry import load_judge, load_sandbox
from bench.suites import Suite, load_suite
from bench.types import Outcome, Problem

CPUS = os.cpu_count() or 1
_SUITES = ("humaneval", "mbpp:full", "classeval")


@dataclass(frozen=True, slots=True)
class Case:
    problem: Problem
    judge: Judge

    def outcome(self, sandbox: Sandbox) -> Outcome:
        """As in a run: what the sandbox could not do is tried once more."""
        for _ in range(2):
            try:
                executions = [
                    sandbox.run(job) for job in self.judge.jobs(self.problem, self.problem.reference)
                ]
                return self.judge.verdict(self.problem, executions).outcome
            except SandboxError as error:
                print(f"{self.problem.id}: {error}", file=sys.stderr)
        return Outcome.SANDBOX_ERROR


def main() -> int:
    parser = argparse.ArgumentParser(description="Repeat all reference solutions on a loaded machine.")
    parser.add_argument("datasets", type=Path, nargs="?", default=os.environ.get("BENCH_DATA"))
    parser.add_argument("--repeats", type=int, default=20, help="under load; one more is quiet")
    parser.add_argument("--load", type=int, default=2, help="processes that burn CPU, for each CPU")
    parser.add_argument("--suites", nargs="+", default=[])
    parser.add_argument("--limit", type=int, help="problems of each suite, for a quick look")
    parser.add_argument("--sandbox", default="docker")
    asked = parser.parse_args()
    if asked.datasets is None:
        parser.error("name the folder of data sets, or set BENCH_DATA")
    cases = [
        Case(problem, load_judge(suite.judge))
        for suite in _suites(asked.suites, asked.datasets)
        for problem in suite.problems[: asked.limit]
    ]
    sandbox = load_sandbox(asked.sandbox, SandboxOptions(slots=CPUS, say=lambda _: None))
    seen: list[list[Outcome]] = []
    try:
        seen.append(_repeat(cases, sandbox))
        _tell("quiet", seen)
        with _burners(asked.load * CPUS):
            for number in range(asked.repeats):
                seen.append(_repeat(cases, sandbox))
                _tell(f"repeat {number + 1}", seen)
    finally:
        sandbox.close()
    differ = differing(seen)
    for index in differ:
        print(cases[index].problem.id, *(outcomes[index] for outcomes in seen))
    print(
        f"1 quiet repeat and {asked.repeats} under load, {len(cases)} problems: {len(differ)} verdicts differ"
    )
    return 1 if differ else 0


def _suites(names: Sequence[str], data: Path) -> Iterator[Suite]:
    """The named ones; by default those whose data is there."""
    for name in names or _SUITES:
        try:
            yield load_suite(name, data=[data])
        except DataError as error:
            if names:
                raise
            print(f"left out: {name}: {error}", file=sys.stderr)


def _repeat(cases: Sequence[Case], sandbox: Sandbox) -> list[Outcome]:
    with ThreadPoolExecutor(sandbox.slots) as pool:
        return list(pool.map(lambda case: case.outcome(sandbox), cases))


def _tell(title: str, seen: Sequence[Sequence[Outcome]]) -> None:
    counts = ", ".join(f"{count} {outcome}" for outcome, count in Counter(seen[-1]).most_common())
    print(f"{time.strftime('%H:%M:%S')} {title}: {counts}; {len(differing(seen))} differ so far", flush=True)


def differing(seen: Sequence[Sequence[Outcome]]) -> list[int]:
    """Which problems did not have the same verdict in every repeat."""
    return [index for index, outcomes in enumerate(zip(*seen, strict=True)) if len(set(outcomes)) > 1]


@contextmanager
def _burners(count: int) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_burn, args=(os.getpid(),), daemon=True) for _ in range(count)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def _burn(parent: int) -> None:
    while os.getppid() == parent:
        sum(range(1_000_000))


if __name__ == "__main__":
    sys.exit(main())
