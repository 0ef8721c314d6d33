"""The asking side of a run: a lane a model, and as many threads a lane as there are calls in flight.

An answer is written down as soon as it is there, then handed on to be judged; nothing of it is kept here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from bench import money, records
from bench.dialogues import Dialogue, Dialogues
from bench.drift import Answering, Who
from bench.errors import Fault, ProviderError, StoreError
from bench.extract import extract
from bench.lanes import Door, Gate, Lane, Place, Sample, TooLong, Turns, pacing_of
from bench.models.pace import Pace
from bench.models.retry import Failed, generate
from bench.pipeline import Setup, Stopped, Switch, harness_event, spawn, told
from bench.progress import Tally
from bench.protocols import Model
from bench.records import SampleRecord, StoredCompletion, VerdictRecord
from bench.state import State
from bench.store import Store
from bench.types import Completion, Extraction, Outcome, Request, SampleKey, Try

_HOPELESS = frozenset({Fault.AUTH, Fault.QUOTA})
"""Faults that the next call to the same model would end with as well."""

_DOWN = frozenset({Fault.TRANSPORT, Fault.TIMEOUT, Fault.SERVER, Fault.RATE_LIMITED})


class _Sample:
    """A sample that is being asked for, and what came of it so far."""

    def __init__(self, index: int, key: SampleKey, dialogue: Dialogue) -> None:
        self.index = index
        self.key = key
        self.dialogue = dialogue
        self.failed: list[Try] = []
        self.place: Place | None = None

    @property
    def queue_s(self) -> float:
        return self.place.queue_s if self.place else 0.0


class Asking:
    """Asks the models, writes every answer down, and hands it on to be judged."""

    def __init__(
        self,
        setup: Setup,
        store: Store,
        switch: Switch,
        *,
        state: State,
        tally: Tally,
        budget: money.Budget,
        hand_on: Callable[[SampleRecord], None],
    ) -> None:
        self._setup = setup
        self._store = store
        self._switch = switch
        self._state = state
        self._tally = tally
        self._budget = budget
        self._hand_on = hand_on
        self._answering = Answering(state.served)
        self._dialogues = Dialogues(setup.questions, store, state, setup.judgings)
        self._lanes: dict[str, Lane] = {}
        self._policy = replace(setup.policy, sleep=switch.wait)
        self._threads: list[threading.Thread] = []

    def threads(
        self,
        plan: Callable[[], Iterable[SampleKey]],
        *,
        models: Sequence[Model],
        apart: Container[int] = frozenset(),
    ) -> list[threading.Thread]:
        """Threads that ask, a model's first one started. As they start others, the list grows.

        Samples in ``apart`` are asked for elsewhere.
        """
        turns = Turns()
        for model in models:
            self._lanes[model.name] = self._lane(model, self.missing(plan(), model.name, apart), turns)
        if self._dialogues.have_turns:
            for index, key in enumerate(plan()):
                self._lanes[key.model].undecided(len(self._state.to_judge(index)))
        for lane in self._lanes.values():
            self._start(lane)
        return self._threads

    def _lane(self, model: Model, samples: Iterator[Sample], turns: Turns) -> Lane:
        pace = Pace(pacing_of(model, self._setup.concurrency), first_wait_s=self._policy.base_s)
        gate = Gate(pace, self._switch, longest_s=self._policy.total_s)
        return Lane(model, samples, gate, turns)

    def _start(self, lane: Lane) -> None:
        name = f"ask-{lane.model.name}-{len(self._threads)}"
        self._threads.append(spawn(name, partial(self._work, lane), self._switch))

    def put(self, record: SampleRecord, *, again: bool = False) -> None:
        """Write a record down; hand an answer on to be judged. ``again``: the sample is asked for again."""
        self._store.add_sample(record)
        self._pass_on(record, again=again)

    def _pass_on(self, record: SampleRecord, *, again: bool = False) -> None:
        if record.completion is not None:
            self._watch(record.key, record.completion)
            self._hand_on(record)
        elif record.outcome is not None and not again:
            self._tally.ended(record.outcome)

    def goes_on(self, sample: SampleRecord, verdict: VerdictRecord) -> bool:
        """Whether a sample that was judged is asked for once more; if so, that is before any new one."""
        if not self._dialogues.have_turns:
            return False
        goes_on = self._dialogues.judged(sample, verdict)
        self._lanes[sample.key.model].decided((sample.index, sample.key) if goes_on else None)
        return goes_on or not self._dialogues.is_latest(sample)

    def answered(
        self,
        index: int,
        key: SampleKey,
        completion: Completion,
        *,
        asked: Dialogue,
        tries: int,
        batch: str = "",
        reserved: int = 0,
        cached_at: str = "",
        failed: Sequence[Try] = (),
    ) -> SampleRecord:
        """The record of an answer, which is counted with it."""
        self._tally.answered(completion, is_cached=bool(cached_at))
        return records.answered(
            index,
            key,
            completion,
            self._extracted(completion, key),
            attempt=asked.attempt,
            turn=asked.turn,
            told=asked.told,
            tries=tries,
            request_blob=self._store.add_blob(completion.raw_request),
            reply_blob=self._store.add_blob(completion.raw_reply),
            batch=batch,
            reserved_microusd=reserved,
            cached_at=cached_at,
            failed=failed,
        )

    def missing(
        self, plan: Iterable[SampleKey], model: str, apart: Container[int]
    ) -> Iterator[tuple[int, SampleKey]]:
        for index, key in enumerate(plan):
            if key.model == model and self._state.to_ask(index) and index not in apart:
                yield index, key

    def _work(self, lane: Lane) -> None:
        with suppress(Stopped):
            while self._ask_next(lane):
                pass

    def _ask_next(self, lane: Lane) -> bool:
        """Ask for a lane's next sample; False when there is none. Raises Stopped."""
        with lane.door() as door:
            taken = lane.take()
            if taken is None:
                return False
            sample = _Sample(*taken, self._dialogues.next(*taken))
            is_decided = True
            try:
                record = self._asked(lane, sample, door)
                if record is not None:
                    is_decided = record.completion is None or not self._dialogues.have_turns
                    self._store.add_sample(record)
                    if sample.place is not None:
                        sample.place.written()
                    if record.completion is not None:
                        lane.answered()
                    self._pass_on(record)
            finally:
                if is_decided:
                    lane.decided()
                if sample.place is not None:
                    sample.place.done()
        return True

    def _watch(self, key: SampleKey, completion: StoredCompletion) -> None:
        drift = self._answering.noted(key, Who(completion.served_model, completion.provider))
        if drift is not None:
            self._store.event(drift)

    def _asked(self, lane: Lane, sample: _Sample, door: Door) -> SampleRecord | None:
        """Ask for one sample; None when the budget does not allow it. Raises Stopped."""
        try:
            return self._answer(lane, sample, door)
        except _OverBudget:
            if lane.close():
                self.stopped_by_budget(lane.model.name)
            return None
        except TooLong as error:
            self._give_up(lane, f"its limit is whole again in {error.wait_s:.0f} s: go on then")
            return None
        except ProviderError as error:
            return self._refused(lane, sample, error)
        except (Stopped, StoreError):
            raise
        except Exception as error:
            self._store.event(harness_event(sample.key, error))
            return records.unanswered(
                sample.index,
                sample.key,
                Outcome.HARNESS_ERROR,
                attempt=sample.dialogue.attempt,
                turn=sample.dialogue.turn,
                tries=len(sample.failed) + 1,
                detail=f"asking: {told(error)}",
                failed=sample.failed,
            )

    def _answer(self, lane: Lane, sample: _Sample, door: Door) -> SampleRecord:
        """Whatever has to be waited for is so at the lane's door, before the call goes through its gate."""
        model, index, asked = lane.model, sample.index, sample.dialogue
        request = self._setup.questions.request(sample.key, asked.before)
        kept = self.kept(model, request, index=index, asked=asked)
        if kept is not None:
            return kept
        worst = money.worst_call(model.name, request, self._setup.prices) or 0
        account = money.Account(self._budget, worst, self._store.event)
        if not account.open(model.name):
            self._switch.wait(0)  # rather stopped than out of money
            raise _OverBudget
        try:
            sample.place = lane.place(request)
            sample.place.enter()
            if door.close():
                self._start(lane)
            completion, tries = generate(
                model,
                request,
                policy=self._policy,
                on_failed=partial(self._failed, model, request, sample, account),
                place=sample.place,
            )
        except BaseException as error:
            account.failed(None if isinstance(error, ProviderError) and error.may_cost else 0)
            raise
        account.answered(completion.cost_microusd)
        if self._budget.broken:
            self._stop_all(self._budget.broken)
        self.keep(model, request, completion)
        return self.answered(
            index,
            sample.key,
            _queued(completion, sample.queue_s),
            asked=asked,
            tries=tries,
            reserved=worst,
            failed=sample.failed,
        )

    def kept(self, model: Model, request: Request, *, index: int, asked: Dialogue) -> SampleRecord | None:
        """The record of an answer that the cache has."""
        kept = self._setup.cache.get(model, request) if self._setup.cache else None
        if kept is None:
            return None
        return self.answered(index, request.key, kept.completion, asked=asked, tries=0, cached_at=kept.at)

    def keep(self, model: Model, request: Request, completion: Completion) -> None:
        """Put it into the cache; one that cannot be written is no reason to lose an answer."""
        try:
            if self._setup.cache is not None:
                self._setup.cache.put(model, request, completion)
        except OSError as error:
            self._store.event({"event": "cache_failed", "message": str(error)})

    def _extracted(self, completion: Completion, key: SampleKey) -> Extraction | None:
        """None if extraction fails: an answer that was paid for is never lost to a fault of ours."""
        try:
            return extract(completion, self._setup.questions.problem(key))
        except Exception as error:
            self._store.event(harness_event(key, error))
            return None

    def _refused(self, lane: Lane, sample: _Sample, error: ProviderError) -> SampleRecord:
        too_long = error.fault is Fault.RATE_LIMITED and (error.retry_after_s or 0) > self._policy.total_s
        if error.fault in _HOPELESS or too_long or (error.fault in _DOWN and lane.is_down()):
            self._give_up(lane, f"{error.fault.value}: {error.message}")
        return records.unanswered(
            sample.index,
            sample.key,
            Outcome.PROVIDER_ERROR,
            attempt=sample.dialogue.attempt,
            turn=sample.dialogue.turn,
            tries=error.tries,
            detail=error.message,
            fault=error.fault,
            reply_blob=self._store.add_blob(error.raw_reply),
            failed=sample.failed,
        )

    def _give_up(self, lane: Lane, why: str) -> None:
        if lane.close():
            self._switch.note(f"{lane.model.name} was asked no more ({why})")

    def _failed(
        self, model: Model, request: Request, sample: _Sample, account: money.Account, failed: Failed
    ) -> None:
        """Keep a try. Raises Stopped when the run is being stopped, _OverBudget when the money is spent."""
        error, paid = failed.error, failed.cost_microusd
        blob = self._store.add_blob(error.raw_reply)
        sample.failed.append(
            Try(
                failed.asked_at,
                round(failed.total_s, 6),
                error.fault.value,
                http_status=error.http_status,
                wait_s=failed.wait_s,
                cost_microusd=paid,
                reply_blob=blob,
            )
        )
        if failed.wait_s is None:
            return
        unknown = account.worst if paid is None and error.may_cost else 0
        self._store.event({**failed.event(model, request), "unknown_microusd": unknown})
        may_go_on = account.again(None if unknown else paid or 0)
        if self._switch.asking.is_set():
            raise Stopped
        if not may_go_on:
            raise _OverBudget

    def _stop_all(self, broken: str) -> None:
        self._switch.stop_asking(broken)
        for model in self._setup.models:
            self._store.event({"event": "stopped", "model": model.name, "why": broken})

    def stopped_by_budget(self, model: str) -> None:
        """Say that this model is asked no more for want of money."""
        limit = money.dollars(self._budget.limit or 0)
        self._switch.note(
            f"{model}: the next call could exceed the budget of {limit}; a larger --budget goes on from here"
        )
        self._store.event({"event": "stopped", "model": model, "why": f"the budget of {limit} is used up"})


def _queued(completion: Completion, queue_s: float) -> Completion:
    """With what the gate added to the wait that a local model had of itself."""
    timing = completion.timing
    if timing is None:
        return completion
    return replace(completion, timing=replace(timing, queue_s=timing.queue_s + queue_s))


class _OverBudget(Exception):
    """The next call could cost more than is left."""
