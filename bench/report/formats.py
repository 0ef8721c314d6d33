"""Leaderboard rows as CSV, JSON and Markdown, the same bytes for the same rows; and for the terminal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from bench.report.row import COLUMNS, Cell, Row
from bench.visible import markdown, visible_line

if TYPE_CHECKING:
    from rich.table import Table

SCHEMA = "evenbench/leaderboard@1"
_DECIMALS = {
    **dict.fromkeys(("median_seconds", "median_first_byte_seconds", "median_queue_seconds"), 3),
    **dict.fromkeys(("median_edit_lines", "median_needed_lines"), 1),
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Sequence[Row]) -> str:
    """RFC 4180 but for ``\\n`` as line end. Text that a spreadsheet would run gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([csv_cell(cell, f".{_decimals(name)}f") for name, cell in row.cells().items()])
    return out.getvalue()


def as_json(rows: Sequence[Row]) -> str:
    """``{"schema": ..., "rows": [...]}``: an object a row, keys in the columns' order, null for unknown."""
    listed = [{name: _rounded(name, cell) for name, cell in row.cells().items()} for row in rows]
    return json.dumps({"schema": SCHEMA, "rows": listed}, indent=1) + "\n"


def as_markdown(rows: Sequence[Row]) -> str:
    """The columns that people look at first, as a table of GitHub's Markdown."""
    names = _names(rows)
    lines = [names, ["---" if name in _LEFT else "---:" for name in names]]
    lines += [[markdown(_SHORT[name](row)) for name in names] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def render(rows: Sequence[Row]) -> Table:
    """The same columns for the terminal."""
    from rich.table import Table
    from rich.text import Text

    table, names = Table(), _names(rows)
    for name in names:
        table.add_column(name, justify="left" if name in _LEFT else "right")
    for row in rows:
        table.add_row(*(Text(visible_line(_SHORT[name](row))) for name in names))
    return table


BY_ENDING: Mapping[str, Callable[[Sequence[Row]], str]] = {
    ".csv": as_csv,
    ".json": as_json,
    ".md": as_markdown,
}


def _rounded(name: str, cell: Cell) -> Cell:
    return round(cell, _decimals(name)) if isinstance(cell, float) else cell


def _decimals(name: str) -> int:
    return _DECIMALS.get(name, 6)


def csv_cell(cell: object, numbers: str) -> str:
    """As it stands in a file. ``numbers``: how those that are not whole are written."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return format(cell, numbers)
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text


def _names(rows: Sequence[Row]) -> list[str]:
    """Of the short columns those that every table has, and those that some row has something in."""
    return [name for name in _SHORT if name not in _WHERE_ANY or any(_SHORT[name](row) for row in rows)]


def _rank(row: Row) -> str:
    """What the intervals leave open: ``1–3``."""
    ends = row.rank_best, row.rank_worst
    return "–".join(dict.fromkeys(str(end) for end in ends if end is not None))


def _model(row: Row) -> str:
    return f"{row.model} as {row.served_model or 'nobody'} (drift)" if row.drift else row.model


def _problems(row: Row) -> str:
    return f"{row.problems} of {row.problems_total} (limited)" if row.limited else str(row.problems)


def _evidence(row: Row) -> str:
    """What is not as usual: that bench asked, and nobody has judged again."""
    own = "self-reported" if row.is_self_reported else ""
    return ", ".join(filter(None, (own, row.evidence if row.evidence == "verified" else "")))


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{100 * rate:.1f} %"


_SHORT: Mapping[str, Callable[[Row], str]] = {
    "rank": _rank,
    "model": _model,
    "suite": lambda row: row.suite,
    "pass@1": lambda row: _percent(row.pass_at_1),
    "95 % interval": lambda row: f"{100 * row.ci_low:.1f} – {100 * row.ci_high:.1f} %",
    "turns": lambda row: "" if row.turns == 1 else str(row.turns),
    "at turn 1": lambda row: "" if row.turns == 1 else _percent(row.pass_at_turn_1),
    "hidden gap": lambda row: "" if row.hidden_gap is None else f"{100 * row.hidden_gap:.1f} pp",
    "malformed": lambda row: _percent(row.malformed_edit_share),
    "unchanged": lambda row: _percent(row.unchanged_share),
    "edit precision": lambda row: _percent(row.edit_precision),
    "regressions": lambda row: _percent(row.regression_share),
    "evidence": _evidence,
    "problems": _problems,
    "epochs": lambda row: str(row.epochs),
    "unmeasured": lambda row: str(row.samples_unmeasured),
    "truncated": lambda row: _percent(row.truncated_share),
    "refused": lambda row: _percent(row.refused_share),
    "output tokens": lambda row: "" if row.output_tokens is None else f"{row.output_tokens:,}",
    "cost": lambda row: "" if row.cost_usd is None else f"${row.cost_usd:.4f}",
    "terms": lambda row: row.terms,
}
"""The columns that people look at first."""

_LEFT = frozenset({"model", "suite", "evidence", "terms"})
_WHERE_ANY = frozenset(
    {
        "turns",
        "at turn 1",
        "hidden gap",
        "malformed",
        "unchanged",
        "edit precision",
        "regressions",
        "evidence",
    }
)
"""Shown where some row has something there."""
