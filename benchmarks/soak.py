"""Whether anything grows: many samples in a row through one sandbox, honest ones and others.

Usage: python benchmarks/soak.py [--samples 100000] [--sandbox docker]
Exit status 1 if memory, descriptors, files or containers grew, or a verdict was not the expected one.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.judge.calls import make as make_judge
from bench.protocols import SandboxOptions
from bench.registry import load_sandbox
from bench.types import Checks, Limits, Outcome, Problem, Track

CPUS = os.cpu_count() or 1
_CHECKS = Checks("program", "total", tests="assert total([1, 2, 3]) == 6\nassert total([]) == 0\n")
_PROBLEM = Problem(
    suite="soak",
    id="soak/total",
    track=Track.GENERATION,
    language="python",
    prompt="def total(numbers):\n",
    entry_point="total",
    checks=_CHECKS,
    reference="def total(numbers):\n    return sum(numbers)\n",
    limits=Limits(cpu_s=2.0, call_cpu_s=1.0, wall_s=15.0, memory_mib=256),
)
_ANSWERS = {
    _PROBLEM.reference: Outcome.PASS,
    "def total(numbers):\n    print('x' * 5000)\n    return sum(numbers)\n": Outcome.PASS,
    "def total(numbers):\n    return 7\n": Outcome.WRONG_ANSWER,
    "def total(numbers):\n    raise ValueError('no')\n": Outcome.RUNTIME_ERROR,
    "def total(numbers): return (\n": Outcome.COMPILE_ERROR,
    "import os\nos._exit(0)\n": Outcome.RUNTIME_ERROR,
    (
        "import os\nopen('/tmp/left', 'w').write('x' * 100)\nopen('/dev/shm/left', 'w').write('x')\n"
        "def total(numbers):\n    return sum(numbers)\n"
    ): Outcome.PASS,
    (
        "import os, time\nif not os.fork():\n    os.setsid()\n    time.sleep(60)\n    os._exit(0)\n"
        "def total(numbers):\n    return sum(numbers)\n"
    ): Outcome.PASS,
}
_HONEST_RUN = 25
"""So many plain samples between two that leave something: what most runs look like."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Judge many samples in a row and see what grows.")
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--sandbox", default="docker")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two looks")
    asked = parser.parse_args()
    judge = make_judge()
    sandbox = load_sandbox(asked.sandbox, SandboxOptions(slots=CPUS, say=lambda _: None))
    wrong: list[str] = []
    done = itertools.count()
    answers = list(_ANSWERS)

    def one(number: int) -> None:
        place = number % (_HONEST_RUN + len(answers))
        code = answers[place - _HONEST_RUN] if place >= _HONEST_RUN else _PROBLEM.reference
        outcome = judge.verdict(_PROBLEM, [sandbox.run(job) for job in judge.jobs(_PROBLEM, code)]).outcome
        if outcome is not _ANSWERS[code]:
            wrong.append(f"sample {number}: {outcome}, not {_ANSWERS[code]}: {code[:60]!r}")
        next(done)

    looks: list[dict[str, float]] = []
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(looks, ended, asked.every, done))
    watcher.start()
    began = time.monotonic()
    with ThreadPoolExecutor(CPUS) as pool:
        for start in range(0, asked.samples, 2000):
            list(pool.map(one, range(start, min(start + 2000, asked.samples))))
    ended.set()
    watcher.join()
    seconds = time.monotonic() - began
    sandbox.close()
    print(f"{asked.samples} samples in {seconds:.0f} s, {asked.samples / seconds:.0f}/s")
    for line in wrong[:20]:
        print(line)
    grown = _grown(looks)
    print(f"unexpected verdicts: {len(wrong)}; grew: {', '.join(grown) or 'nothing'}")
    return 1 if wrong or grown else 0


def _watch(
    looks: list[dict[str, float]], ended: threading.Event, every: float, done: itertools.count
) -> None:  # type: ignore[type-arg]
    while not ended.wait(every):
        look = _look() | {"samples": next(done)}
        looks.append(look)
        print("  ".join(f"{name} {value:.0f}" for name, value in look.items()), flush=True)


def _look() -> dict[str, float]:
    """What there is on the host's side and in the guests now."""
    guests = _guests()
    inside = [pid for pid in _pids() if _ancestor(pid, guests)] + guests
    tmp = [Path(f"/proc/{pid}/root") for pid in guests]
    return {
        "host_mib": _rss_mib(os.getpid()),
        "host_fds": len(list(Path("/proc/self/fd").iterdir())),
        "host_threads": threading.active_count(),
        "guests": len(guests),
        "guests_mib": sum(map(_pss_mib, inside)),
        "guest_fds": sum(_count(Path(f"/proc/{pid}/fd")) for pid in guests),
        "left_files": sum(_count(root / place) for root in tmp for place in ("tmp", "dev/shm", "run")),
        "containers": _containers(),
    }


def _guests() -> list[int]:
    """The first process of each guest: its command line starts the guest's own code."""
    found = []
    for pid in _pids():
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
            name = Path(f"/proc/{parent}/comm").read_text().strip()
        except (OSError, ValueError):
            continue
        if b"guest.supervisor" in line and name in ("containerd-shim", "bwrap", "conmon"):
            found.append(pid)
    return found


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _ancestor(pid: int, roots: list[int]) -> bool:
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            return False
        if pid in roots:
            return True
    return False


def _rss_mib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / (1 << 20)


def _pss_mib(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def _count(path: Path) -> int:
    try:
        return len(list(path.iterdir()))
    except OSError:
        return 0


def _containers() -> int:
    done = subprocess.run(("docker", "ps", "-aq"), capture_output=True, text=True, check=False)
    return len(done.stdout.split())


def _grown(looks: list[dict[str, float]]) -> list[str]:
    """What is larger in the last quarter than in the second, by medians: by a tenth, and by more than two."""
    quarter = len(looks) // 4
    if not quarter:
        return ["unknown: too few looks"]
    grown = []
    for name in looks[0]:
        early = statistics.median(look[name] for look in looks[quarter : 2 * quarter])
        late = statistics.median(look[name] for look in looks[-quarter:])
        if name != "samples" and late > early * 1.1 and late > early + 2:
            grown.append(f"{name} from {early:.0f} to {late:.0f}")
    return grown


if __name__ == "__main__":
    sys.exit(main())
