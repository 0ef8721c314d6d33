"""What refusals (429) teach of a provider's limit of rate, where headers do not tell of it. No clock here."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace

CATCH_UP_S = 0.02
"""So much lateness of our own is made good by calls that follow each other at once."""

OF_LATE = 20
"""Requests that say how things have been of late."""

_PLATEAU = (10, 250)
"""After so many requests (few where little is known) the rate is again what it was refused at."""

_BELOW = 0.03
"""How far below that rate it begins, and how far above it is after twice as many."""

_MEMORY_S = 120.0
"""Twice the longest window of the usual limits."""

_TRUSTED = 50
"""A rate that was kept up for so many requests before it was refused is nearly right."""


class Rate:
    """The rate at which a provider refuses: none before it did.

    After a refusal the rate follows a curve: it begins below what was refused, is flat around it, then rises
    ever faster.
    """

    def __init__(self) -> None:
        self._taught = math.inf
        """Requests a second that the provider took before it refused."""
        self._plateau = _PLATEAU[0]
        self._sent = 0
        """Since the last refusal."""
        self._began = self._sent_at = 0.0
        self._interval_s = 0.0
        """Between requests, of late."""
        self._wall = Wall()
        self._rounds: deque[tuple[float, int]] = deque()
        """When the last of them began, and how many requests were taken in each."""
        self._next_at = -math.inf

    def wait_s(self, now: float) -> float:
        return self._next_at - now

    def sent(self, now: float) -> None:
        if self._sent:
            self._interval_s += (now - self._sent_at - self._interval_s) / min(self._sent, OF_LATE)
        else:
            self._began = now
        self._sent, self._sent_at = self._sent + 1, now
        if self._taught < math.inf:
            self._next_at = max(self._next_at, now - CATCH_UP_S) + 1 / self._per_s()

    def refused(self, now: float, told_s: float) -> None:
        """``told_s`` is the wait that comes now."""
        before, taken = self._wall, self._sent - 1
        if taken > 0:
            tried = min(self._per_s(), 1.2 / max(1e-6, self._interval_s))
            since, earlier = self._remembered(now)
            self._wall = Wall(
                now,
                taken,
                elapsed_s=now - self._began,
                tried_per_s=tried if self._taught < math.inf else math.inf,
                pause_before_s=before.pause_s,
                pause_s=told_s,
                since=since,
                earlier=earlier,
                known=before.trusted,
            )
        else:  # the first call after a wait: the wait was too short
            self._wall = replace(before, pause_s=now + told_s - before.at)
        self._sent = 0
        self._learn()

    def _remembered(self, now: float) -> tuple[float, int]:
        """Since when, and what was taken before this round."""
        while self._rounds and self._rounds[0][0] < now - _MEMORY_S:
            self._rounds.popleft()
        earlier = sum(taken for _, taken in self._rounds)
        self._rounds.append((self._began, self._sent - 1))
        return self._rounds[0][0], earlier

    def refused_again(self) -> None:
        """One more of the calls that were sent before the last refusal was known: it was not taken either."""
        if self._wall.taken > 1 and self._taught < math.inf:
            self._wall = replace(self._wall, taken=self._wall.taken - 1)
            self._learn()

    def _learn(self) -> None:
        self._taught = self._wall.per_s
        self._plateau = _PLATEAU[1] if self._wall.trusted else max(self._wall.taken, _PLATEAU[0])

    def _per_s(self) -> float:
        if self._taught == math.inf:
            return math.inf
        beyond = self._sent / self._plateau - 1
        return self._taught * (1 + _BELOW * beyond * abs(beyond))


@dataclass(frozen=True, slots=True)
class Wall:
    """When a provider began to refuse: how many requests it had taken, in what time, at which rate."""

    at: float = 0.0
    taken: int = 0
    elapsed_s: float = 0.0
    tried_per_s: float = math.inf
    pause_before_s: float = 0.0
    pause_s: float = 0.0
    since: float = 0.0
    earlier: int = 0
    """Requests taken in earlier rounds, since then."""
    known: bool = False
    """Whether the rate was nearly right before."""

    @property
    def trusted(self) -> bool:
        """Whether the rate that was tried is nearly right."""
        if self.tried_per_s == math.inf:
            return False
        kept_up = self.elapsed_s > 4 * self._pause_s or self.tried_per_s < 1.5 * self._measured
        return self.known or (self.taken >= _TRUSTED and kept_up)

    @property
    def per_s(self) -> float:
        if not self.taken:
            return math.inf
        return max(self._measured, self.tried_per_s * (1 - _BELOW) if self.trusted else 0.0)

    @property
    def _measured(self) -> float:
        """Over this round, or over several where that is less: a window may end in the midst of a round."""
        now = self.taken / max(1e-3, self.elapsed_s + self._pause_s)
        return min(now, (self.earlier + self.taken) / max(1e-3, self.at + self.pause_s - self.since))

    @property
    def _pause_s(self) -> float:
        """Buckets went on filling in the wait before, windows end with the wait after: what both have."""
        return min(self.pause_before_s, self.pause_s)
