"""``bench speed``: how fast models solve a suite, by each clock; and how many times as fast one of two is."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.common import (
    FirstOption,
    RunsArgument,
    SuitesOption,
    UnequalOption,
    print_tables,
    run_views,
    say,
)
from bench.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.report.speed import Speed
    from bench.report.speed_ratio import SpeedRatio


def speed(
    directories: RunsArgument,
    first: FirstOption = None,
    second: Annotated[
        str | None,
        typer.Option("--second", "-b", help="Against this one.", metavar="MODEL"),
    ] = None,
    suite: SuitesOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for speed.csv, speed.json and plots of S(t).")
    ] = None,
    budget: Annotated[
        list[str] | None,
        typer.Option(
            "--budget",
            help="Up to where a clock is looked at (usd=0.05); by default the most that any sample took.",
            metavar="CLOCK=AMOUNT",
        ),
    ] = None,
    unequal: UnequalOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Say how fast finished runs were, by turns, tokens, seconds and dollars, which are never mixed.

    What was not solved counts with the whole budget of a clock, and what is unmeasured not at all. With -a
    and -b: how many times as fast the second model is as the first, with a 95 % interval.
    """
    from bench.report import speed_tables
    from bench.report.clocks import attempts
    from bench.report.comparison import check_equal
    from bench.report.sides import of_suites
    from bench.report.speed import speeds
    from bench.report.speed_ratio import paired, speed_ratios

    given = _budgets(budget or ())
    if (first is None) != (second is None):
        raise UsageError("one model is not compared with nothing", hint="Give both -a and -b, or neither.")
    found = of_suites(attempts(run_views(directories)), suite or (), suite=lambda one: one.side.suite)
    ratios: list[SpeedRatio] = []
    if first is not None and second is not None:
        chosen = paired(found, first, second)
        for pair in chosen:
            if not unequal:
                check_equal(pair[0].side, pair[1].side)
            ratios += speed_ratios(*pair, given)
        found = [one for pair in chosen for one in pair]
    models = speeds(found, given)
    if as_json:
        typer.echo(speed_tables.as_json(models, ratios), nl=False)
    else:
        print_tables(speed_tables.render(models, ratios))
    for note in speed_tables.notes(models):
        say(note)
    if out is not None:
        _write(out, models, ratios)


def _budgets(given: Sequence[str]) -> dict[str, float]:
    from bench.report.clocks import CLOCKS

    names = [clock.name for clock in CLOCKS]
    found: dict[str, float] = {}
    for text in given:
        name, _, amount = text.partition("=")
        try:
            found[name] = float(amount)
        except ValueError:
            found[name] = math.nan
        if name not in names or not 0 < found[name] < math.inf:
            hint = f"CLOCK is one of {', '.join(names)}; the amount is a number above 0: --budget usd=0.05"
            raise UsageError(f"--budget {text}: not CLOCK=AMOUNT", hint=hint)
    return found


def _write(folder: Path, models: Sequence[Speed], ratios: Sequence[SpeedRatio]) -> None:
    """Raises UsageError where the folder cannot be written to."""
    from bench.journal import write_atomically, writing
    from bench.report import curves, speed_tables

    files = {
        "speed.csv": speed_tables.as_csv(models).encode("utf-8", "backslashreplace"),
        "speed.json": speed_tables.as_json(models, ratios).encode("utf-8", "backslashreplace"),
    }
    if curves.can_plot():
        files |= curves.plots(models)
    else:
        say("no plots: matplotlib is not installed. pip install 'evenbench[plots]' brings it.")
    with writing(folder, hint="Give a folder that can be written to with -o."):
        for name, data in files.items():
            write_atomically(folder / name, data)
    say(f"{len(files)} files written to {folder}")
