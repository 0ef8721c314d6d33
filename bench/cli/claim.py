"""``bench claim``: from a sentence that somebody published to a verdict."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.common import DataOption, RunsArgument, run_views, say
from bench.errors import DataError, UsageError
from bench.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.claims.check import Checked
    from bench.claims.claim import Claim
    from bench.claims.plan import Plan

app = typer.Typer(
    help="Check a published claim: can it be decided, for how much, and what do finished runs say of it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

FileArgument = Annotated[
    str, typer.Argument(help="A claim file, or the name of one of ours.", metavar="FILE")
]
SubjectOption = Annotated[
    str | None, typer.Option("--subject", "-a", help="The model claimed about; RUN:MODEL if several have it.")
]
ComparatorOption = Annotated[
    str | None, typer.Option("--comparator", "-b", help="The model that it is compared with.")
]
PlanOption = Annotated[
    Path | None, typer.Option("--plan", help="What `bench claim plan -o` wrote before the run.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


@app.command("list")
def list_claims(as_json: JsonOption = False) -> None:
    """List the claims that come with bench, and whether each can be tested here. Asks nobody."""
    from bench.claims import files, report

    plans = [_plan(files.read(path)) for path in files.paths()]
    if as_json:
        typer.echo(json.dumps([report.plan_json(one) for one in plans]))
        return
    width = max((len(one.claim.id) for one in plans), default=0)
    for one in plans:
        state = "testable    " if one.testable else "not testable"
        typer.echo(f"{one.claim.id:{width}}  {state}  {one.claim.title}")


@app.command("show")
def show(file: FileArgument, as_json: JsonOption = False) -> None:
    """Show a claim as it was read: what was published, and what exactly has to hold."""
    import msgspec

    from bench.claims import files
    from bench.claims.claim import claimed

    claim = files.read(files.find(file))
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(claim)))
        return
    typer.echo(
        visible(f"{claim.title}\n\n{claim.text.strip()}\n\n{claim.by}, {claim.date}\n{claim.source}\n")
    )
    for one in claim.readings:
        name = f"{one.name}: " if one.name else ""
        typer.echo(visible(f"{name}{one.relation} of {one.metric}: {claimed(one)}"))
    if claim.note:
        typer.echo(visible(f"\n{claim.note.strip()}"))


@app.command("plan")
def plan(
    file: FileArgument,
    directories: Annotated[
        list[Path] | None,
        typer.Argument(help="Finished runs of the same models, to see how they vary.", metavar="[DIR...]"),
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", "-m", help="Estimate the cost for it; may be repeated.")
    ] = None,
    subject: SubjectOption = None,
    comparator: ComparatorOption = None,
    data: Annotated[Path | None, DataOption] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Register: write claim, design and hash to this file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what would decide a claim, how well and for how much, or why nothing here does. Asks nobody."""
    from bench.claims import files, registration, report

    claim = files.read(files.find(file))
    errors: Sequence[float | None] = ()
    if directories:
        errors = _seen(_checked(claim, directories, subject, comparator))
    made = _plan(claim, file=file, models=model or (), data=data, errors=errors)
    registered = None
    if out is not None:
        if not made.testable:
            raise UsageError(f"there is nothing to register: {made.reason}", hint=made.needs)
        registered = registration.registered(made.claim, made.design)
        registration.write(registered, out)
        say(f"registered in {out}: publish its hash before the run, {registered.sha256}")
    if as_json:
        typer.echo(json.dumps(report.plan_json(made, registered)))
    else:
        typer.echo(visible(report.plan_screen(made, registered)), nl=False)


@app.command("check")
def check(
    file: FileArgument,
    directories: Annotated[
        list[Path] | None, typer.Argument(help="Run directories.", metavar="DIR...")
    ] = None,
    subject: SubjectOption = None,
    comparator: ComparatorOption = None,
    registered: PlanOption = None,
    run: Annotated[
        bool, typer.Option("--run", help="First run what is missing in DIR, on the claim's terms.")
    ] = False,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", help="With --run: the subject, then the comparator, for `bench run`."),
    ] = None,
    budget: Annotated[
        float | None, typer.Option(min=0, help="With --run: US dollars not to go beyond.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --run: pay without asking.")] = False,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="With --run: token limit of an answer, if the claim has none.")
    ] = None,
    sandbox: Annotated[str, typer.Option(help="With --run: where answers are run.")] = "docker",
    data: Annotated[Path | None, DataOption] = None,
    as_json: JsonOption = False,
) -> None:
    """Decide a claim from finished runs. Exit status 0 only if it is supported, 3 otherwise.

    With --run it is planned, registered beside DIR and run first; the same command goes on where it stopped.
    """
    from bench.claims import files, report
    from bench.claims.decision import Verdict
    from bench.cli.claim_run import Wanted, run_missing

    claim = files.read(files.find(file))
    places: Sequence[Path] = directories or ()
    if run and claim.not_testable is None:
        made = _plan(claim, file=file, models=model or (), data=data)
        wanted = Wanted(tuple(model or ()), budget, yes, max_tokens, sandbox, registered, quiet=as_json)
        found = run_missing(made, places, wanted, data=data)
        places, registered = [found.path], found.registration
        subject, comparator = subject or found.models[0], comparator or found.comparator
    elif not run and (model or budget is not None or yes or max_tokens):
        raise UsageError("--model, --budget, --yes and --max-tokens are for --run", hint="Add --run.")
    ratings = partial(_ratings, claim, data)
    checked = _checked(claim, places, subject, comparator, registered=registered, ratings=ratings)
    if as_json:
        typer.echo(json.dumps(report.as_json(checked)))
    else:
        typer.echo(visible(report.screen(checked)), nl=False)
    raise typer.Exit(0 if checked.verdict is Verdict.SUPPORTED else 3)


@app.command("report")
def write_report(
    file: FileArgument,
    directories: RunsArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="File: .html, .md or .json.")],
    subject: SubjectOption = None,
    comparator: ComparatorOption = None,
    registered: PlanOption = None,
    data: Annotated[Path | None, DataOption] = None,
) -> None:
    """Write a page with the verdict, the evidence, and how to repeat it."""
    from bench.claims import files, report
    from bench.claims import page as pages
    from bench.journal import write_atomically, writing

    kind = out.suffix.lower()
    if kind not in (".html", ".md", ".json"):
        hint = "Give a name that ends in .html, .md or .json."
        raise UsageError(f"{out}: no report is written as that", hint=hint)
    claim = files.read(files.find(file))
    ratings = partial(_ratings, claim, data)
    checked = _checked(claim, directories, subject, comparator, registered=registered, ratings=ratings)
    arguments = [file, *map(str, directories)]
    for option, value in (("--subject", subject), ("--comparator", comparator), ("--plan", registered)):
        arguments += [option, str(value)] if value is not None else []
    if kind == ".json":
        text = json.dumps(report.as_json(checked), indent=1) + "\n"
    else:
        asked = [one.side.model for one in checked.sides]
        page = pages.page(checked, _plan(claim, file=file, models=asked), arguments)
        text = pages.html(page) if kind == ".html" else pages.as_markdown(page)
    with writing(out, hint="Name another."):
        write_atomically(out, text.encode("utf-8", "backslashreplace"))
    say(f"{checked.verdict}: written to {out}")


@app.command("import")
def import_claims(
    file: Annotated[Path, typer.Argument(help="models/VENDOR/MODEL.toml of models.dev.", metavar="FILE")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the claim files.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")] = "as listed by models.dev",
) -> None:
    """Draft a claim file from each benchmark that models.dev lists for a model."""
    from bench.claims import models_dev
    from bench.journal import write_atomically, writing

    found = models_dev.imported(file, by=by)
    for name, text in found.items():
        path = out / f"{name}.toml"
        if path.exists():
            raise UsageError(f"{path} is there already", hint="Name another folder with -o.")
        with writing(path, hint="Name another folder."):
            write_atomically(path, text.encode())
        typer.echo(str(path))
    say(f"{len(found)} drafts: complete their conditions, then `bench claim plan FILE`")


def _plan(
    claim: Claim,
    *,
    file: str = "",
    models: Sequence[str] = (),
    data: Path | None = None,
    errors: Sequence[float | None] = (),
) -> Plan:
    """Nothing is fetched. Data sets that are not in the folder are left out of account, and it is said."""
    from bench import config
    from bench.claims.plan import plan as make
    from bench.models.prices import listed

    planned = partial(make, claim, prices=listed(config.environ()), models=models, errors=errors, file=file)
    if data is None:
        return planned()
    try:
        return planned(data=config.data_dirs(data))
    except DataError as error:
        say(f"without its data: {error.message}")
        return planned()


def _seen(checked: Checked) -> Sequence[float | None]:
    """By how much the readings of a claim vary in finished runs, which have to be of as many answers."""
    from bench.claims.plan import errors_in

    wanted = checked.claim.conditions.epochs
    for one in checked.sides:
        if one.side.epochs != wanted:
            told = f"{one.side.model} has {one.side.epochs} answers a problem, the claim's plan {wanted}"
            hint = "Give runs of as many, or none: then the plan says what it assumes."
            raise UsageError(f"these runs do not show how much results would vary: {told}", hint=hint)
    errors = errors_in(checked.readings)
    if not any(errors):
        say(f"these runs say nothing of how much results vary: {checked.reason}")
    return errors


def _checked(
    claim: Claim,
    directories: Sequence[Path],
    subject: str | None,
    comparator: str | None,
    *,
    registered: Path | None = None,
    ratings: Callable[[], Mapping[str, float]] = dict,
) -> Checked:
    """``ratings`` are of a suite's problems; a plan, which fetches nothing, takes none."""
    from bench.claims import registration
    from bench.claims.check import Asked
    from bench.claims.check import check as decide
    from bench.rundir import named

    if not directories and claim.not_testable is None:
        hint = f"Give run directories; `bench claim plan {claim.id}` says which runs it takes."
        raise UsageError(f"no run to decide {claim.id} with", hint=hint)
    runs, places = run_views(directories), named(directories)
    asked = Asked(
        subject=subject or "",
        comparator=comparator or "",
        ratings=ratings(),
        registration=None if registered is None else registration.read(registered),
        began={name: registration.began(path) for name, path in places.items()} if registered else {},
    )
    return decide(claim, runs, asked)


def _ratings(claim: Claim, data: Path | None) -> Mapping[str, float]:
    """The difficulty of problems, where a claim is about ratings; the suite's data is fetched for them."""
    from bench import config
    from bench.claims.claim import RATED
    from bench.claims.plan import ratings_of
    from bench.suites import load_suite, outline

    rated = any(reading.metric in RATED for reading in claim.readings)
    if not rated or claim.population is None or outline(claim.population.suite) is None:
        return {}
    return ratings_of(load_suite(claim.population.suite, data=config.data_dirs(data), say=say))
