"""From what a user named to what a run works with: suites, models, judges, and the setup of it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench import plan
from bench.cache import Cache
from bench.errors import UsageError
from bench.languages import language
from bench.lock import Asked
from bench.models.prices import PriceList, built_in
from bench.models.retry import RetryPolicy
from bench.pipeline import Setup
from bench.plan import Questions
from bench.protocols import TIMEOUT_S, CountsSamples, Judge, Model, ModelContext, Sandbox, SandboxOptions
from bench.registry import languages_of, load_judge, load_model, load_sandbox
from bench.suites import Suite, load_suite

Say = Callable[[str], None]


def suites(asked: Asked, *, data: Sequence[Path], say: Say) -> list[Suite]:
    """The suites asked for, with the sample of their problems that was asked for.

    Raises UsageError (unknown name, no problems left, a language that the sandbox does not run) and DataError
    (data missing or not what was pinned).
    """
    loaded = [load_suite(name, data=data, say=say) for name in asked.suites]
    if asked.limit is not None:
        loaded = [suite.limit(asked.limit, seed=asked.seed or 0) for suite in loaded]
    empty = [suite.name for suite in loaded if not suite.problems]
    if empty:
        raise UsageError(f"suite {empty[0]!r} has no problems")
    _check_languages(asked.sandbox, loaded)
    return loaded


def models(
    asked: Asked,
    loaded: Sequence[Suite],
    *,
    environ: Mapping[str, str],
    concurrency: int | None = None,
    timeout_s: float = TIMEOUT_S,
) -> tuple[Model, ...]:
    """The models asked for. Raises UsageError (unknown name, missing key) and PluginError."""
    problems = asked_in(asked, loaded).problems
    context = ModelContext(problems=problems, environ=environ, timeout_s=timeout_s)
    context = context if concurrency is None else replace(context, concurrency=concurrency)
    made = tuple(load_model(spec, context) for spec in asked.models)
    plan.check_names(loaded, made)
    given = [model.name for model in made if isinstance(model, CountsSamples)]
    if asked.turns > 1 and given:
        hint = "Leave --turns out, or name a model that can be asked."
        raise UsageError(f"--turns: {given[0]} has answers of one turn", hint=hint)
    return made


def asked_in(asked: Asked, loaded: Sequence[Suite]) -> Questions:
    """The questions that are asked of every model."""
    return plan.questions(
        loaded, params=asked.params, mode=asked.mode, system=asked.system, turns=asked.turns
    )


def judges(loaded: Sequence[Suite]) -> dict[str, Judge]:
    """The judge of each suite, by the suite's name."""
    return {suite.name: load_judge(suite.judge) for suite in loaded}


def sandbox(name: str, loaded: Sequence[Suite], *, slots: int, say: Say) -> Sandbox:
    """A started sandbox, wide enough for every problem.

    Raises SandboxError when it cannot be started, UsageError for a language that it does not run.
    """
    _check_languages(name, loaded)
    memory = max(problem.limits.memory_mib for suite in loaded for problem in suite.problems)
    return load_sandbox(name, SandboxOptions(slots=slots, memory_mib=memory, say=say))


def _check_languages(sandbox: str, loaded: Sequence[Suite]) -> None:
    """Every answer in a language that is not run would be judged wrong."""
    runs = languages_of(sandbox)
    for suite in loaded:
        for other in sorted({problem.language for problem in suite.problems} - runs):
            title, known = language(other).title, " and ".join(language(name).title for name in sorted(runs))
            raise UsageError(
                f"suite {suite.name!r} asks for {title}, and the sandbox {sandbox!r} runs only {known}",
                hint=f"It needs a sandbox of your own that has what {title} needs, named with "
                '--sandbox ./FILE.py:CLASS: docs/suites.md, "Other languages".',
            )


def setup(
    asked: Asked,
    loaded: Sequence[Suite],
    *,
    models: Sequence[Model],
    judges: Mapping[str, Judge],
    judgings: Mapping[str, str],
    sandbox: Sandbox,
    concurrency: int | None = None,
    timeout_s: float = TIMEOUT_S,
    prices: PriceList | None = None,
    cache: Cache | None = None,
    batch: bool = False,
) -> Setup:
    """All of it together, as the engine takes it."""
    return Setup(
        questions=asked_in(asked, loaded),
        models=tuple(models),
        judges=judges,
        judgings=judgings,
        sandbox=sandbox,
        concurrency=concurrency,
        # A call that ran into its time limit may be made once more.
        policy=RetryPolicy(total_s=max(RetryPolicy().total_s, 2 * timeout_s)),
        prices=prices or built_in(),
        cache=cache,
        batch=batch,
    )
