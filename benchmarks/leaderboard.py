"""How long a leaderboard over a large run takes: seconds of the clock and of the CPU, and memory.

Writes a run of made-up samples as the store writes one, reads every byte of it and decodes every line of it
for comparison, then runs ``bench leaderboard RUN -o FILE.csv``, each in a process of its own. Prints a table.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import processes

from bench.records import (
    SampleMeasured,
    SampleRecord,
    StoredCompletion,
    VerdictMeasured,
    VerdictRecord,
    encode,
)
from bench.rundir import EVENTS, LOCK, PLAN, SAMPLES, judgings, verdicts_path
from bench.types import CheckGroup, Extraction, Form, Outcome, SampleKey, Stop, Timing, Try, Usage

PROBLEMS, MODELS = 164, 10
_OUT_OF_ORDER = 64
"""So many answers are on their way at once, and come as they come."""
_BYTES = """
import sys
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        while file.read(1 << 20):
            pass
"""
_DICTS = """
import msgspec, sys
decode = msgspec.json.Decoder().decode
for path in sys.argv[1:]:
    for line in open(path, "rb"):
        decode(line)
"""


@dataclass(frozen=True, slots=True)
class Took:
    wall_s: float
    cpu_s: float
    memory_mib: float
    """The most that the process and all it started held at once, as their resident sets."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--keep", type=Path, help="where runs are made, and kept for the next time")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print("| samples | GB | what | seconds | CPU s | MiB | times reading every byte |")
    print("|---:|---:|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        for samples in asked.samples:
            run = (asked.keep or Path(name)) / f"run-{samples}"
            if not (run / LOCK).exists():
                make(run, samples)
            for line in _lines(run, Path(name) / "board.csv", samples, asked.rounds):
                print(line, flush=True)


def _lines(run: Path, out: Path, samples: int, rounds: int) -> Iterator[str]:
    files = [str(path) for path in sorted(run.rglob("*.jsonl"))]
    size = sum(Path(path).stat().st_size for path in files)
    commands = {
        "every byte read": [sys.executable, "-c", _BYTES, *files],
        "every line decoded into dicts": [sys.executable, "-c", _DICTS, *files],
        "`bench leaderboard`": [sys.executable, "-m", "bench", "leaderboard", str(run), "-o", str(out)],
    }
    took: dict[str, list[Took]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            took[name].append(measured(command))
    best = {name: min(each, key=lambda one: one.wall_s) for name, each in took.items()}
    for name, one in best.items():
        ratio = one.wall_s / best["every byte read"].wall_s
        yield (
            f"| {samples:,} | {size / 1e9:.2f} | {name} | {one.wall_s:.1f} | {one.cpu_s:.1f} "
            f"| {max(each.memory_mib for each in took[name]):.0f} | {ratio:.1f} |"
        )


def measured(command: list[str]) -> Took:
    before, start = os.times(), time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    peak = Peak(process.pid)
    status = process.wait()
    wall, after = time.perf_counter() - start, os.times()
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(wall, cpu, peak.taken())


class Peak:
    """Looks at a process and all it has started twenty times a second."""

    def __init__(self, pid: int) -> None:
        self._pid, self._most, self._over = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def taken(self) -> float:
        self._over.set()
        self._thread.join()
        return self._most

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self._most = max(self._most, sum(map(processes.rss_mib, processes.tree([self._pid]))))


def make(path: Path, samples: int) -> None:
    """A run that ended: a few answers wrong, cut off, lost, asked again; with texts as long as usual."""
    (path / "verdicts").mkdir(parents=True)
    lock = _lock(samples)
    draw = random.Random(7)
    keys = [
        SampleKey("humaneval", f"HumanEval/{problem}", f"vendor/model-{model}", epoch)
        for epoch in range(-(-samples // (PROBLEMS * MODELS)))
        for problem in range(PROBLEMS)
        for model in range(MODELS)
    ][:samples]
    (path / PLAN).write_bytes(b"".join(map(encode, keys)))
    order = sorted(range(samples), key=lambda index: index + draw.random() * _OUT_OF_ORDER)
    replies = [_reply(random.Random(seed)) for seed in range(1000)]
    with (
        (path / SAMPLES).open("wb") as answers,
        verdicts_path(path, judgings(lock)["humaneval"]).open("wb") as verdicts,
    ):
        for index in order:
            sample = _sample(index, keys[index], *draw.choice(replies), draw)
            answers.write(encode(sample))
            if sample.completion is not None:
                verdicts.write(encode(_verdict(sample, draw)))
    (path / EVENTS).write_bytes(b"")
    (path / LOCK).write_text(json.dumps(lock))


def _sample(index: int, key: SampleKey, code: str, reply: str, draw: random.Random) -> SampleRecord:
    at = f"2026-11-25T12:{index // 60 % 60:02}:{index % 60:02}.{index % 1000:03}+00:00"
    failed = (Try(at, 0.3, "rate_limited", 429, wait_s=1.5),) if index % 50 == 0 else ()
    if index % 500 == 0:
        measured = SampleMeasured(failed=failed)
        return SampleRecord(
            index, key, 1, outcome=Outcome.PROVIDER_ERROR, fault="rate_limited",
            detail="429 Too Many Requests", tries=5, measured=measured,
        )  # fmt: skip
    digest = f"{index:064x}"
    completion = StoredCompletion(
        reply, Form.REPLY, Stop.LENGTH if index % 97 == 0 else Stop.END,
        usage=Usage(180 + index % 164, 0, None, draw.randrange(80, 400), 0),
        cost_microusd=draw.randrange(90, 900),
        served_model=f"{key.model.removeprefix('vendor/')}-2026-11-01",
        sent={"max_tokens": 4096, "seed": key.epoch % 3, "temperature": 0.2},
        dropped=("seed",) if key.model.endswith("3") else (), request_blob=digest, reply_blob=digest[::-1],
    )  # fmt: skip
    timing = Timing(at, draw.random() / 10, 0.2 + draw.random(), draw.lognormvariate(1, 1))
    return SampleRecord(
        index, key, 1, tries=1 + len(failed), completion=completion, extraction=Extraction(code, "fenced", 1),
        measured=SampleMeasured(timing, f"req_{index:024x}", failed=failed),
    )  # fmt: skip


def _verdict(sample: SampleRecord, draw: random.Random) -> VerdictRecord:
    passes = draw.random() < 0.6
    outcome = Outcome.PASS if passes else Outcome.WRONG_ANSWER
    failure = "" if passes else "solve([3, 1, 2]) is [3, 2, 1], not [1, 2, 3]"
    groups = (CheckGroup("base", 7, 7, 7), CheckGroup("plus", 500, 500 if passes else 499, 500, failure))
    return VerdictRecord(
        sample.index, sample.key, sample.attempt, outcome, 507, 507 if passes else 506, groups,
        detail=failure, isolation="tamper_proof", sandbox="docker", rule="fenced",
        measured=VerdictMeasured(draw.random(), draw.random(), 14.5 + draw.random()),
    )  # fmt: skip


_WORDS = ("values", "index", "number", "result", "count", "item", "first", "key", "total", "digits")


def _reply(draw: random.Random) -> tuple[str, str]:
    """The code, and the text around it: about 600 characters."""
    lines = [f"{draw.choice(_WORDS)} = {draw.choice(_WORDS)}[{draw.randrange(9)}] + 1" for _ in range(15)]
    code = "def solve(values):\n    " + "\n    ".join(lines) + "\n    return result\n"
    return code, f"Here is the function, which goes over the values once:\n\n```python\n{code}```\n"


def _lock(samples: int) -> dict[str, object]:
    models = [f"vendor/model-{number}" for number in range(MODELS)]
    suite = {
        "name": "humaneval", "version": "1", "track": "generation", "problems": PROBLEMS, "total": PROBLEMS,
        "limited": False, "data": {"sha256": "d" * 64}, "prompts": ["chat@1"], "prompt": "chat@1",
    }  # fmt: skip
    return {
        "schema": 1, "bench": "0.1.0", "suites": [suite], "models": models, "as_given": [],
        "epochs": -(-samples // (PROBLEMS * MODELS)), "extractor": "rules@2",
        "judges": {"humaneval": "calls@1"},
        "sandbox": {"engine": "docker", "image": "sha256:1"}, "params": {"max_tokens": 4096},
        "terms": {"humaneval": dict.fromkeys(models, "aaaaaaaaaaaa")}, "turns": 1,
    }  # fmt: skip


if __name__ == "__main__":
    main()
