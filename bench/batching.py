"""Asking in batches: at a lower price, and answered within a day.

A batch is noted before it is sent, and again once its name is known: a run that is killed at any moment finds
its batches again, with the provider if need be, and asks for nothing that one of them may still answer.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from bench import money
from bench.asking import Asking
from bench.batchlane import MOST_BYTES, MOST_REQUESTS, ROUNDS, Lane
from bench.batchlog import Batch, BatchLog, Entry
from bench.collecting import Collecting
from bench.dialogues import Dialogue
from bench.errors import Fault, ProviderError
from bench.pipeline import Setup, Stopped, Switch, spawn
from bench.protocols import Batches, BatchStatus, Model, OffersBatches
from bench.state import State
from bench.store import Store
from bench.types import Json, SampleKey

_LOOKS = 3
"""How often results that lack something are read before what they lack counts as lost."""
_PATIENCE = 5
"""Batches in a row that did not arrive before a provider counts as down."""
_KEPT_S = 31 * 86_400.0
"""Providers keep results for 29 days and more; a batch that is unknown sooner belongs to another account."""

_UNSURE = frozenset({Fault.TRANSPORT, Fault.TIMEOUT, Fault.SERVER, Fault.INVALID_REPLY})
"""Faults after which a batch may have arrived all the same."""
_HOPELESS = frozenset({Fault.AUTH, Fault.QUOTA, Fault.INVALID_REQUEST})


def batches_of(model: Model) -> Batches | None:
    """The batches of a model, if its provider takes any."""
    return model.batches if isinstance(model, OffersBatches) else None


class Batching:
    """Asks in batches, a thread a model, and collects what earlier sessions have left with the providers."""

    def __init__(
        self,
        setup: Setup,
        store: Store,
        switch: Switch,
        *,
        state: State,
        budget: money.Budget,
        asking: Asking,
        say: Callable[[str], None],
    ) -> None:
        self._setup = setup
        self._switch = switch
        self._budget = budget
        self._asking = asking
        self._say = say
        self._collecting = Collecting(setup, store, state=state, budget=budget, asking=asking)
        self._log = BatchLog(store)
        self._out = self._log.out(state)
        self.apart = frozenset(entry.index for batch in self._out for entry in batch.left.values())
        """Samples that a batch of an earlier session may still answer."""
        for batch in self._out:
            self._budget.owe(batch.owed)

    def asks(self, model: Model) -> bool:
        """Whether this model is asked in batches and in no other way."""
        return self._setup.batch and batches_of(model) is not None

    def threads(self, plan: Callable[[], Iterable[SampleKey]]) -> list[threading.Thread]:
        """A thread for each model that has batches out or is asked in batches, started."""
        lanes = []
        for model in self._setup.models:
            out = [batch for batch in self._out if batch.model == model.name]
            batches = batches_of(model)
            if batches is None and out:
                self._switch.note(f"{model.name} has {len(out)} batches out, but its adapter takes none now")
            elif batches is not None and (out or self._setup.batch):
                samples = (
                    self._asking.missing(plan(), model.name, self.apart) if self._setup.batch else iter(())
                )
                most = min(batches.most_requests, MOST_REQUESTS)
                lanes.append(
                    Lane(model, batches, samples, self._setup.polling, self._setup.batch, out, most=most)
                )
        return [spawn(f"batch-{lane.model.name}", partial(self._work, lane), self._switch) for lane in lanes]

    def _work(self, lane: Lane) -> None:
        polling = self._setup.polling
        wait_s = polling.first_s
        try:
            while not self._switch.asking.is_set():
                moved = sum(self._look(lane, batch) for batch in list(lane.out)) > 0
                moved = self._send_all(lane) or moved
                if lane.is_done():
                    return
                wait_s = polling.first_s if moved else min(wait_s * polling.factor, polling.cap_s)
                self._switch.wait(wait_s)
        except Stopped:
            pass
        left = sum(len(batch.left) for batch in lane.out)
        if left:
            self._switch.note(
                f"{lane.model.name}: {left} samples are in batches; the same command collects them"
            )

    # What is to be sent.

    def _send_all(self, lane: Lane) -> bool:
        """Begin as many batches as may be; whether it was any."""
        begun = False
        while lane.may_send() and not self._switch.asking.is_set():
            batch, lines = self._filled(lane)
            if not batch.count:
                break
            begun = True
            self._log.intent(batch)
            lane.out.append(batch)
            try:
                name = lane.batches.submit(batch.token, lines)
            except ProviderError as error:
                self._unsent(lane, batch, error)
            else:
                self._named(lane, batch, name)
        return begun

    def _filled(self, lane: Lane) -> tuple[Batch, list[Mapping[str, Json]]]:
        """The next batch and its lines, as far as the limits and the budget allow; empty when they do not."""
        batch, lines, size = Batch(lane.model.name), list[Mapping[str, Json]](), 0
        while batch.count < lane.most and (taken := lane.take()):
            index, key, asked = taken
            request = self._setup.questions.request(key)
            worst = self._collecting.worst(lane, request)
            attempt = self._collecting.attempt(index)
            kept = self._asking.kept(lane.model, request, index=index, asked=Dialogue(1, attempt))
            if kept is not None:
                self._asking.put(kept)
                continue
            try:
                prepared = lane.batches.prepare(batch.custom_id(), request)
            except ProviderError as error:
                self._collecting.failed(lane, batch, Entry(index, key, attempt, {}, ROUNDS), error)
                continue
            size += len(json.dumps(prepared.line)) + 2
            over = not self._affords(lane, batch.owed + worst, alone=not lines)
            if over or (lines and size > min(lane.batches.most_bytes, MOST_BYTES)):
                lane.again.appendleft(taken)
                break
            batch.add(Entry(index, key, attempt, prepared.wire, asked), worst)
            lines.append(prepared.line)
        if batch.count and not self._budget.reserve(batch.owed, wait=False):
            lane.again.extendleft((one.index, one.key, one.round) for one in reversed(batch.left.values()))
            return Batch(lane.model.name), []
        return batch, lines

    def _affords(self, lane: Lane, owed: int, *, alone: bool) -> bool:
        """Whether so much may be set aside; ends the lane's asking where waiting would not help, either."""
        limit = self._budget.limit
        left = self._budget.left()
        if limit is None or left is None or (owed <= left and not self._budget.broken):
            return True
        if alone and (self._budget.broken or owed > limit - self._budget.spent):
            lane.asks = False
            if self._budget.broken:
                self._switch.note(f"{lane.model.name}: {self._budget.broken}")
            else:
                self._asking.stopped_by_budget(lane.model.name)
        return False

    def _unsent(self, lane: Lane, batch: Batch, error: ProviderError) -> None:
        """A batch was not taken, or it is not known whether it was."""
        if error.fault in _UNSURE and not error.unsent:
            batch.unsure_since = time.time()
            self._say(f"{lane.model.name}: it is not known whether a batch arrived: {error.message}")
            return
        self._close(batch, f"not taken: {error.message}")
        if error.http_status == 413 and batch.count > 1:
            lane.most = batch.count // 2
            lane.give_back(batch)
            return
        if error.fault is Fault.RATE_LIMITED or error.unsent:
            self._put_off(lane, batch, error)
            return
        lane.out.remove(batch)
        self._stop(lane, error)
        for entry in batch.left.values():
            self._collecting.failed(lane, batch, entry, error)

    def _put_off(self, lane: Lane, batch: Batch, error: ProviderError) -> None:
        """Send it again after a while. One that takes nothing yet is waited for, one away not long."""
        lane.give_back(batch)
        lane.hold(error.retry_after_s)
        lane.failures += error.unsent
        if lane.failures >= _PATIENCE:
            self._stop(lane, error)
        else:
            self._say(f"{lane.model.name}: no batch is taken for now: {error.message}")

    def _named(self, lane: Lane, batch: Batch, name: str) -> None:
        batch.name = name
        self._log.submitted(batch)
        lane.failures = 0
        self._say(f"{lane.model.name}: {batch.count} samples are in batch {name}")

    # What is out.

    def _look(self, lane: Lane, batch: Batch) -> bool:
        """See how far a batch is, and collect it when it has ended; whether anything is new."""
        try:
            if not batch.name:
                return self._sought(lane, batch)
            status = lane.batches.status(batch.name)
            new = status.done != batch.done
            if new and not status.ended:
                self._say(f"{lane.model.name}: {status.done} of {batch.count} done in batch {batch.name}")
            batch.done = status.done
            return self._collected(lane, batch, status) if status.ended else new
        except ProviderError as error:
            return self._unreachable(lane, batch, error)

    def _sought(self, lane: Lane, batch: Batch) -> bool:
        """Look for a batch that may have arrived. Raises ProviderError."""
        found = lane.batches.find(batch.token, batch.count, batch.begun, self._log.names)
        if found.batch:
            self._named(lane, batch, found.batch)
            return True
        if found.undecided or time.time() - batch.unsure_since < lane.polling.settle_s:
            return False
        self._close(batch, "it never arrived")
        self._put_off(lane, batch, ProviderError(Fault.TRANSPORT, "the batch never arrived", unsent=True))
        return True

    def _unreachable(self, lane: Lane, batch: Batch, error: ProviderError) -> bool:
        """A batch cannot be looked at: a provider that is away is waited for, however long it takes."""
        if error.fault not in _HOPELESS:
            return False
        if error.http_status == 404 and batch.name:
            if time.time() - batch.unsure_since < lane.polling.settle_s:
                return False  # a new batch may not be known everywhere yet
            if time.time() - batch.begun > _KEPT_S:
                self._lose(lane, batch, ProviderError(Fault.MISSING, f"batch {batch.name} is kept no longer"))
                return True
        lane.out.remove(batch)
        lane.asks = False
        called = f"batch {batch.name}" if batch.name else "a batch of unknown name"
        self._switch.note(
            f"{lane.model.name}: {called} with {len(batch.left)} samples cannot be read now "
            f"({error.message}); with the key it was sent with, the same command collects it"
        )
        return True

    def _collected(self, lane: Lane, batch: Batch, status: BatchStatus) -> bool:
        """Read the results, each once; whether the batch is through. Raises ProviderError."""
        self._collecting.collect(lane, batch)
        lost = status.lost
        if batch.left and lost is None and batch.looks < _LOOKS:
            batch.looks += 1
            return False
        if lost is not None and lost.fault is Fault.RATE_LIMITED and len(batch.left) == batch.count > 1:
            self._close(batch, f"not taken: {lost.message}")
            lane.most = batch.count // 2
            self._put_off(lane, batch, lost)
            return True
        self._lose(
            lane, batch, lost or ProviderError(Fault.INVALID_REPLY, "the batch's results lack this sample")
        )
        return True

    def _lose(self, lane: Lane, batch: Batch, error: ProviderError) -> None:
        """The batch is through; what is left of it is lost."""
        self._collecting.lost(lane, batch, error)
        detail = f"{batch.count - len(batch.left)} of {batch.count} collected"
        lane.out.remove(batch)
        lane.holds = 0
        self._close(batch, detail)
        self._say(f"{lane.model.name}: batch {batch.name}: {detail}")

    def _close(self, batch: Batch, detail: str) -> None:
        self._log.closed(batch, detail)
        self._budget.settle(batch.owed, 0)

    def _stop(self, lane: Lane, error: ProviderError) -> None:
        """Begin no more batches."""
        lane.asks = False
        self._switch.note(f"{lane.model.name} was asked no more ({error.fault.value}): {error.message}")
