"""``bench report``: runs as one HTML file to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.common import RunsArgument


def report(
    directories: RunsArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The file; report.html in the directory, if there is one DIR."),
    ] = None,
) -> None:
    """Write one self-contained HTML file: the leaderboard, plots, and every sample with all that was said.

    It opens from the disk without a network, and nothing that a model wrote can run in it.
    """
    from bench.cli.common import say
    from bench.errors import UsageError
    from bench.report import html

    if out is None:
        if len(directories) > 1:
            raise UsageError(
                "a report of several runs belongs to none of them", hint="Say where with -o FILE.html."
            )
        out = directories[0] / "report.html"
    if out.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{out}: a report is an HTML file", hint="Give -o a name that ends in .html.")
    html.write(html.runs_in(directories), out)
    say(f"report of {len(directories)} runs written to {out} ({out.stat().st_size / 1e6:.1f} MB)")
