"""``bench report``: runs as one HTML file that opens from the disk and loads nothing.

What a model wrote, and every name, stands in the page only as packed data (``bench.report.packed``), of
which its script makes text nodes. The policy of the page lets nothing run but that script, by its hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bench.journal import write_pieces, writing
from bench.report.boards import Board, Placed, boards
from bench.report.chunks import Chunks
from bench.report.leaderboard import RunView, rows
from bench.report.listed import Line, Listed, columns
from bench.report.packed import packed
from bench.report.row import Cell, Row
from bench.report.story import Stories, Story
from bench.results import results
from bench.rundir import named, read_lock
from bench.types import Json, Outcome

PAGE = Path(__file__).parent / "page"
SCRIPTS = ("text", "data", "board", "list", "sample", "plots", "main")
"""The page's script is these files, one after the other, in a scope of their own."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run directory, and what it is called: its name, or its path where several have that name."""

    name: str
    path: Path


def runs_in(directories: Sequence[Path]) -> list[Run]:
    """Each once. Raises StoreError for a directory that is no run."""
    found = [Run(name, path) for name, path in named(directories).items()]
    for run in found:
        read_lock(run.path)
    return found


def write(runs: Sequence[Run], path: Path) -> None:
    """Write the report of these runs; the same bytes for the same runs.

    Raises UsageError where it cannot be written, StoreError for a damaged run.
    """
    with writing(path, hint="Give a path in a directory that can be written to with -o."):
        write_pieces(path, (piece.encode() for piece in page(runs)))


def page(runs: Sequence[Run]) -> Iterator[str]:
    """The page piece by piece. What every sample came to is read first; its texts when their turn comes."""
    locks: dict[str, dict[str, Any]] = {run.name: read_lock(run.path) for run in runs}
    listed = Listed()
    views = [
        RunView(locks[run.name], listed.noted(place, results(run.path)), run.name)
        for place, run in enumerate(runs)
    ]
    found = boards(rows(views), locks)
    lines = listed.ordered()
    script, style = _script(), (PAGE / "page.css").read_text("utf-8")
    environment = Environment(
        loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    with ExitStack() as stack:
        stored = [stack.enter_context(Stories(run.path)) for run in runs]

        def read(line: Line) -> Story:
            return stored[line.run][line.index]

        chunks = Chunks(lines, read)
        yield from environment.get_template("page.html").generate(
            policy=_policy(script, style),
            style=Markup(style),
            script=Markup(script),
            boards=packed([_board(one) for one in found]),
            chunks=chunks,
            # Asked for after the last chunk: only then is it known where each starts.
            samples=lambda: packed(_index(lines, runs, chunks)),
        )


def _index(lines: Sequence[Line], runs: Sequence[Run], chunks: Chunks) -> Json:
    return columns(lines, [run.name for run in runs]) | {"chunks": list[Json](chunks.starts)}


def _script() -> str:
    body = "\n".join((PAGE / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    return f"(() => {{\n'use strict';\n{body}}})();\n"


def _policy(script: str, style: str) -> str:
    """Nothing is loaded or sent; no script and no style but these two; no text becomes markup or code."""
    allowed = (_hash(text) for text in (script, style))
    return (
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ).format(*allowed)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _board(board: Board) -> Json:
    first = board.first
    return {
        "suite": first.suite,
        "track": first.track,
        "terms": first.terms,
        "problems": first.problems,
        "problems_total": first.problems_total,
        "limited": first.limited,
        "differs": list(board.differs),
        "rows": [_row(one) for one in board.rows],
    }


def _row(placed: Placed) -> Json:
    """The columns of the leaderboard, and what the page shows besides."""
    row = placed.row
    cells: dict[str, Json] = {name: _rounded(cell) for name, cell in row.cells().items()}
    vendor, slash, _ = row.model.partition("/")
    return cells | {
        "vendor": vendor if slash else "",
        "best": placed.best,
        "worst": placed.worst,
        "cost_per_solved_usd": _rounded(_cost_per_solved(row)),
        "tokens_per_sample": _rounded(_tokens_per_sample(row)),
    }


def _cost_per_solved(row: Row) -> float | None:
    """Of all samples, with what tries without an answer cost; None where any of it is unknown."""
    solved = row.outcomes.get(Outcome.PASS, 0)
    if row.cost_usd is None or row.cost_lost_usd is None or not solved:
        return None
    return (row.cost_usd + row.cost_lost_usd) / solved


def _tokens_per_sample(row: Row) -> float | None:
    return None if row.output_tokens is None else row.output_tokens / max(1, row.samples_scored)


def _rounded(cell: Cell) -> Cell:
    return round(cell, 6) if isinstance(cell, float) else cell
