"""The columns of a leaderboard, in their order. ``docs/leaderboard.md`` says what each means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TypeAlias, cast

from bench.lock import AS_GIVEN
from bench.types import Outcome

Cell: TypeAlias = "bool | int | float | str | None"
UNRANKED = frozenset({"reference"})
"""Models that show what can be reached, and compete with none."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the leaderboard, in the order of its columns. Rates are from 0 to 1; None is unknown."""

    rank: int | None
    rank_best: int | None
    rank_worst: int | None
    model: str
    suite: str
    suite_version: str
    track: str
    problems: int
    problems_total: int
    limited: bool
    epochs: int
    turns: int
    samples_planned: int
    samples_scored: int
    samples_unmeasured: int
    unmeasured_share: float
    pass_at_1: float | None
    ci_low: float
    ci_high: float
    ci_method: str
    bound_low: float
    bound_high: float
    pass_at_1_base: float | None
    pass_at_1_visible: float | None
    hidden_gap: float | None
    pass_at_5: float | None
    pass_at_10: float | None
    pass_at_100: float | None
    pass_at_turn_1: float | None
    solved_by_turn: str
    truncated_share: float | None
    refused_share: float | None
    malformed_edit_share: float | None
    unchanged_share: float | None
    edit_precision: float | None
    bug_recall: float | None
    median_edit_lines: float | None
    median_needed_lines: float | None
    regression_share: float | None
    outcomes: Mapping[Outcome, int] = field(metadata={"columns": tuple(f"n_{one}" for one in Outcome)})
    tries: int
    answers_cached: int
    answers_batched: int
    input_tokens: int | None
    cached_input_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None
    cost_lost_usd: float | None
    cost_per_solved_usd: float | None
    cost_per_solved_low: float | None
    cost_per_solved_high: float | None
    median_seconds: float | None
    median_first_byte_seconds: float | None
    median_queue_seconds: float | None
    prices: str
    price_date: str
    evidence: str
    isolation: str
    judge: str
    extractor: str
    prompt: str
    sandbox: str
    data_sha256: str
    terms: str
    system: str
    params_asked: str
    params_sent: str
    dropped_params: str
    served_model: str
    provider: str
    drift: str
    bench_version: str
    run: str

    @property
    def is_self_reported(self) -> bool:
        """That the answers are the model's is their giver's word."""
        return self.prompt == AS_GIVEN and self.model not in UNRANKED

    @property
    def board(self) -> tuple[str, bool, str, int]:
        """Equal for rows that may be ranked together."""
        return self.suite, self.limited, self.terms, self.problems

    def cells(self) -> dict[str, Cell]:
        """Its values by column, in order."""
        cells: dict[str, Cell] = {}
        for one in fields(self):
            if one.name == "outcomes":
                cells |= {f"n_{outcome}": self.outcomes.get(outcome, 0) for outcome in Outcome}
            else:
                cells[one.name] = cast(Cell, getattr(self, one.name))
        return cells


COLUMNS: tuple[str, ...] = tuple(
    name for one in fields(Row) for name in one.metadata.get("columns", (one.name,))
)
