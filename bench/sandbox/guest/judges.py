"""The supervisor's side of the judges: one that stays from job to job, or one for a job of its own."""

from __future__ import annotations

import json
import os
import resource
from socket import socket
from typing import Any

from . import doors, judging, proc, wire
from .zygote import Zygote

_MODULES = ("copy", "math", "random", "re", "typing")
"""What test programs import most. Fewer than answers get: a small process forks faster."""

_HIRE_S = 30.0
_MEMORY = 768 << 20
"""Bytes of address space: what a candidate returns must not fill the container by way of its judge."""


class Judge:
    """One judge's process and the desk it reports to. ``cpu_s``: what it had used before this job."""

    def __init__(self, pid: int, desk: socket) -> None:
        self.pid, self.desk = pid, desk
        self.cpu_s = 0.0
        self.stays = False

    def give(self, candidate: int, body: bytes) -> None:
        """Hand over a job; whom it judges goes before the body."""
        self.stays = False
        wire.send(self.desk, candidate.to_bytes(4, "big") + body)

    def verdict(self) -> dict[str, Any] | None:
        """What it says, ``None`` if it is gone or has not spoken in time."""
        try:
            said: dict[str, Any] = json.loads(wire.receive(self.desk))
        except (wire.WireError, TimeoutError):
            return None
        self.stays = said.pop("stays")
        self.spent_s, self.cpu_s = said["cpu_s"] - self.cpu_s, said.pop("cpu_s")
        return said

    def used_s(self) -> float:
        """CPU seconds of this job so far."""
        try:
            return proc.usage(self.pid)[0] - self.cpu_s
        except OSError:
            return 0.0


class Judges:
    """Hires judges and lets them go. At most one stays."""

    def __init__(self, uid: int) -> None:
        self._uid = uid
        self._door = doors.listen(doors.DESK)
        court = doors.listen(doors.COURT)
        self._zygote = Zygote("judge", lambda order: _serve(court, order), _MODULES)
        court.close()
        self._resident: Judge | None = None

    @property
    def pids(self) -> set[int]:
        """Those who are here between jobs."""
        return {self._zygote.pid} | ({self._resident.pid} if self._resident else set())

    def hire(self, *, shared: bool) -> Judge:
        """A judge for one job: the one that stays if the job can share it, else a new one."""
        if shared and self._resident is not None:
            return self._resident
        pid = self._zygote.fork({"uid": self._uid})
        judge = Judge(pid, doors.accept(self._door, pid, _HIRE_S))
        if shared:
            self._resident = judge
        return judge

    def release(self, judge: Judge) -> None:
        """After a job: whoever does not stay is ended."""
        if judge.stays and judge is self._resident:
            return
        judge.desk.close()
        self._zygote.end(judge.pid)
        if judge is self._resident:
            self._resident = None


def _serve(court: socket, order: dict[str, Any]) -> None:
    """A judge's own process."""
    desk = doors.dial(doors.DESK)
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    os.setresgid(order["uid"], order["uid"], order["uid"])
    os.setresuid(order["uid"], order["uid"], order["uid"])
    judging.serve(desk, court)
