"""Samples of several turns: what is asked next, and whether a verdict brings another turn."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.feedback import Exchange, may_go_on
from bench.plan import Questions
from bench.records import SampleRecord, VerdictRecord, verdict_of
from bench.state import At, State
from bench.store import Store
from bench.types import SampleKey


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What is to be asked of a sample: its next record is of that turn, after those that failed."""

    turn: int
    attempt: int
    before: tuple[Exchange, ...] = ()

    @property
    def told(self) -> str:
        return self.before[-1].told if self.before else ""


class Dialogues:
    """In memory while they go on, from the directory where they began in an earlier session. Thread-safe."""

    def __init__(self, questions: Questions, store: Store, state: State, judgings: Mapping[str, str]) -> None:
        self._questions = questions
        self._store = store
        self._state = state
        self._judgings = judgings
        self._open: dict[int, Dialogue] = {}
        self._mutex = threading.Lock()

    @property
    def have_turns(self) -> bool:
        return self._questions.turns > 1

    def next(self, index: int, key: SampleKey) -> Dialogue:
        """What to ask of a sample now."""
        with self._mutex:
            known = self._open.get(index)
        if known is None:
            answers = self._state.answers(index)
            known = Dialogue(len(answers) + 1, self._state.attempt[index] + 1, self._exchanges(key, answers))
            if self.have_turns:
                with self._mutex:
                    self._open[index] = known
        return known

    def judged(self, sample: SampleRecord, verdict: VerdictRecord) -> bool:
        """Whether another turn is to be asked for now; then ``next`` says how."""
        if not self.is_latest(sample):
            return False
        with self._mutex:
            asked = self._open.pop(sample.index, None)
        if not may_go_on(verdict.outcome) or sample.turn >= self._questions.turns:
            return False
        before = asked.before if asked else self._exchanges(sample.key, self._earlier(sample))
        told = self._questions.told(sample.key, verdict_of(verdict))
        failed = Exchange(sample.completion.text if sample.completion else "", told)
        with self._mutex:
            self._open[sample.index] = Dialogue(sample.turn + 1, sample.attempt + 1, (*before, failed))
        return True

    def is_latest(self, sample: SampleRecord) -> bool:
        """Not so for an answer that lacked a verdict of the present judge, and was gone on from long ago."""
        return sample.turn >= len(self._state.answers(sample.index))

    def _earlier(self, sample: SampleRecord) -> Sequence[At]:
        return self._state.answers(sample.index)[: sample.turn - 1]

    def _exchanges(self, key: SampleKey, answers: Sequence[At]) -> tuple[Exchange, ...]:
        """Turns of an earlier session: what was told after each, or after the last one is to be."""
        samples = [self._store.sample_at(answer.sample) for answer in answers]
        told = [sample.told for sample in samples[1:]]
        if answers:
            verdict = self._store.verdict_at(self._judgings[key.suite], answers[-1].verdict)
            told.append(self._questions.told(key, verdict_of(verdict)))
        return tuple(
            Exchange(sample.completion.text if sample.completion else "", told)
            for sample, told in zip(samples, told, strict=True)
        )
