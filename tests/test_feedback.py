"""After a failed try a model is told what a developer would see, and nothing of a hidden test."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest

from bench.feedback import SHOWN_CHARS, Exchange, feedback, follow_up, may_go_on, symptom
from bench.types import CheckGroup, Checks, Message, Outcome, Problem, Track, Verdict

PROBLEM = Problem("s", "s/0", Track.REPAIR, "python", "", "f", Checks("program", "f"), "")


def told(verdict: Verdict, *, visible: Collection[str]) -> str:
    return feedback(PROBLEM, verdict, visible=visible)


SHOWN = CheckGroup("base", 3, 3, planned=3)
FAILED = CheckGroup("plus", 2, 1, planned=9, failure="f(41) == 1764: 1681 against 1764")


def wrong(*groups: CheckGroup) -> Verdict:
    return Verdict(Outcome.WRONG_ANSWER, 5, 4, groups=groups, detail=f"plus: {FAILED.failure}")


def raised(detail: str, *groups: CheckGroup) -> Verdict:
    return Verdict(Outcome.RUNTIME_ERROR, groups=groups, detail=detail)


def test_a_visible_test_is_shown_as_it_failed() -> None:
    assert FAILED.failure in told(wrong(SHOWN, FAILED), visible={"base", "plus"})


@pytest.mark.parametrize("visible", [set(), {"base"}])
def test_nothing_of_a_hidden_test_is_shown(visible: set[str]) -> None:
    text = told(wrong(SHOWN, FAILED), visible=visible)
    assert "hidden test fails" in text
    assert not any(part in text for part in ("41", "1764", "1681", "f("))
    assert ("tests that are shown pass" in text) is bool(visible)


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
        assert "41" not in told(raised(detail, SHOWN, FAILED), visible=visible)


def test_an_exception_says_what_a_developer_needs() -> None:
    text = told(raised("IndexError: list index out of range (line 7)"), visible=set())
    assert "IndexError (line 7)" in text
    whole = told(raised("IndexError: list index out of range (line 7)", SHOWN), visible={"base"})
    assert "list index out of range" in whole


def test_a_text_of_any_length_is_bounded() -> None:
    syntax = Verdict(Outcome.COMPILE_ERROR, detail="x" * 100_000)
    assert "x" * 100 in told(syntax, visible=set())
    assert len(told(syntax, visible=set())) < SHOWN_CHARS + 500


def test_every_outcome_that_may_go_on_is_told_of() -> None:
    going_on = [outcome for outcome in Outcome if may_go_on(outcome)]
    assert Outcome.PASS not in going_on
    assert Outcome.REFUSED not in going_on
    assert all(outcome.scored for outcome in going_on)
    texts = {outcome: told(Verdict(outcome, detail="why"), visible=set()) for outcome in going_on}
    assert len(set(texts.values())) == len(going_on)


def test_the_conversation_is_the_question_and_each_try_with_what_was_told() -> None:
    question = (Message("system", "s"), Message("user", "q"))
    told = follow_up(question, [Exchange("a1", "f1"), Exchange("a2", "f2")])
    assert [(m.role, m.text) for m in told] == [
        *(("system", "s"), ("user", "q")),
        *(("assistant", "a1"), ("user", "f1"), ("assistant", "a2"), ("user", "f2")),
    ]
    assert follow_up(question, []) == question
    assert follow_up(question, [Exchange(" ", "f1")])[2].text.strip()


PROJECT = replace(
    PROBLEM,
    checks=Checks("project", "", inputs={"fail_to_pass": '["t.py::test_a", "t.py::test_b"]'}),
)


def project_verdict(failure: str) -> Verdict:
    group = CheckGroup("fail_to_pass", 2, 0, planned=2, failure=failure)
    return Verdict(Outcome.WRONG_ANSWER, 2, 0, groups=(group,), detail=failure)


def test_of_a_project_the_names_of_failing_tests_are_told_and_not_what_they_check() -> None:
    verdict = project_verdict("t.py::test_b: assert 't.py::test_a' == 41")
    text = symptom(PROJECT, verdict, visible=())
    assert "t.py::test_b" in text
    assert "41" not in text
    assert "41" in symptom(PROJECT, verdict, visible={"fail_to_pass"})


def test_an_answer_cannot_have_what_a_test_expects_named_as_a_test() -> None:
    text = symptom(PROJECT, project_verdict("t.py::test_b: assert 'x' == 'other.py::secret: 41'"), visible=())
    assert "secret" not in text


def test_an_edit_that_does_not_apply_is_told_with_the_reason() -> None:
    verdict = Verdict(Outcome.NO_CODE, detail="does not apply: a.py has no such lines")
    assert "a.py has no such lines" in feedback(PROJECT, verdict, visible=())
    assert "three forms" in feedback(PROJECT, verdict, visible=())


def test_a_program_that_passes_shows_no_failure() -> None:
    assert symptom(PROBLEM, Verdict(Outcome.PASS, 1, 1), visible=()) == "All tests pass."
