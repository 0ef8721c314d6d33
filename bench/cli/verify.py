"""``bench verify``: whether published numbers follow from published samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.common import DataOption, say, show_for, silent, slots, terminated_as_interrupted


def verify(
    folder: Annotated[Path, typer.Argument(help="A folder that `bench publish` wrote.", metavar="FOLDER")],
    seals_only: Annotated[
        bool, typer.Option("--seals-only", help="Compare the files with their seals alone.")
    ] = False,
    judge: Annotated[bool, typer.Option("--judge/--no-judge", help="Judge every answer again.")] = True,
    data: Annotated[Path | None, DataOption] = None,
    sandbox: Annotated[str, typer.Option(help="Where answers are run.")] = "docker",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Where all holds: the leaderboard as verified here (.csv .md .json)."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Whether published numbers follow from published samples: seals, tables, records; each is judged again.

    No model is asked, and nothing in the folder is trusted: see docs/publishing.md for what this can show.

    Exit status: 0 everything holds, 3 something differs, 1 something could not be checked, 2 bad usage.
    """
    from bench import config
    from bench.errors import UsageError
    from bench.publish import answer
    from bench.publish.findings import Kind
    from bench.publish.verify import Means, verified
    from bench.publish.verify import verify as check
    from bench.report import leaderboard

    is_quiet = quiet or as_json
    if out is not None and (seals_only or not judge):
        raise UsageError(
            "-o: nothing is verified that was not judged again", hint="Leave the other option out."
        )
    means = Means(
        data=config.data_dirs(data),
        sandbox=sandbox,
        slots=slots(),
        seals_only=seals_only,
        judge=judge,
        say=silent if is_quiet else say,
        show=lambda: show_for(quiet=is_quiet),
    )
    with terminated_as_interrupted():
        checked = check(folder, means)
    if as_json:
        typer.echo(json.dumps(answer.as_json(checked), indent=1))
    else:
        typer.echo(answer.screen(folder, checked, seals_only=seals_only), nl=False)
    if out is not None and checked.kind is None:
        leaderboard.write(verified(checked.rows), out)
        say(f"{len(checked.rows)} rows written to {out}")
    elif out is not None:
        say(f"{out} was not written: not everything holds")
    raise typer.Exit({None: 0, Kind.DIFFERS: 3}.get(checked.kind, 1))
