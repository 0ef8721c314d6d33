"""``bench compare``: is one model better than another, by how much, and what could have been found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.common import (
    DataOption,
    FirstOption,
    RunsArgument,
    SuitesOption,
    UnequalOption,
    print_tables,
    run_views,
    say,
)
from bench.errors import UsageError
from bench.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.report.comparison import Compared
    from bench.report.sides import Pair

    Values = Mapping[str, Mapping[str, str]]


def compare(
    directories: RunsArgument,
    first: FirstOption = None,
    second: Annotated[
        list[str] | None,
        typer.Option("--second", "-b", help="Against this one; may be repeated.", metavar="MODEL"),
    ] = None,
    suite: SuitesOption = None,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Split by language, or a tag of the problems; may be repeated."),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="A tag that problems which are alike share (repo).")
    ] = None,
    ratio: Annotated[bool, typer.Option("--ratio", help="How many times as good, not by how much.")] = False,
    unequal: UnequalOption = False,
    data: Annotated[Path | None, DataOption] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Compare two models or more on the same problems: difference, 95 % interval, p, and what could be found.

    Without -b: -a against all others; without either: all against all. Of several comparisons, p is also
    given corrected for their number (Holm). Exit status 0 whoever is better.
    """
    from bench.report import comparison, comparison_tables
    from bench.report.sides import of_suites, pairs, sides

    found = sides(run_views(directories))
    chosen = pairs(of_suites(found, suite or (), suite=lambda side: side.suite), first, second or ())
    if not unequal:
        for pair in chosen:
            comparison.check_equal(*pair)
    labels = _labels(directories, chosen, [*(by or ()), *([cluster] if cluster else [])], data)
    families = {name: own[cluster] for name, own in labels.items() if cluster and cluster in own}
    whole = [
        comparison.compare(
            *pair, scale="ratio" if ratio else "difference", families=families.get(pair[0].suite)
        )
        for pair in chosen
    ]
    splits = [_split(whole, label, labels, families) for label in by or ()]
    if as_json:
        typer.echo(comparison_tables.as_json(whole, splits), nl=False)
    else:
        print_tables(comparison_tables.render(whole, splits))
        for line in comparison_tables.lines(whole):
            typer.echo(visible(line))
    for note in comparison_tables.notes(whole, splits):
        say(note)


def _labels(
    directories: Sequence[Path], chosen: Sequence[Pair], wanted: Sequence[str], data: Path | None
) -> dict[str, Values]:
    """By suite and label: the value of each problem. A suite is loaded only for a run that has no labels."""
    if not wanted:
        return {}
    from bench import config
    from bench.report.labels import known, labels_of, stored, values
    from bench.rundir import named

    noted = {name: stored(path) for name, path in named(directories).items()}
    found = {}
    for first, second in chosen:
        for side in (first, second):
            own = noted[side.run].get(side.suite)
            found[side.suite] = own or labels_of(side, data=config.data_dirs(data), say=say)
    there = sorted({name for own in found.values() for name in known(own)})
    for label in wanted:
        if label not in there:
            hint = f"They have: {', '.join(there)}."
            raise UsageError(f"no problem of these suites has a tag {label!r}", hint=hint)
        for suite, own in found.items():
            if label not in known(own):
                say(f"{suite}: no problem has a tag {label!r}")
    return {
        suite: {label: values(own, label) for label in wanted if label in known(own)}
        for suite, own in found.items()
    }


def _split(
    whole: Sequence[Compared], label: str, labels: Mapping[str, Values], families: Values
) -> list[Compared]:
    from bench.report.comparison import split

    return [
        part
        for one in whole
        if label in labels[one.first.suite]
        for part in split(one, label, labels[one.first.suite][label], families=families.get(one.first.suite))
    ]
