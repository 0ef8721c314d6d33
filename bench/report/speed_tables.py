"""The report of speed as CSV and JSON, the same bytes for the same runs; and for the terminal.

A number that is unknown is empty, ``null`` or the word "unknown", and never 0.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from bench.report.clocks import Attempts
from bench.report.formats import csv_cell
from bench.report.speed import Estimate, Speed
from bench.report.speed_ratio import SpeedRatio, Times
from bench.report.tables import add_row, titled
from bench.types import Json

if TYPE_CHECKING:
    from rich.table import Table

SCHEMA = "evenbench/speed@1"


def as_csv(models: Sequence[Speed]) -> str:
    """A line for each model and clock, with as many columns ``solved_turn_N`` as any run had turns."""
    lines = [cells for one in models for cells in _lines(one)]
    last = max((len(one.solved) for one in models), default=0)
    names = [*dict.fromkeys(name for line in lines for name in line), *_turn_columns(last)]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(names)), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({name: csv_cell(cell, ".6g") for name, cell in line.items()} for line in lines)
    return out.getvalue()


def as_json(models: Sequence[Speed], ratios: Sequence[SpeedRatio] = ()) -> str:
    """``{"schema": ..., "models": [...], "ratios": [...]}``, null for unknown."""
    told = {
        "schema": SCHEMA,
        "models": [_model(one) for one in models],
        "ratios": [_ratio(one) for one in ratios],
    }
    return json.dumps(told, indent=1) + "\n"


def render(models: Sequence[Speed], ratios: Sequence[SpeedRatio] = ()) -> Iterator[Table]:
    """Tables for the terminal: suite by suite what was solved, how fast, and how the two compare."""
    for suite, found in groupby(models, key=lambda one: one.attempts.side.suite):
        own = list(found)
        yield _solved_table(suite, own)
        yield _clock_table(suite, own)
        compared = [one for one in ratios if one.first.side.suite == suite]
        if compared:
            yield _ratio_table(suite, compared)


def notes(models: Sequence[Speed]) -> list[str]:
    """What has to be known to read the numbers of each model, a line each."""
    return [note for one in models for note in _notes(one.attempts)]


def _notes(rows: Attempts) -> Iterator[str]:
    side, samples = rows.side, rows.measured.size
    named = f"{side.model} on {side.suite}"
    if side.unmeasured:
        lost = f"{side.unmeasured} of {samples} samples are unmeasured"
        yield f"{named}: {lost}: left out, and every interval is wider"
    if rows.cached:
        yield f"{named}: {rows.cached} answers are from the cache, with the seconds of their first time"
    if rows.batched:
        yield f"{named}: {rows.batched} answers are from batches, whose seconds tell nothing"
    if side.limited:
        yield f"{named}: only {len(side.names)} problems of the suite (limited)"
    if len(side.who) > 1:
        yield f"{named}: not one model answered under this name but {', '.join(side.who)}"


def _setting(rows: Attempts) -> dict[str, Json]:
    side = rows.side
    return {
        "suite": side.suite,
        "model": side.model,
        "run": side.run,
        "terms": side.terms,
        "turns": rows.most_turns,
        "limited": side.limited,
        "problems": len(side.names),
        "samples": rows.measured.size,
        "unmeasured": side.unmeasured,
        "cached": rows.cached,
        "batched": rows.batched,
    }


def _lines(one: Speed) -> Iterator[dict[str, Json]]:
    solved = dict(zip(_turn_columns(len(one.solved)), (share.value for share in one.solved), strict=True))
    for speed in one.clocks:
        yield {
            **_setting(one.attempts),
            "answered_by": "; ".join(one.attempts.side.who),
            "clock": speed.clock.name,
            "budget": speed.budget,
            **_named("mean", speed.mean),
            **_named("within", speed.within),
            **solved,
        }


def _turn_columns(last: int) -> list[str]:
    return [f"solved_turn_{turn}" for turn in range(1, last + 1)]


def _named(name: str, estimate: Estimate) -> dict[str, Json]:
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def _model(one: Speed) -> dict[str, Json]:
    solved: list[Json] = [
        {"turn": turn, **_rounded(_named("share", share))} for turn, share in enumerate(one.solved, 1)
    ]
    clocks: dict[str, Json] = {
        speed.clock.name: _rounded(
            {"budget": speed.budget, **_named("mean", speed.mean), **_named("within", speed.within)}
        )
        for speed in one.clocks
    }
    who: list[Json] = [*one.attempts.side.who]
    return {**_setting(one.attempts), "answered_by": who, "solved": solved, "clocks": clocks}


def _ratio(one: SpeedRatio) -> dict[str, Json]:
    differs: list[Json] = [*one.differs]
    return {
        "suite": one.first.side.suite,
        "first": one.first.side.model,
        "first_run": one.first.side.run,
        "second": one.second.side.model,
        "second_run": one.second.side.run,
        "clock": one.clock.name,
        **_rounded({"budget": one.budget, **_times(one.all), "log_rank_p": one.p}),
        "only_both_solved": _rounded(_times(one.solved)),
        "equal_terms": not one.differs,
        "differs": differs,
    }


def _times(times: Times) -> dict[str, Json]:
    return {**_named("ratio", times.ratio), "problems": times.problems, "why": times.why}


def _rounded(cells: dict[str, Json]) -> dict[str, Json]:
    """Six digits: what is added up in another order comes to the same."""
    return {name: float(f"{cell:.6g}") if isinstance(cell, float) else cell for name, cell in cells.items()}


def _solved_table(suite: str, found: Sequence[Speed]) -> Table:
    last = max(len(one.solved) for one in found)
    turns = [f"by turn {turn}" for turn in range(1, last + 1)]
    table = _table(
        f"{suite}: solved", ("model", "run", "terms"), ("problems", "samples", "unmeasured", *turns)
    )
    for one in found:
        rows = one.attempts
        counts = (len(rows.side.names), rows.measured.size, rows.side.unmeasured)
        shares = [_share(share) for share in one.solved] + [""] * (last - len(one.solved))
        add_row(table, rows.side.model, rows.side.run, rows.side.terms, *map(str, counts), *shares)
    return table


def _clock_table(suite: str, found: Sequence[Speed]) -> Table:
    columns = ("mean", "95 % interval", "budget", "solved in it")
    table = _table(f"{suite}: mean up to the budget, unsolved = budget", ("clock", "model", "run"), columns)
    for each in zip(*(one.clocks for one in found), strict=True):
        for one, speed in zip(found, each, strict=True):
            amounts = (_amount(speed.clock.name, speed.mean.value), _interval(speed.clock.name, speed.mean))
            budget = _amount(speed.clock.name, speed.budget)
            named = (speed.clock.title, one.attempts.side.model, one.attempts.side.run)
            add_row(table, *named, *amounts, budget, _share(speed.within))
        table.add_section()
    return table


def _ratio_table(suite: str, compared: Sequence[SpeedRatio]) -> Table:
    first, second = compared[0].first.side, compared[0].second.side
    who = f"{second.model} ({second.run}) is as {first.model} ({first.run})"
    columns = (
        "times as fast",
        "95 % interval",
        "problems",
        "log-rank p",
        "only where both solved (selected)",
    )
    table = _table(f"{suite}: how many times as fast {who}", ("clock", "terms"), columns)
    for one in compared:
        p = "unknown" if one.p is None else "< 0.001" if one.p < 0.001 else f"{one.p:.3f}"
        cells = (*_told(one.all), str(one.all.problems), p, _selected(one.solved))
        add_row(table, one.clock.title, "UNEQUAL" if one.differs else "equal", *cells)
    if compared[0].differs:
        table.caption = f"UNEQUAL: {'; '.join(compared[0].differs)}"
        table.caption_justify = "left"
    return table


def _told(times: Times) -> tuple[str, str]:
    """The ratio and its interval; why there is none."""
    if times.ratio.value is None:
        return "unknown", times.why
    return _number(times.ratio.value, 3), times.why or _interval("", times.ratio)


def _selected(times: Times) -> str:
    value, interval = _told(times)
    return interval if value == "unknown" else f"{value} ({interval}; {times.problems} problems)"


def _table(title: str, left: Sequence[str], right: Sequence[str]) -> Table:
    table = titled(title)
    for name in (*left, *right):
        table.add_column(name, justify="left" if name in left else "right", overflow="fold")
    return table


def _share(share: Estimate) -> str:
    if share.value is None or share.low is None or share.high is None:
        return "unknown"
    return f"{100 * share.value:.1f} % ({100 * share.low:.0f} – {100 * share.high:.0f})"


def _interval(clock: str, estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return "unknown"
    return f"{_amount(clock, estimate.low, digits=3)} – {_amount(clock, estimate.high, digits=3)}"


def _amount(clock: str, amount: float | None, *, digits: int = 4) -> str:
    if amount is None:
        return "unknown"
    return f"${_number(amount, digits)}" if clock == "usd" else _number(amount, digits)


def _number(value: float, digits: int) -> str:
    """With so many digits, and no exponent."""
    return f"{float(f'{value:.{digits}g}'):,.12f}".rstrip("0").rstrip(".")
