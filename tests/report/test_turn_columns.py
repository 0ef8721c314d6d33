"""Samples of several turns: what one turn would have come to, and how the score grows with the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from test_leaderboard import E, P, W, lock

from bench.report.leaderboard import Row, RunView, as_csv, as_markdown, rows
from bench.results import Result, Turn
from bench.types import Outcome, SampleKey, Stop

N, R = Outcome.NOT_RUN, Outcome.REFUSED


def locked(turns: int, model: str = "m", **suite: Any) -> Any:
    """``suite``: what its entry says besides."""
    made = lock(model)
    return {**made, "turns": turns, "suites": [{**made["suites"][0], **suite}]}


def sample(
    problem: int, turns: Sequence[Outcome], *, epoch: int = 0, left: Outcome | None = None, **more: Any
) -> Result:
    """Judged turn by turn; ``left``: what it comes to where a turn is to come, or was lost."""
    return Result(
        SampleKey("toy", f"p{problem}", "m", epoch),
        left or turns[-1],
        stop=Stop.END if turns else None,
        turns=tuple(Turn(outcome) for outcome in turns),
        **more,
    )


def row_of(samples: Sequence[Result], turns: int = 3) -> Row:
    (row,) = rows([RunView(locked(turns), samples)])
    return row


def test_the_score_grows_turn_by_turn_to_the_one_of_all() -> None:
    row = row_of([sample(0, [P]), sample(1, [W, P]), sample(2, [W, W, P]), sample(3, [W, W, W])])
    assert (row.turns, row.pass_at_1, row.pass_at_turn_1) == (3, 0.75, 0.25)
    assert row.solved_by_turn == "0.250000; 0.500000; 0.750000"


def test_shares_are_means_over_problems_as_the_score_is() -> None:
    """Of p0 1 of 2 passes at once, of p1 1 of 4 and a second one in turn 2: 3/8, then (1/2 + 2/4) / 2."""
    first = [sample(0, [P]), sample(0, [W, W], epoch=1)]
    second = [sample(1, [P]), sample(1, [W, P], epoch=1), sample(1, [W, W], epoch=2)]
    row = row_of([*first, *second, sample(1, [W, W], epoch=3)], turns=2)
    assert (row.pass_at_turn_1, row.solved_by_turn) == (0.375, "0.375000; 0.500000")
    assert row.pass_at_1 == 0.5


def test_a_turn_that_was_lost_hides_nothing_of_the_one_before() -> None:
    """Who fails has more turns to lose than who passes: left out of turn 1, too, it would show 100 %."""
    row = row_of([sample(0, [P]), sample(1, [W], left=E), sample(2, [W], left=N), sample(3, [W, P])], turns=2)
    assert (row.pass_at_turn_1, row.solved_by_turn) == (0.25, "0.250000; 1.000000")
    assert (row.pass_at_1, row.bound_low, row.samples_unmeasured) == (1.0, 0.5, 2)


def test_what_was_never_judged_is_in_no_turn() -> None:
    row = row_of([sample(0, [P]), sample(1, [], left=E), sample(2, [Outcome.SANDBOX_ERROR])], turns=2)
    assert (row.pass_at_turn_1, row.solved_by_turn) == (1.0, "1.000000; 1.000000")
    nothing = row_of([sample(0, [], left=N)])
    assert (nothing.pass_at_turn_1, nothing.solved_by_turn) == (None, "")


def test_turns_of_which_nothing_is_known_are_not_there() -> None:
    row = row_of([sample(0, [W], left=N), sample(1, [W], left=N)])
    assert (row.pass_at_1, row.pass_at_turn_1, row.solved_by_turn) == (None, 0.0, "0.000000")


def test_a_refusal_ends_a_sample_and_stays_unsolved() -> None:
    assert row_of([sample(0, [R]), sample(1, [W, W, P])]).solved_by_turn == "0.000000; 0.000000; 0.500000"


def test_models_that_never_and_that_always_solve_have_whole_tables() -> None:
    assert row_of([sample(0, [W, W, W])]).solved_by_turn == "0.000000; 0.000000; 0.000000"
    assert row_of([sample(0, [P])]).solved_by_turn == "1.000000; 1.000000; 1.000000"


def test_a_run_of_one_turn_has_one_share() -> None:
    (row,) = rows([RunView(lock("m"), [sample(0, [P]), sample(1, [W])])])
    assert (row.turns, row.pass_at_1, row.pass_at_turn_1, row.solved_by_turn) == (1, 0.5, 0.5, "0.500000")


def test_answerers_under_one_name_have_turns_of_their_own() -> None:
    one = [sample(0, [P], served_model="a"), sample(1, [W, P], served_model="a")]
    other = [sample(2, [W, W], served_model="b"), sample(3, [W], left=E)]
    found = {row.served_model: row for row in rows([RunView(locked(2), [*one, *other])])}
    shares = {name: row.solved_by_turn for name, row in found.items()}
    assert shares == {"a": "0.500000; 1.000000", "b": "0.000000; 0.000000", "": "0.000000"}


def test_samples_that_nobody_answered_are_pooled_with_the_only_one_who_did() -> None:
    row = row_of([sample(0, [P], served_model="a"), sample(1, [W], left=E), sample(2, [W, P])], turns=2)
    assert row.solved_by_turn == f"{1 / 3:.6f}; 1.000000"


@pytest.mark.parametrize("turns", [1, 2])
def test_tables_for_people_show_turns_where_there_are_several(turns: int) -> None:
    (row,) = rows([RunView(locked(turns), [sample(0, [P]), sample(1, [W] * turns)])])
    text = as_markdown([row])
    assert ("| turns | at turn 1 |" in text) == ("| 2 | 50.0 % |" in text) == (turns == 2)
    assert "0.500000" in as_csv([row])
