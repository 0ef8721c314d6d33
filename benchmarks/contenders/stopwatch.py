"""What every contender measures with: standard library only, as peers have an environment of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

CPUS = os.cpu_count() or 1
_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")


def samples(path: str, repeats: int) -> list[dict[str, str]]:
    """The workload (see ``benchmarks/judging.py``), each of it ``repeats`` times."""
    rows: list[dict[str, str]] = json.loads((Path(path) / "work.json").read_text("utf-8"))
    return rows * repeats


def machine_cpu_s() -> float:
    """CPU seconds that everything on this machine has used, idle and waiting left out."""
    user, nice, system, _, _, irq, softirq = map(int, Path("/proc/stat").read_text().split()[1:8])
    return (user + nice + system + irq + softirq) * _TICK_S


def report(judge: Callable[[], int], count: int) -> None:
    """Run it, and print what it took as one line of JSON. ``judge`` returns how many samples passed."""
    print("READY", flush=True)
    began, cpu_began = time.perf_counter(), machine_cpu_s()
    passed = judge()
    seconds, cpu_s = time.perf_counter() - began, machine_cpu_s() - cpu_began
    print(json.dumps({"seconds": seconds, "cpu_s": cpu_s, "count": count, "passed": passed}), flush=True)


def side_by_side(judge_one: Callable[[Any], bool], work: Sequence[Any], workers: int = CPUS) -> int:
    with ThreadPoolExecutor(workers) as pool:
        return sum(pool.map(judge_one, work))


def exits_with_zero(command: Sequence[str], program: str) -> bool:
    done = subprocess.run(command, input=program.encode(), capture_output=True, timeout=60, check=False)
    return done.returncode == 0


def arguments() -> tuple[str, int, list[str]]:
    """``FOLDER REPEATS [MORE ...]``, as the runner starts a contender."""
    return sys.argv[1], int(sys.argv[2]), sys.argv[3:]
