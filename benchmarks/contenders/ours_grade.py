"""Ours, the whole command: ``bench grade`` in a new process over a run of reference solutions.

Python's start, reading the run, starting the guests, extraction, records and scores: all is measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from stopwatch import arguments, report, samples

_BENCH = (sys.executable, "-m", "bench")


def main() -> None:
    folder, repeats, (data,) = arguments()
    count = len(samples(folder, 1))
    with tempfile.TemporaryDirectory() as kept:
        run = f"{kept}/run"
        what = ("-m", "reference", "-s", "humaneval", "-n", str(repeats), "--limit", str(count))
        _bench("run", "-q", *what, "--data", data, "-o", run)
        report(lambda: _judge(run, data), count * repeats)


def _judge(run: str, data: str) -> int:
    """How many verdicts are as they were and a pass."""
    told = json.loads(_bench("grade", run, "--data", data, "--json"))
    [verdicts] = (Path(run) / "verdicts").iterdir()
    passed = sum(json.loads(line)["outcome"] == "pass" for line in verdicts.read_text("utf-8").splitlines())
    return passed - len(told["changed"])


def _bench(*words: str) -> str:
    return subprocess.run((*_BENCH, *words), check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
