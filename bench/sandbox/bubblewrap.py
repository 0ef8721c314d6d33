"""Guests under bubblewrap, where no engine is to be had: the same guest, with less around it.

There is no control group, so nothing limits the whole of a guest: each process has its own limits, and what
all of them use is added up from /proc. The interpreter is the host's, shown read-only.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from bench.errors import SandboxError, UsageError
from bench.protocols import SandboxOptions
from bench.sandbox import bundle, owner
from bench.sandbox.channel import Channel, Plain
from bench.sandbox.engines import Bounds, Guest
from bench.sandbox.guarantees import Guarantee
from bench.sandbox.pool import Pool
from bench.sandbox.subuids import enter_namespace
from bench.types import Json

OWNER = "EVENBENCH_OWNER"
"""The variable that carries the label of a guest's owner."""
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
_PACKAGES = Path("/packages")
_RIGHTS = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL")
_TMPFS = (("/tmp", 128 << 20, "1777"), ("/run", 1 << 20, "0700"), ("/dev/shm", 16 << 20, "1777"))
_WAIT_S = 10.0
_HINT = "`apt-get install bubblewrap`, or as your distribution says"


class BubblewrapEngine:
    """Starts guests as processes in namespaces of their own. Where bubblewrap is, it stays."""

    name = "bubblewrap"

    def __init__(self) -> None:
        """Raises SandboxError that says what is missing."""
        self._bwrap = shutil.which("bwrap") or ""
        if not self._bwrap:
            raise SandboxError("bubblewrap is not installed: there is no `bwrap`", hint=_HINT)
        self._is_root = os.geteuid() == 0
        self._command = [*([] if self._is_root else enter_namespace()), self._bwrap, *arguments()]
        # A guest dies with the thread that started it, so that has to be one that stays.
        self._launcher = ThreadPoolExecutor(1, thread_name_prefix="bubblewrap")

    @property
    def promises(self) -> frozenset[Guarantee]:
        held = {
            *(Guarantee.NETWORK, Guarantee.PROCESSES, Guarantee.READ_ONLY, Guarantee.CAPABILITIES),
            *(Guarantee.NO_NEW_PRIVILEGES, Guarantee.GUEST_FILTER),
        }
        return frozenset(held if self._is_root else held | {Guarantee.OWN_ROOT})

    def start(self, bounds: Bounds, *, epoch: int) -> Guest:  # noqa: ARG002 - it never goes away
        ours, theirs = socket.socketpair()
        complaints = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the guest
        try:
            process = self._launcher.submit(self._launch, theirs, complaints).result()
        except (OSError, RuntimeError) as error:
            ours.close()
            complaints.close()
            raise SandboxError(f"bubblewrap could not be started: {error}") from error
        finally:
            theirs.close()

        def remove() -> None:
            process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_WAIT_S)
            complaints.close()

        channel = Channel(ours, Plain(lambda: _tail(complaints)))
        return Guest(channel, lambda: process.poll() is None, remove)

    def _launch(self, line: socket.socket, complaints: IO[bytes]) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C at the terminal is for the run, which ends its guests in order.
        return subprocess.Popen(
            self._command,
            stdin=line.fileno(),
            stdout=line.fileno(),
            stderr=complaints,
            env={OWNER: owner.label(), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            start_new_session=True,
        )

    def check(self, ready: Mapping[str, Any], bounds: Bounds) -> None:
        """Nothing was asked for that could be looked at."""

    def answers(self) -> bool:
        return True

    def reap(self, *, before_epoch: int = 0) -> int:  # noqa: ARG002 - it never goes away
        count = 0
        for pid in filter(str.isdigit, (path.name for path in Path("/proc").iterdir())):
            if owner.is_orphan({owner.LABEL: _owner_of(pid)}):
                with contextlib.suppress(OSError):
                    os.kill(int(pid), signal.SIGKILL)
                    count += 1
        return count

    def describe(self) -> Mapping[str, Json]:
        version = subprocess.run([self._bwrap, "--version"], capture_output=True, text=True, check=False)
        return {"engine_version": version.stdout.strip(), "image": f"host python {platform.python_version()}"}

    def close(self) -> None:
        self._launcher.shutdown()


def arguments() -> list[str]:
    """How a guest is started: of the host it sees interpreter and system libraries alone, read-only."""
    python = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    told = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    told += ["--hostname", "sandbox", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"]
    told += ["--cap-drop", "ALL", *(word for right in _RIGHTS for word in ("--cap-add", right))]
    for path in map(Path, _SYSTEM):
        if path.is_symlink():
            told += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            told += ["--ro-bind", str(path), str(path)]
    told += _shown(Path("/usr"), Path("/usr"))
    for folder in dict.fromkeys((Path(sys.base_prefix).resolve(), python.parent)):
        if not folder.is_relative_to("/usr"):
            told += _shown(folder, folder)
    told += _numpy()
    told += ["--proc", "/proc", "--dev", "/dev"]
    for place, size, mode in _TMPFS:
        told += ["--perms", mode, "--size", str(size), "--tmpfs", place]
    told += ["--remount-ro", "/", "--remount-ro", "/dev", "--chdir", "/"]
    variables = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(_PACKAGES)}
    variables |= {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    for name, value in variables.items():
        told += ["--setenv", name, value]
    return [*told, "--", str(python), "-s", "-P", "-u", "-c", bundle.BOOT]


def _numpy() -> list[str]:
    """The images have numpy, so a guest has it here, too: ours, and nothing that is installed beside it."""
    spec = find_spec("numpy")
    if spec is None or spec.origin is None:
        return []
    package = Path(spec.origin).parent
    folders = [package, package.with_name("numpy.libs")]
    return [word for folder in folders if folder.is_dir() for word in _shown(folder, _PACKAGES / folder.name)]


def _shown(folder: Path, place: Path) -> list[str]:
    """A folder of the host's, read-only; the way there is opened to every uid."""
    way = [
        word for above in reversed(place.parents[:-1]) for word in ("--perms", "0755", "--dir", str(above))
    ]
    return [*way, "--ro-bind", str(folder), str(place)]


def _owner_of(pid: str) -> str:
    """The label that a process was started with, "" where there is none or it is another user's."""
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return ""
    mark = f"{OWNER}=".encode()
    return next(
        (one[len(mark) :].decode("utf-8", "replace") for one in variables if one.startswith(mark)), ""
    )


def _tail(file: IO[bytes]) -> bytes:
    with contextlib.suppress(OSError, ValueError):
        file.seek(0)
        return file.read()[-4096:]
    return b""


def make(options: SandboxOptions) -> Pool:
    """Look whether it can work here, clear up after dead runs, start the guests."""
    if options.variant:
        raise UsageError(f"bubblewrap has no runtimes: {options.variant!r}")
    engine = BubblewrapEngine()
    engine.reap()
    return Pool(engine, options)
