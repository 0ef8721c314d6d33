"""The rule of a verdict, pure: where the interval of the claimed quantity lies, and what could move it.

SUPPORTED      wholly inside what is claimed, whatever is missing had come to
REFUTED        wholly outside
INCONCLUSIVE   neither, or fewer samples than were planned
NOT-TESTABLE   nothing was measured that could decide
INVALID        not on the terms of the claim, or of each other
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.claims.claim import Reading, amount, claimed, unit_of
from bench.stats import Interval

RULE = "interval-against-region@1"
"""Part of a registration: another rule would be another verdict."""
CONFIDENCE = 0.95


class Verdict(StrEnum):
    SUPPORTED = "SUPPORTED"
    REFUTED = "REFUTED"
    INCONCLUSIVE = "INCONCLUSIVE"
    NOT_TESTABLE = "NOT-TESTABLE"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A measured value of the claimed quantity, in its own unit, with its 95 % interval.

    ``least`` and ``most`` are the intervals if every open sample (unmeasured, or cut off at the token limit)
    had gone against the subject, and for it; equal to ``interval`` where none is open.
    """

    value: float
    interval: Interval
    least: Interval
    most: Interval
    problems: int
    samples: int
    unmeasured: int
    truncated: int
    method: str
    detail: str = ""
    """What it is made of, in words: ``94 of 164``, or the scores of both."""

    @property
    def widest(self) -> Interval:
        """From the lowest end to the highest of all three."""
        three = (self.interval, self.least, self.most)
        return Interval(min(one.low for one in three), max(one.high for one in three))


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one reading. ``evidence`` is None where there is none."""

    reading: Reading
    verdict: Verdict
    reason: str
    evidence: Evidence | None = None


def decide(reading: Reading, evidence: Evidence, *, short: str = "") -> Decided:
    """The verdict on one reading. ``short`` says by how much the run is smaller than planned."""
    if short:
        return Decided(reading, Verdict.INCONCLUSIVE, f"smaller than planned: {short}", evidence)
    unit, signed = unit_of(reading), reading.relation == "difference"
    chance, whole = _lies(reading, evidence.interval), _lies(reading, evidence.widest)
    low, high = (amount(end, unit, signed=signed) for end in evidence.interval)
    between = f"the 95 % interval, {low} to {high},"
    if whole == "inside":
        reason = f"{between} lies wholly within what is claimed ({claimed(reading)})"
        return Decided(reading, Verdict.SUPPORTED, reason, evidence)
    if whole == "outside":
        reason = f"{between} lies wholly outside what is claimed ({claimed(reading)})"
        return Decided(reading, Verdict.REFUTED, reason, evidence)
    if chance == "across":
        reason = f"{between} holds values that fit the claim ({claimed(reading)}) and values that do not"
    else:
        reason = f"{between} lies {chance} what is claimed, but {_open(evidence)} could change that"
    return Decided(reading, Verdict.INCONCLUSIVE, reason, evidence)


def together(decided: Sequence[Decided]) -> tuple[Verdict, str]:
    """One verdict over all readings of a claim: where they differ it depends on what was meant."""
    verdicts = {one.verdict for one in decided}
    if len(decided) == 1:
        return decided[0].verdict, decided[0].reason
    if len(verdicts) == 1:
        return verdicts.pop(), "in every reading: " + "; ".join(
            f"{one.reading.name}: {one.reason}" for one in decided
        )
    each = ", ".join(f"{one.reading.name}: {one.verdict}" for one in decided)
    return Verdict.INCONCLUSIVE, f"it depends on what is meant ({each})"


def _lies(reading: Reading, interval: Interval) -> str:
    low, high = reading.region
    if low <= interval.low and interval.high <= high:
        return "inside"
    return "outside" if interval.high < low or interval.low > high else "across"


def _open(evidence: Evidence) -> str:
    parts = [
        (evidence.unmeasured, "that nobody measured"),
        (evidence.truncated, "cut off at the token limit"),
    ]
    told = " and ".join(f"{count} {what}" for count, what in parts if count)
    return f"{told or 'what is missing'} (of {evidence.samples} samples)"
