"""Asking over HTTP: how much of a limit of rate is used, what a call costs, whether memory grows.

Usage: python benchmarks/asking.py [--only limits|cost|memory] [--seconds 120] [--calls 4000] [--soak 20000]
The server (quick_server.py) is a process of its own. What is measured is the whole way of a run, from the
plan to the records on disk, with a judge that passes everything; "adapter alone" is the model without a run.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import processes

from bench import engine, plan, resolve
from bench import lock as locks
from bench.lock import Asked
from bench.models.vendors import COMPATIBLE, OPENAI
from bench.progress import Quiet, Tally
from bench.protocols import Model, ModelContext
from bench.rundir import judgings
from bench.store import Store
from bench.suites import Suite
from bench.types import (
    CheckGroup,
    Checks,
    Execution,
    Job,
    Json,
    Message,
    Problem,
    Request,
    SampleKey,
    Status,
    Track,
)

SERVER = Path(__file__).with_name("quick_server.py")
WARM_UP_S = 75
LATENCY_S = 0.05
_KEY = {"OPENAI_API_KEY": "none-needed"}
LIMIT, WINDOW_S = 1200, 60.0
_PROMPT = "def f(x):\n" + '    """' + "Give x back, whatever it is. " * 15 + '"""\n'


class Passing:
    """A sandbox in which everything passes at once."""

    slots = 1

    def run(self, _: Job, /) -> Execution:
        return Execution(Status.DONE, groups=(CheckGroup("tests", 1, 1, planned=1),))

    def describe(self) -> dict[str, Json]:
        return {"engine": "none", "isolation": "none", "memory_mib": 1024, "image_id": "none"}

    def close(self) -> None:
        pass


@contextmanager
def server(*options: str) -> Iterator[str]:
    command = [sys.executable, str(SERVER), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def suite(count: int) -> Suite:
    checks = Checks(kind="program", entry_point="f", tests="assert f(1) == 1")
    problems = tuple(
        Problem(
            "asking",
            f"asking/{number}",
            Track.GENERATION,
            "python",
            prompt=f"# {number}\n{_PROMPT}",
            entry_point="f",
            checks=checks,
            reference="def f(x):\n    return x\n",
        )
        for number in range(count)
    )
    return Suite(
        name="asking",
        version="1",
        title="Asking",
        track=Track.GENERATION,
        language="python",
        problems=problems,
        total=count,
        data={"sha256": "0" * 64},
    )


class Asker(Quiet):
    """Runs a model over a number of samples; ``looks`` holds resident MiB by samples done."""

    def __init__(self, looks: tuple[int, ...] = ()) -> None:
        self._due = list(looks)
        self.looks: dict[int, float] = {}

    def update(self, tally: Tally) -> None:
        while self._due and tally.done >= self._due[0]:
            self.looks[self._due.pop(0)] = processes.rss_mib(os.getpid())

    def run(self, model: Model, samples: int, *, concurrency: int | None = None) -> None:
        problems = min(samples, 500)
        suites, epochs = [suite(problems)], samples // problems
        asked = Asked(suites=("asking",), models=(model.name,), epochs=epochs)
        judges, sandbox = resolve.judges(suites), Passing()
        lock = locks.build(asked, suites=suites, models=[model], judges=judges, sandbox=sandbox.describe())
        with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "run") as store:
            state = store.begin(lock, config="", plan=plan.samples(suites, [model], epochs=epochs))
            setup = resolve.setup(
                asked,
                suites,
                models=[model],
                judges=judges,
                judgings=judgings(lock),
                sandbox=sandbox,
                concurrency=concurrency,
            )
            self.summary = engine.run(setup, store, state, budget_microusd=None, show=self)
            self.update_last(samples)

    def update_last(self, samples: int) -> None:
        if samples in self._due:
            self.looks[samples] = processes.rss_mib(os.getpid())


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def limits(seconds: int) -> Iterator[str]:
    yield "| limit of 1,200 a minute | told by | of the limit used | refused | refused in warm-up |"
    yield "|---|---|---:|---:|---:|"
    cases = [(kind, tell) for kind in ("fixed", "bucket", "rolling") for tell in ("headers", "retry-after")]
    rows: dict[tuple[str, str], str] = {}

    def measure(case: tuple[str, str]) -> None:
        kind, tell = case
        options = ("--kind", kind, "--tell", tell, "--latency", str(LATENCY_S))
        options += ("--limit", str(LIMIT), "--window", str(WINDOW_S))
        with server(*options) as url:
            began = int(time.monotonic() * 10)
            child = subprocess.Popen(
                [sys.executable, __file__, "--ask", url, "--calls", str(LIMIT * 20)],
                stdout=subprocess.DEVNULL,
            )
            time.sleep(WARM_UP_S + seconds)
            seen = httpx.get(url, trust_env=False).json()
            child.kill()
            child.wait()
        first, last = began + WARM_UP_S * 10, began + (WARM_UP_S + seconds) * 10

        def count(what: str, since: int, until: int) -> int:
            return sum(
                number
                for key, number in seen.items()
                if key.startswith(f"{what} ") and since <= int(key.split()[1]) < until
            )

        taken, refused = count("taken", first, last), count("refused", first, last)
        warm, cold = count("taken", began, first), count("refused", began, first)
        share = taken / (LIMIT / WINDOW_S * seconds)
        percent, lost = 100 * share, 100 * refused / (taken + refused)
        rows[case] = f"| {kind} | {tell} | {percent:.1f} % | {lost:.2f} % | {cold} of {warm + cold} |"

    threads = [threading.Thread(target=measure, args=(case,)) for case in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    yield from (rows[case] for case in cases)


def cost(calls: int) -> Iterator[str]:
    yield "| what | calls | calls/s | CPU ms a call |"
    yield "|---|---:|---:|---:|"
    with server() as url:
        model = COMPATIBLE(f"quick@{url}", ModelContext())
        request = Request(SampleKey("asking", "asking/1", model.name, 0), (Message("user", _PROMPT),))
        for _ in range(100):
            model.generate(request)
        yield _row("the adapter alone", calls, lambda: [model.generate(request) for _ in range(calls)])
        paid = OPENAI("gpt-5-mini", ModelContext(environ={**_KEY, "OPENAI_BASE_URL": url}))
        for name, asked, concurrency in (("free", model, 1), ("free", model, 16), ("paid", paid, 16)):
            Asker().run(asked, 500, concurrency=concurrency)
            work = partial(Asker().run, asked, calls, concurrency=concurrency)
            yield _row(f"a run, {name}, --concurrency {concurrency}", calls, work)


def _row(name: str, calls: int, work: Callable[[], object]) -> str:
    began, used = time.monotonic(), cpu_s()
    work()
    used, seconds = cpu_s() - used, time.monotonic() - began
    return f"| {name} | {calls:,} | {calls / seconds:,.0f} | {1000 * used / calls:.2f} |"


def memory(samples: int) -> Iterator[str]:
    looks = (samples // 10, samples // 2, samples)
    yield f"| resident memory after | {' | '.join(f'{look:,}' for look in looks)} |"
    yield "|---|---:|---:|---:|"
    with server() as url:
        asker = Asker(looks)
        asker.run(COMPATIBLE(f"quick@{url}", ModelContext()), samples, concurrency=16)
    yield f"| MiB | {' | '.join(f'{asker.looks[look]:.1f}' for look in looks)} |"


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure asking.")
    parser.add_argument("--only", choices=("limits", "cost", "memory"))
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--calls", type=int, default=4000)
    parser.add_argument("--soak", type=int, default=20_000)
    parser.add_argument("--ask", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.ask:
        environ = {**_KEY, "OPENAI_BASE_URL": asked.ask}
        Asker().run(OPENAI("gpt-5-mini", ModelContext(environ=environ)), asked.calls)
        return 0
    parts = {
        "limits": lambda: limits(asked.seconds),
        "cost": lambda: cost(asked.calls),
        "memory": lambda: memory(asked.soak),
    }
    for name, part in parts.items():
        if asked.only in (None, name):
            print("\n".join(part()), end="\n\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
