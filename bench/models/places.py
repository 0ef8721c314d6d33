"""How many calls to one model may be in flight at once: grows with the answers, is cut by an overload."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bench.protocols import Pacing

_CUT = 0.7
"""What an overload leaves."""

_NEAR = 0.9
"""Up to this part of where it was cut it grows fast, beyond it slowly."""

_QUICK_S, _FEW = 0.25, 8
"""Quicker calls reach any usual limit from a few places; with more, more are refused at once."""

_GAIN = 1.2
"""Twice the calls in flight have to bring so many times the answers, or they only wait in line."""

_ROUND = 8
"""Answers at least that throughput is measured over."""

_REST = (4, 64)
"""Rounds until more places are tried again, after they brought nothing; doubled each time."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A call that brought an answer. ``work``: what it wrote, in tokens."""

    at: float
    sent_at: float
    crowded: bool
    """Whether it took the last place: only then would more places be of use."""
    work: float


class Places:
    """One more with each answer, until something goes wrong; then one more a round of answers."""

    def __init__(self, pacing: Pacing) -> None:
        self.limit = self._start = float(min(pacing.start, pacing.most))
        self._most = float(pacing.most)
        self._fast_below = math.inf
        self._cut_at = -math.inf

    def answered(self, call: Answered) -> None:
        of_use = self.limit < max(self._start, _FEW) or call.at - call.sent_at >= _QUICK_S
        if call.crowded and of_use and call.sent_at > self._cut_at:
            self.limit += 1 if self.limit < self._fast_below else 1 / self.limit
            self.limit = min(self.limit, self._most)

    def cut(self, now: float, sent_at: float) -> None:
        """Once for all calls that were sent before the trouble was known."""
        if sent_at > self._cut_at:
            self._fast_below = self.limit * _NEAR
            self.limit = max(1.0, self.limit * _CUT)
            self._cut_at = now


class Measured(Places):
    """Doubled as long as that brings more, for a machine that is busy before it refuses anything.

    Their work is summed over rounds of answers, so that short and long ones weigh what they are.
    """

    def __init__(self, pacing: Pacing) -> None:
        super().__init__(pacing)
        self._best: tuple[float, float] | None = None
        """The places that were worth their while, and the work a second they brought."""
        self._pause = 0
        self._next_pause = _REST[0]
        self._began: float | None = None
        self._skip = self._count = 0
        self._work = 0.0

    def answered(self, call: Answered) -> None:
        if self._skip > 0:  # sent while there were other places
            self._skip -= 1
            self._began = call.at
            return
        if self._began is None:
            self._began = call.sent_at
        self._count += 1
        self._work += call.work
        if self._count >= max(_ROUND, 2 * int(self.limit)):
            self._decide(call.at, self._work / max(1e-9, call.at - self._began))

    def cut(self, now: float, sent_at: float) -> None:
        before = self.limit
        super().cut(now, sent_at)
        if self.limit < before:
            self._best, self._pause = None, self._next_pause
            self._begin(now, skip=int(before))

    def _decide(self, now: float, rate: float) -> None:
        before = self.limit
        if self._best is None or self.limit <= self._best[0] or rate > _GAIN * self._best[1]:
            grew = self._best is not None and self.limit > self._best[0]
            self._best = self.limit, rate
            if grew:
                self._next_pause = _REST[0]
            self._pause -= 1
            if self._pause <= 0:
                self.limit = min(self._most, 2 * self.limit)
        else:
            self.limit = self._best[0]
            self._pause = self._next_pause
            self._next_pause = min(_REST[1], 2 * self._next_pause)
        self._begin(now, skip=int(before) if self.limit != before else 0)

    def _begin(self, now: float, *, skip: int) -> None:
        self._began, self._skip, self._count, self._work = now, skip, 0, 0.0
