"""Limits of rate as providers keep them, and a client in time that is only counted."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.models.pace import Cost, Ended, Pace, Ticket
from bench.protocols import Pacing
from bench.types import Allowance, Usage


class Fixed:
    """So many requests a window; the windows begin at fixed moments."""

    def __init__(self, limit: int, window_s: float, *, offset_s: float = 0.0) -> None:
        self.limit, self._window_s, self._offset_s = limit, window_s, offset_s
        self._window, self._used = -1.0, 0

    def take(self, now: float) -> tuple[bool, float, float, float]:
        """Whether it is taken; what remains, when it is whole again, when the next would be taken."""
        window = math.floor((now + self._offset_s) / self._window_s)
        if window != self._window:
            self._window, self._used = window, 0
        end = (window + 1) * self._window_s - self._offset_s - now
        taken = self._used < self.limit
        self._used += taken
        return taken, self.limit - self._used, end, end


class Bucket:
    """Filled evenly; ``size`` is what it holds when full."""

    def __init__(self, limit: int, window_s: float, *, size: float | None = None) -> None:
        self._per_s = limit / window_s
        self._size = float(limit if size is None else size)
        self.limit = int(self._size)
        self._level, self._at = self._size, 0.0

    def take(self, now: float) -> tuple[bool, float, float, float]:
        self._level = min(self._size, self._level + (now - self._at) * self._per_s)
        self._at = now
        taken = self._level >= 1
        self._level -= taken
        missing = max(0.0, 1 - self._level) / self._per_s
        return taken, math.floor(self._level), (self._size - self._level) / self._per_s, missing


class Rolling:
    """So many requests in any window, wherever it begins."""

    def __init__(self, limit: int, window_s: float) -> None:
        self.limit, self._window_s = limit, window_s
        self._times: deque[float] = deque()

    def take(self, now: float) -> tuple[bool, float, float, float]:
        while self._times and self._times[0] <= now - self._window_s:
            self._times.popleft()
        taken = len(self._times) < self.limit
        if taken:
            self._times.append(now)
        oldest = self._times[0] + self._window_s - now
        return taken, self.limit - len(self._times), oldest, 0.0 if taken else oldest


MANY = Pacing(8, 64, measured=False)
Limit = Fixed | Bucket | Rolling


@dataclass
class Counted:
    """What a server saw: the moments of requests that it took, and of those it refused."""

    taken: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def share_refused(self, since: float = 0.0) -> float:
        taken, refused = (sum(at >= since for at in times) for times in (self.taken, self.refused))
        return refused / (taken + refused)

    def per_s(self, since: float, until: float) -> float:
        return sum(since <= at < until for at in self.taken) / (until - since)


def simulate(
    limit: Limit | None,
    seconds: float,
    *,
    latency: Callable[[], float],
    headers: bool,
    told: Callable[[float], float | None],
    pacing: Pacing = MANY,
    seed: int = 1,
    refusal_s: float = 0.02,
) -> tuple[Counted, Pace]:
    """Ask as fast as the pace allows, for so long. ``told`` makes a retry-after of the exact wait."""
    rng = random.Random(seed)
    pace, counted = Pace(pacing, jitter=rng.random), Counted()
    ends: list[tuple[float, int, Ticket, Ended]] = []
    order, now, cost = itertools.count(), 0.0, Cost(100, 100)
    while now < seconds:
        wait = pace.wait_s(now, cost)
        if wait > 0:
            woken = now + wait + rng.uniform(1e-5, 1e-3)  # a thread never wakes in time
            if ends and ends[0][0] <= woken:
                now, _, ticket, ended = heapq.heappop(ends)
                pace.end(now, ticket, ended)
            else:
                assert woken < math.inf, "nothing is in flight, and nothing is waited for"
                now = woken
            continue
        ticket = pace.send(now, cost)
        taken, left, whole, missing = limit.take(now) if limit else (True, 0, 0.0, 0.0)
        (counted.taken if taken else counted.refused).append(now)
        shown = (Allowance("requests", left, whole, limit.limit),) if headers and limit else ()
        if taken:
            ended = Ended(answered=True, allowances=shown, usage=Usage(100, output_total=100))
        else:
            ended = Ended(refused=True, told_s=told(missing), allowances=shown)
        end = now + (latency() if taken else refusal_s)
        heapq.heappush(ends, (end, next(order), ticket, ended))
    return counted, pace
