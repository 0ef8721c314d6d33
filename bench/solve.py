"""The two ends of an answer: the question that is asked, and what its verdict counts as. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench.feedback import Exchange, follow_up
from bench.prompts import messages, stop_sequences
from bench.repo.answers import MISFIT
from bench.types import (
    Completion,
    Extraction,
    Message,
    Mode,
    Outcome,
    Params,
    Problem,
    Request,
    SampleKey,
    Stop,
    Verdict,
)


def request(
    template: str,
    problem: Problem,
    *,
    key: SampleKey,
    params: Params,
    mode: Mode,
    system: str | None = None,
    before: Sequence[Exchange] = (),
) -> Request:
    """The question for one sample, from the suite's prompt template for that mode, behind ``system`` if any.

    After turns that failed (``before``) it is the conversation so far.
    A seed that was asked for is moved on by the epoch: repeats with one seed would be one answer, n times.
    """
    seed = None if params.seed is None else params.seed + key.epoch
    stop = tuple(dict.fromkeys((*params.stop, *stop_sequences(template, problem.track))))
    start = () if system is None else (Message("system", system),)
    asked = (*start, *messages(template, problem))
    return Request(key, follow_up(asked, before), replace(params, seed=seed, stop=stop), mode)


def unjudged(completion: Completion, extraction: Extraction) -> Verdict | None:
    """The verdict on an answer that nothing has to be run for; None when it is to be judged."""
    if completion.stop is Stop.REFUSAL:
        return Verdict(Outcome.REFUSED, detail="the model refused")
    if completion.stop is Stop.LENGTH and (not extraction.code or not extraction.closed):
        return Verdict(Outcome.TRUNCATED, detail="cut off at the token limit before the code was whole")
    if not extraction.code:
        misfit = next((note for note in extraction.notes if note.startswith(MISFIT)), "")
        return Verdict(Outcome.NO_CODE, detail=misfit or "no code found in the answer")
    return None


def settle(completion: Completion, verdict: Verdict) -> Verdict:
    """What a judged answer counts as: one that was cut off and does not pass was cut off, not wrong."""
    failed = verdict.outcome.scored and verdict.outcome is not Outcome.PASS
    if completion.stop is not Stop.LENGTH or not failed:
        return verdict
    detail = f"cut off at the token limit; judged {verdict.outcome.value}: {verdict.detail}".removesuffix(
        ": "
    )
    return replace(verdict, outcome=Outcome.TRUNCATED, detail=detail)
