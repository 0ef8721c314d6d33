"""What a claim file says (docs/claims.md): data only. ``files`` reads and checks it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, NamedTuple

import msgspec

Relation = Literal[">=", "<=", "difference", "ratio", "approximately"]
Sense = Literal[">=", "<=", "approximately"]

PAIRED: tuple[Relation, ...] = ("difference", "ratio")
"""Relations of the subject to the comparator; the others are of the subject alone."""

CLOCK_NAMES = ("turns", "output_tokens", "total_tokens", "model_s", "end_to_end_s", "usd")
"""As ``bench speed`` calls them; four senses of "fast" are four readings."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What can be measured here. ``unit``: ``share`` (0 to 1), ``points``, ``usd``, or ``times``."""

    unit: str
    alone: bool
    """Whether one model has it: ``>=``, ``<=`` and ``approximately`` may be claimed of it."""
    pairs: tuple[Relation, ...]
    """How two models may be compared by it."""


METRICS = {
    "pass@1": Metric("share", alone=True, pairs=("difference", "ratio")),
    "rating": Metric("points", alone=True, pairs=()),
    "percentile": Metric("share", alone=True, pairs=()),
    "speed": Metric("times", alone=False, pairs=("ratio",)),
    "cost": Metric("times", alone=False, pairs=("ratio",)),
    "cost_per_solved": Metric("times", alone=False, pairs=("ratio",)),
}


RATED = ("rating", "percentile")
"""Metrics that need problems of a known difficulty."""


class Party(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A model that is claimed about. ``models``: its names in runs, with ``*`` and ``?``, in any case."""

    name: str
    models: tuple[str, ...] = ()


class Population(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The problems that a claim is about. ``only`` and ``without`` are problem ids, with ``*`` and ``?``."""

    suite: str
    version: str = ""
    checks: str = ""
    """A group of checks (``base``) that alone decides; "" for all of them."""
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    errata: bool = False
    """Whether problems whose own reference does not pass here count."""
    about: Literal["alike", "these"] = "alike"
    """Whether the claim is about problems like these, or about these very ones and no others."""


class Conditions(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What the claim was made under; a run must have asked the same. ``epochs`` is how many we plan.

    Five, as one run of a model differs from the next by up to six points (arXiv 2602.07150).
    """

    effort: str | None = None
    turns: int = 1
    epochs: int = 5
    temperature: float | None = None
    max_tokens: int | None = None
    tools: bool = False
    context_tokens: int | None = None


class Reading(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One exact meaning. A ``tolerance`` is in the unit of the threshold; of a ratio, a share of it."""

    relation: Relation
    threshold: float
    name: str = ""
    metric: str = ""
    tolerance: float = 0.0
    sense: Sense = ">="
    clock: str = ""
    budget: float | None = None
    """Up to where a clock is looked at; by default the most that any sample took."""

    @property
    def direction(self) -> Sense:
        if self.relation in PAIRED:
            return self.sense
        return self.relation  # type: ignore[return-value]  # the others are senses

    @property
    def region(self) -> Region:
        """What the claimed quantity has to be."""
        slack = self.tolerance * (abs(self.threshold) if self.relation == "ratio" else 1.0)
        low, high = self.threshold - slack, self.threshold + slack
        if self.direction == ">=":
            return Region(low, inf)
        return Region(-inf, high) if self.direction == "<=" else Region(low, high)


class Region(NamedTuple):
    """The values that a claim allows, both ends among them."""

    low: float
    high: float


class Distribution(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A dated snapshot of people's ratings: pairs of a rating and the share of people below it."""

    source: str
    date: str
    points: tuple[tuple[float, float], ...]
    published_rating: float | None = None
    """The rating that was published beside the percentile."""


class NotTestable(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Why nothing that this project measures can decide a claim, and what could."""

    reason: str
    needs: str


class Claim(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A published claim. ``date`` is a year, a month or a day; ``readings`` all have their metric."""

    title: str
    text: str
    """Word for word, as far as the source has it so."""
    source: str
    date: str
    by: str
    subject: Party
    metric: str
    readings: tuple[Reading, ...]
    comparator: Party | None = None
    population: Population | None = None
    conditions: Conditions = Conditions()
    distribution: Distribution | None = None
    not_testable: NotTestable | None = None
    note: str = ""
    id: str = ""
    """The name of its file, without the ending."""


def unit_of(reading: Reading) -> str:
    """The unit of what a reading claims: of a ratio always ``times``."""
    if reading.relation == "ratio" or reading.metric not in METRICS:
        return "times" if reading.relation == "ratio" else ""
    return METRICS[reading.metric].unit


def amount(value: float, unit: str, *, signed: bool = False) -> str:
    """For people: ``61.6 %``, ``+15.0 points``, ``1.80 times``, ``2441``."""
    if value in (inf, -inf):
        return "any" if value > 0 else "none"
    if unit == "share":
        return f"{100 * value:+.1f} points" if signed else f"{100 * value:.1f} %"
    return f"{value:.2f} times" if unit == "times" else f"{value:,.0f}" if unit == "points" else f"{value:g}"


def claimed(reading: Reading) -> str:
    """What has to hold, in words."""
    unit, region, signed = unit_of(reading), reading.region, reading.relation == "difference"
    low, high = (amount(end, unit, signed=signed) for end in region)
    if reading.direction == ">=":
        return f"at least {low}"
    return f"at most {high}" if reading.direction == "<=" else f"from {low} to {high}"
