"""Where a run stands: read from its directory.

The latest attempt of a sample's turn counts, and of that attempt the latest verdict of the present judging.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.drift import Who
from bench.errors import StoreError
from bench.feedback import may_go_on
from bench.journal import read
from bench.rundir import EVENTS, PLAN, SAMPLES, judgings, read_lock, turns_of, verdicts_path
from bench.types import Outcome, Usage

_OUTCOMES = tuple(Outcome)
_SCORED = frozenset(code for code, outcome in enumerate(_OUTCOMES, 1) if outcome.scored)


@dataclass(slots=True)
class At:
    """A turn: where its lines start, in bytes, -1 where there is none; which attempt it is; its outcome."""

    sample: int
    attempt: int
    verdict: int = -1
    outcome: Outcome | None = None

    @property
    def is_scored(self) -> bool:
        return self.outcome is not None and self.outcome.scored


@dataclass(slots=True)
class State:
    """Where a run stands; a few bytes a planned sample. Offsets are in bytes, -1 where there is no line.

    The arrays are of each sample's latest turn; ``earlier`` has the turns before it, all answered.
    """

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
    most_turns: int = 1
    earlier: dict[int, list[At]] = field(default_factory=dict)

    @classmethod
    def empty(cls, planned: int, *, most_turns: int = 1) -> State:
        nowhere = array("q", [-1]) * planned
        attempts = array("L", [0]) * planned
        outcomes = bytearray(planned)
        return cls(
            nowhere, array("q", nowhere), attempts, bytearray(planned), outcomes, most_turns=most_turns
        )

    @property
    def planned(self) -> int:
        return len(self.outcome)

    def turns(self, index: int) -> list[At]:
        """The turns of a sample, in order; the latest one may be without an answer."""
        if self.sample_at[index] < 0:
            return []
        code = self.outcome[index]
        outcome = _OUTCOMES[code - 1] if code else None
        latest = At(self.sample_at[index], self.attempt[index], self.verdict_at[index], outcome)
        return [*self.earlier.get(index, ()), latest]

    def answers(self, index: int) -> list[At]:
        """Those that brought a completion."""
        turns = self.turns(index)
        return turns if self.answered[index] else turns[:-1]

    def ended(self, index: int) -> Outcome | None:
        """What a sample has come to, as far as that is known; None where it has another turn to come."""
        turns = self.turns(index)
        if not turns:
            return None
        if any(turn.outcome is Outcome.PASS for turn in turns):
            return Outcome.PASS
        last = turns[-1].outcome
        goes_on = last is not None and may_go_on(last) and len(turns) < self.most_turns
        return None if goes_on else last

    def to_ask(self, index: int) -> bool:
        """Whether it is without an answer, or its latest one failed and another turn is to come."""
        if not self.answered[index]:
            return True
        unknown = self.most_turns == 1 or self.outcome[index] == 0
        return not unknown and self.ended(index) is None

    def to_judge(self, index: int) -> list[At]:
        """Its answers without a verdict."""
        if self.most_turns == 1 and (not self.answered[index] or self.outcome[index] in _SCORED):
            return []
        return [turn for turn in self.answers(index) if not turn.is_scored]

    def outcomes(self) -> Counter[Outcome]:
        """How many samples came to what; those of which nothing is known are left out."""
        if self.most_turns == 1:
            return Counter({_OUTCOMES[code - 1]: n for code, n in Counter(self.outcome).items() if code})
        ended = (self.ended(index) for index in range(self.planned))
        return Counter(outcome for outcome in ended if outcome is not None)


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
    turn: int = 1
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


def planned_in(path: Path) -> int:
    """How many samples are planned."""
    with (path / PLAN).open("rb") as file:
        return sum(1 for _ in file)


def stopped_in(path: Path) -> dict[str, str]:
    """As ``State.stopped``, without the rest."""
    stopped: dict[str, str] = {}
    for _, event in read(path / EVENTS, _EventMark):
        _note_stop(stopped, event)
    return stopped


def load_state(path: Path) -> State:
    """Read once over all records. Raises StoreError for a damaged line or one of no planned sample."""
    planned = planned_in(path)
    lock = read_lock(path)
    state = State.empty(planned, most_turns=turns_of(lock))
    samples = path / SAMPLES
    for offset, sample in read(samples, _SampleMark):
        _in_plan(samples, sample.index, planned)
        _note_sample(state, offset, sample)
    for _, event in read(path / EVENTS, _EventMark):
        _note_event(state, event)
    state.unknown_microusd = max(0, state.unknown_microusd)
    for judging in set(judgings(lock).values()):
        file_of_judging = verdicts_path(path, judging)
        for offset, verdict in read(file_of_judging, _VerdictMark):
            _in_plan(file_of_judging, verdict.index, planned)
            _note_verdict(state, offset, verdict)
    return state


def _note_verdict(state: State, offset: int, verdict: _VerdictMark) -> None:
    index = verdict.index
    if verdict.attempt == state.attempt[index] and state.answered[index]:
        state.verdict_at[index] = offset
        state.outcome[index] = _OUTCOMES.index(verdict.outcome) + 1
        return
    for turn in state.earlier.get(index, ()):
        if turn.attempt == verdict.attempt:
            turn.verdict, turn.outcome = offset, verdict.outcome


def _note_sample(state: State, offset: int, sample: _SampleMark) -> None:
    index = sample.index
    if sample.turn > 1 + len(state.earlier.get(index, ())):
        state.earlier.setdefault(index, []).append(At(state.sample_at[index], state.attempt[index]))
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
    _note_stop(state.stopped, event)


def _note_stop(stopped: dict[str, str], event: _EventMark) -> None:
    if event.event == "stopped":
        stopped[event.model] = event.why
    elif event.event == "reserved":
        stopped.pop(event.model, None)


def _in_plan(path: Path, index: int, planned: int) -> None:
    if not 0 <= index < planned:
        raise StoreError(f"{path} has a record of sample {index}, but only {planned} are planned")
