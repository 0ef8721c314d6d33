"""``bench leaderboard``: one table over several runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.common import HTML, RunsArgument


def leaderboard(
    directories: RunsArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File: .csv, .md, .json or .html; a table on stdout without."),
    ] = None,
) -> None:
    """Rank the models of these runs. Rows whose terms differ are not ranked together."""
    from bench.cli.common import say
    from bench.cli.outcome import rows_of, show
    from bench.report import html
    from bench.report.leaderboard import write

    if out is not None and out.suffix.lower() in HTML:
        html.write(html.runs_in(directories), out)
        say(f"the page of {len(directories)} runs, with every sample, written to {out}")
        return
    rows = rows_of(directories)
    if out is None:
        show(rows)
        return
    write(rows, out)
    say(f"{len(rows)} rows written to {out}")
