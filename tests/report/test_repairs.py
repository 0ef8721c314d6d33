"""The columns about edits: what does not apply, changes nothing, changes too much, breaks what worked."""

from __future__ import annotations

from typing import Any

import pytest
from test_leaderboard import E, P, W, lock
from test_turn_columns import locked

from bench.edits import Edit, edit
from bench.report.leaderboard import Row, RunView, as_markdown, rows
from bench.results import Result, Turn
from bench.types import CheckGroup, Outcome, SampleKey, Stop

NO_CODE = Outcome.NO_CODE
COLUMNS = (
    "malformed_edit_share", "unchanged_share", "edit_precision", "bug_recall", "median_edit_lines",
    "median_needed_lines", "regression_share",
)  # fmt: skip


def turn(outcome: Outcome, changed: Edit | None = None, *, rule: str = "fence", **more: Any) -> Turn:
    return Turn(outcome, rule=rule, edit=changed, **more)


def sample(problem: int, *turns: Turn, left: Outcome | None = None, **more: Any) -> Result:
    last = turns[-1].outcome if turns else Outcome.NOT_RUN
    stop = Stop.END if turns else None
    return Result(SampleKey("toy", f"p{problem}", "m", 0), left or last, stop=stop, turns=turns, **more)


def row_of(*samples: Result, turns: int = 1) -> Row:
    (row,) = rows([RunView(locked(turns, track="repair"), samples)])
    return row


def test_edits_are_averaged_over_the_answers_of_which_they_are_known() -> None:
    row = row_of(
        sample(0, turn(P, Edit(2, 2, 1.0, 1.0, unchanged=False))),
        sample(1, turn(W, Edit(20, 2, 0.1, 0.5, unchanged=False))),
        sample(2, turn(W, Edit(0, 4, None, 0.0, unchanged=True))),
        sample(3, turn(NO_CODE, rule="none")),
    )
    assert row.edit_precision == pytest.approx(1.1 / 2)
    assert row.bug_recall == 0.5
    assert row.unchanged_share == pytest.approx(1 / 3)
    assert (row.median_edit_lines, row.median_needed_lines) == (11.0, 2.0)


def test_a_program_given_back_is_unchanged_however_it_is_written() -> None:
    """Small models give 12 to 16 of 20 programs back as they were."""
    buggy, right = "def f(x):\n    return x + 1\n", "def f(x):\n    return x - 1\n"
    again = 'def f(x):\n    """It was right."""\n    return (x +  1)  # kept\n'
    row = row_of(*(sample(n, turn(W, edit(buggy, answer, right))) for n, answer in enumerate([again, right])))
    assert (row.unchanged_share, row.edit_precision, row.bug_recall) == (0.5, 1.0, 0.5)
    assert (row.median_edit_lines, row.median_needed_lines) == (2.0, 2.0)


def test_an_edit_that_does_not_apply_is_told_apart_from_a_wrong_one_and_from_none() -> None:
    row = row_of(
        sample(0, turn(NO_CODE, rule="search_replace")),
        sample(1, turn(NO_CODE, rule="none")),
        sample(2, turn(W, rule="diff")),
        sample(3, turn(P, rule="whole_file")),
    )
    assert row.malformed_edit_share == 0.25


def test_malformed_edits_are_counted_over_all_turns_and_the_rest_of_the_one_that_counts() -> None:
    unchanged, fixed = Edit(0, 2, None, 0.0, unchanged=True), Edit(4, 2, 0.5, 1.0, unchanged=False)
    row = row_of(
        sample(0, turn(NO_CODE, rule="diff"), turn(W, unchanged, rule="diff"), turn(P, fixed, rule="diff")),
        sample(1, turn(W, fixed, rule="diff"), turn(W, unchanged, rule="diff")),
        turns=3,
    )
    assert row.malformed_edit_share == 1 / 5
    assert (row.unchanged_share, row.edit_precision, row.bug_recall) == (0.5, 0.5, 0.5)
    assert row.median_edit_lines == 4.0


def test_a_model_whose_edits_never_apply_has_a_share_of_one_and_no_edits() -> None:
    row = row_of(
        *(sample(n, turn(NO_CODE, rule="diff"), turn(NO_CODE, rule="diff")) for n in (0, 1)), turns=2
    )
    assert (row.malformed_edit_share, row.pass_at_1) == (1.0, 0.0)
    assert [getattr(row, name) for name in COLUMNS[1:]] == [None] * 6


def test_what_is_unmeasured_says_nothing_about_edits() -> None:
    """Its answers of turns that were judged are answers all the same."""
    changed = Edit(2, 2, 1.0, 1.0, unchanged=False)
    broken = turn(Outcome.SANDBOX_ERROR, rule="diff")
    row = row_of(
        sample(0, turn(NO_CODE, rule="diff"), left=E),
        sample(1, turn(P, changed, rule="diff")),
        sample(2, broken),
        sample(3, turn(W, Edit(0, 2, None, 0.0, unchanged=True)), left=Outcome.NOT_RUN),
        sample(4),
        turns=2,
    )
    assert row.malformed_edit_share == pytest.approx(1 / 3)
    assert (row.edit_precision, row.unchanged_share) == (1.0, 0.0)
    assert all(getattr(row_of(sample(0)), name) is None for name in COLUMNS)


def test_a_regression_is_a_test_that_passed_before_and_fails_now() -> None:
    def tested(to_fix: int, to_keep: int, of: int = 5) -> tuple[CheckGroup, ...]:
        return CheckGroup("fail_to_pass", 1, to_fix, 1), CheckGroup("pass_to_pass", of, to_keep, of)

    row = row_of(
        sample(0, turn(P, groups=tested(1, 5))),
        sample(1, turn(W, groups=tested(1, 4))),
        sample(2, turn(W, groups=tested(0, 5))),
        sample(3, turn(W, groups=tested(0, 0, of=0))),
        sample(4, turn(Outcome.TIME_LIMIT)),
    )
    assert row.regression_share == pytest.approx(1 / 3)
    assert row_of(sample(0, turn(W, groups=tested(0, 0, of=0)))).regression_share is None


def test_generation_has_no_repair_columns() -> None:
    answers = [sample(0, turn(P)), sample(1, turn(NO_CODE, rule="none"))]
    (row,) = rows([RunView(lock("m"), answers)])
    assert [getattr(row, name) for name in COLUMNS] == [None] * 7
    assert "malformed" not in as_markdown([row])


def test_answerers_under_one_name_have_edits_of_their_own() -> None:
    def answer(number: int, precision: float, who: str) -> Result:
        return sample(number, turn(W, Edit(10, 2, precision, 1.0, unchanged=False)), served_model=who)

    view = RunView(locked(1, track="repair"), [answer(0, 0.2, "a"), answer(1, 0.4, "a"), answer(2, 0.9, "b")])
    found = {row.served_model: row.edit_precision for row in rows([view])}
    assert found == {"a": pytest.approx(0.3), "b": 0.9}
    pooled = row_of(answer(0, 0.2, "a"), answer(1, 0.4, ""), answer(2, 0.9, "a"))
    assert (pooled.edit_precision, pooled.median_edit_lines) == (pytest.approx(0.5), 10.0)


def test_people_see_the_columns_that_some_row_has() -> None:
    changed = sample(0, turn(P, Edit(4, 2, 0.5, 1.0, unchanged=False)))
    (generated,) = rows([RunView(lock("m"), [sample(0, turn(P))])])
    text = as_markdown([row_of(changed), generated])
    assert "| malformed | unchanged | edit precision | problems |" in text
    assert "| 0.0 % | 0.0 % | 50.0 % | 1 |" in text
    assert "|  |  |  | 1 |" in text
    assert "regressions" not in text
