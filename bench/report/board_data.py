"""What the page shows of a board: its rows, who is better than whom, and curves of pass@k."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from bench.errors import UsageError
from bench.models.openness import weights_of
from bench.report.boards import Board
from bench.report.comparison import compare
from bench.report.kinds import kinds
from bench.report.labels import Labels
from bench.report.row import UNRANKED, Cell, Row
from bench.report.sides import Side
from bench.stats import pass_at_k_of
from bench.types import Json

PAIRED = 8
"""Of so many rows, the first of a board, each is compared with each other."""
LARGEST_K = 100


@dataclass(frozen=True, slots=True)
class Counted:
    """What a page needs of some runs besides their rows."""

    sides: Mapping[tuple[str, str, str], Side]
    """By run, suite and model."""
    labels: Mapping[str, Mapping[str, Labels]]
    """By run and suite, as far as runs have noted them."""


def board_data(board: Board, counted: Counted) -> Json:
    """A board as the page reads it."""
    first = board.first
    of_rows = [
        None if row.drift else counted.sides.get((row.run, row.suite, row.model)) for row in board.rows
    ]
    labels = [counted.labels.get(row.run, {}).get(row.suite, {}) for row in board.rows]
    shown: dict[str, Json] = {
        "suite": first.suite,
        "track": first.track,
        "terms": first.terms,
        "problems": first.problems,
        "problems_total": first.problems_total,
        "limited": first.limited,
        "differs": list(board.differs),
        "rows": [_row(row, side) for row, side in zip(board.rows, of_rows, strict=True)],
        "paired": list(_paired(board.rows, of_rows)),
    }
    return shown | kinds(of_rows, labels)


def _row(row: Row, side: Side | None) -> Json:
    """The columns of the leaderboard, and what the page shows besides."""
    cells: dict[str, Json] = {name: _rounded(cell) for name, cell in row.cells().items()}
    vendor, slash, _ = row.model.partition("/")
    return cells | {
        "self_reported": row.is_self_reported,
        "vendor": vendor if slash else "",
        "weights": weights_of(row.model),
        "tokens_per_sample": _rounded(_tokens_per_sample(row)),
        "pass_at_k": [] if side is None else list(_curve(side)),
    }


def _tokens_per_sample(row: Row) -> float | None:
    return None if row.output_tokens is None else row.output_tokens / max(1, row.samples_scored)


def _curve(side: Side) -> Iterator[Json]:
    """Unbiased pass@1, pass@2, ... as far as every problem has so many measured samples; none for one.

    Of each the value and the two ends of its interval.
    """
    most = int(side.counts.measured.min())
    for k in range(1, min(most, LARGEST_K) + 1 if most > 1 else 1):
        found = pass_at_k_of(side.counts, k)
        yield [_rounded(found.value), _rounded(found.low), _rounded(found.high)]


def _paired(rows: Sequence[Row], sides: Sequence[Side | None]) -> Iterator[Json]:
    """Pairs of places of rows, the first less the second; what is missing taken at its worst."""
    there = [at for at, side in enumerate(sides) if side is not None and rows[at].model not in UNRANKED]
    for one, other in combinations(there[:PAIRED], 2):
        first, second = sides[one], sides[other]
        assert first is not None
        assert second is not None
        try:
            found = compare(first, second)
        except UsageError:  # no problem that both have a verdict for
            continue
        yield {
            "first": one,
            "second": other,
            "value": _rounded(found.value),
            "low": _rounded(found.low),
            "high": _rounded(found.high),
            "p": _rounded(found.p),
            "detectable": _rounded(found.detectable),
            "ahead": [len(problems) for problems in found.ahead],
            "better": found.better(),
        }


def _rounded(cell: Cell) -> Cell:
    return round(cell, 6) if isinstance(cell, float) else cell
