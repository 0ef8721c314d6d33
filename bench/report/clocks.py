"""The clocks that a fix is timed by, never mixed; and what every sample of some runs took on each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bench.report.leaderboard import RunView
from bench.report.sides import Side, sides
from bench.results import Result
from bench.rundir import turns_of
from bench.types import Outcome

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Clock:
    """One sense of "fast". ``read``: what a sample took until it was solved or given up; None is unknown."""

    name: str
    """As in files and in ``--budget``."""
    title: str
    """For people, with its unit."""
    read: Callable[[Result], float | None] = field(repr=False)
    least: float = 0.0
    """What a sample takes that is solved at once."""


def _output_tokens(result: Result) -> int | None:
    return result.usage.output_total if result.usage else None


def _total_tokens(result: Result) -> int | None:
    usage = result.usage
    if usage is None or usage.input_total is None or usage.output_total is None:
        return None
    return usage.input_total + usage.output_total


def _end_to_end_s(result: Result) -> float | None:
    parts = [turn.end_to_end_s for turn in result.turns]
    known = [part for part in parts if part is not None]
    return sum(known) if known and len(known) == len(parts) else None


def _usd(result: Result) -> float | None:
    """With what tries without an answer cost."""
    if result.cost_microusd is None or result.lost_microusd is None:
        return None
    return (result.cost_microusd + result.lost_microusd) / 1e6


TURNS = Clock("turns", "turns", lambda result: len(result.turns), least=1.0)
CLOCKS = (
    TURNS,
    Clock("output_tokens", "output tokens", _output_tokens),
    Clock("total_tokens", "tokens in and out", _total_tokens),
    Clock("model_s", "model seconds", lambda result: result.seconds),
    Clock("end_to_end_s", "end-to-end seconds", _end_to_end_s),
    Clock("usd", "dollars", _usd),
)


@dataclass(frozen=True, slots=True, eq=False)
class Attempts:
    """What one model's samples of a suite took in a run; the arrays have a place for each planned sample."""

    side: Side
    most_turns: int
    problem: NDArray[np.int64]
    """The place of each sample's problem in ``side.names``."""
    measured: Bools
    solved: Bools
    times: Mapping[str, Floats]
    """By a clock's name; 0 where unmeasured. A clock that is unknown of any measured sample is left out."""
    cached: int
    batched: int


class _Collected:
    """Grows by a few numbers a sample."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.measured: list[bool] = []
        self.solved: list[bool] = []
        self.times: dict[str, list[float]] = {clock.name: [] for clock in CLOCKS}
        self.unknown: set[str] = set()
        self.cached = self.batched = 0

    def add(self, result: Result) -> None:
        scored = result.outcome.scored
        self.problems.append(result.key.problem)
        self.measured.append(scored)
        self.solved.append(result.outcome is Outcome.PASS)
        for clock in CLOCKS:
            took = clock.read(result) if scored else 0.0
            if took is None:
                self.unknown.add(clock.name)
            self.times[clock.name].append(took or 0.0)
        self.cached += scored and result.cached
        self.batched += scored and result.batched

    def known(self) -> dict[str, Floats]:
        """The clocks that are known of every measured sample, if there is one."""
        if not any(self.measured):
            return {}
        return {name: np.array(times) for name, times in self.times.items() if name not in self.unknown}


def attempts(runs: Iterable[RunView]) -> list[Attempts]:
    """Of every side that ``bench.report.sides`` finds in these runs, in its order. Raises as it does."""
    found = [one for run in runs for one in _of_run(run)]
    return sorted(found, key=lambda one: (one.side.suite, one.side.model, one.side.run))


def _of_run(run: RunView) -> list[Attempts]:
    collected: dict[tuple[str, str], _Collected] = defaultdict(_Collected)

    def noted() -> Iterator[Result]:
        for result in run.results:
            collected[result.key.suite, result.key.model].add(result)
            yield result

    found = sides([RunView(run.lock, noted(), run.name)])
    return [_attempts(side, collected[side.suite, side.model], turns_of(run.lock)) for side in found]


def _attempts(side: Side, collected: _Collected, most_turns: int) -> Attempts:
    place = {name: at for at, name in enumerate(side.names)}
    return Attempts(
        side,
        most_turns,
        problem=np.array([place[name] for name in collected.problems]),
        measured=np.array(collected.measured),
        solved=np.array(collected.solved),
        times=collected.known(),
        cached=collected.cached,
        batched=collected.batched,
    )
