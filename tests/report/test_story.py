"""The story of a sample is whole: every turn, every attempt, each text as it was stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from told_runs import HOSTILE, Builder, hostile

from bench.errors import StoreError
from bench.report.story import Stories, messages
from bench.results import results
from bench.rundir import SAMPLES
from bench.types import Message, Outcome, SampleKey

W = Outcome.WRONG_ANSWER
KEYS = [SampleKey("toy", f"Toy/{at}", "vendor/one", 0) for at in range(4)]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Passed at once; lost, then answered in two turns; lost for good; never asked."""
    made = Builder(tmp_path / "run", KEYS, turns=2)
    made.lose(1, detail="slow down")
    made.add(0, "first", question="Add two.", reasoning="hm")
    made.add(1, "wrong", question="Subtract.", outcome=W, failure="sub(1, 1) is 2", attempt=2)
    made.lose(2, detail="gone")
    made.add(1, "right", question="Subtract.", told="A test fails.", turn=2, attempt=3)
    made.close()
    return tmp_path / "run"


def test_every_planned_sample_is_told_in_order(run: Path) -> None:
    with Stories(run) as stories:
        told = list(stories)
    assert len(told) == len(KEYS)
    assert [story.result.key for story in told] == KEYS
    assert [story.index for story in told] == [0, 1, 2, 3]


def test_what_a_sample_came_to_is_what_the_results_say(run: Path) -> None:
    with Stories(run) as stories:
        assert [story.result for story in stories] == list(results(run))


def test_a_lost_attempt_stays_in_the_story_and_does_not_count(run: Path) -> None:
    with Stories(run) as stories:
        story = stories[1]
    lost, first, second = story.attempts
    assert (lost.record.fault, lost.record.detail, lost.is_replaced) == ("rate_limited", "slow down", True)
    assert first.verdict is not None
    assert (first.verdict.outcome, first.verdict.groups[0].failure) == (W, "sub(1, 1) is 2")
    assert (second.record.told, second.record.turn, second.is_replaced) == ("A test fails.", 2, False)
    assert not first.is_replaced
    assert story.question == (Message("user", "Subtract."),)


def test_what_was_never_asked_has_a_story_without_attempts(run: Path) -> None:
    with Stories(run) as stories:
        story = stories[3]
        assert (story.attempts, story.question, story.result.outcome) == ((), (), Outcome.NOT_RUN)
        with pytest.raises(IndexError):
            stories[4]
        with pytest.raises(IndexError):
            stories[-1]


def test_texts_that_do_harm_come_back_as_they_were(tmp_path: Path) -> None:
    with Stories(hostile(tmp_path / "run")) as stories:
        told = list(stories)
    for story, text in zip(told, HOSTILE.values(), strict=True):
        completion = story.attempts[0].record.completion
        assert completion is not None
        assert completion.text == completion.reasoning == text
        assert story.question == (Message("user", text),)


def test_a_line_that_is_no_record_names_the_file(run: Path) -> None:
    with (run / SAMPLES).open("a") as file:
        file.write("no record\n")
    with pytest.raises(StoreError, match=r"samples\.jsonl, line 6"):
        Stories(run)


def test_a_directory_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no run directory"):
        Stories(tmp_path)


def test_a_digest_is_no_path(run: Path) -> None:
    (run.parent / "secret.txt").write_text("secret")
    with Stories(run) as stories:
        assert stories.blob("../../../secret") == ""
        assert stories.blob(f"{run.parent}/secret") == ""
        assert stories.blob("0" * 64) == ""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"messages": [{"role": "user", "content": "Q"}]}, [("user", "Q")]),
        (
            {"system": "S", "messages": [{"role": "user", "content": [{"type": "text", "text": "Q"}]}]},
            [("system", "S"), ("user", "Q")],
        ),
        (
            {
                "systemInstruction": {"parts": [{"text": "S"}]},
                "contents": [{"role": "user", "parts": [{"text": "Q"}, {"text": "R"}]}],
            },
            [("system", "S"), ("user", "Q\nR")],
        ),
        (
            {"instructions": "S", "input": [{"role": "user", "content": "Q"}]},
            [("system", "S"), ("user", "Q")],
        ),
        ({"model": "m", "prompt": "def f():"}, [("user", "def f():")]),
    ],
    ids=["chat", "blocks", "parts", "responses", "prompt"],
)
def test_the_messages_of_every_vendors_request_are_found(
    body: object, expected: list[tuple[str, str]]
) -> None:
    assert [(one.role, one.text) for one in messages(json.dumps(body))] == expected


@pytest.mark.parametrize("request_", ["plain words", "[1]", '{"messages": [1]}', "[" * 100_000, "{}"])
def test_a_request_of_no_known_form_is_shown_as_it_was_sent(request_: str) -> None:
    assert messages(request_) == (Message("as sent", request_),)
