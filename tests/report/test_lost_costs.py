"""What tries without an answer cost is a cost: known, unknown or nothing, and apart from the answers'."""

from __future__ import annotations

from typing import Any

import pytest
from test_leaderboard import lock

from bench.errors import Fault
from bench.records import SampleMeasured, SampleRecord, StoredCompletion, VerdictRecord, unanswered
from bench.report.leaderboard import Row, RunView, rows
from bench.results import Result, result
from bench.types import Form, Outcome, SampleKey, Stop, Try

P, W, E = Outcome.PASS, Outcome.WRONG_ANSWER, Outcome.PROVIDER_ERROR
KEY = SampleKey("toy", "p0", "m", 0)
EMPTY = Try("", 1.0, "empty", cost_microusd=30)
LIMITED = Try("", 1.0, "rate_limited", http_status=429)
TIMED_OUT = Try("", 1.0, "timeout")


def answer(*failed: Try, attempt: int = 1, turn: int = 1, cost: int | None = 100) -> SampleRecord:
    completion = StoredCompletion("x", Form.REPLY, Stop.END, cost_microusd=cost)
    measured = SampleMeasured(failed=failed)
    return SampleRecord(0, KEY, attempt, turn, completion=completion, measured=measured)


def none(*failed: Try, batch: str = "", attempt: int = 1, turn: int = 1) -> SampleRecord:
    more: dict[str, Any] = {"attempt": attempt, "turn": turn, "batch": batch, "failed": failed}
    return unanswered(0, KEY, E, tries=1, detail="", fault=Fault.EMPTY, **more)


def judged(sample: SampleRecord, outcome: Outcome) -> tuple[SampleRecord, VerdictRecord]:
    return sample, VerdictRecord(0, KEY, sample.attempt, outcome)


def row_of(*results: Result) -> Row:
    (row,) = rows([RunView(lock("m"), results)])
    return row


def test_a_retry_that_was_charged_for_is_counted_apart() -> None:
    row = row_of(result(KEY, [judged(answer(EMPTY, LIMITED, EMPTY), P)]))
    assert (row.cost_usd, row.cost_lost_usd) == (100e-6, 60e-6)


def test_a_sample_that_stays_unmeasured_has_its_price_too() -> None:
    row = row_of(result(KEY, [(none(EMPTY, EMPTY), None)]), result(KEY, [judged(answer(), P)]))
    assert (row.cost_usd, row.cost_lost_usd) == (100e-6, 60e-6)


@pytest.mark.parametrize(
    ("failed", "lost"),
    [
        ((), 0),
        ((LIMITED,), 0),
        ((TIMED_OUT,), None),
        ((EMPTY, TIMED_OUT), None),
        ((Try("", 1.0, "server", reply_blob="b1"),), None),
        ((Try("", 1.0, "server", http_status=500, reply_blob="b1"),), 0),
    ],
)
def test_what_may_have_been_charged_unsaid_is_unknown_not_nothing(
    failed: tuple[Try, ...], lost: int | None
) -> None:
    """As the budget has it: an error that was answered with one costs nothing, a reply may."""
    found = result(KEY, [judged(answer(*failed), P)])
    assert (found.cost_microusd, found.lost_microusd) == (100, lost)


def test_each_turn_has_its_own() -> None:
    first, second = answer(EMPTY), answer(EMPTY, EMPTY, attempt=2, turn=2)
    found = result(KEY, [judged(first, W), judged(second, P)], most_turns=2)
    assert [turn.lost_microusd for turn in found.turns] == [30, 60]
    assert (found.cost_microusd, found.lost_microusd) == (200, 90)
    lost = result(KEY, [judged(first, W), (none(EMPTY, attempt=2, turn=2), None)], most_turns=2)
    assert (lost.outcome, lost.cost_microusd, lost.lost_microusd) == (E, 100, 60)


def test_an_earlier_attempt_is_unknown_as_its_record_counts_no_more() -> None:
    assert result(KEY, [judged(answer(attempt=2), P)]).lost_microusd is None
    second = judged(answer(attempt=3, turn=2), P)
    found = result(KEY, [judged(answer(), W), second], most_turns=2)
    assert [turn.lost_microusd for turn in found.turns] == [0, None]
    assert found.lost_microusd is None


def test_a_request_of_a_batch_that_brought_nothing_is_unknown() -> None:
    assert result(KEY, [(none(batch="b"), None)]).lost_microusd is None


def test_one_unknown_makes_the_sum_unknown_and_what_was_not_asked_adds_nothing() -> None:
    known = result(KEY, [judged(answer(EMPTY), P)])
    assert row_of(known, result(KEY, [judged(answer(TIMED_OUT), P)])).cost_lost_usd is None
    assert row_of(known, result(KEY, [])).cost_lost_usd == 30e-6
    assert row_of(result(KEY, [])).cost_lost_usd is None
    assert row_of(result(KEY, [judged(answer(), P)])).cost_lost_usd == 0.0
