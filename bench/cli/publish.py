"""``bench publish``: runs as a folder that others can check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.common import RunsArgument


def publish(
    directories: RunsArgument,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="A new folder, or one that was published before.", metavar="FOLDER"),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Write a folder for a static host or a data set: tables, a page, every sample, hashes, how to repeat.

    The same runs give the same bytes. Prints one digest over all files: make it known elsewhere, and nobody
    can change the folder unnoticed. `bench verify FOLDER` checks it.
    """
    from bench import config, secrets
    from bench.cli.common import say
    from bench.publish.folder import publish as write

    done = write(directories, out, keys=secrets.of(config.environ()))
    if as_json:
        typer.echo(json.dumps({"folder": str(out), "digest": done.digest, "files": done.files}))
    else:
        typer.echo(done.digest)
    say(f"{len(done.rows)} rows and {done.files} files written to {out}; their digest is on stdout")
    for path, end in done.shortened.items():
        say(f"  {path} is called {end} there")
    if done.lost_blobs:
        say(f"  {done.lost_blobs} requests or replies are not in their run any more: they cannot be checked")
