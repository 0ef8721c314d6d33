"""A page with the verdict, the evidence, and how to repeat it: one content, as Markdown and as HTML."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import bench
from bench.claims.check import Checked
from bench.claims.claim import amount, claimed, unit_of
from bench.claims.decision import RULE, Decided
from bench.claims.plan import Plan
from bench.claims.report import quantity, side_line
from bench.report.clocks import Attempts
from bench.report.shell import policy
from bench.visible import markdown, markdown_code, visible, visible_line

COLUMNS = ("reading", "claimed", "measured", "95 % interval", "at worst", "verdict")
_HOME = Path(__file__).parent
_LEFT, _RIGHT = 150.0, 570.0
"""Where the scale of a figure begins and ends; beside it there is room for a label."""


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """An interval against the claimed region, in units of the drawing."""

    caption: str
    told: str
    """The same in words."""
    region: tuple[float, float]
    claimed: tuple[Label, ...]
    worst: tuple[float, float]
    interval: tuple[float, float]
    value: float
    measured: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, whatever it is written as."""

    heading: str
    reason: str
    quoted: str
    origin: str
    note: str
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[Figure, ...]
    details: tuple[str, ...]
    runs: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]
    decided: str
    remarks: tuple[str, ...]
    made_with: str
    commands: tuple[str, ...]
    columns: tuple[str, ...] = COLUMNS


def page(checked: Checked, plan: Plan, arguments: Sequence[str]) -> Page:
    """``arguments`` are those of the check, as they were typed."""
    claim = checked.claim
    return Page(
        heading=f"{checked.verdict}: {claim.title}",
        reason=f"{checked.reason[:1].upper()}{checked.reason[1:]}.",
        quoted=claim.text.strip(),
        origin=f"{claim.by}, {claim.date}. Source: {claim.source}",
        note=claim.note.strip(),
        rows=tuple(map(_row, checked.readings)),
        figures=tuple(filter(None, map(_figure, checked.readings))),
        details=tuple(f"Measured: {one}" for one in dict.fromkeys(_details(checked.readings))),
        runs=tuple(map(side_line, checked.sides)),
        settings=_settings(checked.sides),
        decided=f"Rule {RULE}, docs/claims.md; 95 % intervals. "
        f"Registration: {checked.registered or 'none before the run'}.",
        remarks=checked.remarks,
        made_with=f"With bench {bench.__version__}:",
        commands=(*plan.commands[:1], shlex.join(["bench", "claim", "check", *arguments])),
    )


def as_markdown(page: Page) -> str:
    """The texts of others stand in it letter by letter: neither markup nor a mark of theirs does anything."""
    quoted = "\n".join(f"> {markdown(line)}" for line in page.quoted.split("\n"))
    parts = [f"# {markdown(page.heading)}", markdown(page.reason)]
    parts.append(f"## The claim\n\n{quoted}\n\n{markdown(page.origin)}")
    parts += [markdown(page.note)] if page.note else []
    lines = [page.columns, ("---",) * len(page.columns), *(map(markdown, row) for row in page.rows)]
    parts.append("## The evidence\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines))
    parts += map(markdown, page.details)
    if page.runs:
        parts.append("## The runs\n\n" + _listed(map(markdown, page.runs)))
        parts.append(_listed(f"{name}: {markdown_code(value)}" for name, value in page.settings))
    parts.append(f"## How it was decided\n\n{markdown(page.decided)}")
    parts += [_listed(map(markdown, page.remarks))] if page.remarks else []
    commands = "\n".join(f"    {visible_line(line)}" for line in page.commands)
    parts.append(f"## How to repeat it\n\n{page.made_with}\n\n{commands}")
    return "\n\n".join(parts) + "\n"


def html(page: Page) -> str:
    """One file that runs nothing and loads nothing; texts of others are shown, whatever they hold."""
    style = (_HOME / "page.css").read_text("utf-8")
    environment = Environment(
        loader=FileSystemLoader(_HOME), autoescape=True, undefined=StrictUndefined, finalize=_shown,
        keep_trailing_newline=True,
    )  # fmt: skip
    template = environment.get_template("page.html")
    return template.render(page=page, style=Markup(style), policy=policy(style=style))


def _shown(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _listed(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _row(one: Decided) -> tuple[str, ...]:
    unit, signed = unit_of(one.reading), one.reading.relation == "difference"
    cells = ["", "", ""]
    if one.evidence is not None:
        ends = (one.evidence.interval, one.evidence.widest)
        cells = [amount(one.evidence.value, unit, signed=signed)]
        cells += [" to ".join(amount(end, unit, signed=signed) for end in each) for each in ends]
    what = f"{quantity(one.reading)} {claimed(one.reading)}"
    return one.reading.name or "the only one", what, *cells, one.verdict.value


def _figure(one: Decided) -> Figure | None:
    """None where there is nothing to draw."""
    found, unit, signed = one.evidence, unit_of(one.reading), one.reading.relation == "difference"
    if found is None or not all(map(isfinite, (found.value, *found.widest))):
        return None
    ends = [end for end in one.reading.region if isfinite(end)]
    all_ends = (*ends, *found.widest, found.value)
    least, most = min(all_ends), max(all_ends)
    room = 0.1 * (most - least) or 1.0

    def at(value: float) -> float:
        share = (value - least + room) / (most - least + 2 * room)
        return round(_LEFT + (_RIGHT - _LEFT) * min(max(share, 0.0), 1.0), 1)

    def labels(values: Sequence[float], anchors: Sequence[str]) -> tuple[Label, ...]:
        named = zip(values, anchors, strict=True)
        return tuple(Label(at(value), anchor, amount(value, unit, signed=signed)) for value, anchor in named)

    low, high = (amount(end, unit, signed=signed) for end in found.interval)
    name = f"{one.reading.name}: " if one.reading.name else ""
    return Figure(
        caption=f"{name}{quantity(one.reading)}",
        told=f"claimed {claimed(one.reading)}; measured {amount(found.value, unit, signed=signed)}, "
        f"95 % interval {low} to {high}",
        region=(at(one.reading.region.low), at(one.reading.region.high)),
        claimed=labels(ends, ("end", "start") if len(ends) == 2 else ("middle",)),
        worst=(at(found.widest.low), at(found.widest.high)),
        interval=(at(found.interval.low), at(found.interval.high)),
        value=at(found.value),
        measured=labels(found.interval, ("end", "start")),
    )


def _details(readings: Sequence[Decided]) -> Iterable[str]:
    for one in readings:
        if one.evidence is not None:
            yield f"{one.evidence.detail} ({one.evidence.method})."


def _settings(sides: Sequence[Attempts]) -> tuple[tuple[str, str], ...]:
    """What the terms are made of; of two runs on equal terms they are the same."""
    known = sides[0].side.settings.items() if sides else ()
    return tuple((name, json.dumps(value, ensure_ascii=False)) for name, value in known if value is not None)
