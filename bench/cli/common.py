"""What several commands share."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bench.visible import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from bench.progress import Show
    from bench.report.leaderboard import RunView

HTML = (".html", ".htm")
"""Endings of a file that a page is written to."""
_WIDEST = 1000
"""Columns of a table that is written to no terminal."""


def say(text: str) -> None:
    """A line for people, who see what a provider or a model says there: stdout is kept for results."""
    typer.echo(visible(text), err=True)


def silent(_: str) -> None:
    """Say nothing."""


def show_for(*, quiet: bool) -> Show:
    """How progress is shown here: a bar on a terminal, a line now and then elsewhere."""
    from bench.progress import Bar, Lines, Quiet

    if quiet:
        return Quiet()
    return Bar() if sys.stderr.isatty() else Lines(say)


def slots(samples: Iterable[object] | None = None) -> int:
    """How many answers are judged at a time: as many as this process has cores, and no more than samples."""
    import os
    from itertools import islice

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if samples is None else max(1, sum(1 for _ in islice(samples, cores)))


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does: what is in flight is written down, no container is left behind."""

    def interrupt(_number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


DataOption = typer.Option("--data", help="Folder with data sets; looked in first.", show_default=False)
"""``--data DIR``, the same for every command that loads suites."""


RunsArgument = Annotated[list[Path], typer.Argument(help="Run directories.", metavar="DIR...")]
FirstOption = Annotated[
    str | None,
    typer.Option("--first", "-a", help="This model; RUN:MODEL if several runs have it.", metavar="MODEL"),
]
SuitesOption = Annotated[
    list[str] | None, typer.Option("--suite", "-s", help="Only this suite; may be repeated.")
]
UnequalOption = Annotated[
    bool, typer.Option("--unequal", help="Compare though terms differ; every line says so.")
]


def run_directory(path: Path) -> Path:
    """An argument that must be a run directory already. Raises StoreError."""
    from bench.rundir import read_lock

    read_lock(path)
    return path


def run_views(directories: Sequence[Path]) -> list[RunView]:
    """The runs by the names of their directories, or by their paths where names are the same.

    Raises StoreError for a directory that is no run.
    """
    from bench.report.leaderboard import RunView
    from bench.results import results
    from bench.rundir import named, read_lock

    return [RunView(read_lock(path), results(path), name) for name, path in named(directories).items()]


def print_tables(tables: Iterable[Table]) -> None:
    """On stdout: on a terminal as wide as it is, elsewhere as wide as each table is."""
    from rich.console import Console

    console = Console()
    for table in tables:
        if not console.is_terminal:
            console.width = natural_width(console, table)
        console.print(table)


def fits(table: Table) -> bool:
    """Whether ``print_tables`` shows it without folding a cell; where there is no terminal it always does."""
    from rich.console import Console

    console = Console()
    return not console.is_terminal or natural_width(console, table) <= console.width


def natural_width(console: Console, table: Table) -> int:
    """The columns of the terminal that a table takes where nothing is folded or cut."""
    from rich.measure import Measurement

    return Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
