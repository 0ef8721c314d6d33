"""Where a run stands, and what it has come to: read from its directory.

The latest attempt of a sample counts, and of that attempt the latest verdict of the present judging.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from bench.drift import Who
from bench.errors import StoreError
from bench.journal import read
from bench.records import SampleRecord, VerdictRecord, decode, result
from bench.rundir import EVENTS, PLAN, SAMPLES, judgings, line_at, plan_of, read_lock, verdicts_path
from bench.types import Outcome, Result, Usage

_OUTCOMES = tuple(Outcome)


@dataclass(slots=True)
class State:
    """Where a run stands; a few bytes a planned sample. Offsets are in bytes, -1 where there is no line."""

    sample_at: array[int]
    verdict_at: array[int]
    attempt: array[int]
    answered: bytearray
    """1 where the latest attempt brought a completion."""
    outcome: bytearray
    """1 + the position in Outcome, 0 where nothing is known."""
    spent_microusd: int = 0
    """Of all attempts, with what retries threw away."""
    unknown_microusd: int = 0
    """The most that was charged besides: by providers that did not say, for calls that a kill cut off."""
    stopped: dict[str, str] = field(default_factory=dict)
    """By model: why the last session left samples of it unasked, where it was for want of money."""
    input_tokens: int = 0
    output_tokens: int = 0
    served: dict[str, frozenset[Who]] = field(default_factory=dict)
    """By model: who has answered under its name."""

    @classmethod
    def empty(cls, planned: int) -> State:
        nowhere = array("q", [-1]) * planned
        attempts = array("L", [0]) * planned
        return cls(nowhere, array("q", nowhere), attempts, bytearray(planned), bytearray(planned))

    @property
    def planned(self) -> int:
        return len(self.outcome)

    def outcome_of(self, index: int) -> Outcome | None:
        return _OUTCOMES[self.outcome[index] - 1] if self.outcome[index] else None

    def to_ask(self, index: int) -> bool:
        return not self.answered[index]

    def to_judge(self, index: int) -> bool:
        outcome = self.outcome_of(index)
        return bool(self.answered[index]) and (outcome is None or not outcome.scored)

    def outcomes(self) -> Counter[Outcome]:
        """How many samples came to what; those of which nothing is known are left out."""
        return Counter({_OUTCOMES[code - 1]: n for code, n in Counter(self.outcome).items() if code})


class _CompletionMark(msgspec.Struct):
    usage: Usage | None = None
    cost_microusd: int | None = None
    served_model: str = ""
    provider: str = ""


class _KeyMark(msgspec.Struct):
    model: str


class _MeasuredMark(msgspec.Struct, frozen=True):
    cached_at: str = ""


class _SampleMark(msgspec.Struct):
    index: int
    key: _KeyMark
    attempt: int
    outcome: Outcome | None = None
    completion: _CompletionMark | None = None
    reserved_microusd: int = 0
    measured: _MeasuredMark = _MeasuredMark()


class _EventMark(msgspec.Struct):
    event: str = ""
    model: str = ""
    why: str = ""
    cost_microusd: int | None = None
    unknown_microusd: int = 0
    reserved_microusd: int = 0


class _VerdictMark(msgspec.Struct):
    index: int
    attempt: int
    outcome: Outcome


def load_state(path: Path) -> State:
    """Read once over all records. Raises StoreError for a damaged line or one of no planned sample."""
    with (path / PLAN).open("rb") as file:
        planned = sum(1 for _ in file)
    state = State.empty(planned)
    samples = path / SAMPLES
    for offset, sample in read(samples, _SampleMark):
        _in_plan(samples, sample.index, planned)
        _note_sample(state, offset, sample)
    for _, event in read(path / EVENTS, _EventMark):
        _note_event(state, event)
    state.unknown_microusd = max(0, state.unknown_microusd)
    for judging in set(judgings(read_lock(path)).values()):
        file_of_judging = verdicts_path(path, judging)
        for offset, verdict in read(file_of_judging, _VerdictMark):
            _in_plan(file_of_judging, verdict.index, planned)
            if verdict.attempt == state.attempt[verdict.index] and state.answered[verdict.index]:
                state.verdict_at[verdict.index] = offset
                state.outcome[verdict.index] = _OUTCOMES.index(verdict.outcome) + 1
    return state


def _note_sample(state: State, offset: int, sample: _SampleMark) -> None:
    index = sample.index
    state.sample_at[index], state.attempt[index] = offset, sample.attempt
    state.answered[index] = sample.completion is not None
    state.outcome[index] = 0 if sample.outcome is None else _OUTCOMES.index(sample.outcome) + 1
    if sample.completion is not None:
        usage = sample.completion.usage or Usage()
        cost = 0 if sample.measured.cached_at else sample.completion.cost_microusd
        state.spent_microusd += cost or 0
        # What had been set aside is counted with the event that said so; here it is taken off again.
        state.unknown_microusd -= 0 if cost is None else sample.reserved_microusd
        state.input_tokens += usage.input_total or 0
        state.output_tokens += usage.output_total or 0
        who = Who(sample.completion.served_model, sample.completion.provider)
        known = state.served.get(sample.key.model, frozenset())
        if who.named and who not in known:
            state.served[sample.key.model] = known | {who}


def _note_event(state: State, event: _EventMark) -> None:
    state.spent_microusd += event.cost_microusd or 0
    state.unknown_microusd += event.unknown_microusd + event.reserved_microusd
    if event.event == "stopped":
        state.stopped[event.model] = event.why
    elif event.event == "reserved":
        state.stopped.pop(event.model, None)


def results(path: Path) -> Iterator[Result]:
    """Every planned sample of a run once, in the order of the plan, as the directory has it now.

    Raises StoreError when there is no run, or a line is damaged.
    """
    by_suite = judgings(read_lock(path))
    state = load_state(path)
    with ExitStack() as stack:
        samples = _opened(stack, path / SAMPLES)
        verdicts = {name: _opened(stack, verdicts_path(path, name)) for name in set(by_suite.values())}
        for index, key in enumerate(plan_of(path)):
            sample = verdict = None
            if samples and state.sample_at[index] >= 0:
                sample = decode(line_at(samples, state.sample_at[index]), SampleRecord)
            file = verdicts[by_suite[key.suite]]
            if file and state.verdict_at[index] >= 0:
                verdict = decode(line_at(file, state.verdict_at[index]), VerdictRecord)
            yield result(key, sample, verdict, stopped=state.stopped.get(key.model, ""))


def _in_plan(path: Path, index: int, planned: int) -> None:
    if not 0 <= index < planned:
        raise StoreError(f"{path} has a record of sample {index}, but only {planned} are planned")


def _opened(stack: ExitStack, path: Path) -> IO[bytes] | None:
    return stack.enter_context(path.open("rb")) if path.exists() else None
