"""What one process has used, from /proc."""

from __future__ import annotations

import os

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")


def usage(pid: int) -> tuple[float, bool]:
    """(CPU seconds of a process so far, whether it rests or is dead). Raises OSError for one that is gone."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        fields = file.read().rpartition(b")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S, fields[0] in (b"S", b"D", b"T", b"Z")
