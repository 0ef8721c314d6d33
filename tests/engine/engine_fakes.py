"""A suite of a few problems, a sandbox that runs nothing, models that answer at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bench import lock as locks
from bench import plan
from bench.lock import Asked
from bench.models.retry import RetryPolicy
from bench.pipeline import Setup
from bench.protocols import Model, Sandbox
from bench.resolve import judges as judges_of
from bench.rundir import judgings
from bench.state import State
from bench.store import Store
from bench.suites import Suite
from bench.types import (
    CheckGroup,
    Checks,
    Completion,
    Execution,
    Form,
    Job,
    Json,
    Params,
    Problem,
    Request,
    Status,
    Track,
)

NO_WAIT = RetryPolicy(tries=3, base_s=0.0)


def small_suite(count: int = 6) -> Suite:
    """Problems that no real sandbox is needed for."""
    problems = tuple(_problem(number) for number in range(count))
    return Suite(
        name="small",
        version="1",
        title="Small",
        track=Track.GENERATION,
        language="python",
        problems=problems,
        total=count,
        data={"sha256": "0" * 64},
    )


def _problem(number: int) -> Problem:
    name = f"f{number}"
    code = f"def {name}(x):\n    return x\n"
    checks = Checks(kind="program", entry_point=name, tests=f"assert {name}(1) == 1")
    return Problem(
        "small",
        f"small/{number}",
        Track.GENERATION,
        "python",
        prompt=f'def {name}(x):\n    """Give x back."""\n',
        entry_point=name,
        checks=checks,
        reference=code,
    )


def passed(*, run: int = 3) -> Execution:
    return Execution(Status.DONE, groups=(CheckGroup("tests", run, run, planned=run),), cpu_s=0.01)


def failed() -> Execution:
    return Execution(Status.DONE, groups=(CheckGroup("tests", 1, 0, planned=3, failure="f(1) gave 2"),))


class FakeSandbox:
    """Passes whatever holds no ``wrong``; ``script`` may decide otherwise, or raise."""

    def __init__(self, *, slots: int = 2, script: Callable[[Job], Execution] | None = None) -> None:
        self.slots = slots
        self.jobs: list[Job] = []
        self._script = script
        self._mutex = threading.Lock()

    def run(self, job: Job, /) -> Execution:
        with self._mutex:
            self.jobs.append(job)
        if self._script is not None:
            return self._script(job)
        return failed() if "wrong" in job.candidate else passed()

    def describe(self) -> Mapping[str, Json]:
        return {"engine": "fake", "isolation": "none", "memory_mib": 1024, "image_id": "sha256:1"}

    def close(self) -> None:
        pass


class Scripted:
    """Answers with what ``answer`` returns, or raises what it raises; counts the calls by sample."""

    def __init__(self, answer: Callable[[Request], Completion], *, name: str = "scripted") -> None:
        self.name = name
        self.calls: list[str] = []
        self._answer = answer
        self._mutex = threading.Lock()

    def generate(self, request: Request, /) -> Completion:
        with self._mutex:
            self.calls.append(str(request.key))
        return self._answer(request)


def whole(text: str = "def f():\n    return 1\n", **fields: Any) -> Completion:
    """A program as a completion: extraction leaves it as it is."""
    return Completion(text, form=Form.PROGRAM, **fields)


def opened(
    path: Path,
    models: Iterable[Model],
    *,
    suite: Suite | None = None,
    sandbox: Sandbox | None = None,
    epochs: int | None = None,
    params: Params | None = None,
    concurrency: int | None = 2,
    turns: int = 1,
) -> tuple[Setup, Store, State]:
    """A run on a directory, ready for the engine: what ``bench run`` does before it starts."""
    suites, models = [suite or small_suite()], tuple(models)
    box = sandbox or FakeSandbox()
    asked = Asked(
        suites=tuple(one.name for one in suites),
        models=tuple(model.name for model in models),
        params=params or Params(),
        epochs=epochs,
        turns=turns,
    )
    judges = judges_of(suites)
    lock = locks.build(asked, suites=suites, models=models, judges=judges, sandbox=box.describe())
    store = Store(path)
    try:
        state = store.begin(lock, config=asked.toml(), plan=plan.samples(suites, models, epochs=epochs))
    except BaseException:
        store.close()
        raise
    setup = Setup(
        questions=plan.questions(suites, params=asked.params, mode=asked.mode, turns=turns),
        models=models,
        judges=judges,
        judgings=judgings(lock),
        sandbox=box,
        concurrency=concurrency,
        policy=NO_WAIT,
    )
    return setup, store, state
