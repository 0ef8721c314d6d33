"""A run of its own process, to be killed: ``run_driver.py RUN SAMPLES.jsonl COUNTER EPOCHS``.

Prints ``ready`` when the engine starts. Every call is noted in COUNTER before it is made.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

from engine_fakes import FakeSandbox, failed, opened, passed, small_suite

from bench import engine
from bench.models.replay import Replay, read_answers
from bench.progress import Quiet
from bench.types import Completion, Execution, Job, Problem, Request

CONCURRENCY = 3


class Counted:
    """A replay whose calls take a moment and are counted."""

    name = "replay/samples.jsonl"

    def __init__(self, samples: Path, counter: Path) -> None:
        problems = {(problem.suite, problem.id): problem for problem in small_suite().problems}
        self._replay = Replay(self.name, path=samples, answers=read_answers(samples), problems=problems)
        self._counter = os.open(counter, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def samples_for(self, problem: Problem, /) -> int:
        return self._replay.samples_for(problem)

    def generate(self, request: Request, /) -> Completion:
        os.write(self._counter, f"{request.key.problem} {request.key.epoch}\n".encode())
        time.sleep(random.uniform(0, 0.006))
        return self._replay.generate(request)


def judge(job: Job) -> Execution:
    time.sleep(random.uniform(0, 0.003))
    return failed() if "wrong" in job.candidate else passed()


def main() -> int:
    run, samples, counter, epochs = sys.argv[1:]
    model = Counted(Path(samples), Path(counter))
    setup, store, state = opened(
        Path(run), [model], sandbox=FakeSandbox(script=judge), epochs=int(epochs), concurrency=CONCURRENCY
    )
    print("ready", flush=True)
    with store:
        summary = engine.run(setup, store, state, budget_microusd=None, show=Quiet())
    return 130 if summary.interrupted else 1 if summary.unmeasured else 0


if __name__ == "__main__":
    sys.exit(main())
