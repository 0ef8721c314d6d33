"""Whether anything grows: many samples in a row through one sandbox, honest ones and others.

Usage: python benchmarks/soak.py [--samples 100000] [--sandbox docker] [--every 5]
Exit status 1 if memory, processes, descriptors, files or containers grew, if something was left behind at the
end, or if one verdict was not the expected one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import docker
import processes

from bench.errors import SandboxError
from bench.judge.calls import make as make_judge
from bench.protocols import Sandbox, SandboxOptions
from bench.registry import load_sandbox
from bench.sandbox import owner
from bench.sandbox.client import connect
from bench.sandbox.podman import socket_url
from bench.types import Checks, Limits, Outcome, Problem, Track

CPUS = os.cpu_count() or 1
_PROBLEM = Problem(
    suite="soak",
    id="soak/total",
    track=Track.GENERATION,
    language="python",
    prompt="def total(numbers):\n",
    entry_point="total",
    checks=Checks("program", "total", tests="assert total([1, 2, 3]) == 6\nassert total([]) == 0\n"),
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
"""So many plain samples between two rounds of all answers: what most runs look like."""
_NOISE = 0.05
"""Growth from the second quarter to the last that may still be chance, relative; and two of anything."""

_GUEST = b"guest.supervisor"
"""Stands in the command line of every guest: it is started with the guest's own code."""

Look = dict[str, float]


class Soak:
    """Judges samples, and remembers what came out otherwise than it had to."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._judge = make_judge()
        self._order = [_PROBLEM.reference] * _HONEST_RUN + list(_ANSWERS)
        self._lock = threading.Lock()
        self.done = 0
        self.wrong: list[str] = []
        self.tried_again: list[str] = []

    def one(self, number: int) -> None:
        code = self._order[number % len(self._order)]
        outcome = self._outcome(code)
        with self._lock:
            self.done += 1
            if outcome is not _ANSWERS[code]:
                self.wrong.append(f"sample {number}: {outcome}, not {_ANSWERS[code]}: {code[:60]!r}")

    def _outcome(self, code: str) -> Outcome:
        """As in a run: what the sandbox could not do is tried once more."""
        for _ in range(2):
            try:
                executions = [self._sandbox.run(job) for job in self._judge.jobs(_PROBLEM, code)]
                return self._judge.verdict(_PROBLEM, executions).outcome
            except SandboxError as error:
                self.tried_again.append(str(error))
        return Outcome.SANDBOX_ERROR


def main() -> int:
    parser = argparse.ArgumentParser(description="Judge many samples in a row and see what grows.")
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--sandbox", default="docker")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two looks")
    asked = parser.parse_args()
    guests = guests_of(asked.sandbox)
    sandbox = load_sandbox(asked.sandbox, SandboxOptions(slots=CPUS, say=lambda _: None))
    soak, looks, ended = Soak(sandbox), list[Look](), threading.Event()
    watcher = threading.Thread(target=_watch, args=(soak, looks, ended, asked.every, guests), daemon=True)
    watcher.start()
    began = time.monotonic()
    try:
        with ThreadPoolExecutor(CPUS) as pool:
            for start in range(0, asked.samples, 2000):  # so that no list of a hundred thousand futures grows
                list(pool.map(soak.one, range(start, min(start + 2000, asked.samples))))
    finally:
        ended.set()
        watcher.join()
        sandbox.close()
    seconds = time.monotonic() - began
    left = guests()
    print(f"{soak.done} samples in {seconds:.0f} s, {soak.done / seconds:.0f}/s\n\n{summary(looks)}\n")
    for line in (*soak.wrong[:20], *soak.tried_again[:20]):
        print(line)
    grew = growth(looks)
    print(f"unexpected verdicts: {len(soak.wrong)}; tried again: {len(soak.tried_again)}")
    print(f"grew: {', '.join(grew) or 'nothing'}; guests left behind: {len(left)}")
    return 1 if soak.wrong or grew or left else 0


def _watch(
    soak: Soak, looks: list[Look], ended: threading.Event, every: float, find: Callable[[], set[int]]
) -> None:
    while not ended.wait(every):
        looks.append(_look(find()) | {"samples": soak.done})
        print("  ".join(f"{name} {value:.0f}" for name, value in looks[-1].items()), flush=True)


def _look(guests: set[int]) -> Look:
    """What there is on the host's side and in our guests now."""
    inside = processes.tree(guests)
    return {
        "host_mib": processes.rss_mib(os.getpid()),
        "host_fds": processes.descriptors(os.getpid()),
        "host_threads": threading.active_count(),
        "guests": len(guests),
        "guests_mib": sum(map(processes.share_mib, inside)),
        "cgroups_mib": sum(map(processes.cgroup_mib, guests)),
        "processes": len(inside),
        "guest_fds": sum(map(processes.descriptors, guests)),
        "files": sum(_files(guest) for guest in guests),
    }


def _files(guest: int) -> int:
    """In the places where a sample can write."""
    root = processes.root(guest)
    return sum(processes.entries(root / place) for place in ("tmp", "dev/shm", "run"))


def guests_of(sandbox: str) -> Callable[[], set[int]]:
    """Finds the first process of each guest of ours: other runs' guests come and go."""
    engine = sandbox.partition(":")[0]
    if engine == "bubblewrap":
        return _below_us
    client = connect(socket_url(os.environ)) if engine == "podman" else connect()
    return lambda: {pid for pid in map(partial(_first_process, client), _labelled(client)) if pid}


def _below_us() -> set[int]:
    known = processes.parents()
    named = {pid for pid in processes.tree([os.getpid()], known) if _GUEST in processes.command(pid)}
    named = {pid for pid in named if processes.name(pid) != "bwrap"}
    return {pid for pid in named if known.get(pid) not in named}


def _labelled(client: docker.DockerClient) -> list[str]:
    mine = {"label": f"{owner.LABEL}={owner.label()}"}
    return [container["Id"] for container in client.api.containers(all=True, filters=mine)]


def _first_process(client: docker.DockerClient, container: str) -> int:
    try:
        return int(client.api.inspect_container(container)["State"]["Pid"])
    except docker.errors.NotFound:
        return 0


def summary(looks: Sequence[Look]) -> str:
    """Medians of each quarter, as a table."""
    if len(looks) < 4:
        return "too few looks"
    parts = _quarters(looks)
    lines = [
        "| what | first quarter | second | third | last | most |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name in looks[0]:
        shown = [f"{_median(part, name):.0f}" for part in parts]
        lines.append(f"| {name} | {' | '.join(shown)} | {max(look[name] for look in looks):.0f} |")
    return "\n".join(lines)


def growth(looks: Sequence[Look]) -> list[str]:
    """What is larger in the last quarter than in the second (the first is for warming up), by medians."""
    if len(looks) < 4:
        return ["unknown: too few looks"]
    _, early, _, late = _quarters(looks)
    grew = []
    for name in looks[0]:
        was, became = _median(early, name), _median(late, name)
        if name != "samples" and became - was > max(2.0, _NOISE * was):
            grew.append(f"{name} from {was:.0f} to {became:.0f}")
    return grew


def _quarters(looks: Sequence[Look]) -> list[Sequence[Look]]:
    size = len(looks) // 4
    return [looks[:size], looks[size : 2 * size], looks[2 * size : 3 * size], looks[3 * size :]]


def _median(looks: Sequence[Look], name: str) -> float:
    return statistics.median(look[name] for look in looks)


if __name__ == "__main__":
    sys.exit(main())
