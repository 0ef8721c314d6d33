"""A plan and a verdict: on one screen for people, and as JSON for machines."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from textwrap import fill
from typing import Any

import msgspec

import bench
from bench.claims.check import Checked
from bench.claims.claim import Claim, Reading, amount, claimed, unit_of
from bench.claims.decision import RULE, Decided
from bench.claims.margins import POWER
from bench.claims.plan import Plan, ReadingPlan
from bench.claims.registration import Registration
from bench.report.clocks import Attempts

VERDICT_SCHEMA, PLAN_SCHEMA = "evenbench/claim-verdict@1", "evenbench/claim-cost@1"
_WIDTH, _LABEL = 100, 12


def screen(checked: Checked) -> str:
    """The verdict, what was claimed, what was measured, and why: for someone who reads nothing else."""
    claim = checked.claim
    lines = [f"{checked.verdict}: {claim.title}", ""]
    lines += _rows([("claimed", _claimed_line(claim))])
    for one in checked.readings:
        lines += _rows(_reading_rows(one, named=len(checked.readings) > 1))
    lines += _rows([("why", f"{checked.reason}.")])
    lines += _rows(("with", side_line(one)) for one in checked.sides)
    if checked.registered:
        lines += _rows([("registered", checked.registered)])
    lines += _rows(("note", remark) for remark in (*checked.remarks, *_note(claim)))
    return "\n".join(lines) + "\n"


def plan_screen(plan: Plan, registration: Registration | None = None) -> str:
    """What would decide a claim, how well, for how much; or why nothing here does."""
    claim, suite = plan.claim, plan.suite
    state = "TESTABLE" if plan.testable else "NOT-TESTABLE"
    lines = [f"{state}: {claim.title}", "", *_rows([("claimed", _claimed_line(claim))])]
    if not plan.testable:
        lines += _rows([("why not", f"{plan.reason}."), ("it takes", plan.needs)])
    if plan.testable and suite is not None and claim.population is not None:
        most = f"at most {plan.problems} problems by its definition (its data was not looked at)"
        exact = f"{plan.problems} problems" if plan.with_data else most
        checks = f", checks {claim.population.checks!r} alone" if claim.population.checks else ""
        counted = f"{suite.name} version {suite.version}, {exact}{checks}"
        lines += _rows([("suite", counted)])
    readings = plan.readings if plan.testable else ()
    for before, one in zip((None, *readings), readings, strict=False):
        told = _reading_plan(one, named=len(readings) > 1, same=before is not None and _alike(before, one))
        lines += _rows([("decides", told)])
    if plan.testable:
        lines += _rows([("costs", text) for text in _costs(plan)])
        lines += _rows([("to decide", command) for command in plan.commands])
    if registration is not None:
        lines += _rows([("registered", f"{registration.sha256} at {registration.made_at}")])
    lines += _rows(("note", remark) for remark in (*plan.remarks, *_note(claim)))
    return "\n".join(lines) + "\n"


def as_json(checked: Checked) -> dict[str, Any]:
    """For a CI job: ``verdict`` and ``reason``, then all that they rest on. Infinite ends are null."""
    return {
        "schema": VERDICT_SCHEMA,
        "claim": checked.claim.id,
        "title": checked.claim.title,
        "verdict": checked.verdict.value,
        "reason": checked.reason,
        "rule": RULE,
        "bench": bench.__version__,
        "registered": checked.registered or None,
        "readings": [_reading_json(one) for one in checked.readings],
        "sides": [_side_json(one) for one in checked.sides],
        "remarks": list(checked.remarks),
    }


def plan_json(plan: Plan, registration: Registration | None = None) -> dict[str, Any]:
    """What ``plan_screen`` says. Money in micro-dollars."""
    return {
        "schema": PLAN_SCHEMA,
        "claim": plan.claim.id,
        "title": plan.claim.title,
        "testable": plan.testable,
        "reason": plan.reason,
        "needs": plan.needs,
        "suite": plan.suite.name if plan.suite else None,
        "problems": plan.problems,
        "with_data": plan.with_data,
        "readings": [
            {"name": one.reading.name, "claimed": claimed(one.reading), "margin": _margin_json(one)}
            for one in plan.readings
        ],
        "calls": plan.calls,
        "seconds": list(plan.seconds),
        "bills": [
            {
                "model": bill.model,
                "calls": bill.calls,
                "low_microusd": bill.cost.low if bill.cost else None,
                "high_microusd": bill.cost.high if bill.cost else None,
            }
            for bill in plan.bills
        ],
        "commands": list(plan.commands),
        "remarks": list(plan.remarks),
        "registered": registration.sha256 if registration else None,
    }


def _claimed_line(claim: Claim) -> str:
    return f'"{" ".join(claim.text.split())}" ({claim.by}, {claim.date}; {claim.source})'


def _reading_rows(one: Decided, *, named: bool) -> list[tuple[str, str]]:
    name = f"{one.reading.name}: " if named else ""
    what = f"{name}{quantity(one.reading)} {claimed(one.reading)}"
    rows = [("needed", f"{what}: {one.verdict}" if named else what)]
    if one.evidence is not None:
        rows.append(("measured", _measured(one)))
    return rows


def quantity(reading: Reading) -> str:
    how = {"difference": "difference in ", "ratio": "ratio of "}.get(reading.relation, "")
    return f"{how}{reading.metric}{f' ({reading.clock})' if reading.clock else ''}"


def _measured(one: Decided) -> str:
    found, unit = one.evidence, unit_of(one.reading)
    assert found is not None
    signed = one.reading.relation == "difference"
    value, low, high = (amount(each, unit, signed=signed) for each in (found.value, *found.interval))
    text = f"{value}, 95 % interval {low} to {high} ({found.detail}; {found.method})"
    if found.unmeasured or found.truncated:
        least, most = (amount(end, unit, signed=signed) for end in found.widest)
        text += (
            f"; {found.unmeasured} samples unmeasured, {found.truncated} cut off: at worst {least} to {most}"
        )
    return text


def _alike(before: ReadingPlan, one: ReadingPlan) -> bool:
    """Whether as much is seen of one reading as of the one before it, on the same assumption."""
    same_claim = claimed(before.reading) == claimed(one.reading)
    return one.margin is not None and one.margin == before.margin and same_claim


def _reading_plan(one: ReadingPlan, *, named: bool, same: bool) -> str:
    """``same``: all but its name was told of the reading before."""
    reading, found, unit = one.reading, one.margin, unit_of(one.reading)
    name = f"{reading.name}: " if named else ""
    what = f"{name}{quantity(reading)} {claimed(reading)}"
    if found is None:
        return f"{what}; {one.why_not}"
    if same:
        return f"{what}; the same is seen of it"
    if isfinite(found.distance):
        far = f"{100 * found.distance:.1f} points" if unit == "share" else amount(found.distance, unit)
        far = f"{100 * found.distance / reading.threshold:.0f} %" if unit == "times" else far
        text = f"{what}; a truth {far} from the edge is seen in {100 * POWER:.0f} % of runs"
    else:
        text = f"{what}; no truth is far enough from the edge to be seen in {100 * POWER:.0f} % of runs"
    text += f" ({found.assumes})" if found.assumes else ""
    if found.needed is None:
        text += ". Were it exactly true, no number of problems would show it: it has no tolerance"
    else:
        text += f". Were it exactly true, it would take {found.needed:,} problems"
    if not found.supportable:
        text += ". HERE IT CAN ONLY BE REFUTED: no result would lie wholly within what is claimed"
    elif not found.refutable:
        text += ". HERE IT CAN ONLY BE SUPPORTED"
    return text + (f". {found.ceiling[:1].upper()}{found.ceiling[1:]}" if found.ceiling else "")


def _costs(plan: Plan) -> Iterable[str]:
    guessed = "" if plan.with_data else "; questions of a usual length are assumed, --data DIR counts them"
    low, high = (lasting(seconds) for seconds in plan.seconds)
    yield f"{plan.calls:,} answers at most, {low} to {high} one after the other{guessed}"
    yield from (bill.told() for bill in plan.bills)
    if not plan.bills:
        free = f"nothing is paid for {' and '.join(plan.models)}"
        yield free if plan.models else "name the models with --model to have their prices looked up"


def lasting(seconds: float) -> str:
    """In the unit that people plan in: minutes, hours from 90 minutes on, days from two days on."""
    if seconds >= 2 * 86_400:
        return f"{seconds / 86_400:,.1f} days"
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.0f} min"


def side_line(one: Attempts) -> str:
    side = one.side
    answers = "1 answer" if side.epochs == 1 else f"{side.epochs} answers"
    who = f", answered by {side.who[0]}" if side.who and side.who[0] != side.model else ""
    return (
        f"{side.model} in {side.run}: {side.suite}, {len(side.names)} problems, {answers} each, "
        f"terms {side.terms}{who}"
    )


def _note(claim: Claim) -> list[str]:
    return [" ".join(claim.note.split())] if claim.note else []


def _rows(rows: Iterable[tuple[str, str]]) -> list[str]:
    indent = " " * (_LABEL + 2)
    return [
        fill(f"  {label:{_LABEL}}{text}", _WIDTH, subsequent_indent=indent, break_on_hyphens=False)
        for label, text in rows
    ]


def _reading_json(one: Decided) -> dict[str, Any]:
    found = one.evidence
    low, high = one.reading.region
    return {
        "reading": msgspec.to_builtins(one.reading),
        "region": [_finite(low), _finite(high)],
        "verdict": one.verdict.value,
        "reason": one.reason,
        "value": _finite(found.value) if found else None,
        "interval": [_finite(end) for end in found.interval] if found else None,
        "worst": [_finite(end) for end in found.widest] if found else None,
        "problems": found.problems if found else None,
        "samples": found.samples if found else None,
        "unmeasured": found.unmeasured if found else None,
        "truncated": found.truncated if found else None,
        "method": found.method if found else None,
    }


def _margin_json(one: ReadingPlan) -> dict[str, Any] | None:
    if one.margin is None:
        return None
    return {
        "distance": _finite(one.margin.distance),
        "needed": one.margin.needed,
        "assumes": one.margin.assumes,
        "supportable": one.margin.supportable,
        "refutable": one.margin.refutable,
        "ceiling": one.margin.ceiling,
    }


def _side_json(one: Attempts) -> dict[str, Any]:
    side = one.side
    return {
        "model": side.model,
        "run": side.run,
        "suite": side.suite,
        "problems": len(side.names),
        "epochs": side.epochs,
        "terms": side.terms,
        "who": list(side.who),
        "settings": dict(side.settings),
    }


def _finite(value: float) -> float | None:
    return round(value, 9) if isfinite(value) else None
