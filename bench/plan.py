"""What to do: every sample of a run, decided before the first call. It is the denominator of every score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bench import feedback, solve
from bench.errors import UsageError
from bench.feedback import SHOWN_CHARS, Exchange
from bench.prompts import asks_for
from bench.protocols import CountsSamples, Model
from bench.suites import Suite
from bench.types import Mode, Params, Problem, Request, SampleKey, Verdict

SYMPTOM = "failure"
"""The field of a prompt template that stands for how the program to be mended fails."""


@dataclass(frozen=True, slots=True)
class Questions:
    """The problems of a run, and how they are asked. ``templates`` goes by suite name."""

    problems: Mapping[tuple[str, str], Problem]
    templates: Mapping[str, str]
    params: Params
    mode: Mode
    system: str | None = None
    turns: int = 1
    """How often a sample is asked for at most, while its answers fail."""
    visible: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By suite: the groups of checks that a model may see the failures of."""
    symptoms: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By suite and problem id: how the program that is to be mended fails, where that is shown."""

    def problem(self, key: SampleKey) -> Problem:
        return self.problems[key.suite, key.problem]

    def request(self, key: SampleKey, before: Sequence[Exchange] = ()) -> Request:
        """The question for a sample; after turns that failed (``before``) the conversation so far."""
        problem, symptom = self.problem(key), self.symptoms.get((key.suite, key.problem))
        return solve.request(
            self.templates[key.suite],
            problem if symptom is None else replace(problem, fields={**problem.fields, SYMPTOM: symptom}),
            key=key,
            params=self.params,
            mode=self.mode,
            system=self.system,
            before=before,
        )

    def told(self, key: SampleKey, verdict: Verdict) -> str:
        """What a model is told about an answer that failed."""
        return feedback.feedback(self.problem(key), verdict, visible=self.visible.get(key.suite, ()))

    def shows_symptom(self, suite: str) -> bool:
        """Whether its questions show how the program that is to be mended fails."""
        return asks_for(self.templates[suite], SYMPTOM)

    def symptom(self, place: tuple[str, str], verdict: Verdict) -> str:
        """What is shown of a verdict on the program that is to be mended."""
        return feedback.symptom(self.problems[place], verdict, visible=self.visible.get(place[0], ()))

    def longest(self) -> Questions:
        """With symptoms as long as they may be, for estimates made before any program was run."""
        guessed = {place: "?" * SHOWN_CHARS for place in self.problems if self.shows_symptom(place[0])}
        return replace(self, symptoms={**guessed, **self.symptoms})


def questions(
    suites: Sequence[Suite], *, params: Params, mode: Mode, system: str | None = None, turns: int = 1
) -> Questions:
    """The questions of these suites."""
    return Questions(
        problems={(suite.name, problem.id): problem for suite in suites for problem in suite.problems},
        templates={suite.name: template_of(suite, mode) for suite in suites},
        params=params,
        mode=mode,
        system=system,
        turns=turns,
        visible={suite.name: suite.visible for suite in suites},
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
