"""``bench run``: ask models, judge their answers, show the table. Goes on where it was stopped."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.common import DataOption, terminated_as_interrupted
from bench.cli.costs import Costs
from bench.errors import UsageError
from bench.protocols import TIMEOUT_S
from bench.types import EFFORTS, Mode, Params

if TYPE_CHECKING:
    from bench.lock import Asked

RUNS = Path("results/runs")


def run(
    model: Annotated[
        list[str], typer.Option("--model", "-m", help="provider/name, reference, replay/FILE; repeatable.")
    ],
    suite: Annotated[list[str], typer.Option("--suite", "-s", help="Name of a suite; repeatable.")],
    epochs: Annotated[
        int | None, typer.Option("-n", "--epochs", min=1, help="Answers to each problem.", show_default="1")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only a seeded sample of so many problems a suite.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Run directory.", show_default="by what is asked")
    ] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="US dollars not to go beyond.")] = None,
    effort: Annotated[
        str | None,
        typer.Option(help=f"Reasoning effort: {', '.join(EFFORTS)}; `bench models` says what is sent."),
    ] = None,
    system: Annotated[
        str | None,
        typer.Option(help="System message, or @FILE; by default none is sent.", show_default=False),
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Token limit of an answer.")] = None,
    temperature: Annotated[float | None, typer.Option(min=0, help="Sampling temperature.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of --limit and of the models' sampling.")] = None,
    turns: Annotated[
        int, typer.Option(min=1, max=50, help="Answers to a question at most, while they fail.")
    ] = 1,
    sandbox: Annotated[str, typer.Option(help="Where answers are run.")] = "docker",
    concurrency: Annotated[
        int | None,
        typer.Option(min=1, help="Calls in flight a model, at most.", show_default="as many as it takes"),
    ] = None,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds that one call may take.")] = TIMEOUT_S,
    data: Annotated[Path | None, DataOption] = None,
    mode: Annotated[Mode, typer.Option(help="complete: raw text for base models.")] = Mode.CHAT,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before paid calls.")] = False,
    prices: Annotated[
        Path | None, typer.Option(help="Price file of your own (or BENCH_PRICES).", show_default=False)
    ] = None,
    batch: Annotated[
        bool, typer.Option("--batch", help="Ask in batches: half the price, within a day.")
    ] = False,
    cache: Annotated[bool, typer.Option("--cache", help="Keep answers, and take those kept.")] = False,
    cache_dir: Annotated[
        Path | None, typer.Option(help="--cache, in this folder.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Run suites against models. The same command again goes on where it was stopped.

    Exit status: 0 everything was measured, 1 something could not be, 2 bad usage, 130 interrupted.
    """
    from bench.cli.outcome import finish
    from bench.cli.session import Session
    from bench.lock import Asked

    check_finite("--budget", budget)
    check_finite("--temperature", temperature)
    _check_effort(effort)
    _check_turns(turns, mode, batch=batch)
    params = Params(max_tokens=max_tokens, temperature=temperature, seed=seed, effort=effort)
    asked = Asked(
        suites=tuple(suite),
        models=tuple(model),
        params=params,
        mode=mode,
        epochs=epochs,
        limit=limit,
        seed=seed,
        sandbox=sandbox,
        system=_system_message(system, mode),
        turns=turns,
    )
    path = out or RUNS / default_name(asked)
    costs = Costs(None if budget is None else round(budget * 1e6), yes, prices, cache, cache_dir, batch)
    check_finite("--timeout", timeout)
    session = Session(asked, costs=costs, concurrency=concurrency, timeout_s=timeout, quiet=quiet or as_json)
    with terminated_as_interrupted():
        summary = session.run(path, data=data)
    raise typer.Exit(finish(path, summary, as_json=as_json))


def default_name(asked: Asked) -> str:
    """The directory's name for what is asked: the same command finds its run again."""
    readable = "-".join((*asked.suites, *asked.models))
    return f"{re.sub(r'[^a-z0-9.]+', '-', readable.lower()).strip('-.')[:80]}-{asked.digest()}"


def _check_effort(effort: str | None) -> None:
    if effort is not None and effort not in EFFORTS:
        hint = f"One of: {', '.join(EFFORTS)}. Each is sent as the nearest that a model has."
        raise UsageError(f"--effort {effort} is no level of effort", hint=hint)


def _check_turns(turns: int, mode: Mode, *, batch: bool) -> None:
    """What a model is told about an answer is said to it in a conversation, at once."""
    if turns > 1 and mode is Mode.COMPLETE:
        raise UsageError("--turns: a raw text has no turns", hint="Leave --turns or --mode out.")
    if turns > 1 and batch:
        raise UsageError("--turns: an answer of a batch comes too late", hint="Leave --turns or --batch out.")


def _system_message(given: str | None, mode: Mode) -> str | None:
    """The text itself, or that of the file behind an ``@``; None where none is to be sent."""
    if given is None:
        return None
    if mode is Mode.COMPLETE:
        raise UsageError("--system: a raw text has no system message", hint="Leave --system or --mode out.")
    text = given
    if given.startswith("@"):
        try:
            text = Path(given[1:]).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise UsageError(f"--system {given}: the file cannot be read: {reason}") from error
    if not text.strip():
        raise UsageError("--system: the message is empty", hint="Leave --system out to send none.")
    return text


def check_finite(option: str, value: float | None) -> None:
    if value is not None and not math.isfinite(value):
        raise UsageError(f"{option} {value} is not a number")
