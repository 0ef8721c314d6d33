"""The lines of a run directory, and how they become bytes.

``samples.jsonl`` holds a SampleRecord a line, ``verdicts/*.jsonl`` a VerdictRecord. Whatever differs from one
run to the next of the same thing (clocks, memory, a provider's request id) lives under ``measured`` alone, so
that two runs can be compared but for it. ``index`` is the sample's line in ``plan.jsonl``, from 0.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from bench.edits import Edit
from bench.errors import Fault
from bench.types import (
    CheckGroup,
    Completion,
    Extraction,
    Form,
    Outcome,
    SampleKey,
    Stop,
    Timing,
    Try,
    Usage,
    Verdict,
)

T = TypeVar("T")


class StoredCompletion(msgspec.Struct, frozen=True):
    """A Completion without its raw texts: these are in ``blobs/`` under their digests, "" for none."""

    text: str
    form: Form
    stop: Stop
    reasoning: str = ""
    usage: Usage | None = None
    cost_microusd: int | None = None
    served_model: str = ""
    provider: str = ""
    sent: dict[str, Any] = {}
    dropped: tuple[str, ...] = ()
    request_blob: str = ""
    reply_blob: str = ""


class SampleMeasured(msgspec.Struct, frozen=True):
    """``timing`` is None where nothing was asked over a wire."""

    timing: Timing | None = None
    request_id: str = ""
    batch: str = ""
    """The provider's name for the batch it was asked in; "" where it was asked alone."""
    cached_at: str = ""
    """When it was answered, where the answer is from the cache: it was paid for then, not by this run."""
    failed: tuple[Try, ...] = ()
    """Every call that brought no answer."""


class SampleRecord(msgspec.Struct, frozen=True):
    """One attempt to get one answer. ``outcome`` is None when there is a completion to judge.

    ``attempt`` counts the records of a sample, those of all its turns.
    """

    index: int
    key: SampleKey
    attempt: int
    turn: int = 1
    told: str = ""
    """What the model was told before this turn about the one before."""
    outcome: Outcome | None = None
    fault: str = ""
    detail: str = ""
    tries: int = 1
    reply_blob: str = ""
    """What the provider said when it gave no answer."""
    completion: StoredCompletion | None = None
    extraction: Extraction | None = None
    reserved_microusd: int = 0
    """What had been set aside for it; an event said so before the call. Counts where its cost is unknown."""
    measured: SampleMeasured = SampleMeasured()


class VerdictMeasured(msgspec.Struct, frozen=True):
    cpu_s: float = 0.0
    wall_s: float = 0.0
    memory_mib: float = 0.0
    output: str = ""
    """The beginning of what the candidate printed."""


class VerdictRecord(msgspec.Struct, frozen=True):
    """What the judging of one attempt's completion came to. ``rule`` is the extraction rule it judged by."""

    index: int
    key: SampleKey
    attempt: int
    outcome: Outcome
    checks_run: int = 0
    checks_passed: int = 0
    groups: tuple[CheckGroup, ...] = ()
    detail: str = ""
    isolation: str = ""
    review: tuple[str, ...] = ()
    sandbox: str = ""
    """The engine that ran it, as in ``--sandbox``."""
    rule: str = ""
    edit: Edit | None = None
    """What a repair changed."""
    measured: VerdictMeasured = VerdictMeasured()


class BatchItem(msgspec.Struct, frozen=True, array_like=True):
    """One request of a batch; its custom id is the batch's token and its place: ``TOKEN-0``."""

    index: int
    attempt: int
    wire: int
    """Place among the record's ``wires``: how the parameters were sent."""


class BatchRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of ``batches.jsonl``: something that happened to the batch of that token.

    ``intent`` stands there before anything is sent, ``submitted`` once its name is known, ``closed`` when
    nothing is to be had from it any more.
    """

    event: str
    token: str
    at: str
    model: str = ""
    batch: str = ""
    """What the provider calls it."""
    items: tuple[BatchItem, ...] = ()
    wires: tuple[dict[str, Any], ...] = ()
    owed_microusd: int = 0
    """The most it may cost."""
    detail: str = ""


def answered(
    index: int,
    key: SampleKey,
    completion: Completion,
    extraction: Extraction | None,
    *,
    attempt: int,
    tries: int,
    turn: int = 1,
    told: str = "",
    request_blob: str,
    reply_blob: str,
    batch: str = "",
    reserved_microusd: int = 0,
    cached_at: str = "",
    failed: Sequence[Try] = (),
) -> SampleRecord:
    """The record of an attempt that brought a completion."""
    stored = StoredCompletion(
        text=completion.text,
        form=completion.form,
        stop=completion.stop,
        reasoning=completion.reasoning,
        usage=completion.usage,
        cost_microusd=completion.cost_microusd,
        served_model=completion.served_model,
        provider=completion.provider,
        sent=dict(completion.sent),
        dropped=completion.dropped,
        request_blob=request_blob,
        reply_blob=reply_blob,
    )
    return SampleRecord(
        index,
        key,
        attempt,
        turn=turn,
        told=told,
        tries=tries,
        completion=stored,
        extraction=extraction,
        reserved_microusd=reserved_microusd,
        measured=SampleMeasured(completion.timing, completion.request_id, batch, cached_at, tuple(failed)),
    )


def judged(
    sample: SampleRecord,
    verdict: Verdict,
    rule: str,
    measured: VerdictMeasured,
    *,
    edit: Edit | None = None,
    sandbox: str = "",
) -> VerdictRecord:
    """The record of a verdict about that sample's completion. ``sandbox``: the engine that it came from."""
    return VerdictRecord(
        sample.index,
        sample.key,
        sample.attempt,
        verdict.outcome,
        checks_run=verdict.checks_run,
        checks_passed=verdict.checks_passed,
        groups=verdict.groups,
        detail=verdict.detail,
        isolation=verdict.isolation,
        review=verdict.review,
        sandbox=sandbox,
        rule=rule,
        edit=edit,
        measured=measured,
    )


def completion_of(sample: SampleRecord) -> Completion:
    """The stored completion as it was, but for the raw texts. Raises ValueError where there is none."""
    stored = sample.completion
    if stored is None:
        raise ValueError(f"{sample.key} has no completion")
    return Completion(
        stored.text,
        form=stored.form,
        stop=stored.stop,
        reasoning=stored.reasoning,
        usage=stored.usage,
        cost_microusd=stored.cost_microusd,
        served_model=stored.served_model,
        provider=stored.provider,
        request_id=sample.measured.request_id,
        sent=stored.sent,
        dropped=stored.dropped,
        timing=sample.measured.timing,
    )


def verdict_of(record: VerdictRecord) -> Verdict:
    """The verdict as the judge gave it."""
    return Verdict(
        record.outcome,
        checks_run=record.checks_run,
        checks_passed=record.checks_passed,
        groups=record.groups,
        detail=record.detail,
        isolation=record.isolation,
        review=record.review,
    )


def unanswered(
    index: int,
    key: SampleKey,
    outcome: Outcome,
    *,
    attempt: int,
    tries: int,
    turn: int = 1,
    detail: str,
    fault: Fault | None = None,
    reply_blob: str = "",
    batch: str = "",
    failed: Sequence[Try] = (),
) -> SampleRecord:
    """The record of an attempt that brought no completion."""
    named = fault.value if fault else ""
    return SampleRecord(
        index,
        key,
        attempt,
        turn,
        outcome=outcome,
        fault=named,
        detail=detail,
        tries=tries,
        reply_blob=reply_blob,
        measured=SampleMeasured(batch=batch, failed=tuple(failed)),
    )


def encode(record: object) -> bytes:
    """One line of JSON. Lone surrogates, which a model may write and UTF-8 cannot carry, are escaped."""
    try:
        return msgspec.json.encode(record) + b"\n"
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(record), separators=(",", ":")).encode() + b"\n"


def decode(line: bytes | memoryview, kind: type[T]) -> T:
    """The record a line holds. Raises ValueError when it is none."""
    return decoder(kind)(line)


def decoder(kind: type[T]) -> Callable[[bytes | memoryview], T]:
    """``decode`` for many lines of a kind: what it takes to read them is worked out once."""
    plain = msgspec.json.Decoder(kind).decode

    def record(line: bytes | memoryview) -> T:
        try:
            return plain(line)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            # Only the standard library reads an escaped lone surrogate back.
            return msgspec.convert(json.loads(bytes(line)), type=kind)

    return record
