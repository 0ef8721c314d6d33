"""Which samples of a run are meant: by problem, suite, model, epoch and outcome."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.results import Result, results
from bench.rundir import plan_of, read_lock
from bench.types import Outcome, SampleKey
from bench.visible import visible_line


@dataclass(frozen=True, slots=True)
class Picked:
    """What is wanted of each; an empty one takes all. ``problem`` may be the last part of an id: ``3``."""

    problem: str = ""
    suites: Sequence[str] = ()
    models: Sequence[str] = ()
    epochs: Sequence[int] = ()
    outcomes: Sequence[Outcome] = ()

    def results(self, path: Path) -> Iterator[Result]:
        """What the samples that are meant have come to, in the order of the plan.

        Raises StoreError for what is no run, UsageError for a name that the run does not have.
        """
        self._check_names(path)
        return (one for one in results(path) if self._has(one.key) and self.has_outcome(one.outcome))

    def places(self, path: Path) -> list[int]:
        """Where in the plan the samples of the problem stand, whatever their outcome.

        Raises StoreError for what is no run, UsageError for a problem or another name that it does not have.
        """
        self._check_names(path)
        name = self._problem(path)
        return [at for at, key in enumerate(plan_of(path)) if key.problem == name and self._has(key)]

    def has_outcome(self, outcome: Outcome) -> bool:
        return not self.outcomes or outcome in self.outcomes

    def _has(self, key: SampleKey) -> bool:
        return (
            (not self.suites or key.suite in self.suites)
            and (not self.models or key.model in self.models)
            and (not self.epochs or key.epoch in self.epochs)
        )

    def _check_names(self, path: Path) -> None:
        lock: dict[str, Any] = read_lock(path)
        for kind, given, there in (
            ("suite", self.suites, [suite["name"] for suite in lock["suites"]]),
            ("model", self.models, lock["models"]),
        ):
            for name in given:
                if name not in there:
                    raise _unknown(kind, name, there, path)

    def _problem(self, path: Path) -> str:
        there = dict.fromkeys(key.problem for key in plan_of(path) if self._has(key))
        if self.problem in there:
            return self.problem
        ending = [name for name in there if name.endswith(f"/{self.problem}")]
        if len(ending) == 1:
            return ending[0]
        raise _unknown("problem", self.problem, ending or list(there), path)


_SHOWN = 8


def _unknown(kind: str, name: str, there: Iterable[str], path: Path) -> UsageError:
    names = list(there)
    near = difflib.get_close_matches(name, names, n=3) or names[:_SHOWN]
    more = ", ..." if len(names) > len(near) else ""
    hint = f"It has: {', '.join(map(visible_line, near))}{more}."
    return UsageError(f"{path} has no {kind} {visible_line(name)!r}", hint=hint)
