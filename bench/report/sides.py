"""The sides of a comparison: one model's counts on one suite of one run; and which two are meant."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeVar

from bench.drift import Who
from bench.errors import UsageError
from bench.report.leaderboard import RunView
from bench.report.row import UNRANKED
from bench.report.terms import settings, suite_of
from bench.results import Result
from bench.stats import Counts
from bench.types import Json, Outcome

T = TypeVar("T")
Pair = tuple["Side", "Side"]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One model on one suite of one run. Runs are never pooled."""

    suite: str
    model: str
    run: str
    """The name of the run's directory."""
    track: str
    terms: str
    """The hash: equal for two that may be compared."""
    settings: Mapping[str, Json]
    """What the hash is made of, in words."""
    limited: bool
    names: tuple[str, ...]
    """Of the problems, sorted; the counts are in this order."""
    counts: Counts
    unjudged: int
    """How many of the unmeasured samples have an answer that lacks a verdict."""
    who: tuple[str, ...]
    """Who answered under the model's name in that run, on any suite: one, if any answer says so."""

    @property
    def unmeasured(self) -> int:
        return int((self.counts.planned - self.counts.measured).sum())

    @property
    def epochs(self) -> int:
        """The most samples of a problem that were planned (K)."""
        return int(self.counts.planned.max())


@dataclass(slots=True)
class _Collected:
    """Four numbers a problem: planned, measured, passed, truncated."""

    counts: dict[str, list[int]] = field(default_factory=dict)
    unjudged: int = 0

    def add(self, result: Result) -> None:
        count = self.counts.setdefault(result.key.problem, [0, 0, 0, 0])
        count[0] += 1
        count[1] += result.outcome.scored
        count[2] += result.outcome is Outcome.PASS
        count[3] += result.outcome is Outcome.TRUNCATED
        self.unjudged += bool(result.turns) and result.turns[-1].outcome is Outcome.NOT_RUN


def sides(runs: Iterable[RunView]) -> list[Side]:
    """Every model on every suite of these runs, sorted by suite, model and run.

    A sample of several turns counts by the one that counts (``bench.results.Result``). Raises StoreError for
    a result that its run's lock does not know.
    """
    found: list[Side] = []
    for run in runs:
        seen = SidesOf(run.lock, run.name)
        deque(seen.noted(run.results), maxlen=0)
        found += seen.sides()
    return sorted(found, key=lambda side: (side.suite, side.model, side.run))


class SidesOf:
    """The sides of one run, from its results as they stream by."""

    def __init__(self, lock: Mapping[str, Json], name: str) -> None:
        self._lock, self._name = lock, name
        self._collected: dict[tuple[str, str], _Collected] = defaultdict(_Collected)
        self._who: dict[str, set[Who]] = defaultdict(set)

    def noted(self, results: Iterable[Result]) -> Iterator[Result]:
        """Pass them on."""
        for result in results:
            self._collected[result.key.suite, result.key.model].add(result)
            if result.served_model:
                self._who[result.key.model].add(Who(result.served_model, result.provider))
            yield result

    def sides(self) -> Iterator[Side]:
        """Once they all came by. Raises StoreError for a result that the lock does not know."""
        for (suite, model), one in self._collected.items():
            entry, terms = suite_of(self._lock, suite, model)
            names = tuple(sorted(one.counts))
            planned, measured, passed, truncated = zip(*(one.counts[name] for name in names), strict=True)
            yield Side(
                suite=suite,
                model=model,
                run=self._name,
                track=entry["track"],
                terms=terms,
                settings=settings(self._lock, suite, model),
                limited=entry["limited"],
                names=names,
                counts=Counts.of(passed, measured, planned=planned, truncated=truncated),
                unjudged=one.unjudged,
                who=tuple(sorted(map(str, self._who[model]))),
            )


def labels(found: Sequence[Side]) -> dict[Side, str]:
    """What each is called: its model, or ``RUN:MODEL`` where several runs have that model on a suite."""
    places = [(side.suite, side.model) for side in found]
    several = {model for suite, model in places if places.count((suite, model)) > 1}
    return {side: f"{side.run}:{side.model}" if side.model in several else side.model for side in found}


def of_suites(found: Sequence[T], wanted: Sequence[str], *, suite: Callable[[T], str]) -> list[T]:
    """Those of the suites that are wanted; all where none is named.

    Raises UsageError for a suite that the runs do not have.
    """
    known = sorted({suite(one) for one in found})
    for name in wanted:
        if name not in known:
            raise UsageError(f"no suite {name!r} in these runs", hint=f"They have: {', '.join(known)}.")
    return [one for one in found if not wanted or suite(one) in wanted]


def pairs(found: Sequence[Side], first: str | None = None, others: Sequence[str] = ()) -> list[Pair]:
    """Who is compared with whom, by suite: ``first`` with each of the others, or all with each other.

    A model is named as in its run, or ``RUN:MODEL``. Where ``others`` is empty, all that there are but the
    reference. Raises UsageError for a name that no run has or that stands for several runs, for a model
    against itself, and where no suite has both.
    """
    if first is None and len(others) == 1:
        raise UsageError(f"{others[0]} is compared with nothing", hint="Name the other model with -a.")
    called = labels(found)
    rest = list(dict.fromkeys(name for side, name in called.items() if side.model not in UNRANKED))
    if others:
        asked = [(first, other) for other in others] if first is not None else list(combinations(others, 2))
        chosen = [_on_suites(found, *two) for two in asked]
        empty = [two for two, pair in zip(asked, chosen, strict=True) if not pair]
        if empty:
            hint = "Give a run of each on one suite."
            raise UsageError(f"no suite has both {empty[0][0]} and {empty[0][1]}", hint=hint)
    elif first is not None:
        own = set(_named(found, first).values())
        rest = [name for name in rest if own.isdisjoint(_named(found, name).values())]
        chosen = [_on_suites(found, first, other) for other in rest]
    else:
        chosen = [_on_suites(found, *two) for two in combinations(rest, 2)]
    if not any(chosen):
        raise UsageError(
            f"there are no two models to compare on one suite: these runs have {_listed(found)}",
            hint="Give several runs, or one of several models; the reference counts only where it is named.",
        )
    return sorted((pair for each in chosen for pair in each), key=lambda pair: pair[0].suite)


def _on_suites(found: Sequence[Side], first: str, second: str) -> list[Pair]:
    one, other = _named(found, first), _named(found, second)
    both = [(one[suite], other[suite]) for suite in sorted(one.keys() & other.keys())]
    if any(mine is its for mine, its in both):
        hint = "Name two models, or one in two runs as RUN:MODEL."
        raise UsageError(f"{first} is not compared with itself", hint=hint)
    return both


def _named(found: Sequence[Side], name: str) -> dict[str, Side]:
    """By suite: what a name stands for."""
    meant: dict[str, Side] = {}
    for side in found:
        if name not in (side.model, f"{side.run}:{side.model}"):
            continue
        if side.suite in meant:
            both = f"{meant[side.suite].run}:{side.model} or {side.run}:{side.model}"
            raise UsageError(
                f"{name} ran {side.suite} in several runs", hint=f"Runs are never pooled: write {both}."
            )
        meant[side.suite] = side
    if not meant:
        raise UsageError(f"no model {name!r} in these runs", hint=f"They have: {_listed(found)}.")
    return meant


def _listed(found: Sequence[Side]) -> str:
    return ", ".join(sorted(set(labels(found).values()))) or "no results"
