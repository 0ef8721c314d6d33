"""``bench doctor --attack``: the hostile answers against a sandbox of this machine, as a table."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from bench.cli.common import say, silent, terminated_as_interrupted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from bench.attack import Attempt, Report


_WIDE = 200
"""Columns of a table that goes into a file."""


def attack(sandbox: str, *, as_json: bool) -> int:
    """Run them all; 0 if none achieved anything, else 1. Raises UsageError and SandboxError."""
    from bench import attack as hostile
    from bench.protocols import SandboxOptions
    from bench.registry import load_judge, load_sandbox

    attacks = hostile.load()
    options = SandboxOptions(slots=1, memory_mib=hostile.MEMORY_MIB, say=silent if as_json else say)
    with terminated_as_interrupted(), closing(load_sandbox(sandbox, options)) as place:
        attempts = tuple(_shown(hostile.run(place, load_judge("calls"), attacks), len(attacks)))
        report = hostile.Report(dict(place.describe()), attempts)
    if as_json:
        typer.echo(json.dumps(_told(report)))
    else:
        _print(report)
    return 1 if report.harmful else 0


def _shown(attempts: Iterable[Attempt], count: int) -> Iterator[Attempt]:
    """The same attempts, with a bar on stderr while they are made if somebody is looking."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("attacks", total=count)
        for attempt in attempts:
            progress.update(bar, advance=1, description=attempt.name)
            yield attempt


def _told(report: Report) -> dict[str, object]:
    attempts = [asdict(attempt) | {"harm": attempt.harm} for attempt in report.attempts]
    return {"sandbox": report.sandbox, "attacks": attempts, "counts": report.counts()}


def _print(report: Report) -> None:
    from rich.console import Console

    wide = None if sys.stdout.isatty() else _WIDE
    Console(width=wide).print(render(report.attempts))
    for attempt in report.harmful:
        typer.echo(f"{attempt.name} {attempt.harm}: {ascii(attempt.detail)[1:-1]}".rstrip(": "))
    typer.echo(report.summary())


def render(attempts: Iterable[Attempt]) -> Table:
    """A row an attack. What an answer chose itself (names of files) is shown as text, never as markup."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("attack", "what it tried", "verdict", "neighbour", "left behind", "s"):
        whole = name in ("verdict", "neighbour", "s")
        table.add_column(name, justify="right" if name == "s" else "left", no_wrap=whole)
    for attempt in attempts:
        left = ", ".join(attempt.left) or "nothing"
        cells = (
            attempt.name,
            attempt.tried,
            attempt.verdict.value,
            "passed" if attempt.neighbour else "FAILED",
            f"{left}; container replaced" if attempt.replaced else left,
            f"{attempt.seconds:.1f}",
        )
        table.add_row(*map(Text, cells), style="red" if attempt.harm else None)
    return table
