"""What a sandbox promises, by name: so that a weaker one says so on every row that it judges."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Guarantee(StrEnum):
    """One promise each. The value is what people read, and what stands in the lock."""

    NETWORK = "no network"
    PROCESSES = "no sight of other processes"
    READ_ONLY = "read-only root"
    OWN_FILES = "no file of the host"
    CAPABILITIES = "no right but to change and end uids"
    NO_NEW_PRIVILEGES = "no new privileges"
    CALL_FILTER = "system calls filtered by the engine"
    GUEST_FILTER = "system calls filtered by the guest"
    MEMORY = "memory limit of the whole sandbox"
    PROCESS_COUNT = "process limit of the whole sandbox"
    CPU_TIME = "exact CPU time of the whole sandbox"
    FILE_COUNT = "limit to the number of files"
    OWN_ROOT = "root inside is nobody on the host"
    OWN_KERNEL = "own kernel"


EXTRA = frozenset({Guarantee.OWN_ROOT, Guarantee.OWN_KERNEL})
"""What ``docker`` as it comes does not have either: nice to have, and missed by no row."""

USUAL = frozenset(Guarantee) - EXTRA
"""What ``docker`` gives: the yardstick for what another engine lacks."""


def lacking(held: frozenset[Guarantee]) -> list[str]:
    """What ``docker`` would have given and this does not, in order."""
    return [one.value for one in Guarantee if one in USUAL - held]


def confirmed(promised: frozenset[Guarantee], ready: Mapping[str, Any]) -> frozenset[Guarantee]:
    """What an engine promised, less what its guest did not find when it looked."""
    limits = ready.get("limits") or {}
    seen = {
        Guarantee.MEMORY: limits.get("memory") is not None,
        Guarantee.PROCESS_COUNT: limits.get("processes") is not None,
        Guarantee.CPU_TIME: bool(limits.get("cpu", True)),
        Guarantee.GUEST_FILTER: bool(ready.get("filtered", True)),
    }
    return frozenset(one for one in promised if seen.get(one, True))
