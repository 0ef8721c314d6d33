"""After a failed try a model is told what a developer would see, and nothing of a hidden test."""

from __future__ import annotations

import pytest

from bench.feedback import SHOWN_CHARS, feedback, follow_up, may_go_on
from bench.types import CheckGroup, Message, Outcome, Verdict

SHOWN = CheckGroup("base", 3, 3, planned=3)
FAILED = CheckGroup("plus", 2, 1, planned=9, failure="f(41) == 1764: 1681 against 1764")


def wrong(*groups: CheckGroup) -> Verdict:
    return Verdict(Outcome.WRONG_ANSWER, 5, 4, groups=groups, detail=f"plus: {FAILED.failure}")


def raised(detail: str, *groups: CheckGroup) -> Verdict:
    return Verdict(Outcome.RUNTIME_ERROR, groups=groups, detail=detail)


def test_a_visible_test_is_shown_as_it_failed() -> None:
    assert FAILED.failure in feedback(wrong(SHOWN, FAILED), visible={"base", "plus"})


@pytest.mark.parametrize("visible", [set(), {"base"}])
def test_nothing_of_a_hidden_test_is_shown(visible: set[str]) -> None:
    told = feedback(wrong(SHOWN, FAILED), visible=visible)
    assert "hidden test fails" in told
    assert not any(part in told for part in ("41", "1764", "1681", "f("))
    assert ("tests that are shown pass" in told) is bool(visible)


LEAKS = [
    "ValueError: called with [41] (line 3)",
    "Called_with_41: oh (line 3)",
    "KeyError: 41",
    "print: 41 (line 9)",
    "41",
]


@pytest.mark.parametrize("detail", LEAKS)
def test_an_answer_cannot_raise_what_it_was_called_with(detail: str) -> None:
    for visible in (set[str](), {"base"}):
        assert "41" not in feedback(raised(detail, SHOWN, FAILED), visible=visible)


def test_an_exception_says_what_a_developer_needs() -> None:
    told = feedback(raised("IndexError: list index out of range (line 7)"), visible=set())
    assert "IndexError (line 7)" in told
    whole = feedback(raised("IndexError: list index out of range (line 7)", SHOWN), visible={"base"})
    assert "list index out of range" in whole


def test_a_text_of_any_length_is_bounded() -> None:
    syntax = Verdict(Outcome.COMPILE_ERROR, detail="x" * 100_000)
    assert "x" * 100 in feedback(syntax, visible=set())
    assert len(feedback(syntax, visible=set())) < SHOWN_CHARS + 500


def test_every_outcome_that_may_go_on_is_told_of() -> None:
    going_on = [outcome for outcome in Outcome if may_go_on(outcome)]
    assert Outcome.PASS not in going_on
    assert Outcome.REFUSED not in going_on
    assert all(outcome.scored for outcome in going_on)
    texts = {outcome: feedback(Verdict(outcome, detail="why"), visible=set()) for outcome in going_on}
    assert len(set(texts.values())) == len(going_on)


def test_the_conversation_is_the_question_and_each_try_with_what_was_told() -> None:
    question = (Message("system", "s"), Message("user", "q"))
    told = follow_up(question, [("a1", "f1"), ("a2", "f2")])
    assert [(m.role, m.text) for m in told] == [
        *(("system", "s"), ("user", "q")),
        *(("assistant", "a1"), ("user", "f1"), ("assistant", "a2"), ("user", "f2")),
    ]
    assert follow_up(question, []) == question
