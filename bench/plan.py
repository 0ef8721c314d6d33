"""What to do: every sample of a run, decided before the first call. It is the denominator of every score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench import solve
from bench.errors import UsageError
from bench.protocols import CountsSamples, Model
from bench.suites import Suite
from bench.types import Mode, Params, Problem, Request, SampleKey


@dataclass(frozen=True, slots=True)
class Questions:
    """The problems of a run, and how they are asked. ``templates`` goes by suite name."""

    problems: Mapping[tuple[str, str], Problem]
    templates: Mapping[str, str]
    params: Params
    mode: Mode
    system: str | None = None

    def problem(self, key: SampleKey) -> Problem:
        return self.problems[key.suite, key.problem]

    def request(self, key: SampleKey) -> Request:
        return solve.request(
            self.templates[key.suite],
            self.problem(key),
            key=key,
            params=self.params,
            mode=self.mode,
            system=self.system,
        )


def questions(suites: Sequence[Suite], *, params: Params, mode: Mode, system: str | None = None) -> Questions:
    """The questions of these suites."""
    return Questions(
        problems={(suite.name, problem.id): problem for suite in suites for problem in suite.problems},
        templates={suite.name: template_of(suite, mode) for suite in suites},
        params=params,
        mode=mode,
        system=system,
    )


def template_of(suite: Suite, mode: Mode) -> str:
    """The name of the prompt template that a suite asks with in that mode."""
    chat, complete = suite.prompts
    return chat if mode is Mode.CHAT else complete


def samples(suites: Sequence[Suite], models: Sequence[Model], *, epochs: int | None) -> Iterator[SampleKey]:
    """All sample keys: by epoch, then problem, then model, so that models are asked side by side in time.

    ``epochs`` None leaves the number to a model that has a fixed number of answers, and is 1 for any other.
    """
    wanted = [
        (suite, problem, model, _epochs(model, problem, epochs))
        for suite in suites
        for problem in suite.problems
        for model in models
    ]
    for epoch in range(max((count for *_, count in wanted), default=0)):
        for suite, problem, model, count in wanted:
            if epoch < count:
                yield SampleKey(suite.name, problem.id, model.name, epoch)


def check_names(suites: Sequence[Suite], models: Sequence[Model]) -> None:
    """Names are the keys of every record. Raises UsageError when two of a kind are the same."""
    for kind, names in (("suite", [s.name for s in suites]), ("model", [m.name for m in models])):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError(f"{kind} {twice[0]!r} is named twice", hint="Name each only once in a run.")


def _epochs(model: Model, problem: Problem, asked: int | None) -> int:
    """At least 1: a problem that a samples file lacks is a planned sample that ends unmeasured."""
    if not isinstance(model, CountsSamples):
        return asked or 1
    there = max(1, model.samples_for(problem))
    return there if asked is None else min(there, asked)
