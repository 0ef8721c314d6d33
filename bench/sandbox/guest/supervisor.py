"""Process 1 of the container: takes jobs from the host, runs one at a time, and says what was observed.

It never parses an answer or a test: those go to the judge's process unread.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from collections import deque
from typing import Any

from . import cgroup, doors, proc, serve, sweep, syscalls
from .confine import HOME, confine, limit_all
from .judges import Judge, Judges
from .zygote import WARM, Zygote

_TICK_S = 0.1
_BEAT_S = 5.0
"""How often the host hears that a long job still runs."""
_NOMINAL_S = 0.01
"""What the work of ``_slowness`` takes on the machine that the limits of suites are meant for."""
_KEPT_OUTPUT = 64 * 1024
_GRACE_S = 2.0
"""How long a judge may take to say what it has after its candidate was stopped."""


def candidate_child(order: dict[str, Any]) -> None:
    stream = doors.dial(doors.COURT)
    stream = confine(uid=order["uid"], limits=order["limits"], keep=stream)
    serve.Server(stream).run()


class Supervisor:
    """Owns the zygotes and the uids of one container."""

    def __init__(self, *, uid_first: int, uid_count: int) -> None:
        doors.close_room()
        self._places = sweep.places()
        self._output = doors.open_output()
        self._solutions = Zygote("candidate", candidate_child, WARM)
        self._judges = Judges(uid_first)
        self._uids = deque(range(uid_first + 1, uid_first + uid_count))
        # Another run on this machine has the same uids, and some limits count per uid over all containers.
        self._uids.rotate(int.from_bytes(os.urandom(4)) % uid_count)

    def run(self, header: dict[str, Any], body: bytes) -> dict[str, Any]:
        """Run one job; facts as ``bench.sandbox.facts`` reads them."""
        uid = self._uids[0]
        self._uids.rotate(-1)
        limits = header["limits"]
        judge = self._judges.hire(shared=header["shared"])
        run = _Run(limits, judge, self._output)
        pid = self._solutions.fork({"uid": uid, "limits": limits})
        try:
            run.watch(pid, body)
        finally:
            ended = self._solutions.end(pid)
            self._judges.release(judge)
        resident = {os.getpid(), self._solutions.pid} | self._judges.pids
        clean = sweep.sweep(uid=uid, home=HOME, places=self._places, resident=resident)
        return run.facts(ended) | {"clean": clean}


class _Run:
    """One job from the first call to the verdict."""

    def __init__(self, limits: dict[str, Any], judge: Judge, output: int) -> None:
        self._limits, self._judge, self._output = limits, judge, output
        self._verdict: dict[str, Any] | None = None
        self._limit = ""
        self._text = bytearray()
        self._written = 0
        self._idle_s = 0.0
        self._began, self._cpu_began, self._ooms = time.monotonic(), cgroup.cpu_s(), cgroup.oom_kills()

    def watch(self, pid: int, body: bytes) -> None:
        """Until the judge has spoken or a limit is reached."""
        self._pid = pid
        self._judge.give(pid, body)
        poll = select.poll()
        poll.register(self._judge.desk, select.POLLIN)
        poll.register(self._output, select.POLLIN)
        desk = self._judge.desk.fileno()
        last = beat = self._began
        while not self._limit:
            for descriptor, _ in poll.poll(_TICK_S * 1000):
                if descriptor == desk:
                    self._verdict = self._judge.verdict()
                    return
                self._read_output()
            now = time.monotonic()
            if now - last >= _TICK_S:
                self._limit = self._limit or self._over(now - last)
                last = now
            if now - beat > _BEAT_S:
                beat = now
                write({"still": True})
        os.kill(pid, signal.SIGKILL)
        self._judge.desk.settimeout(_GRACE_S)
        self._verdict = self._judge.verdict()
        self._judge.stays = False

    def _read_output(self) -> None:
        try:
            data = os.read(self._output, 1 << 16)
        except BlockingIOError:
            return
        self._written += len(data)
        self._text += data[: max(_KEPT_OUTPUT - len(self._text), 0)]
        if self._written > self._limits["output_kib"] * 1024:
            self._limit = "output"

    def _over(self, passed_s: float) -> str:
        """The limit that is reached, if any. What the judge itself uses is its own, and has a limit too."""
        judge_s = self._judge.used_s()
        cpu_s = cgroup.cpu_s()
        if judge_s > self._limits["cpu_s"] * self._limits["call_factor"]:
            return "cpu"
        if cpu_s - self._cpu_began - judge_s > self._limits["cpu_s"]:
            return "cpu"
        if self._asleep():
            self._idle_s += passed_s
        return "wall" if self._idle_s > self._limits["wall_s"] else ""

    def _asleep(self) -> bool:
        """Whether nobody is at work. Only such time counts as waiting: a busy machine costs no verdict."""
        try:
            return all(proc.usage(pid)[1] for pid in (self._pid, self._judge.pid))
        except OSError:
            return True

    def facts(self, ended: dict[str, Any]) -> dict[str, Any]:
        """What was observed. By now nobody is left who could print: the pipe is read to its end."""
        before = -1
        while self._written > before:
            before = self._written
            self._read_output()
        return {
            "verdict": self._verdict,
            "limit": self._limit,
            "signal": ended["signal"],
            "oom": cgroup.oom_kills() > self._ooms,
            "cpu_s": ended["cpu_s"],
            "memory_mib": ended["memory_mib"],
            "wall_s": time.monotonic() - self._began,
            "output": self._text.decode("utf-8", "replace"),
        }


def main(config: dict[str, Any]) -> None:
    """Say that all is ready and what limits hold, then serve the host until it hangs up."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if "cpu" in config:
        _pin(config["cpu"])
    limit_all()
    random.seed(0)  # candidates inherit it: what they draw is the same every time
    filtered = syscalls.restrict()
    slowness = _slowness()
    supervisor = Supervisor(uid_first=config["uid_first"], uid_count=config["uid_count"])
    ready = {"ready": True, "python": sys.version.split()[0], "limits": cgroup.limits()}
    write(ready | {"filtered": filtered, "slowness": slowness})
    while (frame := _read()) is not None:
        header, _, body = frame.partition(b"\n")
        write(supervisor.run(json.loads(header), body))


def _pin(number: int) -> None:
    """Keep to one processor: those who take turns hand over four times as fast where no other must wake."""
    usable = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {usable[number % len(usable)]})


def _slowness() -> float:
    """How many times as long as the nominal machine this one takes for the same work; never below 1."""
    taken = []
    for _ in range(3):
        began = time.thread_time()
        for number in range(100_000):
            _ = number * number % 7
        taken.append(time.thread_time() - began)
    return max(1.0, round(min(taken) / _NOMINAL_S, 1))


def _read() -> bytes | None:
    head = _exactly(4)
    return None if head is None else _exactly(int.from_bytes(head, "big"))


def _exactly(count: int) -> bytes | None:
    parts = []
    while count:
        data = os.read(0, min(count, 1 << 20))
        if not data:
            return None
        parts.append(data)
        count -= len(data)
    return b"".join(parts)


def write(record: dict[str, Any]) -> None:
    """One message to the host."""
    body = json.dumps(record).encode()
    view = memoryview(len(body).to_bytes(4, "big") + body)
    while view:
        view = view[os.write(1, view) :]
