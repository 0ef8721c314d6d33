"""A run of its own process, to be killed: ``run_driver.py RUN SAMPLES.jsonl COUNTER EPOCHS [TURNS]``.

Prints ``ready`` when the engine starts. Every call is noted in COUNTER before it is made.
"""

from __future__ import annotations

import os
import random
import sys
import time
import zlib
from pathlib import Path

from engine_fakes import FakeSandbox, failed, opened, passed, small_suite

from bench import engine
from bench.models.replay import Replay, read_answers
from bench.progress import Quiet
from bench.types import Completion, Execution, Form, Job, Problem, Request

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


class Solving:
    """Solves a fourth of the samples at each turn; its calls take a moment and are counted."""

    name = "solving"

    def __init__(self, counter: Path) -> None:
        self._counter = os.open(counter, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def generate(self, request: Request, /) -> Completion:
        sample = f"{request.key.problem} {request.key.epoch}"
        turn = 1 + sum(message.role == "assistant" for message in request.messages)
        os.write(self._counter, f"{sample} {turn}\n".encode())
        time.sleep(random.uniform(0, 0.006))
        said = "right" if zlib.crc32(sample.encode()) % 4 < turn else "wrong"
        seen = zlib.crc32("; ".join(message.text for message in request.messages).encode())
        return Completion(f"# {said} at {turn} after {seen}", form=Form.PROGRAM)


def judge(job: Job) -> Execution:
    time.sleep(random.uniform(0, 0.003))
    return failed() if "wrong" in job.candidate else passed()


def main() -> int:
    run, samples, counter, epochs, *more = sys.argv[1:]
    turns = int(more[0]) if more else 1
    model = Counted(Path(samples), Path(counter)) if turns == 1 else Solving(Path(counter))
    setup, store, state = opened(
        Path(run),
        [model],
        sandbox=FakeSandbox(script=judge),
        epochs=int(epochs),
        concurrency=CONCURRENCY,
        turns=turns,
    )
    print("ready", flush=True)
    with store:
        summary = engine.run(setup, store, state, budget_microusd=None, show=Quiet())
    return 130 if summary.interrupted else 1 if summary.unmeasured else 0


if __name__ == "__main__":
    sys.exit(main())
