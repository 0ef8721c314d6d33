"""Give up every right, for good: what a child does before it runs anything of a sample's."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
from typing import Any

from . import doors

HOME = "/tmp/home"
"""The directory of whichever candidate runs: it is made by its uid, for it alone, and removed with it."""
_MIB = 1 << 20


def confine(*, uid: int, limits: dict[str, Any], keep: socket.socket) -> socket.socket:
    """Become ``uid`` in a session and directory of its own; of all descriptors ``keep`` alone stays."""
    os.setsid()
    score = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    os.write(score, b"1000")  # of all in the container, a candidate is the first to go
    # Opened anew: what a candidate does to its end (O_NONBLOCK and the like) must not reach the next one's.
    output = os.open(doors.OUTPUT, os.O_WRONLY)
    null = os.open("/dev/null", os.O_RDWR)
    kept = os.dup2(keep.detach(), 100, inheritable=False)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(1, 2)
    os.dup2(kept, 3, inheritable=False)
    os.closerange(4, 1024)
    _limit(limits)
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    os.mkdir(HOME, 0o700)
    os.chdir(HOME)
    return socket.socket(fileno=3)


def limit_all() -> None:
    """The limits that are the same for every process of the container."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    # gVisor refuses these, and has neither core files nor message queues (12 is RLIMIT_MSGQUEUE).
    for kind in (resource.RLIMIT_CORE, 12):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (0, 0))


def _limit(limits: dict[str, Any]) -> None:
    cpu_s = int(limits["cpu_s"]) + 1
    memory, size = limits["memory_mib"] * _MIB, limits["file_mib"] * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    with contextlib.suppress(OSError, ValueError):  # where it is refused, the engine's own limit holds
        resource.setrlimit(resource.RLIMIT_NPROC, (limits["processes"], limits["processes"]))
