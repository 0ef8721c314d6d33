"""What became of each problem, by model: a table for the terminal, and JSON."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bench.results import Result
from bench.types import Outcome
from bench.visible import visible_line

if TYPE_CHECKING:
    from rich.table import Table

SCHEMA = "evenbench/outcomes@1"


class Outcomes:
    """How many samples of each problem came to what, by model; in the order in which they were found."""

    def __init__(self, found: Iterable[Result]) -> None:
        self._counts: dict[tuple[str, str], dict[str, Counter[Outcome]]] = defaultdict(
            lambda: defaultdict(Counter)
        )
        for result in found:
            key = result.key
            self._counts[key.suite, key.problem][key.model][result.outcome] += 1
        self._models = dict.fromkeys(model for by_model in self._counts.values() for model in by_model)
        self._several = len({suite for suite, _ in self._counts}) > 1

    def by_problem(self) -> Table:
        """A row a problem, a column a model."""
        table = _table(*self._places, *self._models)
        for place, by_model in self._counts.items():
            _add(table, *self._place(*place), *(_cell(by_model.get(model)) for model in self._models))
        return table

    def by_answer(self) -> Table:
        """A row for each problem and model: for many models where there is little room."""
        table = _table(*self._places, "model", "outcome")
        for place, by_model in self._counts.items():
            for model, outcomes in by_model.items():
                _add(table, *self._place(*place), model, _cell(outcomes))
        return table

    @property
    def _places(self) -> Sequence[str]:
        return ("suite", "problem") if self._several else ("problem",)

    def _place(self, suite: str, problem: str) -> Sequence[str]:
        return (suite, problem) if self._several else (problem,)


def _table(*columns: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name in columns:
        table.add_column(Text(visible_line(name)), overflow="fold")
    return table


def _add(table: Table, *cells: str) -> None:
    """Names are taken literally."""
    from rich.text import Text

    table.add_row(*(Text(visible_line(cell)) for cell in cells))


def as_json(found: Iterable[Result]) -> str:
    """``{"schema": ..., "samples": [...]}``: an object a sample."""
    samples = [
        {
            "suite": one.key.suite,
            "problem": one.key.problem,
            "model": one.key.model,
            "epoch": one.key.epoch,
            "outcome": one.outcome.value,
            "fault": one.fault,
            "detail": one.detail,
            "turns": len(one.turns),
        }
        for one in found
    ]
    return json.dumps({"schema": SCHEMA, "samples": samples}, indent=1) + "\n"


def _cell(outcomes: Counter[Outcome] | None) -> str:
    """The outcome; of several samples how many came to what, most frequent first."""
    if not outcomes:
        return ""
    if outcomes.total() == 1:
        return next(iter(outcomes)).value
    return ", ".join(f"{count} {outcome.value}" for outcome, count in outcomes.most_common())
