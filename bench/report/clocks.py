"""The clocks that a fix is timed by, never mixed; and what every sample of some runs took on each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.drift import Who
from bench.errors import StoreError
from bench.report.leaderboard import RunView
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


TURNS = Clock("turns", "turns", lambda result: len(result.turns))
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
    """One model's samples of one suite in one run; the arrays have a place for each planned sample."""

    suite: str
    model: str
    run: str
    terms: str
    most_turns: int
    limited: bool
    names: tuple[str, ...]
    """Of the problems, sorted."""
    problem: NDArray[np.int64]
    """The place of each sample's problem in ``names``."""
    measured: Bools
    solved: Bools
    times: Mapping[str, Floats]
    """By a clock's name; 0 where unmeasured. A clock that is unknown of any measured sample is left out."""
    cached: int
    batched: int
    who: tuple[str, ...]
    """Who answered under the model's name, if any answer says so."""

    @property
    def unmeasured(self) -> int:
        return int((~self.measured).sum())


class _Collected:
    """Grows by a few numbers a sample."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.measured: list[bool] = []
        self.solved: list[bool] = []
        self.times: dict[str, list[float]] = {clock.name: [] for clock in CLOCKS}
        self.unknown: set[str] = set()
        self.who: set[Who] = set()
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
        if result.served_model:
            self.who.add(Who(result.served_model, result.provider))

    def known(self) -> dict[str, Floats]:
        """The clocks that are known of every measured sample, if there is one."""
        if not any(self.measured):
            return {}
        return {name: np.array(times) for name, times in self.times.items() if name not in self.unknown}


def attempts(runs: Iterable[RunView]) -> list[Attempts]:
    """Of each model on each suite of each run, which are never pooled; sorted by suite, model and run.

    Raises StoreError for a result that its run's lock does not know.
    """
    found = [one for run in runs for one in _of_run(run)]
    return sorted(found, key=lambda one: (one.suite, one.model, one.run))


def _of_run(run: RunView) -> list[Attempts]:
    collected: dict[tuple[str, str], _Collected] = defaultdict(_Collected)
    for result in run.results:
        collected[result.key.suite, result.key.model].add(result)
    return [_attempts(run, suite, model, one) for (suite, model), one in collected.items()]


def _attempts(run: RunView, suite: str, model: str, collected: _Collected) -> Attempts:
    lock: Mapping[str, Any] = run.lock
    entry = next((one for one in lock["suites"] if one["name"] == suite), None)
    terms = lock["terms"].get(suite, {}).get(model)
    if entry is None or terms is None:
        raise StoreError(f"a result of {model!r} on suite {suite!r} is not in its run's lock")
    names = sorted(set(collected.problems))
    place = {name: at for at, name in enumerate(names)}
    return Attempts(
        suite=suite,
        model=model,
        run=run.name,
        terms=terms,
        most_turns=turns_of(lock),
        limited=entry["limited"],
        names=tuple(names),
        problem=np.array([place[name] for name in collected.problems]),
        measured=np.array(collected.measured),
        solved=np.array(collected.solved),
        times=collected.known(),
        cached=collected.cached,
        batched=collected.batched,
        who=tuple(sorted(str(who) for who in collected.who)),
    )
