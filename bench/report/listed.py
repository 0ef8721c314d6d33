"""Every sample of some runs in a line: what a list of them shows, and what is looked for in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bench.results import Result
from bench.types import Json, Outcome, SampleKey

_WHY = 160
"""Characters of what went wrong that a line has room for."""


@dataclass(slots=True)
class Names:
    """Texts that many lines share, each by its place."""

    places: dict[str, int] = field(default_factory=dict)

    def __call__(self, name: str) -> int:
        return self.places.setdefault(name, len(self.places))


@dataclass(frozen=True, slots=True)
class Line:
    """A sample: which run's, its place in that run's plan, and what it came to. None is unknown."""

    run: int
    index: int
    key: SampleKey
    outcome: Outcome
    turns: int
    seconds: float | None
    output_tokens: int | None
    microusd: int | None
    why: str


class Listed:
    """Collects lines as results stream by."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def noted(self, run: int, results: Iterable[Result]) -> Iterator[Result]:
        """The results of a run as they are, in the order of its plan; each gets its line."""
        for index, result in enumerate(results):
            self.lines.append(_line(run, index, result))
            yield result

    def ordered(self) -> list[Line]:
        """By suite and problem, so that all answers to one problem stand together; 2 comes before 10."""
        return sorted(self.lines, key=_place)


def columns(lines: Iterable[Line], runs: Iterable[str]) -> dict[str, Json]:
    """The lines by column, as the page reads them: texts that many share stand in ``names`` once."""
    suites, models, problems, whys = Names(), Names(), Names(), Names()
    outcomes = list(Outcome)
    rows = [
        (
            line.run, suites(line.key.suite), problems(line.key.problem), models(line.key.model),
            line.key.epoch, outcomes.index(line.outcome), line.turns, line.seconds, line.output_tokens,
            line.microusd, whys(line.why),
        )
        for line in lines
    ]  # fmt: skip
    titles = (
        "run", "suite", "problem", "model", "epoch", "outcome", "turns", "seconds", "tokens",
        "microusd", "why",
    )  # fmt: skip
    found: dict[str, Json] = {name: [row[at] for row in rows] for at, name in enumerate(titles)}
    found["names"] = {
        "run": list(runs),
        "suite": list(suites.places),
        "problem": list(problems.places),
        "model": list(models.places),
        "outcome": [outcome.value for outcome in outcomes],
        "why": list(whys.places),
    }
    found["scored"] = [outcome.scored for outcome in outcomes]
    return found


def _line(run: int, index: int, result: Result) -> Line:
    return Line(
        run,
        index,
        result.key,
        result.outcome,
        turns=len(result.turns),
        seconds=None if result.seconds is None else round(result.seconds, 2),
        output_tokens=result.usage.output_total if result.usage else None,
        microusd=result.cost_microusd,
        why=_why(result),
    )


def _why(result: Result) -> str:
    """The beginning of what went wrong."""
    if result.outcome is Outcome.PASS:
        return ""
    failed = next((group.failure for group in result.groups if group.failure), "")
    return (result.detail or failed).strip().split("\n")[0][:_WHY]


def _place(line: Line) -> tuple[object, ...]:
    key = line.key
    return key.suite, natural(key.problem), key.problem, key.model, line.run, key.epoch


def natural(name: str) -> list[tuple[int, str]]:
    """Texts and numbers in turn; numbers by length, then by digit: ``int`` takes none of any length."""
    parts = re.split(r"([0-9]+)", name)
    digits = [part.lstrip("0") if place % 2 else part for place, part in enumerate(parts)]
    return [(len(part) if place % 2 else 0, part) for place, part in enumerate(digits)]
