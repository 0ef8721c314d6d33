"""What the pool knows of an engine: it starts guests, says whether it is there, and clears up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bench.errors import SandboxError
from bench.sandbox.channel import Channel
from bench.sandbox.guarantees import Guarantee
from bench.types import Json


class Unfit(SandboxError):
    """An engine that does not do what it was asked for: trying again would not help."""


@dataclass(frozen=True, slots=True)
class Guest:
    """One started guest, before its boot."""

    channel: Channel
    lives: Callable[[], bool]
    """Whether it is still there; asked when its line broke. Raises SandboxError when nobody can tell."""
    remove: Callable[[], None]
    """End it and leave nothing; never raises."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of a whole guest, of which one sample gets less."""

    memory_mib: int
    processes: int


class Engine(Protocol):
    """A place where guests are started. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """As in ``--sandbox``, and on every row."""
        ...

    @property
    def promises(self) -> frozenset[Guarantee]: ...

    def start(self, bounds: Bounds, *, epoch: int) -> Guest:
        """Raises SandboxError. ``epoch`` counts the times that the engine has come back."""
        ...

    def check(self, ready: Mapping[str, Any], bounds: Bounds) -> None:
        """Look at what a guest found when it started. Raises Unfit."""
        ...

    def answers(self) -> bool:
        """Whether it is there, found out within seconds; if it was away, make use of it again."""
        ...

    def reap(self, *, before_epoch: int = 0) -> int:
        """Remove what dead runs left, and of this process's own what is older than an epoch; how many."""
        ...

    def describe(self) -> Mapping[str, Json]:
        """Its version and the image."""
        ...

    def close(self) -> None: ...


def check_limits(ready: Mapping[str, Any], bounds: Bounds, *, unread: bool = False) -> None:
    """Raises Unfit unless a guest found the limits it was to have; ``unread``: or could not read them."""
    asked = {"memory": bounds.memory_mib << 20, "processes": bounds.processes}
    found = {name: ready["limits"].get(name) for name in asked}
    wrong = [
        f"{name} ({asked[name]} asked, {'none' if value is None else value} found)"
        for name, value in found.items()
        if value != asked[name] and not (unread and value is None)
    ]
    if wrong:
        raise Unfit(
            f"this engine does not enforce the limits asked for: {', '.join(wrong)}",
            hint="untrusted code would run without them; see `bench doctor`",
        )
