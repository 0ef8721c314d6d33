"""What processes and containers hold, read from ``/proc`` and ``/sys/fs/cgroup``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_PROC, _CGROUP = Path("/proc"), Path("/sys/fs/cgroup")
_MIB = 1 << 20
_CONTAINERS_OF = ("containerd-shim", "conmon")
"""The first process of a container is a child of one of these; the kernel keeps 15 letters of a name."""


def parents() -> dict[int, int]:
    """The parent of every process there is."""
    found = {}
    for path in _PROC.iterdir():
        if path.name.isdigit() and (parent := _parent(path)) is not None:
            found[int(path.name)] = parent
    return found


def _parent(process: Path) -> int | None:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return None


def tree(roots: Iterable[int], of: dict[int, int] | None = None) -> set[int]:
    """These processes and all that descend from them."""
    known = parents() if of is None else of
    found = set(roots)
    while more := {pid for pid, parent in known.items() if parent in found} - found:
        found |= more
    return found


def name(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""


def command(pid: int) -> bytes:
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""


def containers(of: dict[int, int] | None = None) -> set[int]:
    """The first process of every container, whosever it is."""
    known = parents() if of is None else of
    shims = {pid for pid in known if name(pid) in _CONTAINERS_OF}
    return {pid for pid, parent in known.items() if parent in shims and name(pid) != "runc"}


def share_mib(pid: int) -> float:
    """Proportional share of memory: pages that processes have in common are counted once in the sum."""
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def rss_mib(pid: int) -> float:
    try:
        pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
    except (OSError, IndexError):  # it has ended
        return 0.0
    return pages * os.sysconf("SC_PAGESIZE") / _MIB


def cgroup_mib(pid: int) -> float:
    """What the kernel charges to a container's cgroup: its tmpfs and the kernel's own tables too.

    0 for a process that has no cgroup apart from ours.
    """
    try:
        groups = _cgroups(pid)
        if groups == _cgroups(os.getpid()):
            return 0.0
        if "memory" in groups:
            group = _CGROUP / "memory" / groups["memory"]
            return _charged(group, "memory.usage_in_bytes", "total_inactive_file")
        return _charged(_CGROUP / groups.get("", ""), "memory.current", "inactive_file")
    except (OSError, ValueError):
        return 0.0


def _cgroups(pid: int) -> dict[str, str]:
    """Controller -> path; the one of cgroup v2 is named ``""``."""
    lines = (_PROC / str(pid) / "cgroup").read_text().splitlines()
    return {part[1]: part[2].lstrip("/") for part in (line.split(":", 2) for line in lines)}


def _charged(group: Path, usage: str, cache: str) -> float:
    """Without pages of files that the kernel gives back at once when it is asked."""
    used = int((group / usage).read_text())
    counts = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
    return max(0, used - int(counts.get(cache, 0))) / _MIB


def descriptors(pid: int) -> int:
    return entries(_PROC / str(pid) / "fd")


def root(pid: int) -> Path:
    """The file system as this process sees it."""
    return _PROC / str(pid) / "root"


def entries(folder: Path) -> int:
    try:
        return len(list(folder.iterdir()))
    except OSError:
        return 0
