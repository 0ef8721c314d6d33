"""Whose a container is: a label that lets the next start remove what a dead run left, and only that."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path

LABEL = "org.evenbench.owner"


def label() -> str:
    """This process, named so that no later process can be taken for it."""
    pid = os.getpid()
    return f"{platform.node()}/{_boot()}/{pid}/{_started(pid)}"


def is_orphan(labels: Mapping[str, str]) -> bool:
    """Whether the process that made a container ran on this machine and is gone."""
    parts = labels.get(LABEL, "").split("/")
    if len(parts) != 4 or parts[0] != platform.node():
        return False
    _, boot, pid, started = parts
    return boot != _boot() or not pid.isdigit() or _started(int(pid)) != started


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return "unknown"


def _started(pid: int) -> str:
    """Start time of a process in clock ticks after boot; empty if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
