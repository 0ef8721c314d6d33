"""What many answers come to in one cell: a sum, a mean, a median, a list of parameters."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Mapping
from math import fsum

import numpy as np

from bench.types import Json

_DAY = len("2026-11-25")
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


class Share:
    """The share of yes among answers."""

    __slots__ = ("_all", "_yes")

    def __init__(self) -> None:
        self._yes = self._all = 0

    def add(self, yes: bool) -> None:
        self._yes += yes
        self._all += 1

    def merge(self, other: Share) -> None:
        self._yes += other._yes
        self._all += other._all

    @property
    def value(self) -> float | None:
        return self._yes / self._all if self._all else None


class Mean:
    """A mean over answers, as far as they are known.

    The sum is exact until the end, so that it is the same in whatever order and parts they were added.
    """

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: Counter[float] = Counter()

    def add(self, part: float | None) -> None:
        if part is not None:
            self._counts[part] += 1

    def merge(self, other: Mean) -> None:
        self._counts.update(other._counts)

    @property
    def value(self) -> float | None:
        count = self._counts.total()
        return fsum(self._counts.elements()) / count if count else None


class Median:
    """A median over answers, as far as they are known."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values = array("d")

    def add(self, value: float | None) -> None:
        if value is not None:
            self._values.append(value)

    def merge(self, other: Median) -> None:
        self._values.extend(other._values)

    @property
    def value(self) -> float | None:
        return float(np.median(np.array(self._values))) if self._values else None


class Days:
    """From the first to the last day of some times."""

    __slots__ = ("_first", "_last")

    def __init__(self) -> None:
        self._first = self._last = ""

    def add(self, time: str) -> None:
        """A time or day as ISO 8601 writes it, all in one zone."""
        day = time[:_DAY]
        if day != self._first:
            self._first = min(self._first or day, day)
            self._last = max(self._last, day)

    def merge(self, other: Days) -> None:
        for day in filter(None, (other._first, other._last)):
            self.add(day)

    def __str__(self) -> str:
        """``2026-11-25``, ``2026-11-25/2026-11-27`` (ISO 8601), or "" for none."""
        return "/".join(dict.fromkeys(filter(None, (self._first, self._last))))


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
