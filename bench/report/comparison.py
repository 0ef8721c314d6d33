"""Models side by side: difference, interval and p, with what nobody measured taken at its worst.

::

    found = sides(runs)                        # bench.report.sides: counts by model, suite and run
    for first, second in pairs(found, "a", ["b"]):
        check_equal(first, second)             # or let ``Compared.differs`` say so
        one = compare(first, second)           # Compared: value, low, high, p, better, detectable, ahead
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from bench.errors import UsageError
from bench.report.sides import Side
from bench.rundir import changes
from bench.stats import (
    Comparison,
    Counts,
    Interval,
    Scale,
    compare_scores,
    difference_bounds,
    holm,
    worst_case_comparison,
)

LEVEL = 0.05
"""Two-sided; intervals are of 1 - LEVEL."""

Better = Literal["first", "second", ""]


class Ahead(NamedTuple):
    """A problem of which one side has a greater share right; passed and measured samples of both."""

    problem: str
    first: tuple[int, int]
    second: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """First against second on the problems of both, ``names``; shares from 0 to 1.

    ``measured`` is of what has a verdict. ``least`` and ``most`` take all samples without one against the
    first and for the second, and the reverse; equal to ``measured`` where nothing is missing.
    """

    first: Side
    second: Side
    names: tuple[str, ...]
    measured: Comparison
    least: Comparison
    most: Comparison
    bounds: Interval
    """Of the difference: what is missing alone, without chance."""
    missing: int
    """Samples of these problems without a verdict, both sides together."""
    ahead: tuple[tuple[Ahead, ...], tuple[Ahead, ...]]
    """Discordant problems: where the first is ahead, and where the second is."""
    differs: tuple[str, ...]
    """In what the two are not on equal terms."""
    part: str = ""
    """Of a split: which part of the suite, as ``bug_type: value misuse``."""

    @property
    def value(self) -> float:
        return self.measured.value

    @property
    def low(self) -> float:
        return min(self.measured.low, self.least.low)

    @property
    def high(self) -> float:
        return max(self.measured.high, self.most.high)

    @property
    def p(self) -> float:
        """Two-sided, the largest that what is missing could make it: 1 if it could make the two equal."""
        ends = self.least, self.measured, self.most
        signs = {np.sign(one.first.value - one.second.value) for one in ends}
        return max(one.p for one in ends) if len(signs) == 1 else 1.0

    @property
    def detectable(self) -> float:
        """The smallest true difference that is found in 80 % of such comparisons."""
        return max(one.detectable for one in (self.least, self.measured, self.most))

    def better(self, p: float | None = None) -> Better:
        """Who is better beyond chance and whatever is missing; ``p`` is the corrected one of several."""
        same = 0.0 if self.measured.scale == "difference" else 1.0
        if self.low <= same <= self.high or (self.p if p is None else p) > LEVEL:
            return ""
        return "first" if self.low > same else "second"


def compare(
    first: Side,
    second: Side,
    *,
    scale: Scale = "difference",
    chosen: Collection[str] | None = None,
    families: Mapping[str, str] | None = None,
    part: str = "",
) -> Compared:
    """Two sides on one suite, paired by problem: only the problems of both, and of ``chosen`` if given.

    ``families`` names the cluster of problems that are alike (one repository); others are their own. The
    methods are ``bench.stats.compare_scores``'s. Raises UsageError where nothing can be compared: no problem
    of both, or none that both have a verdict for. Whether terms are equal is only told: see ``check_equal``.
    """
    names = tuple(sorted(set(first.names) & set(second.names)))
    if not names:
        raise UsageError(
            f"{first.model} and {second.model} have no problem of {first.suite} in common",
            hint="Run both on the same problems: the same --limit and --seed, or none.",
        )
    if chosen is not None:
        names = tuple(name for name in names if name in chosen)
    one, other = _of(first, names), _of(second, names)
    if not names or not (one.known & other.known).any():
        raise UsageError(_nothing(first, second, part), hint=_way_out(first, second))
    clusters = None if families is None else [families.get(name) or f"problem {name}" for name in names]
    measured = compare_scores(one, other, scale=scale, clusters=clusters)
    missing = int((one.planned - one.measured).sum() + (other.planned - other.measured).sum())
    least = most = measured
    if missing:
        least, most = worst_case_comparison(one, other, scale=scale, clusters=clusters)
    return Compared(
        first,
        second,
        names,
        measured=measured,
        least=least,
        most=most,
        bounds=difference_bounds(one, other),
        missing=missing,
        ahead=_ahead(names, one, other),
        differs=unequal(first, second),
        part=part,
    )


def split(
    whole: Compared, label: str, values: Mapping[str, str], *, families: Mapping[str, str] | None = None
) -> list[Compared]:
    """The same two by part of the suite; ``values`` names the part of each problem, "" or nothing for none.

    A part in which no problem has a verdict for both has no numbers, and is left out.
    """
    first, second = whole.first, whole.second
    both = _of(first, whole.names).known & _of(second, whole.names).known
    known = [name for name, is_known in zip(whole.names, both, strict=True) if is_known]
    return [
        compare(
            first,
            second,
            scale=whole.measured.scale,
            chosen={name for name in whole.names if values.get(name) == value},
            families=families,
            part=f"{label}: {value}",
        )
        for value in sorted({values.get(name, "") for name in known} - {""})
    ]


def corrected(compared: Sequence[Compared]) -> list[float]:
    """The p of each, by Holm's method for all of them together."""
    return holm([one.p for one in compared])


def unequal(first: Side, second: Side) -> tuple[str, ...]:
    """In what two sides differ that may only be compared where they do not; empty on equal terms."""
    found = []
    if first.terms != second.terms:
        lines = [_short(line) for line in changes(first.settings, second.settings)]
        why = "; ".join(lines) or "their locks do not say in what"
        found.append(f"terms {first.terms} and {second.terms} ({why})")
    found += [
        f"{side.model} is not one model but {', '.join(side.who)}"
        for side in (first, second)
        if len(side.who) > 1
    ]
    return tuple(found)


def check_equal(first: Side, second: Side) -> None:
    """Raises UsageError, saying in what, where two sides are not on equal terms."""
    differs = unequal(first, second)
    if differs:
        named = f"{first.model} ({first.run}) and {second.model} ({second.run}) on {first.suite}"
        raise UsageError(
            f"{named} are not on equal terms: {'; '.join(differs)}",
            hint="Run both alike; or --unequal compares them all the same, and says so on every line.",
        )


def _short(text: str) -> str:
    """With the beginnings of digests."""
    return re.sub(r"\b([0-9a-f]{12})[0-9a-f]{52}\b", r"\1", text)


def _of(side: Side, names: Sequence[str]) -> Counts:
    """The counts of these problems, in their order; both are sorted."""
    return side.counts.of_problems(np.isin(side.names, names))


def _ahead(
    names: Sequence[str], first: Counts, second: Counts
) -> tuple[tuple[Ahead, ...], tuple[Ahead, ...]]:
    columns = (counts.tolist() for one in (first, second) for counts in (one.passed, one.measured))
    each = [
        Ahead(name, (passed, of), (others, of_other))
        for name, passed, of, others, of_other in zip(names, *columns, strict=True)
    ]

    def lead(one: Ahead) -> int:
        """Its sign says who is ahead, in whole numbers; 0 where either has no measured sample."""
        return one.first[0] * one.second[1] - one.second[0] * one.first[1]

    return tuple(one for one in each if lead(one) > 0), tuple(one for one in each if lead(one) < 0)


def _nothing(first: Side, second: Side, part: str) -> str:
    told = [
        f"{side.unmeasured} of {int(side.counts.planned.sum())} of {side.model}" for side in (first, second)
    ]
    where = f"{first.suite} ({part})" if part else first.suite
    return f"no problem of {where} has a verdict for both: unmeasured are {' and '.join(told)} samples"


def _way_out(first: Side, second: Side) -> str:
    unjudged = [side.run for side in (first, second) if side.unjudged]
    if unjudged:
        return f"`bench grade` judges the answers that are stored in {' and '.join(dict.fromkeys(unjudged))}."
    return "The `bench run` that made it goes on when it is given again."
