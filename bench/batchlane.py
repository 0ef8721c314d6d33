"""One model that is asked in batches: what is still to be asked, what is out, and what may be sent now."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.batchlog import Batch
from bench.pipeline import Polling
from bench.protocols import Batches, Model
from bench.types import SampleKey

ROUNDS = 4
"""How often a session asks for a sample whose request was refused or got lost."""

MOST_REQUESTS, MOST_BYTES = 10_000, 50_000_000
_MOST_OUT = 10
"""Batches of a model at a time. With the limits above, what a run keeps in memory does not grow with it."""


@dataclass(slots=True)
class Lane:
    """One model's samples, and its batches that are out. ``asks``: new ones may be begun."""

    model: Model
    batches: Batches
    samples: Iterator[tuple[int, SampleKey]]
    polling: Polling
    asks: bool
    out: list[Batch]
    again: deque[tuple[int, SampleKey, int]] = field(default_factory=deque)
    """What is to be asked before the samples, and in which round."""
    most: int = MOST_REQUESTS
    failures: int = 0
    holds: int = 0
    held_until: float = 0.0
    emptied: bool = False

    def take(self) -> tuple[int, SampleKey, int] | None:
        if self.again:
            return self.again.popleft()
        taken = next(self.samples, None)
        self.emptied = taken is None
        return None if taken is None else (*taken, 1)

    def may_send(self) -> bool:
        """Not while it is unknown whether the last one arrived, nor while the provider wants a pause."""
        sure = all(batch.name for batch in self.out)
        return self.asks and sure and len(self.out) < _MOST_OUT and time.monotonic() >= self.held_until

    def hold(self, seconds: float | None) -> None:
        """The provider takes no more for now."""
        self.holds += 1
        grown = self.polling.first_s * self.polling.factor**self.holds
        self.held_until = time.monotonic() + max(seconds or 0.0, min(grown, self.polling.cap_s))

    def give_back(self, batch: Batch) -> None:
        """Nothing of it was asked: to be asked in another."""
        self.out.remove(batch)
        if self.asks:
            self.again.extend((one.index, one.key, one.round) for one in batch.left.values())

    def is_done(self) -> bool:
        return not self.out and (not self.asks or (self.emptied and not self.again))
