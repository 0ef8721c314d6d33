"""What a run has come to: one Result for every planned sample, however many turns and attempts it took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import IO, TypeVar

from bench.edits import Edit
from bench.errors import MAY_COST
from bench.feedback import may_go_on
from bench.records import SampleRecord, VerdictRecord, decode
from bench.rundir import SAMPLES, judgings, line_at, plan_of, read_lock, turns_of, verdicts_path
from bench.state import load_state
from bench.types import CheckGroup, Json, Outcome, SampleKey, Stop, Usage

Number = TypeVar("Number", int, float)
Judged = tuple[SampleRecord, VerdictRecord | None]
"""What was answered in a turn, and the verdict on it, as far as there is one."""


@dataclass(frozen=True, slots=True)
class Turn:
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


@dataclass(frozen=True, slots=True)
class Result:
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
    sent: Mapping[str, Json] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    rule: str = ""
    isolation: str = ""
    groups: tuple[CheckGroup, ...] = ()
    seconds: float | None = None
    """Model seconds; ``None`` where nothing was asked (replay)."""
    first_byte_s: float | None = None
    """Of the first turn."""
    queue_s: float | None = None
    cached: bool = False
    """The answers were in the cache already."""
    batched: bool = False
    tries: int = 1
    turns: tuple[Turn, ...] = ()


def results(path: Path) -> Iterator[Result]:
    """Every planned sample of a run once, in the order of the plan, as the directory has it now.

    Raises StoreError when there is no run, or a line is damaged.
    """
    lock = read_lock(path)
    by_suite, most = judgings(lock), turns_of(lock)
    state = load_state(path)
    with ExitStack() as stack:
        samples = _opened(stack, path / SAMPLES)
        verdicts = {name: _opened(stack, verdicts_path(path, name)) for name in set(by_suite.values())}
        for index, key in enumerate(plan_of(path)):
            file = verdicts[by_suite[key.suite]]
            turns: list[Judged] = []
            for at in state.turns(index):
                sample = decode(line_at(samples, at.sample), SampleRecord) if samples else None
                judged = (
                    decode(line_at(file, at.verdict), VerdictRecord) if file and at.verdict >= 0 else None
                )
                turns += [(sample, judged)] if sample else []
            yield result(key, turns, most_turns=most, stopped=state.stopped.get(key.model, ""))


def result(key: SampleKey, turns: Sequence[Judged], *, most_turns: int = 1, stopped: str = "") -> Result:
    """What the turns of a planned sample come to. ``stopped``: why want of money left it unasked."""
    fault = "budget" if stopped else ""
    if not turns:
        return Result(key, Outcome.NOT_RUN, fault=fault, detail=stopped or "not asked yet", tries=0)
    counted = _counted(turns)
    last, verdict = counted[-1]
    if last.completion is None:
        before = _answered(key, counted[:-1]) if counted[:-1] else Result(key, Outcome.NOT_RUN)
        outcome, tries = last.outcome or Outcome.HARNESS_ERROR, sum(sample.tries for sample, _ in counted)
        return replace(
            before,
            outcome=outcome,
            fault=last.fault,
            detail=last.detail,
            tries=tries,
            lost_microusd=_sum(_lost([sample for sample, _ in counted])),
        )
    answered = _answered(key, counted)
    if verdict is None or not may_go_on(verdict.outcome) or last.turn >= most_turns:
        return answered
    waits_for = f"turn {last.turn + 1} of {most_turns} is not asked yet"
    return replace(answered, outcome=Outcome.NOT_RUN, fault=fault, detail=stopped or waits_for)


def _counted(turns: Sequence[Judged]) -> Sequence[Judged]:
    """Up to the first that passes."""
    for number, (_, verdict) in enumerate(turns, 1):
        if verdict is not None and verdict.outcome is Outcome.PASS:
            return turns[:number]
    return turns


def _answered(key: SampleKey, counted: Sequence[Judged]) -> Result:
    """For turns that all brought a completion."""
    lost = _lost([sample for sample, _ in counted])
    turns = tuple(
        _turn(sample, verdict, lost=one) for (sample, verdict), one in zip(counted, lost, strict=True)
    )
    sample, verdict = counted[-1]
    completion = sample.completion
    assert completion is not None
    first = counted[0][0].measured.timing
    timings = [one.measured.timing for one, _ in counted]
    rule = sample.extraction.rule if sample.extraction else ""
    return Result(
        key,
        verdict.outcome if verdict else Outcome.NOT_RUN,
        fault="" if verdict is None or verdict.outcome.scored else verdict.outcome.value,
        detail=verdict.detail if verdict else "not judged yet",
        stop=completion.stop,
        usage=_added([turn.usage for turn in turns]),
        cost_microusd=_sum([turn.cost_microusd for turn in turns]),
        lost_microusd=_sum(lost),
        served_model=completion.served_model,
        provider=completion.provider,
        sent=completion.sent,
        dropped=completion.dropped,
        rule=verdict.rule if verdict else rule,
        isolation=verdict.isolation if verdict else "",
        groups=verdict.groups if verdict else (),
        seconds=_sum([turn.seconds for turn in turns]),
        first_byte_s=first.first_byte_s if first else None,
        queue_s=_sum([timing.queue_s if timing else None for timing in timings]),
        cached=all(one.measured.cached_at for one, _ in counted),
        batched=all(one.measured.batch for one, _ in counted),
        tries=sum(one.tries for one, _ in counted),
        turns=turns,
    )


def _turn(sample: SampleRecord, verdict: VerdictRecord | None, *, lost: int | None) -> Turn:
    completion, timing = sample.completion, sample.measured.timing
    lost_s = sum(one.total_s + (one.wait_s or 0.0) for one in sample.measured.failed)
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


def _lost(turns: Sequence[SampleRecord]) -> list[int | None]:
    """What tries of each turn that brought no answer cost.

    None where a provider may have charged for one and did not say, and where there was an earlier attempt at
    the turn: its record counts no more.
    """
    before = [0, *(sample.attempt for sample in turns)]
    return [
        None if sample.attempt > last + 1 else _sum([0, *_lost_in(sample)])
        for sample, last in zip(turns, before, strict=False)
    ]


def _lost_in(sample: SampleRecord) -> Iterator[int | None]:
    failed = sample.measured.failed
    for one in failed:
        may_cost = one.fault in MAY_COST or (one.http_status is None and one.reply_blob)
        yield None if one.cost_microusd is None and may_cost else one.cost_microusd or 0
    if sample.measured.batch and sample.completion is None:
        yield None  # a request of a batch that brought nothing: only events.jsonl knows


def _added(usages: Sequence[Usage | None]) -> Usage | None:
    known = [usage for usage in usages if usage is not None]
    if len(known) < len(usages):
        return None
    names = [one.name for one in fields(Usage)]
    return Usage(**{name: _sum([getattr(usage, name) for usage in known]) for name in names})


def _sum(parts: Sequence[Number | None]) -> Number | None:
    """Unknown as soon as a part is."""
    known = [part for part in parts if part is not None]
    return sum(known[1:], known[0]) if known and len(known) == len(parts) else None


def _opened(stack: ExitStack, path: Path) -> IO[bytes] | None:
    return stack.enter_context(path.open("rb")) if path.exists() else None
