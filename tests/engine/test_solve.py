"""The question, and what an answer counts as."""

from __future__ import annotations

import pytest
from engine_fakes import small_suite

from bench.plan import questions
from bench.solve import settle, unjudged
from bench.types import Completion, Extraction, Mode, Outcome, Params, SampleKey, Stop, Verdict

CODE = Extraction("x = 1", "fence", candidates=1)
NOTHING = Extraction("", "none")
OPEN = Extraction("x = 1", "fence", candidates=1, closed=False)


@pytest.mark.parametrize(
    ("stop", "extraction", "outcome"),
    [
        (Stop.END, CODE, None),
        (Stop.END, OPEN, None),
        (Stop.LENGTH, CODE, None),
        (Stop.LENGTH, OPEN, Outcome.TRUNCATED),
        (Stop.LENGTH, NOTHING, Outcome.TRUNCATED),
        (Stop.END, NOTHING, Outcome.NO_CODE),
        (Stop.OTHER, NOTHING, Outcome.NO_CODE),
        (Stop.REFUSAL, CODE, Outcome.REFUSED),
        (Stop.REFUSAL, NOTHING, Outcome.REFUSED),
    ],
)
def test_what_is_not_run(stop: Stop, extraction: Extraction, outcome: Outcome | None) -> None:
    verdict = unjudged(Completion("text", stop=stop), extraction)
    assert (verdict.outcome if verdict else None) == outcome


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_a_scored_failure_of_a_cut_off_answer_becomes_truncated(outcome: Outcome) -> None:
    verdict = Verdict(outcome, checks_run=1, checks_passed=1, detail="why")
    assert settle(Completion("text"), verdict) is verdict
    settled = settle(Completion("text", stop=Stop.LENGTH), verdict)
    if outcome.scored and outcome is not Outcome.PASS:
        assert settled.outcome is Outcome.TRUNCATED
        assert outcome.value in settled.detail
        assert "why" in settled.detail
    else:
        assert settled is verdict


def test_epochs_of_a_seeded_run_are_different_questions() -> None:
    asked = questions([small_suite(1)], params=Params(seed=7), mode=Mode.CHAT)
    seeds = [asked.request(SampleKey("small", "small/0", "m", epoch)).params.seed for epoch in range(3)]
    assert seeds == [7, 8, 9]
    unseeded = questions([small_suite(1)], params=Params(), mode=Mode.CHAT)
    assert unseeded.request(SampleKey("small", "small/0", "m", 3)).params.seed is None


def test_a_mode_has_its_own_template() -> None:
    key = SampleKey("small", "small/0", "m", 0)
    chat, complete = (
        questions([small_suite(1)], params=Params(), mode=mode).request(key)
        for mode in (Mode.CHAT, Mode.COMPLETE)
    )
    assert complete.messages[0].text == small_suite(1).problems[0].prompt
    assert complete.params.stop
    assert chat.messages != complete.messages
