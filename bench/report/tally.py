"""Counting results as they stream by: what is kept grows with the problems, hardly with the samples."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bench.drift import Who
from bench.results import Result
from bench.types import CheckGroup, Json, Outcome, Usage

BASE = "base"
"""The group of checks that an extended suite has taken over from the original one."""

_SEVERAL = 4
"""So many values of one parameter are listed; a seed has another one each epoch."""


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

    def merge(self, other: Total) -> None:
        if other._known is not None:
            self.add(other.value)

    @property
    def value(self) -> int | None:
        """None when nothing was added, or anything unknown."""
        return self._sum if self._known else None


class Times:
    """Times of answers, as far as they are known."""

    __slots__ = ("_seconds",)

    def __init__(self) -> None:
        self._seconds = array("d")

    def add(self, seconds: float | None) -> None:
        if seconds is not None:
            self._seconds.append(seconds)

    def merge(self, other: Times) -> None:
        self._seconds.extend(other._seconds)

    @property
    def median(self) -> float | None:
        return float(np.median(np.array(self._seconds))) if self._seconds else None


class Sent:
    """Which parameters went over the wire, with which values."""

    __slots__ = ("_last", "_values")

    def __init__(self) -> None:
        self._last: Mapping[str, Json] | None = None
        self._values: dict[str, set[str]] = {}

    def add(self, sent: Mapping[str, Json]) -> None:
        if sent == self._last:
            return
        self._last = sent
        for name, value in sent.items():
            self._values.setdefault(name, set()).add(json.dumps(value, separators=(",", ":"), sort_keys=True))

    def merge(self, other: Sent) -> None:
        for name, values in other._values.items():
            self._values.setdefault(name, set()).update(values)

    def __str__(self) -> str:
        return "; ".join(f"{name}={_listed(values)}" for name, values in sorted(self._values.items()))


def _listed(values: set[str]) -> str:
    shown = sorted(values, key=lambda text: (len(text), text))[:_SEVERAL]
    return "|".join(shown) + ("|..." if len(values) > _SEVERAL else "")


class Tally:
    """What one row is made from: counts a problem, and totals."""

    def __init__(self, index: dict[str, int] | None = None) -> None:
        """``index`` gives problems their places; shared by tallies that may be merged."""
        self.outcomes: Counter[Outcome] = Counter()
        self.input_tokens, self.output_tokens, self.reasoning_tokens = Total(), Total(), Total()
        self.cached_input_tokens, self.cost_microusd = Total(), Total()
        self.counts: Counter[str] = Counter()
        self.seconds, self.first_byte_s, self.queue_s = Times(), Times(), Times()
        self.served: set[str] = set()
        self.providers: set[str] = set()
        self.dropped: set[str] = set()
        self.isolation: set[str] = set()
        self.sent = Sent()
        self.has_base = False
        self._index = {} if index is None else index
        self._planned, self._measured = array("q"), array("q")
        self._passed, self._passed_base = array("q"), array("q")

    def add(self, result: Result) -> None:
        """Count one planned sample."""
        index = self._index.setdefault(result.key.problem, len(self._index))
        self._reach(index)
        self.outcomes[result.outcome] += 1
        self.counts["tries"] += result.tries
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

    def merge(self, other: Tally) -> None:
        """Count all that the other one has counted; both have the same places."""
        self._reach(len(other._planned) - 1)
        for mine, theirs in zip(self._counts(), other._counts(), strict=True):
            for index, count in enumerate(theirs):
                mine[index] += count
        self.outcomes.update(other.outcomes)
        self.counts.update(other.counts)
        for total, more in zip(self._totals(), other._totals(), strict=True):
            total.merge(more)
        for found, others in zip(self._sets(), other._sets(), strict=True):
            found |= others
        self.sent.merge(other.sent)
        self.has_base |= other.has_base
        for times, more_times in zip(self._times(), other._times(), strict=True):
            times.merge(more_times)

    def _reach(self, index: int) -> None:
        while len(self._planned) <= index:
            for counts in self._counts():
                counts.append(0)

    def _counts(self) -> tuple[array[int], ...]:
        return self._planned, self._measured, self._passed, self._passed_base

    def _totals(self) -> tuple[Total, ...]:
        tokens = (self.input_tokens, self.cached_input_tokens, self.output_tokens, self.reasoning_tokens)
        return *tokens, self.cost_microusd

    def _times(self) -> tuple[Times, ...]:
        return self.seconds, self.first_byte_s, self.queue_s

    def _sets(self) -> tuple[set[str], ...]:
        return self.served, self.providers, self.dropped, self.isolation

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
        self.cached_input_tokens.add(usage.input_cached)
        self.output_tokens.add(usage.output_total)
        self.reasoning_tokens.add(usage.reasoning)
        self.cost_microusd.add(result.cost_microusd)
        self.dropped.update(result.dropped)
        self.sent.add(result.sent)
        if result.served_model:
            self.served.add(result.served_model)
        if result.provider:
            self.providers.add(result.provider)
        self.counts["cached"] += result.cached
        self.counts["batched"] += result.batched
        self.seconds.add(result.seconds)
        self.first_byte_s.add(result.first_byte_s)
        self.queue_s.add(result.queue_s)

    def _there(self, counts: array[int]) -> NDArray[np.int64]:
        """Counts of the problems that this tally has samples of."""
        return np.array(counts, dtype=np.int64)[np.array(self._planned, dtype=np.int64) > 0]

    @property
    def planned(self) -> NDArray[np.int64]:
        """Planned samples of each problem, shape (problems,); the other arrays go alongside."""
        return self._there(self._planned)

    @property
    def measured(self) -> NDArray[np.int64]:
        return self._there(self._measured)

    @property
    def passed(self) -> NDArray[np.int64]:
        return self._there(self._passed)

    @property
    def passed_base(self) -> NDArray[np.int64]:
        return self._there(self._passed_base)


_NOBODY = ("", "")


class ByAnswerer:
    """One model on one suite: a tally for each who answered under its name, one for what names nobody."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}
        self._tallies: dict[tuple[str, str], Tally] = {}

    def add(self, result: Result) -> None:
        who = (result.served_model, result.provider) if result.served_model else _NOBODY
        tally = self._tallies.get(who)
        if tally is None:
            tally = self._tallies[who] = Tally(self._index)
        tally.add(result)

    @property
    def named(self) -> set[Who]:
        return {who for who in self.apart() if who.named}

    def apart(self) -> dict[Who, Tally]:
        return {Who(*who): tally for who, tally in self._tallies.items()}

    def pooled(self) -> Tally:
        """All of it as one."""
        first, *others = self._tallies.values()
        for tally in others:
            first.merge(tally)
        return first
