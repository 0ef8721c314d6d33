"""After a sample: nothing of it may be left, and where that can't be shown the container is given up."""

from __future__ import annotations

import contextlib
import os
import signal
import time

_IPC = ("/proc/sysvipc/shm", "/proc/sysvipc/sem", "/proc/sysvipc/msg")
_JANITOR = 990
"""A uid no sample ever has, so that none can signal the janitor."""
_PATIENCE_S = 5.0


def places() -> list[str]:
    """Where anybody may write: engines add such mounts of their own accord."""
    found = []
    with open("/proc/self/mounts") as mounts:
        for line in mounts:
            _, place, _, options, *_ = line.split()
            if "rw" in options.split(",") and os.path.isdir(place) and os.stat(place).st_mode & 0o002:
                found.append(place)
    return found


def sweep(*, uid: int, home: str, places: list[str], resident: set[int]) -> bool:
    """Remove what a sample of ``uid`` left in those places; whether the container is clean now.

    The common case, nothing left but an empty home, costs no process.
    """
    with contextlib.suppress(OSError):
        os.rmdir(home)
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        _reap()
        if not (_strays(resident) or any(map(os.listdir, places))):
            return not (_ipc() or _connections())
        if time.monotonic() > deadline:
            return False
        _send_janitor(uid, places, deadline)


def _reap() -> None:
    """Orphans of a sample became children of ours."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _strays(resident: set[int]) -> bool:
    return any(name.isdigit() and int(name) not in resident for name in os.listdir("/proc"))


def _ipc() -> bool:
    for path in _IPC:
        with contextlib.suppress(OSError), open(path) as file:
            if len(file.readlines()) > 1:
                return True
    return False


def _connections() -> bool:
    """Ports of a dead sample stay taken for a minute after a connection: the next one might want the same."""
    with contextlib.suppress(OSError, ValueError), open("/proc/net/sockstat") as file:
        return has_connections(file.read())
    return False


def has_connections(sockstat: str) -> bool:
    """Whether this network namespace has any. "orphan" and "alloc" there count the whole machine's."""
    for line in sockstat.splitlines():
        if line.startswith("TCP:"):
            words = line.split()
            return any(int(words[words.index(name) + 1]) for name in ("inuse", "tw"))
    return False


def _send_janitor(uid: int, places: list[str], deadline: float) -> None:
    """A child with the sample's effective uid kills its processes at once and removes its files."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(_JANITOR, uid, _JANITOR)
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
            for place in places:
                _empty(place, deadline)
        finally:
            os._exit(0)
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        if time.monotonic() > deadline + 1.0:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.001)


def _empty(place: str, deadline: float) -> None:
    """Remove all we may. Nested folders are moved up first: a path of 3,000 names is too long to follow.

    Under names that nobody could have taken before.
    """
    os.chdir(place)
    prefix = os.urandom(8).hex()
    count = 0
    while time.monotonic() < deadline:
        names = os.listdir(".")
        before = count
        for name in names:
            try:
                os.unlink(name)
                count += 1
                continue
            except OSError:
                pass
            with contextlib.suppress(OSError):
                os.chmod(name, 0o700)
                for inner in os.listdir(name):
                    path = f"{name}/{inner}"
                    if os.path.isdir(path) and not os.path.islink(path):
                        os.chmod(path, 0o700)  # a folder must be writable to be moved
                    os.rename(path, f"{prefix}-{count}")
                    count += 1
                os.rmdir(name)
                count += 1
        if count == before:
            return
