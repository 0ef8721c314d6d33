"""Process 1 of the container: takes jobs from the host, runs one at a time, and says what was observed.

It never parses an answer or a test: those go to the judge's process unread.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import time
from collections import deque
from typing import Any

from . import cgroup, judging, proc, serve, sweep, wire, zygote
from .confine import confine

_JUDGE_MODULES = ("copy", "math", "random", "re", "typing")
"""What test programs import most. Fewer than answers get: a small process forks faster."""

_TICK_MS = 100
_KEPT_OUTPUT = 64 * 1024
_GRACE_S = 2.0
"""How long a judge may take to say what it has after its candidate was stopped."""


def candidate_child(order: dict[str, Any], descriptors: list[int]) -> None:
    stream, output = descriptors
    fd = confine(uid=order["uid"], home=order["home"], limits=order["limits"], keep=stream, output=output)
    serve.Server(socket.socket(fileno=fd)).run()


def judge_child(order: dict[str, Any], descriptors: list[int]) -> None:
    desk, stream = (socket.socket(fileno=os.dup(descriptor)) for descriptor in descriptors)
    os.setsid()
    os.setresgid(order["uid"], order["uid"], order["uid"])
    os.setresuid(order["uid"], order["uid"], order["uid"])
    judging.judge(desk, stream, order["pid"])


class Supervisor:
    """Owns the two zygotes and the uids of one container."""

    def __init__(self, *, uid_first: int, uid_count: int) -> None:
        self._solution, self._solutions = zygote.spawn(candidate_child, zygote.WARM)
        self._judge, self._judges = zygote.spawn(judge_child, _JUDGE_MODULES)
        self._uids = deque(range(uid_first + 1, uid_first + uid_count))
        self._judge_uid = uid_first
        self._resident = {os.getpid(), self._solution, self._judge}

    def run(self, header: dict[str, Any], body: bytes) -> dict[str, Any]:
        """Run one job; facts as ``bench.sandbox.facts`` reads them."""
        uid = self._uids[0]
        self._uids.rotate(-1)
        home = f"/tmp/s{uid}"
        run = _Run(header["limits"])
        try:
            run.start(self._solutions, self._judges, uid=uid, home=home, judge_uid=self._judge_uid)
            run.watch(body)
        finally:
            run.stop()
        facts = run.facts(self._solutions, self._judges)
        facts["clean"] = sweep.sweep(uid=uid, homes=[home], resident=self._resident)
        return facts


class _Run:
    """One job from fork to verdict."""

    def __init__(self, limits: dict[str, Any]) -> None:
        self._limits = limits
        self._verdict: dict[str, Any] | None = None
        self._limit = ""
        self._output = bytearray()
        self._written = 0
        self._handles: list[int] = []
        self._began, self._cpu_began, self._ooms = time.monotonic(), cgroup.cpu_s(), cgroup.oom_kills()

    def start(
        self, solutions: socket.socket, judges: socket.socket, *, uid: int, home: str, judge_uid: int
    ) -> None:
        answer, question = socket.socketpair()
        self._desk, desk = socket.socketpair()
        self._pipe, pipe = os.pipe()
        order = {"uid": uid, "home": home, "limits": self._limits}
        pid = self._fork(solutions, order, [answer.fileno(), pipe])
        self._judge_pid = self._fork(
            judges, {"uid": judge_uid, "pid": pid}, [desk.fileno(), question.fileno()]
        )
        for end in (answer, question, desk):
            end.close()
        os.close(pipe)

    def _fork(self, line: socket.socket, order: dict[str, Any], descriptors: list[int]) -> int:
        socket.send_fds(line, [json.dumps(order).encode()], descriptors)
        message, handles, _, _ = socket.recv_fds(line, 4096, 1)
        self._handles += handles
        return int(json.loads(message)["pid"])

    def watch(self, body: bytes) -> None:
        """Until the judge has spoken or a limit is reached."""
        try:
            wire.send(self._desk, body)
        except wire.WireError:
            return
        poll = select.poll()
        poll.register(self._desk, select.POLLIN)
        poll.register(self._pipe, select.POLLIN)
        last = time.monotonic()
        while self._verdict is None and not self._limit:
            for descriptor, _ in poll.poll(_TICK_MS):
                if descriptor == self._desk.fileno():
                    self._read_verdict()
                    return
                self._read_output(poll)
            now = time.monotonic()
            if now - last > _TICK_MS / 1000:
                last = now
                self._limit = self._limit or self._over()
        self._kill(0)
        self._desk.settimeout(_GRACE_S)
        self._read_verdict()

    def _read_verdict(self) -> None:
        try:
            self._verdict = json.loads(wire.receive(self._desk))
        except (wire.WireError, TimeoutError):
            self._verdict = None

    def _read_output(self, poll: select.poll) -> None:
        data = os.read(self._pipe, 1 << 16)
        if not data:
            poll.unregister(self._pipe)
        self._written += len(data)
        self._output += data[: max(_KEPT_OUTPUT - len(self._output), 0)]
        if self._written > self._limits["output_kib"] * 1024:
            self._limit = "output"

    def _over(self) -> str:
        """The limit that is passed, if any. What the judge itself used does not count."""
        if time.monotonic() - self._began > self._limits["wall_s"]:
            return "wall"
        cpu_s = cgroup.cpu_s()
        if cpu_s is None or self._cpu_began is None:
            return ""
        return "cpu" if cpu_s - self._cpu_began - self._judge_cpu_s() > self._limits["cpu_s"] else ""

    def _judge_cpu_s(self) -> float:
        try:
            return proc.usage(self._judge_pid)[0]
        except OSError:
            return 0.0

    def _kill(self, which: int) -> None:
        try:
            signal.pidfd_send_signal(self._handles[which], signal.SIGKILL)
        except (ProcessLookupError, IndexError):
            return

    def stop(self) -> None:
        self._kill(0)
        self._kill(1)
        self._desk.close()

    def facts(self, solutions: socket.socket, judges: socket.socket) -> dict[str, Any]:
        ended = json.loads(solutions.recv(4096))
        judges.recv(4096)
        self._drain()
        for handle in self._handles:
            os.close(handle)
        return {
            "verdict": self._verdict,
            "limit": self._limit,
            "signal": ended["signal"],
            "oom": cgroup.oom_kills() > self._ooms,
            "cpu_s": ended["cpu_s"],
            "memory_mib": ended["memory_mib"],
            "wall_s": time.monotonic() - self._began,
            "output": self._output.decode("utf-8", "replace"),
        }

    def _drain(self) -> None:
        """What was written before the end and not read yet; a survivor may keep the pipe open."""
        os.set_blocking(self._pipe, False)
        try:
            while len(self._output) < _KEPT_OUTPUT and (data := os.read(self._pipe, 1 << 16)):
                self._output += data[: _KEPT_OUTPUT - len(self._output)]
        except BlockingIOError:
            pass
        finally:
            os.close(self._pipe)


def main(config: dict[str, Any]) -> None:
    """Say that all is ready and what limits hold, then serve the host until it hangs up."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    supervisor = Supervisor(uid_first=config["uid_first"], uid_count=config["uid_count"])
    _write({"ready": True, "python": sys.version.split()[0], "limits": cgroup.limits()})
    while True:
        header = _read()
        if header is None:
            return
        body = _read()
        if body is None:
            return
        _write(supervisor.run(json.loads(header), body))


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


def _write(record: dict[str, Any]) -> None:
    body = json.dumps(record).encode()
    view = memoryview(len(body).to_bytes(4, "big") + body)
    while view:
        view = view[os.write(1, view) :]
