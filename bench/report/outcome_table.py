"""What became of each problem, by model: a table for the terminal, and JSON."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bench.results import Result
from bench.types import Outcome
from bench.visible import visible_line

if TYPE_CHECKING:
    from rich.table import Table

SCHEMA = "evenbench/outcomes@1"


def render(found: Iterable[Result]) -> Table:
    """A row a problem, a column a model; of several epochs how many came to what, most frequent first."""
    from rich.table import Table
    from rich.text import Text

    counts: dict[tuple[str, str], dict[str, Counter[Outcome]]] = defaultdict(lambda: defaultdict(Counter))
    models: dict[str, None] = {}
    for result in found:
        models[result.key.model] = None
        counts[result.key.suite, result.key.problem][result.key.model][result.outcome] += 1
    several = len({suite for suite, _ in counts}) > 1
    table = Table()
    for name in [*(["suite"] if several else []), "problem", *models]:
        table.add_column(Text(visible_line(name)), overflow="fold")
    for (suite, problem), by_model in counts.items():
        names = [suite, problem] if several else [problem]
        table.add_row(
            *(Text(visible_line(name)) for name in names),
            *(Text(_cell(by_model[model])) for model in models),
        )
    return table


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


def _cell(outcomes: Counter[Outcome]) -> str:
    if outcomes.total() == 1:
        return next(iter(outcomes)).value
    return ", ".join(f"{count} {outcome.value}" for outcome, count in outcomes.most_common())
