"""What the container's cgroup has used: the sample's, since one sample runs at a time. v1 and v2."""

from __future__ import annotations

import os

_ROOT = "/sys/fs/cgroup"


def cpu_s() -> float:
    """CPU seconds of everything in the container so far. Without a cgroup: of the processes there are."""
    seconds = _cgroup_cpu_s()
    return _processes_cpu_s() if seconds is None else seconds


def _cgroup_cpu_s() -> float | None:
    nanoseconds = _read(f"{_ROOT}/cpuacct/cpuacct.usage")
    if nanoseconds is not None:
        return int(nanoseconds) / 1e9
    microseconds = _field(f"{_ROOT}/cpu.stat", "usage_usec")
    return None if microseconds is None else microseconds / 1e6


def _processes_cpu_s() -> float:
    """The sum over all processes and the children they reaped; orphans count as process 1's."""
    ticks = 0
    for name in os.listdir("/proc"):
        if name.isdigit() and (stat := _read(f"/proc/{name}/stat")):
            ticks += sum(map(int, stat.rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def oom_kills() -> int:
    for path in (f"{_ROOT}/memory/memory.oom_control", f"{_ROOT}/memory.events"):
        count = _field(path, "oom_kill")
        if count is not None:
            return count
    return 0


def limits() -> dict[str, int | None]:
    """The limits that hold here (bytes, processes): some engines ignore what they were asked for.

    ``cpu`` is 1 where the CPU time of the whole container can be read.
    """
    return {
        "cpu": int(_cgroup_cpu_s() is not None),
        "memory": _number(f"{_ROOT}/memory/memory.limit_in_bytes", f"{_ROOT}/memory.max"),
        "processes": _number(f"{_ROOT}/pids/pids.max", f"{_ROOT}/pids.max"),
    }


def _number(*paths: str) -> int | None:
    for path in paths:
        text = _read(path)
        if text is not None:
            return int(text) if text.strip().isdigit() else None
    return None


def _field(path: str, name: str) -> int | None:
    for line in (_read(path) or "").splitlines():
        key, _, value = line.partition(" ")
        if key == name:
            return int(value)
    return None


def _read(path: str) -> str | None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        return os.read(descriptor, 4096).decode(errors="replace")
    except ProcessLookupError:
        return None
    finally:
        os.close(descriptor)
