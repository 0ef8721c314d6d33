"""The asking side of a run: a lane a model, and a number of threads a lane.

An answer is written down as soon as it is there, then handed on to be judged; nothing of it is kept here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

from bench import money, records
from bench.drift import Answering, Who
from bench.errors import Fault, ProviderError, StoreError
from bench.extract import extract
from bench.models.retry import generate
from bench.pipeline import Setup, Stopped, Switch, harness_event, spawn, told
from bench.progress import Tally
from bench.protocols import Model
from bench.records import SampleRecord, StoredCompletion
from bench.store import State, Store
from bench.types import Completion, Extraction, Json, Outcome, Request, SampleKey

_HOPELESS = frozenset({Fault.AUTH, Fault.QUOTA})
"""Faults that the next call to the same model would end with as well."""

_DOWN = frozenset({Fault.TRANSPORT, Fault.TIMEOUT, Fault.SERVER})
_PATIENCE = 12
"""Samples in a row that a server may leave unanswered, each after all its tries, before it counts as down."""


class Lane:
    """One model's planned samples, handed out one by one to the threads that ask it."""

    def __init__(self, model: Model, samples: Iterator[tuple[int, SampleKey]]) -> None:
        self.model = model
        self._samples = samples
        self._mutex = threading.Lock()
        self._closed = False
        self._unanswered = 0

    def take(self) -> tuple[int, SampleKey] | None:
        with self._mutex:
            return None if self._closed else next(self._samples, None)

    def answered(self) -> None:
        self._unanswered = 0

    def is_down(self) -> bool:
        """Count one more sample that a server left unanswered; whether it is time to give it up."""
        with self._mutex:
            self._unanswered += 1
            return self._unanswered >= _PATIENCE

    def close(self) -> bool:
        """Hand out no more; whether it was still open."""
        with self._mutex:
            was_open, self._closed = not self._closed, True
            return was_open


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
        self._policy = replace(setup.policy, sleep=switch.wait)

    def threads(
        self,
        plan: Callable[[], Iterable[SampleKey]],
        *,
        models: Sequence[Model],
        apart: Container[int] = frozenset(),
    ) -> list[threading.Thread]:
        """``concurrency`` threads a model, started. Samples in ``apart`` are asked for elsewhere."""
        lanes = [Lane(model, self.missing(plan(), model.name, apart)) for model in models]
        return [
            spawn(f"ask-{lane.model.name}-{number}", partial(self._work, lane), self._switch)
            for lane in lanes
            for number in range(self._setup.concurrency)
        ]

    def put(self, record: SampleRecord, *, again: bool = False) -> None:
        """Write a record down; hand an answer on to be judged. ``again``: the sample is asked for again."""
        self._store.add_sample(record)
        if record.completion is not None:
            self._watch(record.key, record.completion)
            self._hand_on(record)
        elif record.outcome is not None and not again:
            self._tally.ended(record.outcome)

    def answered(
        self,
        index: int,
        key: SampleKey,
        completion: Completion,
        *,
        attempt: int,
        tries: int,
        batch: str = "",
        reserved: int = 0,
        cached_at: str = "",
    ) -> SampleRecord:
        """The record of an answer, which is counted with it."""
        self._tally.answered(completion, is_cached=bool(cached_at))
        return records.answered(
            index,
            key,
            completion,
            self._extracted(completion, key),
            attempt=attempt,
            tries=tries,
            request_blob=self._store.add_blob(completion.raw_request),
            reply_blob=self._store.add_blob(completion.raw_reply),
            batch=batch,
            reserved_microusd=reserved,
            cached_at=cached_at,
        )

    def missing(
        self, plan: Iterable[SampleKey], model: str, apart: Container[int]
    ) -> Iterator[tuple[int, SampleKey]]:
        for index, key in enumerate(plan):
            if key.model == model and self._state.to_ask(index) and index not in apart:
                yield index, key

    def _work(self, lane: Lane) -> None:
        while not self._switch.asking.is_set():
            taken = lane.take()
            if taken is None:
                return
            index, key = taken
            try:
                record = self._asked(lane, index, key)
            except Stopped:
                return
            if record is None:
                return
            if record.completion is not None:
                lane.answered()
            self.put(record)

    def _watch(self, key: SampleKey, completion: StoredCompletion) -> None:
        drift = self._answering.noted(key, Who(completion.served_model, completion.provider))
        if drift is not None:
            self._store.event(drift)

    def _asked(self, lane: Lane, index: int, key: SampleKey) -> SampleRecord | None:
        """Ask for one sample; None when the budget does not allow it. Raises Stopped."""
        attempt = self._state.attempt[index] + 1
        try:
            return self._answer(lane.model, index, key, attempt=attempt)
        except _OverBudget:
            if lane.close():
                self.stopped_by_budget(lane.model.name)
            return None
        except ProviderError as error:
            return self._refused(lane, index, key, error, attempt=attempt)
        except (Stopped, StoreError):
            raise
        except Exception as error:
            self._store.event(harness_event(key, error))
            detail = f"asking: {told(error)}"
            return records.unanswered(
                index, key, Outcome.HARNESS_ERROR, attempt=attempt, tries=1, detail=detail
            )

    def _answer(self, model: Model, index: int, key: SampleKey, *, attempt: int) -> SampleRecord:
        request = self._setup.questions.request(key)
        kept = self.kept(model, request, index=index, attempt=attempt)
        if kept is not None:
            return kept
        worst = money.worst_call(model.name, request, self._setup.prices) or 0
        account = money.Account(self._budget, worst, self._store.event)
        if not account.open(model.name):
            raise _OverBudget
        on_event = partial(self._retrying, account)
        try:
            self._switch.wait(0)  # it may have been stopped while money was waited for
            completion, tries = generate(model, request, policy=self._policy, on_event=on_event)
        except BaseException as error:
            account.failed(None if isinstance(error, ProviderError) and error.may_cost else 0)
            raise
        account.answered(completion.cost_microusd)
        if self._budget.broken:
            self._stop_all(self._budget.broken)
        self.keep(model, request, completion)
        return self.answered(index, key, completion, attempt=attempt, tries=tries, reserved=worst)

    def kept(self, model: Model, request: Request, *, index: int, attempt: int) -> SampleRecord | None:
        """The record of an answer that the cache has."""
        kept = self._setup.cache.get(model, request) if self._setup.cache else None
        if kept is None:
            return None
        return self.answered(index, request.key, kept.completion, attempt=attempt, tries=0, cached_at=kept.at)

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

    def _refused(
        self, lane: Lane, index: int, key: SampleKey, error: ProviderError, *, attempt: int
    ) -> SampleRecord:
        hopeless = error.fault in _HOPELESS or (error.fault in _DOWN and lane.is_down())
        if hopeless and lane.close():
            self._switch.note(f"{lane.model.name} was asked no more ({error.fault.value}): {error.message}")
        return records.unanswered(
            index,
            key,
            Outcome.PROVIDER_ERROR,
            attempt=attempt,
            tries=error.tries,
            detail=error.message,
            fault=error.fault,
            reply_blob=self._store.add_blob(error.raw_reply),
        )

    def _retrying(self, account: money.Account, event: Mapping[str, Json]) -> None:
        """Note a retry. Raises Stopped when the run is being stopped, _OverBudget when the money is spent."""
        paid = cast(int | None, event.get("cost_microusd"))
        unknown = account.worst if event.get("may_have_cost") else 0
        self._store.event({**event, "unknown_microusd": unknown})
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


class _OverBudget(Exception):
    """The next call could cost more than is left."""
