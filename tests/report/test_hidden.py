"""Visible and hidden tests: passing what was shown is not yet being right."""

from __future__ import annotations

from test_leaderboard import E, P, W
from test_turn_columns import locked

from bench.report.leaderboard import Row, RunView, as_markdown, rows
from bench.results import Result
from bench.types import CheckGroup, Outcome, SampleKey, Stop

BASE, PLUS = CheckGroup("base", 3, 3, 3), CheckGroup("plus", 9, 9, 9)
PLUS_FAILED, BASE_FAILED = CheckGroup("plus", 4, 3, 9), CheckGroup("base", 2, 1, 3)


def sample(number: int, outcome: Outcome, *groups: CheckGroup, epoch: int = 0, served: str = "") -> Result:
    stop = None if outcome is E else Stop.END
    key = SampleKey("toy", f"p{number}", "m", epoch)
    return Result(key, outcome, stop=stop, groups=groups, served_model=served)


def row_of(*samples: Result, visible: tuple[str, ...] = ("base",)) -> Row:
    (row,) = rows([RunView(locked(1, visible=list(visible)), samples)])
    return row


def test_the_gap_is_what_passed_only_what_was_shown() -> None:
    row = row_of(
        sample(0, P, BASE, PLUS),
        sample(1, W, BASE, PLUS_FAILED),
        sample(2, W, BASE_FAILED),
        sample(3, Outcome.RUNTIME_ERROR, BASE, CheckGroup("plus", 1, 0, 9)),
        sample(4, Outcome.COMPILE_ERROR),
        sample(5, E),
    )
    assert (row.pass_at_1, row.pass_at_1_visible, row.hidden_gap) == (0.2, 0.6, 0.6 - 0.2)
    assert row.pass_at_1_base == 0.6
    assert "| hidden gap |" in as_markdown([row])
    assert "| 40.0 pp |" in as_markdown([row])


def test_shares_are_means_over_problems() -> None:
    """Visible: p0 2 of 2, p1 1 of 4; all: p0 1 of 2, p1 0 of 4."""
    first = [sample(0, P, BASE, PLUS), sample(0, W, BASE, PLUS_FAILED, epoch=1)]
    second = [sample(1, W, BASE, PLUS_FAILED), *(sample(1, W, BASE_FAILED, epoch=e) for e in (1, 2, 3))]
    row = row_of(*first, *second)
    assert (row.pass_at_1, row.pass_at_1_visible, row.hidden_gap) == (0.25, 0.625, 0.375)


def test_all_that_is_shown_must_hold_and_have_been_run_to_the_end() -> None:
    shown, other = CheckGroup("shown", 2, 2, 2), CheckGroup("hidden", 1, 0, 1)
    cut = CheckGroup("base", 2, 2, 3)
    row = row_of(
        sample(0, W, shown, BASE, other),
        sample(1, W, shown, BASE_FAILED),
        sample(2, Outcome.TIME_LIMIT, shown, cut),
        sample(3, W, shown),
        visible=("shown", "base"),
    )
    assert (row.pass_at_1, row.pass_at_1_visible) == (0.0, 0.25)


def test_a_problem_may_lack_a_group_that_is_shown_of_others() -> None:
    row = row_of(sample(0, P, BASE, PLUS), sample(1, W, BASE, PLUS_FAILED), visible=("shown", "base"))
    assert (row.pass_at_1, row.pass_at_1_visible, row.hidden_gap) == (0.5, 0.5, 0.0)


def test_without_visible_groups_or_without_others_there_is_no_gap() -> None:
    nothing_shown = row_of(sample(0, P, BASE, PLUS), sample(1, W, BASE, PLUS_FAILED), visible=())
    all_shown = row_of(sample(0, P, BASE, PLUS), sample(1, W, BASE, PLUS_FAILED), visible=("base", "plus"))
    for row in (nothing_shown, all_shown):
        assert (row.pass_at_1, row.pass_at_1_visible, row.hidden_gap) == (0.5, None, None)
        assert "hidden gap" not in as_markdown([row])


def test_a_lock_from_before_there_were_visible_groups_has_none() -> None:
    (row,) = rows([RunView(locked(1), [sample(0, P, BASE, PLUS)])])
    assert (row.pass_at_1_visible, row.hidden_gap) == (None, None)


def test_a_model_that_fails_what_it_is_shown_has_a_gap_of_zero() -> None:
    """Hidden groups were never reached: that no verdict names one does not make the suite all visible."""
    row = row_of(sample(0, W, BASE_FAILED), sample(1, Outcome.NO_CODE))
    assert (row.pass_at_1_visible, row.hidden_gap) == (0.0, 0.0)


def test_nothing_measured_is_no_gap() -> None:
    row = row_of(sample(0, E))
    assert (row.pass_at_1_visible, row.hidden_gap) == (None, None)


def test_problems_without_hidden_checks_leave_the_others_theirs() -> None:
    row = row_of(sample(0, P, BASE), sample(1, W, BASE, PLUS_FAILED))
    assert (row.pass_at_1, row.pass_at_1_visible, row.hidden_gap) == (0.5, 1.0, 0.5)


def test_what_is_hidden_is_known_of_a_pooled_row_as_a_whole() -> None:
    row = row_of(sample(0, P, BASE, served="a"), sample(1, W, BASE, PLUS_FAILED))
    assert row.hidden_gap == 0.5
    nothing_hidden = row_of(sample(0, W, BASE_FAILED), sample(1, P, BASE, served="a"))
    assert nothing_hidden.hidden_gap is None


def test_answerers_under_one_name_have_gaps_of_their_own() -> None:
    samples = [sample(0, W, BASE, PLUS_FAILED, served="a"), sample(1, P, BASE, PLUS, served="b")]
    found = {
        row.served_model: row.hidden_gap for row in rows([RunView(locked(1, visible=["base"]), samples)])
    }
    assert found == {"a": 1.0, "b": 0.0}
