"""``bench leaderboard``: one table over several runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.common import HTML, RunsArgument
from bench.cli.report import write_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.report.row import Row


def leaderboard(
    directories: RunsArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File: .csv, .md, .json or .html; a table on stdout without."),
    ] = None,
    every_eval_ever: Annotated[
        Path | None,
        typer.Option("--every-eval-ever", help="Folder: a record a row, in that schema.", metavar="FOLDER"),
    ] = None,
    organization: Annotated[
        str, typer.Option("--organization", help="Who made the runs, for these records.")
    ] = "not stated",
) -> None:
    """Rank the models of these runs. Rows whose terms differ are not ranked together."""
    from bench.cli.common import say
    from bench.cli.outcome import rows_of, show
    from bench.report.leaderboard import write

    page = out if out is not None and out.suffix.lower() in HTML else None
    rows = [] if page and every_eval_ever is None else rows_of(directories)
    if every_eval_ever is not None:
        _write_records(rows, directories, every_eval_ever, organization)
    if page is not None:
        write_page(directories, page)
    elif out is not None:
        write(rows, out)
        say(f"{len(rows)} rows written to {out}")
    elif every_eval_ever is None:
        show(rows)


def _write_records(rows: Sequence[Row], directories: Sequence[Path], folder: Path, organization: str) -> None:
    from bench.claims.registration import began
    from bench.cli.common import say
    from bench.report import every_eval_ever
    from bench.rundir import named, read_lock

    places = named(directories)
    written = every_eval_ever.write(
        rows,
        folder,
        locks={name: read_lock(path) for name, path in places.items()},
        began={name: began(path) for name, path in places.items()},
        organization=organization,
    )
    say(f"{len(written)} records of Every Eval Ever written below {folder}")
    if len(written) < len(rows):
        say(f"{len(rows) - len(written)} rows have no score, and so no record")
