"""Leaderboard rows as CSV, JSON and Markdown, the same bytes for the same rows; and for the terminal."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from bench.report.row import COLUMNS, Cell, Row

if TYPE_CHECKING:
    from rich.table import Table

SCHEMA = "evenbench/leaderboard@1"
_DECIMALS = dict.fromkeys(("median_seconds", "median_first_byte_seconds", "median_queue_seconds"), 3)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SHORT = (
    "rank", "model", "suite", "pass@1", "95 % interval", "problems", "epochs",
    "unmeasured", "truncated", "refused", "output tokens", "cost", "terms",
)  # fmt: skip


def as_csv(rows: Sequence[Row]) -> str:
    """RFC 4180 but for ``\\n`` as line end. Text that a spreadsheet would run gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_csv_cell(name, cell) for name, cell in row.cells().items()])
    return out.getvalue()


def as_json(rows: Sequence[Row]) -> str:
    """``{"schema": ..., "rows": [...]}``: an object a row, keys in the columns' order, null for unknown."""
    listed = [{name: _rounded(name, cell) for name, cell in row.cells().items()} for row in rows]
    return json.dumps({"schema": SCHEMA, "rows": listed}, indent=1) + "\n"


def as_markdown(rows: Sequence[Row]) -> str:
    """The columns that people look at first, as a table of GitHub's Markdown."""
    left = {"model", "suite", "terms"}
    lines = [_SHORT, ["---" if name in left else "---:" for name in _SHORT]]
    lines += [[_markdown_cell(text) for text in _short(row)] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def render(rows: Sequence[Row]) -> Table:
    """The same columns for the terminal."""
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name in _SHORT:
        table.add_column(name, justify="left" if name in ("model", "suite", "terms") else "right")
    for row in rows:
        table.add_row(*(Text(text) for text in _short(row)))
    return table


BY_ENDING: Mapping[str, Callable[[Sequence[Row]], str]] = {
    ".csv": as_csv,
    ".json": as_json,
    ".md": as_markdown,
}


def _rounded(name: str, cell: Cell) -> Cell:
    return round(cell, _DECIMALS.get(name, 6)) if isinstance(cell, float) else cell


def _csv_cell(name: str, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return f"{cell:.{_DECIMALS.get(name, 6)}f}"
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text


def _markdown_cell(text: str) -> str:
    return re.sub(r"([\\|`*_<>\[\]])", r"\\\1", " ".join(text.split()))


def _short(row: Row) -> list[str]:
    limited = f"{row.problems} of {row.problems_total} (limited)" if row.limited else str(row.problems)
    return [
        "" if row.rank is None else str(row.rank),
        f"{row.model} as {row.served_model or 'nobody'} (drift)" if row.drift else row.model,
        row.suite,
        _percent(row.pass_at_1),
        f"{100 * row.ci_low:.1f} – {100 * row.ci_high:.1f} %",
        limited,
        str(row.epochs),
        str(row.samples_unmeasured),
        _percent(row.truncated_share),
        _percent(row.refused_share),
        "" if row.output_tokens is None else f"{row.output_tokens:,}",
        "" if row.cost_usd is None else f"${row.cost_usd:.4f}",
        row.terms,
    ]


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{100 * rate:.1f} %"
