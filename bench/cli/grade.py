"""``bench grade``: judge what is stored again."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.common import DataOption, say, show_for, silent, slots, terminated_as_interrupted
from bench.visible import visible_line

if TYPE_CHECKING:
    from bench.engine import Regrade

_SHOWN = 20


def grade(
    directory: Annotated[Path, typer.Argument(help="A run directory.", metavar="DIR")],
    data: Annotated[Path | None, DataOption] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Judge every stored answer of a run again, from the extraction of the code on. Asks no model.

    With the judge and extractor of the run, verdicts that are missing are added; those that are there stay
    as they are and are compared: the command reports which ones came out otherwise (flaky).

    With another judge or extractor, all verdicts go to a new file of their own, the old one is kept, and
    the scores of the run are those of the new file from then on.

    Exit status: 0 all answers are judged, 1 some are not or some verdicts changed, 2 bad usage.
    """
    from bench.cli.outcome import publish

    with terminated_as_interrupted():
        regrade = _regrade(directory, data=data, quiet=quiet or as_json)
    publish(directory)
    if as_json:
        typer.echo(json.dumps(_as_json(regrade)))
    else:
        _tell(regrade)
    complete = not regrade.changed and not regrade.summary.unmeasured
    raise typer.Exit(130 if regrade.summary.interrupted else 0 if complete else 1)


def _regrade(directory: Path, *, data: Path | None, quiet: bool) -> Regrade:
    from bench import config, engine, resolve, secrets
    from bench import lock as locks
    from bench.lock import Asked
    from bench.rundir import CONFIG, judgings, read_lock
    from bench.state import load_state
    from bench.store import Store

    lock = read_lock(directory)
    asked = Asked.read(directory / CONFIG)
    told = silent if quiet else say
    suites = resolve.suites(asked, data=config.data_dirs(data), say=told)
    locks.check_problems(lock, suites)
    judges = resolve.judges(suites)
    with (
        Store(directory, keys=secrets.of(config.environ())) as store,
        closing(resolve.sandbox(asked.sandbox, suites, slots=slots(), say=told)) as sandbox,
    ):
        present = locks.judged_in(lock, asked, suites=suites, judges=judges, sandbox=sandbox.describe())
        if judgings(present) != judgings(lock):
            store.relock(present)
        else:
            store.check(present)
        setup = resolve.setup(
            asked,
            suites,
            models=(),
            judges=judges,
            judgings=judgings(present),
            sandbox=sandbox,
            concurrency=1,
        )
        return engine.grade(setup, store, load_state(directory), show=show_for(quiet=quiet))


def _as_json(regrade: Regrade) -> dict[str, object]:
    return {
        "judged": regrade.summary.planned,
        "added": regrade.added,
        "equal": regrade.equal,
        "changed": list(regrade.changed),
        "unmeasured": regrade.summary.unmeasured,
        "reasons": list(regrade.summary.reasons),
    }


def _tell(regrade: Regrade) -> None:
    typer.echo(f"{regrade.added} verdicts added, {regrade.equal} as before, {len(regrade.changed)} changed")
    for line in regrade.changed[:_SHOWN]:
        typer.echo(f"  {visible_line(line)}")
    if len(regrade.changed) > _SHOWN:
        typer.echo(f"  ... and {len(regrade.changed) - _SHOWN} more")
    for reason in regrade.summary.reasons:
        say(f"stopped: {reason}")
