"""Whose a guest is: a label that lets the next start remove what a dead run left, and only that."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from pathlib import Path

LABEL = "org.evenbench.owner"
EPOCH = "org.evenbench.epoch"
"""How often the engine had come back to its owner when a guest was started."""


def label() -> str:
    """This process, named so that no later process can be taken for it."""
    pid = os.getpid()
    return f"{platform.node()}/{_boot()}/{pid}/{_started(pid)}"


def labels(*, epoch: int, pool: str) -> dict[str, str]:
    """What a container of this process carries."""
    return {LABEL: label(), EPOCH: f"{pool}/{epoch}"}


def is_orphan(labels: Mapping[str, str]) -> bool:
    """Whether the process that made a container ran on this machine and is gone."""
    parts = labels.get(LABEL, "").split("/")
    if len(parts) != 4 or parts[0] != platform.node():
        return False
    _, boot, pid, started = parts
    return boot != _boot() or not pid.isdigit() or _started(int(pid)) != started


def is_older(labels: Mapping[str, str], *, epoch: int, pool: str) -> bool:
    """Whether this process's own pool of that name started it before an epoch."""
    named, _, made = labels.get(EPOCH, "").rpartition("/")
    return labels.get(LABEL) == label() and named == pool and made.isdigit() and int(made) < epoch


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
