"""A warm interpreter that forks one child a sample. It never sees a test, an answer or a verdict."""

from __future__ import annotations

import gc
import importlib
import json
import os
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any

WARM = (
    *("array", "ast", "bisect", "cmath", "collections", "copy", "datetime", "decimal", "enum", "fractions"),
    *("functools", "hashlib", "heapq", "inspect", "io", "itertools", "json", "math", "operator", "random"),
    *("re", "statistics", "string", "struct", "time", "types", "typing"),
)
"""What answers import most: loaded once, shared by every child."""

Child = Callable[[dict[str, Any], list[int]], None]


def spawn(child: Child, modules: tuple[str, ...]) -> tuple[int, socket.socket]:
    """Fork a zygote whose children run ``child``; returns its pid and the line to it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid:
        theirs.close()
        return pid, ours
    ours.close()
    _leave_the_host()
    try:
        for name in modules:
            importlib.import_module(name)
        gc.collect()
        gc.freeze()
        _serve(theirs, child)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(1)


def _leave_the_host() -> None:
    """The stream to the host belongs to the supervisor alone; groups and variables go here, once for all."""
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
    os.setgroups([])
    os.environ.clear()
    os.environ.update(PATH="/usr/bin:/bin", LANG="C.UTF-8")


def _serve(line: socket.socket, child: Child) -> None:
    """One order at a time: fork, say the pid with a handle on it, wait, say how it ended."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(line, 65536, 8)
        if not message:
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            _run(child, json.loads(message), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        handle = os.pidfd_open(pid)
        socket.send_fds(line, [json.dumps({"pid": pid}).encode()], [handle])
        os.close(handle)
        _, status, usage = os.wait4(pid, 0)
        ended = {
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            "cpu_s": usage.ru_utime + usage.ru_stime,
            "memory_mib": usage.ru_maxrss / 1024,
        }
        line.send(json.dumps(ended).encode())


def _run(child: Child, order: dict[str, Any], descriptors: list[int]) -> None:
    try:
        child(order, descriptors)
    except BaseException:
        os._exit(1)
    os._exit(0)
