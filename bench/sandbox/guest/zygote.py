"""A warm interpreter that forks one child an order. It never sees a test, an answer or a verdict."""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

from .confine import HOME

WARM = (
    *("bisect", "cmath", "collections", "copy", "datetime", "functools", "heapq", "itertools", "math"),
    *("operator", "random", "re", "string", "sys", "time", "typing"),
)
"""What answers import most: loaded once, shared by every child. Each one more makes every fork slower."""

Child = Callable[[dict[str, Any]], None]


class Zygote:
    """The line to a zygote. ``name`` is what the process list shows."""

    def __init__(self, name: str, child: Child, modules: tuple[str, ...]) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid:
            theirs.close()
            return
        self._line.close()
        try:
            _leave_the_host(name)
            for module in modules:
                importlib.import_module(module)
            gc.collect()
            gc.freeze()
            _serve(theirs, child)
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(1)

    def fork(self, order: dict[str, Any]) -> int:
        """Have a child forked; its pid, which stays its own until ``end``."""
        self._line.send(json.dumps(order).encode())
        return int(self._line.recv(64))

    def end(self, pid: int) -> dict[str, Any]:
        """Kill a child and say how it ended and what it used."""
        os.kill(pid, signal.SIGKILL)
        self._line.send(b"%d" % pid)
        status, cpu_s, memory_kib = self._line.recv(4096).split()
        return {
            "signal": os.WTERMSIG(int(status)) if os.WIFSIGNALED(int(status)) else 0,
            "cpu_s": float(cpu_s),
            "memory_mib": int(memory_kib) / 1024,
        }


def _leave_the_host(name: str) -> None:
    """The stream to the host belongs to the supervisor alone; groups and variables go here, once for all."""
    with open("/proc/self/comm", "w") as file:
        file.write(name)
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
    os.setgroups([])
    os.environ.clear()
    os.environ.update(PATH="/usr/bin:/bin", LANG="C.UTF-8", HOME=HOME, TMPDIR=HOME)


def _serve(line: socket.socket, child: Child) -> None:
    """Fork at an order, reap at a number: until then the pid cannot become another process's.

    As little as possible is done here: each page that a zygote writes to is copied once more a fork.
    """
    while True:
        message = line.recv(65536)
        if not message:
            os._exit(0)
        if message.isdigit():
            _, status, usage = os.wait4(int(message), 0)
            line.send(b"%d %f %d" % (status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss))
            continue
        pid = os.fork()
        if pid == 0:
            line.close()
            _run(child, message)
        line.send(b"%d" % pid)


def _run(child: Child, order: bytes) -> None:
    try:
        child(json.loads(order))
    except BaseException:
        os._exit(1)
    os._exit(0)
