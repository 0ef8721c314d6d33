"""How a run ends for who started it: the derived files, the table, what is missing, the exit status."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bench.cli.common import natural_width, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.engine import Summary
    from bench.report.row import Row
    from bench.types import Json

_SHOWN = 12
_DETAIL = 160
_COLUMNS_AT_LEAST = 5
"""Rank, model, suite, score and its interval."""


def finish(path: Path, summary: Summary, *, as_json: bool) -> int:
    """Write the derived files, show the table and tell how the run went; the exit status."""
    rows = publish(path)
    if as_json:
        typer.echo(json.dumps(_as_json(path, summary, rows)))
    else:
        show(rows)
    return tell(path, summary, rows)


def tell(path: Path, summary: Summary, rows: Sequence[Row]) -> int:
    """How the run went, for people alone; the exit status."""
    for model in sorted({row.model for row in rows if row.drift}):
        _tell_drift(model, rows)
    _tell_costs(summary)
    for reason in summary.reasons:
        say(f"stopped: {reason}")
    if summary.sandbox:
        _tell_mended(summary.sandbox)
    if summary.unmeasured:
        _tell_missing(path, summary)
    return 130 if summary.interrupted else 1 if summary.unmeasured else 0


def _tell_costs(summary: Summary) -> None:
    from bench.money import dollars

    if summary.cached:
        say(f"from the cache: {summary.cached} answers, not paid for again")
    if summary.spent_microusd or summary.unknown_microusd:
        more = dollars(summary.unknown_microusd)
        unsaid = f", and at most {more} more that no provider told of" if summary.unknown_microusd else ""
        say(f"spent: {dollars(summary.spent_microusd)}{unsaid}")


def _tell_drift(model: str, rows: Sequence[Row]) -> None:
    """Under one name several models answered: nothing of it may be read as one model's score."""
    own = [row for row in rows if row.model == model]
    who = sorted({f"{row.served_model} ({row.provider})" for row in own if row.served_model})
    say(f"{model}: not one model answered under this name but {', '.join(who)}")
    say("  Each has rows of its own, without a rank. Name a dated version, or pin the upstream.")


def _tell_mended(mended: Mapping[str, Json]) -> None:
    """What went wrong with the sandbox and cost no sample its verdict."""
    if mended.get("replaced"):
        reasons = mended.get("reasons")
        told = (
            ", ".join(f"{count} {why}" for why, count in reasons.items()) if isinstance(reasons, dict) else ""
        )
        say(f"sandboxes replaced: {mended['replaced']} ({told})")
    if isinstance(outages := mended.get("outages_s"), list) and outages:
        say(f"the engine was away for: {', '.join(f'{seconds} s' for seconds in outages)}")


def publish(path: Path) -> list[Row]:
    """Write ``scores.json`` and ``leaderboard.csv``, made from what is stored alone; their rows."""
    from bench.report import leaderboard

    rows = rows_of([path])
    for name in ("scores.json", "leaderboard.csv"):
        leaderboard.write(rows, path / name)
    return rows


def rows_of(paths: Sequence[Path]) -> list[Row]:
    """The leaderboard of these runs. Raises StoreError for a directory that is no run."""
    from bench.report.leaderboard import RunView, rows
    from bench.results import results
    from bench.rundir import read_lock

    return rows(RunView(read_lock(path), results(path), path.resolve().name, path) for path in paths)


def show(rows: Sequence[Row]) -> None:
    """The table on stdout: on a terminal as many columns as fit, elsewhere all of them."""
    from rich.console import Console

    from bench.report.leaderboard import render

    console, table = Console(), render(rows)
    if not console.is_terminal:
        console.width = natural_width(console, table)
    dropped: list[str] = []
    while natural_width(console, table) > console.width and len(table.columns) > _COLUMNS_AT_LEAST:
        dropped.insert(0, str(table.columns.pop().header))
    console.print(table)
    if dropped:
        say(f"no room for: {', '.join(dropped)} (`bench leaderboard RUN -o FILE` has every column)")


def _as_json(path: Path, summary: Summary, rows: Sequence[Row]) -> dict[str, object]:
    return {
        "run": str(path),
        "planned": summary.planned,
        "outcomes": {outcome.value: count for outcome, count in sorted(summary.outcomes.items()) if count},
        "unmeasured": summary.unmeasured,
        "reasons": list(summary.reasons),
        "interrupted": summary.interrupted,
        "spent_microusd": summary.spent_microusd,
        "unknown_microusd": summary.unknown_microusd,
        "cached": summary.cached,
        "rows": [row.cells() for row in rows],
    }


def _tell_missing(path: Path, summary: Summary) -> None:
    """What has no verdict and why, most frequent first; it counts neither for nor against a model."""
    from bench.results import results

    causes = Counter(
        (result.key.model, result.outcome.value, result.fault, result.detail.split("\n")[0][:_DETAIL])
        for result in results(path)
        if not result.outcome.scored
    )
    say(f"{summary.unmeasured} of {summary.planned} samples could not be measured:")
    for (model, outcome, fault, detail), count in causes.most_common(_SHOWN):
        named = f"{outcome} ({fault})" if fault and fault != outcome else outcome
        say(f"  {count:>5}  {model}: {named}: {detail}")
    if len(causes) > _SHOWN:
        say(f"  and {len(causes) - _SHOWN} causes more; {path / 'events.jsonl'} has them all")
    say("The same command goes on from here: what is stored is neither asked nor paid for again.")
