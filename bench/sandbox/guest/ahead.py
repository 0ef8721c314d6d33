"""Calls whose arguments are known beforehand: several are on their way at once, and answered one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import codec
from .remote import KNOWN_REPLY, Link

KNOWN = object()
"""A result that was recognised without being read."""

_CALLS = 32
_SIZE = 1 << 14
"""Calls, and characters of them, that are on their way at once."""


class Ahead:
    """Calls of one function in turn.

    A call is answered as soon as it is done, so its limits are its own. Nothing that is asked in between
    meets answers to calls: the candidate goes no further in a batch after a result that is not data.
    """

    def __init__(self, link: Link, target: str, calls: Sequence[str]) -> None:
        self._link, self._target, self._calls = link, codec.dumps(target), calls
        self._answered = self._sent = 0

    def result(self, cpu_s: float, *, known: str = "", more_s: Callable[[], float] | None = None) -> Any:
        """What the next call returned; ``KNOWN`` if its digest is ``known``. See ``Link.reply``."""
        if self._answered == self._sent:
            self._send()
        handles = self._link.handles
        ahead = self._sent - self._answered > 1
        reply = self._link.reply(cpu_s, known=known, more_s=more_s, ahead=ahead)
        self._answered += 1
        if reply is KNOWN_REPLY:
            return KNOWN
        value = self._link.value(reply)
        if self._link.handles > handles:
            self._sent = self._answered
        return value

    def _send(self) -> None:
        batch: list[str] = []
        size = 0
        for call in self._calls[self._sent : self._sent + _CALLS]:
            size += len(call)
            if batch and size > _SIZE:
                break
            batch.append(call)
        self._sent += len(batch)
        self._link.send(f'["calls",{self._target},[{",".join(batch)}]]')
