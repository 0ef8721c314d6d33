"""``bench report``: runs as one HTML file to look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.common import HTML, RunsArgument

if TYPE_CHECKING:
    from collections.abc import Sequence


def report(
    directories: RunsArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="The file, or a folder for it; report.html in the directory, if there is one DIR.",
        ),
    ] = None,
    *,
    single: Annotated[
        bool,
        typer.Option("--single", help="One file, however large; else 5 MB at most, with parts beside it."),
    ] = False,
) -> None:
    """Write one self-contained HTML file: the leaderboard, plots, and every sample with all that was said.

    It opens from the disk without a network, and nothing that a model wrote can run in it. Of more than
    5 MB the texts of samples go into a folder beside it, which has to stay there.
    """
    write_page(directories, _file(directories, out), single=single)


def write_page(directories: Sequence[Path], path: Path, *, single: bool = False) -> None:
    """Write the page of these runs, and say where it is."""
    from bench.cli.common import say
    from bench.report import folder, html

    files = html.write(html.runs_in(directories), path, single=single)
    size = sum(file.stat().st_size for file in files) / 1e6
    beside = f", {len(files) - 1} parts in {folder.folder_of(path)}" if files[1:] else ""
    say(f"report of {len(directories)} runs written to {path}{beside} ({size:.1f} MB)")


def _file(directories: list[Path], out: Path | None) -> Path:
    """The file that is asked for."""
    from bench.errors import UsageError

    if out is None:
        if len(directories) > 1:
            raise UsageError(
                "a report of several runs belongs to none of them",
                hint="Say where with -o FILE.html or -o FOLDER.",
            )
        return directories[0] / "report.html"
    if out.is_dir() or not out.suffix:
        return out / "index.html"
    if out.suffix.lower() not in HTML:
        raise UsageError(
            f"{out}: a report is an HTML file",
            hint="Give -o a name that ends in .html, or a folder: a name without an ending.",
        )
    return out
