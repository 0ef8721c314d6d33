"""What a run has come to: one Result for every planned sample, however many turns and attempts it took."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec

from bench.countable import CountedSample, CountedVerdict
from bench.edits import Edit
from bench.errors import MAY_COST
from bench.feedback import may_go_on
from bench.lines import Lines
from bench.records import SampleRecord, VerdictRecord
from bench.rundir import SAMPLES, judgings, plan_of, read_lock, turns_of, verdicts_path
from bench.state import planned_in, stopped_in
from bench.types import CheckGroup, Json, Outcome, SampleKey, Stop, Usage

Number = TypeVar("Number", int, float)
Answer = TypeVar("Answer", SampleRecord, CountedSample)
Judgement = TypeVar("Judgement", VerdictRecord, CountedVerdict)
Sample: TypeAlias = SampleRecord | CountedSample
Verdict: TypeAlias = VerdictRecord | CountedVerdict
Judged: TypeAlias = tuple[Sample, Verdict | None]
"""What was answered in a turn, and the verdict on it, as far as there is one."""


class Turn(msgspec.Struct, frozen=True):
    """One answer of a sample and what it took: four clocks, never to be mixed.

    They are turns themselves, tokens (``usage``), money (``cost_microusd``), and time: ``seconds`` of the
    model, ``waited_s`` for limits of rate and for tries without an answer, ``judged_s`` of the sandbox. None
    is unknown.
    """

    outcome: Outcome
    usage: Usage | None = None
    cost_microusd: int | None = None
    lost_microusd: int | None = 0
    """What tries without an answer cost besides."""
    seconds: float | None = None
    waited_s: float = 0.0
    judged_s: float = 0.0
    rule: str = ""
    groups: tuple[CheckGroup, ...] = ()
    edit: Edit | None = None
    """For a repair whose code was judged."""

    @property
    def end_to_end_s(self) -> float | None:
        return None if self.seconds is None else self.seconds + self.waited_s + self.judged_s


class Result(msgspec.Struct, frozen=True):
    """One planned sample as a run directory has it now; what scores and leaderboards are made from.

    Of several turns the first that passes counts, else the last one. Tokens, costs and times are sums over
    ``turns``, which end with the one that counts.
    """

    key: SampleKey
    outcome: Outcome
    fault: str = ""
    """For an unmeasured sample: how it went wrong (``rate_limited``, ...)."""
    detail: str = ""
    stop: Stop | None = None
    usage: Usage | None = None
    cost_microusd: int | None = None
    lost_microusd: int | None = 0
    """What tries without an answer cost besides, those of an unmeasured sample too."""
    served_model: str = ""
    provider: str = ""
    sent: Mapping[str, Json] = {}
    dropped: tuple[str, ...] = ()
    rule: str = ""
    isolation: str = ""
    groups: tuple[CheckGroup, ...] = ()
    seconds: float | None = None
    """Model seconds; ``None`` where nothing was asked (replay)."""
    first_byte_s: float | None = None
    """Of the first turn."""
    queue_s: float | None = None
    asked_at: tuple[str, ...] = ()
    """When each of its answers was asked for (ISO 8601, UTC), also those from the cache."""
    cached: bool = False
    """The answers were in the cache already."""
    batched: bool = False
    tries: int = 1
    turns: tuple[Turn, ...] = ()


def results(path: Path, *, within: range | None = None) -> Iterator[Result]:
    """Every planned sample of a run once, in the order of the plan, as the directory has it now.

    ``within``: only those at these places of the plan. Raises StoreError when there is no run, or a line is
    damaged.
    """
    lock = read_lock(path)
    by_suite, most, stopped, planned = judgings(lock), turns_of(lock), stopped_in(path), planned_in(path)
    places = range(planned) if within is None else within
    samples = Lines(path / SAMPLES, CountedSample, planned=planned, within=places)
    files = {
        name: Lines(verdicts_path(path, name), CountedVerdict, planned=planned, within=places)
        for name in set(by_suite.values())
    }
    verdicts = {suite: files[name] for suite, name in by_suite.items()}
    for index, key in zip(places, plan_of(path, skip=places.start), strict=False):
        answers = samples.of(index)
        judged = verdicts[key.suite].of(index) if answers else []
        turns = counting(answers, judged)
        yield result(key, turns, most_turns=most, stopped=stopped.get(key.model, ""))


def counting(
    samples: Sequence[Answer], verdicts: Iterable[Judgement]
) -> list[tuple[Answer, Judgement | None]]:
    """Of all records of a sample the latest attempt at each turn, with the latest verdict on it."""
    if len(samples) == 1:  # as most have it
        (only,) = samples
        verdict = None
        for one in verdicts:
            if one.attempt == only.attempt:
                verdict = one
        return [(only, verdict if only.completion else None)]
    latest = {verdict.attempt: verdict for verdict in verdicts}
    turns: list[tuple[Answer, Judgement | None]] = []
    for sample in samples:
        if turns and sample.turn <= len(turns):
            turns.pop()
        turns.append((sample, latest.get(sample.attempt) if sample.completion else None))
    return turns


def result(key: SampleKey, turns: Sequence[Judged], *, most_turns: int = 1, stopped: str = "") -> Result:
    """What the turns of a planned sample come to. ``stopped``: why want of money left it unasked."""
    fault = "budget" if stopped else ""
    if not turns:
        return Result(key, Outcome.NOT_RUN, fault=fault, detail=stopped or "not asked yet", tries=0)
    counted = turns if len(turns) == 1 else _counted(turns)
    last, verdict = counted[-1]
    if last.completion is None:
        before = _answered(key, counted[:-1]) if counted[:-1] else Result(key, Outcome.NOT_RUN)
        outcome, tries = last.outcome or Outcome.HARNESS_ERROR, sum(sample.tries for sample, _ in counted)
        return msgspec.structs.replace(
            before,
            outcome=outcome,
            fault=last.fault,
            detail=last.detail,
            tries=tries,
            lost_microusd=_lost_in([sample for sample, _ in counted]),
        )
    answered = _answered(key, counted)
    if verdict is None or not may_go_on(verdict.outcome) or last.turn >= most_turns:
        return answered
    waits_for = f"turn {last.turn + 1} of {most_turns} is not asked yet"
    return msgspec.structs.replace(
        answered, outcome=Outcome.NOT_RUN, fault=fault, detail=stopped or waits_for
    )


def _counted(turns: Sequence[Judged]) -> Sequence[Judged]:
    """Up to the first that passes."""
    for number, (_, verdict) in enumerate(turns, 1):
        if verdict is not None and verdict.outcome is Outcome.PASS:
            return turns[:number]
    return turns


def _answered(key: SampleKey, counted: Sequence[Judged]) -> Result:
    """For turns that all brought a completion."""
    sample, verdict = counted[-1]
    completion, measured, tries = sample.completion, sample.measured, sample.tries
    assert completion is not None
    first, cached, batched = measured.timing, measured.cached_at != "", measured.batch != ""
    rule = sample.extraction.rule if sample.extraction else ""
    if len(counted) == 1:  # nearly all of a million are, and loops over one take their time
        turns: tuple[Turn, ...] = (_turn(sample, verdict, _lost(sample, 0)),)
        whole, queue_s = turns[0], first.queue_s if first else None
        asked_at: tuple[str, ...] = (first.asked_at,) if first and first.asked_at else ()
    else:
        turns = _turns(counted)
        whole, each = _whole(turns), [one.measured for one, _ in counted]
        first, timings = each[0].timing, [one.timing for one in each]
        queue_s = _sum([one.queue_s if one else None for one in timings])
        asked_at = tuple([one.asked_at for one in timings if one and one.asked_at])
        cached, batched = all(one.cached_at for one in each), all(one.batch for one in each)
        tries = sum(one.tries for one, _ in counted)
    return Result(  # the first by place: of a million, by name would take a second
        key,
        verdict.outcome if verdict else Outcome.NOT_RUN,
        "" if verdict is None or verdict.outcome.scored else verdict.outcome.value,
        verdict.detail if verdict else "not judged yet",
        completion.stop,
        whole.usage,
        whole.cost_microusd,
        whole.lost_microusd,
        completion.served_model,
        completion.provider,
        completion.sent,
        completion.dropped,
        rule=verdict.rule if verdict else rule,
        isolation=verdict.isolation if verdict else "",
        groups=verdict.groups if verdict else (),
        seconds=whole.seconds,
        first_byte_s=first.first_byte_s if first else None,
        queue_s=queue_s,
        asked_at=asked_at,
        cached=cached,
        batched=batched,
        tries=tries,
        turns=turns,
    )


def _turns(counted: Sequence[Judged]) -> tuple[Turn, ...]:
    before = [0, *(sample.attempt for sample, _ in counted)]
    pairs = zip(counted, before, strict=False)
    return tuple(_turn(sample, verdict, _lost(sample, last)) for (sample, verdict), last in pairs)


def _whole(turns: Sequence[Turn]) -> Turn:
    """Several turns as the last one, with what all of them took."""
    return msgspec.structs.replace(
        turns[-1],
        usage=_added([turn.usage for turn in turns]),
        cost_microusd=_sum([turn.cost_microusd for turn in turns]),
        lost_microusd=_sum([turn.lost_microusd for turn in turns]),
        seconds=_sum([turn.seconds for turn in turns]),
    )


def _turn(sample: Sample, verdict: Verdict | None, lost: int | None) -> Turn:
    completion, timing = sample.completion, sample.measured.timing
    failed = sample.measured.failed
    lost_s = sum(one.total_s + (one.wait_s or 0.0) for one in failed) if failed else 0
    return Turn(
        verdict.outcome if verdict else Outcome.NOT_RUN,
        usage=completion.usage if completion else None,
        cost_microusd=completion.cost_microusd if completion else None,
        lost_microusd=lost,
        seconds=timing.total_s if timing else None,
        waited_s=lost_s + (timing.queue_s if timing else 0.0),
        judged_s=verdict.measured.wall_s if verdict else 0.0,
        rule=verdict.rule if verdict else "",
        groups=verdict.groups if verdict else (),
        edit=verdict.edit if verdict else None,
    )


def _lost_in(turns: Sequence[Sample]) -> int | None:
    before = [0, *(sample.attempt for sample in turns)]
    return _sum([_lost(sample, last) for sample, last in zip(turns, before, strict=False)])


def _lost(sample: Sample, last: int) -> int | None:
    """What tries of a turn that brought no answer cost. ``last``: the attempt that the turn before it counts.

    None where a provider may have charged for one and did not say, and where there was an earlier attempt at
    the turn: its record counts no more.
    """
    if sample.attempt > last + 1:
        return None
    if sample.measured.batch and sample.completion is None:
        return None  # a request of a batch that brought nothing: only events.jsonl knows
    lost = 0
    for one in sample.measured.failed:
        may_cost = one.fault in MAY_COST or (one.http_status is None and one.reply_blob)
        if one.cost_microusd is None and may_cost:
            return None
        lost += one.cost_microusd or 0
    return lost


def _added(usages: Sequence[Usage | None]) -> Usage | None:
    known = [usage for usage in usages if usage is not None]
    if len(known) < len(usages):
        return None
    names = [one.name for one in fields(Usage)]
    return Usage(**{name: _sum([getattr(usage, name) for usage in known]) for name in names})


def _sum(parts: Sequence[Number | None]) -> Number | None:
    """Unknown as soon as a part is."""
    if len(parts) == 1:  # a run of one turn: most there are
        return parts[0]
    known = [part for part in parts if part is not None]
    return sum(known[1:], known[0]) if known and len(known) == len(parts) else None
