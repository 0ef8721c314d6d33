"""The command ``bench``: one file a command; what is heavy is imported in the command that needs it."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated

import typer

from bench import __version__
from bench.cli import (
    claim,
    compare,
    doctor,
    grade,
    leaderboard,
    models,
    publish,
    report,
    run,
    show,
    speed,
    suites,
    verify,
)
from bench.cli.common import say
from bench.cli.streams import hide_keys
from bench.errors import BenchError, UsageError

app = typer.Typer(
    name="bench",
    help="Run code-generation and repair problems against models, on equal terms and with error bars.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.run)
app.command("grade")(grade.grade)
app.command("leaderboard")(leaderboard.leaderboard)
app.command("show")(show.show)
app.command("compare")(compare.compare)
app.command("speed")(speed.speed)
app.command("report")(report.report)
app.command("publish")(publish.publish)
app.command("verify")(verify.verify)
app.add_typer(claim.app, name="claim")
app.command("suites")(suites.suites)
app.command("models")(models.models)
app.command("doctor")(doctor.doctor)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"bench {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """The entry point. Exit status: 0 done, 1 something could not be measured, 2 bad usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal cannot show is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    hide_keys()
    try:
        app()
    except BenchError as error:
        say(f"error: {error}")
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except Exception as error:
        if os.environ.get("BENCH_DEBUG") == "1":
            raise
        told = f"error: {type(error).__name__}: {error}\n  This is a fault of bench: please report it."
        say(f"{told} BENCH_DEBUG=1 shows where it happened.")
        sys.exit(1)
