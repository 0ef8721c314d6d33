"""Counting results as they stream by: what is kept grows with the problems, hardly with the samples."""

from __future__ import annotations

from array import array
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from bench.types import CheckGroup, Outcome, Result, Usage

BASE = "base"
"""The group of checks that an extended suite has taken over from the original one."""


class Total:
    """A sum over answers that is unknown as soon as one part is: half a bill is not a small bill."""

    __slots__ = ("_known", "_sum")

    def __init__(self) -> None:
        self._sum = 0
        self._known: bool | None = None

    def add(self, part: int | None) -> None:
        if part is None:
            self._known = False
        else:
            self._sum += part
            self._known = self._known is not False

    @property
    def value(self) -> int | None:
        """None when nothing was added, or anything unknown."""
        return self._sum if self._known else None


class Tally:
    """What one row is made from: counts a problem, and totals."""

    def __init__(self) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.input_tokens, self.output_tokens, self.reasoning_tokens = Total(), Total(), Total()
        self.cost_microusd = Total()
        self.served: set[str] = set()
        self.dropped: set[str] = set()
        self.isolation: set[str] = set()
        self.has_base = False
        self._seconds = array("d")
        self._index: dict[str, int] = {}
        self._planned, self._measured = array("q"), array("q")
        self._passed, self._passed_base = array("q"), array("q")

    def add(self, result: Result) -> None:
        """Count one planned sample."""
        index = self._index.setdefault(result.key.problem, len(self._index))
        if index == len(self._planned):
            for counts in (self._planned, self._measured, self._passed, self._passed_base):
                counts.append(0)
        self.outcomes[result.outcome] += 1
        self._planned[index] += 1
        if result.outcome.scored:
            passed = result.outcome is Outcome.PASS
            self._measured[index] += 1
            self._passed[index] += passed
            self._passed_base[index] += self._base(result.groups)
        if result.isolation:
            self.isolation.add(result.isolation)
        # Only an answer says why it stopped; what is not one has neither tokens nor a price.
        if result.stop is not None:
            self._add_answer(result)

    def _base(self, groups: tuple[CheckGroup, ...]) -> bool:
        for group in groups:
            if group.name == BASE:
                self.has_base = True
                whole = group.planned is None or group.run == group.planned
                return group.run > 0 and group.run == group.passed and whole
        return False

    def _add_answer(self, result: Result) -> None:
        usage = result.usage or Usage()
        self.input_tokens.add(usage.input_total)
        self.output_tokens.add(usage.output_total)
        self.reasoning_tokens.add(usage.reasoning)
        self.cost_microusd.add(result.cost_microusd)
        self.dropped.update(result.dropped)
        if result.served_model:
            self.served.add(result.served_model)
        if result.seconds is not None:
            self._seconds.append(result.seconds)

    @property
    def planned(self) -> NDArray[np.int64]:
        """Planned samples of each problem, shape (problems,); the other arrays go alongside."""
        return np.array(self._planned, dtype=np.int64)

    @property
    def measured(self) -> NDArray[np.int64]:
        return np.array(self._measured, dtype=np.int64)

    @property
    def passed(self) -> NDArray[np.int64]:
        return np.array(self._passed, dtype=np.int64)

    @property
    def passed_base(self) -> NDArray[np.int64]:
        return np.array(self._passed_base, dtype=np.int64)

    @property
    def median_seconds(self) -> float | None:
        return float(np.median(np.array(self._seconds))) if self._seconds else None
