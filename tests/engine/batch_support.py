"""What the tests of batches share: a provider, a run, and what has to hold of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

from batch_server import BatchVendor, program
from batch_vendors import VENDORS, environ_of
from engine_fakes import small_suite
from strict import Given, serving

from bench.results import results
from bench.types import Outcome

DRIVER = Path(__file__).with_name("batch_driver.py")
EVERY = tuple(VENDORS)
CHAT = EVERY[0]
FUNCTIONS = [problem.entry_point for problem in small_suite().problems]
EACH_ONCE = Counter(FUNCTIONS)


@contextmanager
def provider(model: str, **settings: Any) -> Iterator[tuple[BatchVendor, dict[str, str]]]:
    vendor = VENDORS[model][0](**settings)
    with serving(vendor) as url:
        yield vendor, environ_of(model, url)


def samples(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "samples.jsonl").open()]


def events(run: Path, kind: str) -> list[dict[str, Any]]:
    path = run / "events.jsonl"
    lines = [json.loads(line) for line in path.open()] if path.exists() else []
    return [line for line in lines if line["event"] == kind]


def check_whole(run: Path, *, epochs: int = 1) -> None:
    """Every sample is measured, by the answer to its own question."""
    ended = list(results(run))
    assert [result.outcome for result in ended] == [Outcome.PASS] * len(FUNCTIONS) * epochs
    answers = [record for record in samples(run) if record.get("completion")]
    assert len(answers) == len(FUNCTIONS) * epochs, "no sample has two answers"
    for record in answers:
        function = FUNCTIONS[int(record["key"]["problem"].rpartition("/")[2])]
        assert record["completion"]["text"] == program(function), "an answer to another question"


def errors(status: int, *functions: str, times: int = 1) -> Any:
    """Answer these functions with an error, the first ``times``."""
    left = Counter(dict.fromkeys(functions, times))

    def answer(function: str, body: Any) -> Given | None:
        if not left[function]:
            return None
        left[function] -= 1
        kind = {429: "rate_limit_error", 500: "api_error"}.get(status, "invalid_request_error")
        error = {"type": kind, "message": "not now", "code": status, "status": "X"}
        return Given(status, {"type": "error", "error": error, "request_id": None})

    return answer


def start(
    run: Path, model: str, environ: dict[str, str], *, epochs: int = 1, when: str = "", out: int = DEVNULL
) -> subprocess.Popen[str]:
    """A run in a process of its own."""
    command = [sys.executable, str(DRIVER), str(run), model, str(epochs), *([when] if when else [])]
    return subprocess.Popen(command, stdout=out, text=True, env={**os.environ, **environ})
