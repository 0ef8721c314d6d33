"""``bench claim check --run``: run what is missing, on the claim's terms, registered beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bench.cli.common import say, terminated_as_interrupted
from bench.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.claims.claim import Claim
    from bench.claims.plan import Plan
    from bench.lock import Asked


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of a check that runs."""

    models: tuple[str, ...]
    budget: float | None
    yes: bool
    max_tokens: int | None
    sandbox: str
    registered: Path | None
    quiet: bool


@dataclass(frozen=True, slots=True)
class Ran:
    """What to decide with. ``models`` as the run calls them, the subject first."""

    path: Path
    models: tuple[str, ...]
    registration: Path | None

    @property
    def comparator(self) -> str | None:
        return self.models[1] if len(self.models) > 1 else None


def run_missing(plan: Plan, directories: Sequence[Path], wanted: Wanted, *, data: Path | None) -> Ran:
    """Raises UsageError for what cannot be run or is not allowed, and Exit where it was interrupted."""
    from bench.claims.report import plan_screen
    from bench.cli.costs import Costs
    from bench.cli.outcome import publish, tell
    from bench.cli.run import RUNS, check_finite
    from bench.cli.session import Session
    from bench.protocols import TIMEOUT_S
    from bench.rundir import read_lock

    if not plan.testable:
        raise UsageError(f"nothing is run: {plan.reason}", hint=plan.needs)
    if len(directories) > 1:
        raise UsageError("--run fills one run directory", hint="Give one DIR, or leave --run out.")
    check_finite("--budget", wanted.budget)
    path = directories[0] if directories else RUNS / plan.claim.id
    asked = _asked(plan, wanted)
    file = _registration(plan, path, wanted.registered)
    if not wanted.quiet:
        say(plan_screen(plan))
    costs = Costs(None if wanted.budget is None else round(wanted.budget * 1e6), wanted.yes)
    session = Session(asked, costs=costs, concurrency=None, timeout_s=TIMEOUT_S, quiet=wanted.quiet)
    with terminated_as_interrupted():
        summary = session.run(path, data=data, before=lambda: _register(plan, file))
    tell(path, summary, publish(path))
    if summary.interrupted:
        raise typer.Exit(130)
    models = read_lock(path)["models"]
    assert isinstance(models, list)
    return Ran(path, tuple(map(str, models)), file)


def _asked(plan: Plan, wanted: Wanted) -> Asked:
    """What the plan's own command asks."""
    from bench.lock import Asked
    from bench.types import Params

    claim = plan.claim
    assert claim.population is not None
    conditions = claim.conditions
    if wanted.max_tokens and conditions.max_tokens not in (None, wanted.max_tokens):
        have = f"the claim is of {conditions.max_tokens} tokens an answer"
        raise UsageError(f"--max-tokens {wanted.max_tokens}: {have}", hint="Leave --max-tokens out.")
    params = Params(
        max_tokens=conditions.max_tokens or wanted.max_tokens,
        temperature=conditions.temperature,
        effort=conditions.effort,
    )
    return Asked(
        suites=(claim.population.suite,),
        models=_models(claim, plan.models),
        params=params,
        epochs=conditions.epochs,
        sandbox=wanted.sandbox,
        turns=conditions.turns,
    )


def _models(claim: Claim, models: tuple[str, ...]) -> tuple[str, ...]:
    names = [claim.subject.name, *([claim.comparator.name] if claim.comparator else [])]
    if len(models) != len(names):
        hint = f"Give -m once for each, in this order: {', '.join(names)}. `bench models` lists names."
        raise UsageError(f"{claim.id} is about {len(names)} model(s), {len(models)} are named", hint=hint)
    return models


def _registration(plan: Plan, path: Path, given: Path | None) -> Path | None:
    """The file of the registration, there or to be made; None for a run that has begun without one.

    What it holds is looked at before anything is paid: of another claim or design no verdict would follow.
    """
    from bench.claims import registration
    from bench.rundir import SAMPLES

    whole = path.resolve()
    file = given or whole.with_name(f"{whole.name}.plan.json")
    if given is not None or file.exists():
        changed = registration.differs(registration.read(file), plan.claim, plan.design)
        if changed:
            hint = "Run it into another DIR, with a registration of its own."
            raise UsageError(f"{file} registers another plan: {'; '.join(changed)}", hint=hint)
        return file
    has_begun = (whole / SAMPLES).is_file() and registration.began(whole)
    if has_begun:
        say(f"{path} began without a registration: none is made afterwards")
    return None if has_begun else file


def _register(plan: Plan, file: Path | None) -> None:
    from bench.claims import registration

    if file is None or file.exists():
        return
    made = registration.registered(plan.claim, plan.design)
    registration.write(made, file)
    say(f"registered in {file}: {made.sha256}")
