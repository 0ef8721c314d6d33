"""``bench suites``: which suites there are, one of them, or whether one can be trusted."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.common import DataOption, say, slots, terminated_as_interrupted
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.check import VerifyReport
    from bench.suites import Suite


def suites(
    name: Annotated[str | None, typer.Argument(help="A suite; all are listed without.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Judge references (must pass) and broken ones (must fail).")
    ] = False,
    data: Annotated[Path | None, DataOption] = None,
    sandbox: Annotated[str, typer.Option(help="Where --verify runs code.")] = "docker",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """List suites, show one, or verify one: its references pass, empty and broken answers fail.

    Exit status of --verify: 0 the suite is sound, 1 it is not.
    """
    if name is None and verify:
        raise UsageError(
            "--verify needs the name of a suite", hint="For example: bench suites humaneval --verify"
        )
    if name is None:
        _list(as_json=as_json)
    elif verify:
        raise typer.Exit(_verify(name, data=data, sandbox=sandbox, as_json=as_json))
    else:
        _show(name, data=data, as_json=as_json)


def _list(*, as_json: bool) -> None:
    from bench.suites import suite_titles

    titles = suite_titles()
    if as_json:
        typer.echo(json.dumps(list(titles)))
        return
    width = max(map(len, titles))
    for name, title in titles.items():
        typer.echo(f"{name:{width}}  {title}")


def _show(name: str, *, data: Path | None, as_json: bool) -> None:
    from bench import config
    from bench.suites import load_suite

    suite = load_suite(name, data=config.data_dirs(data), say=say)
    shown = {
        "name": suite.name,
        "version": suite.version,
        "title": suite.title,
        "track": suite.track.value,
        "language": suite.language,
        "problems": len(suite.problems),
        "judge": suite.judge,
        "prompts": list(suite.prompts),
        "data": dict(suite.data),
        "errata": dict(suite.errata),
        "dropped": dict(suite.dropped),
    }
    if as_json:
        typer.echo(json.dumps(shown))
        return
    for field, value in shown.items():
        if value or field != "dropped":
            typer.echo(f"{field}: {value if isinstance(value, str) else json.dumps(value)}")


def _verify(name: str, *, data: Path | None, sandbox: str, as_json: bool) -> int:
    from tqdm import tqdm

    from bench import check, config, resolve
    from bench.registry import load_judge
    from bench.suites import load_suite

    suite = load_suite(name, data=config.data_dirs(data), say=say)
    judge = load_judge(suite.judge)
    with (
        terminated_as_interrupted(),
        closing(resolve.sandbox(sandbox, [suite], slots=slots(), say=say)) as box,
        tqdm(unit=" answers", disable=None, leave=False) as bar,
    ):

        def tick(_: check.Probe) -> None:
            bar.update()

        report = check.verify(suite, box, judge, on_result=tick)
    if as_json:
        typer.echo(json.dumps(_report(report) | {"dropped": dict(suite.dropped)}))
    else:
        _tell(report)
        _tell_dropped(suite)
    return 1 if report.surprises else 0


def _tell_dropped(suite: Suite) -> None:
    """What the data set has and the suite leaves out: how many for which reason; ``--json`` names them."""
    for reason, count in Counter(suite.dropped.values()).most_common():
        typer.echo(f"dropped        {count} problems: {reason}")


def _report(report: VerifyReport) -> dict[str, object]:
    return {
        "suite": report.suite,
        "judged": len(report.probes),
        "errata": {probe.problem: probe.erratum for probe in report.errata},
        "surprises": [f"{probe.problem}: {probe.surprising}" for probe in report.surprises],
    }


def _tell(report: VerifyReport) -> None:
    for probe in report.errata:
        typer.echo(f"known erratum  {probe.problem}: {probe.erratum}")
    for probe in report.surprises:
        typer.echo(f"FAULT          {probe.problem}: {probe.surprising}")
    references = sum(probe.kind == "reference" for probe in report.probes)
    broken = len(report.probes) - references
    found = f"{len(report.errata)} known errata, {len(report.surprises)} faults"
    typer.echo(f"{report.suite}: {references} references and {broken} broken answers judged: {found}")
