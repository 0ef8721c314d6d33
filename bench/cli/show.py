"""``bench show``: what became of the problems of a run, and the whole story of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.types import Outcome

if TYPE_CHECKING:
    from bench.report.picked import Picked
    from bench.report.story import Story


def show(
    directory: Annotated[Path, typer.Argument(help="A run directory.", metavar="RUN")],
    problem: Annotated[
        str | None,
        typer.Argument(help="A problem's id, or its last part: HumanEval/3, 3.", metavar="[PROBLEM]"),
    ] = None,
    model: Annotated[list[str] | None, typer.Option("--model", "-m", help="Only this model.")] = None,
    suite: Annotated[list[str] | None, typer.Option("--suite", "-s", help="Only this suite.")] = None,
    outcome: Annotated[
        list[Outcome] | None, typer.Option("--outcome", help="Only samples that came to this.")
    ] = None,
    epoch: Annotated[
        list[int] | None, typer.Option("--epoch", help="Only this repeat, from 0.", min=0)
    ] = None,
    whole: Annotated[bool, typer.Option("--all", help="Reasoning and long texts in full.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Show what became of each problem; with PROBLEM all that was said and judged of it.

    That is the question, and for every attempt the reply, the code taken out of it and by which rule, the
    verdict with the check that failed, tokens, cost, times, and the calls that brought no answer.

    What a model wrote cannot act in the terminal: escapes, controls and marks of writing direction are
    spelled out.
    """
    from bench.report.picked import Picked

    picked = Picked(problem or "", suite or (), model or (), epoch or (), outcome or ())
    if problem is None:
        _outcomes(directory, picked, as_json=as_json)
    else:
        _stories(directory, picked, whole=whole, as_json=as_json)


def _outcomes(directory: Path, picked: Picked, *, as_json: bool) -> None:
    from bench.cli.common import fits, print_tables
    from bench.report import outcome_table

    found = picked.results(directory)
    if as_json:
        typer.echo(outcome_table.as_json(found), nl=False)
        return
    outcomes = outcome_table.Outcomes(found)
    table = outcomes.by_problem()
    print_tables([table if fits(table) else outcomes.by_answer()])


def _stories(directory: Path, picked: Picked, *, whole: bool, as_json: bool) -> None:
    from bench.cli.common import say
    from bench.report import story_text
    from bench.report.story import Stories

    places = picked.places(directory)
    with Stories(directory) as stories:
        found = (one for one in map(stories.__getitem__, places) if picked.has_outcome(one.result.outcome))
        if as_json:
            typer.echo(story_text.as_json(found), nl=False)
            return
        before: Story | None = None
        for story in found:
            same = before is not None and before.question == story.question
            for line in story_text.told(story, whole=whole, with_question=not same):
                typer.echo(typer.style(line.text, bold=True) if line.is_title else line.text)
            before = story
        if before is None:
            say("no sample of that problem is like this: leave out an option")
