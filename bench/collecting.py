"""What comes back in a batch: each line becomes a record like any other, or a reason to ask again."""

from __future__ import annotations

from dataclasses import replace

from bench import money, records
from bench.asking import Asking
from bench.batchlane import ROUNDS, Lane
from bench.batchlog import Batch, Entry
from bench.dialogues import Dialogue
from bench.errors import ProviderError, StoreError
from bench.models.faults import EmptyReply
from bench.pipeline import Setup, harness_event, told
from bench.protocols import BatchLine
from bench.state import State
from bench.store import Store
from bench.types import Completion, Outcome, Request


class Collecting:
    """Reads the results of batches."""

    def __init__(
        self, setup: Setup, store: Store, *, state: State, budget: money.Budget, asking: Asking
    ) -> None:
        self._setup = setup
        self._store = store
        self._state = state
        self._budget = budget
        self._asking = asking
        self._attempts: dict[int, int] = {}

    def attempt(self, index: int) -> int:
        """The number of a sample's next attempt."""
        return self._attempts.get(index, self._state.attempt[index]) + 1

    def collect(self, lane: Lane, batch: Batch) -> None:
        """Read the results, each once. Raises ProviderError."""
        seen = set[str]()
        for line in lane.batches.results(batch.name):
            entry = batch.left.pop(line.custom_id, None)
            if entry is not None:
                self._read(lane, batch, entry, line)
            elif line.custom_id in seen or (not batch.looks and not batch.owns(line.custom_id)):
                self._stray(batch, line)
            seen.add(line.custom_id)

    def _read(self, lane: Lane, batch: Batch, entry: Entry, line: BatchLine) -> None:
        """Write down what a line says about its sample."""
        request = self._setup.questions.request(entry.key)
        worst = self.worst(lane, request)
        try:
            completion = lane.batches.completion(line, request, entry.wire)
        except EmptyReply as error:
            cost = error.completion.cost_microusd
            self._book(batch, entry, worst=worst, cost=cost)
            if entry.round < self._setup.policy.empty_tries and lane.asks:
                self._store.event({"event": "retry", "sample": str(entry.key), "cost_microusd": cost})
                self.failed(lane, batch, entry, error, request=request)
            else:
                self._answered(batch, entry, replace(error.completion, text=""))
        except ProviderError as error:
            self._book(batch, entry, worst=worst, cost=None if error.may_cost else 0)
            self.failed(lane, batch, entry, error, request=request)
        except StoreError:
            raise
        except Exception as error:
            self._book(batch, entry, worst=worst, cost=None)
            self._store.event(harness_event(entry.key, error))
            self._broken(batch, entry, line, error)
        else:
            self._book(batch, entry, worst=worst, cost=completion.cost_microusd)
            self._asking.keep(lane.model, request, completion)
            self._answered(batch, entry, completion)

    def _book(self, batch: Batch, entry: Entry, *, worst: int, cost: int | None) -> None:
        """Settle what one request came to; one whose cost nobody tells counts at its worst."""
        self._budget.settle(worst, cost)
        batch.owed -= worst
        if cost is None and worst:
            self._store.event({"event": "unknown", "sample": str(entry.key), "unknown_microusd": worst})

    def _answered(self, batch: Batch, entry: Entry, completion: Completion) -> None:
        asked = Dialogue(1, entry.attempt)
        record = self._asking.answered(
            entry.index, entry.key, completion, asked=asked, tries=1, batch=batch.name
        )
        self._asking.put(record)

    def lost(self, lane: Lane, batch: Batch, error: ProviderError) -> None:
        """What became of all requests that an ended batch said nothing about."""
        for entry in batch.left.values():
            worst = self.worst(lane, self._setup.questions.request(entry.key))
            self._book(batch, entry, worst=worst, cost=None if error.may_cost else 0)
            self.failed(lane, batch, entry, error)

    def failed(
        self, lane: Lane, batch: Batch, entry: Entry, error: ProviderError, *, request: Request | None = None
    ) -> None:
        """Write down that a sample got no answer; ask for it in another batch where that may help."""
        learned = request is not None and lane.batches.learn(request, entry.wire, error)
        again = lane.asks and entry.round < ROUNDS and (error.retryable or learned)
        record = records.unanswered(
            entry.index,
            entry.key,
            Outcome.PROVIDER_ERROR,
            attempt=entry.attempt,
            tries=1,
            detail=error.message,
            fault=error.fault,
            reply_blob=self._store.add_blob(error.raw_reply),
            batch=batch.name,
        )
        self._attempts[entry.index] = entry.attempt
        self._asking.put(record, again=again)
        if again:
            lane.again.append((entry.index, entry.key, entry.round + 1))

    def _broken(self, batch: Batch, entry: Entry, line: BatchLine, error: Exception) -> None:
        """An adapter's own fault: the line is kept, as it was paid for."""
        record = records.unanswered(
            entry.index,
            entry.key,
            Outcome.HARNESS_ERROR,
            attempt=entry.attempt,
            tries=1,
            detail=f"reading the batch: {told(error)}",
            reply_blob=self._store.add_blob(line.raw),
            batch=batch.name,
        )
        self._asking.put(record)

    def _stray(self, batch: Batch, line: BatchLine) -> None:
        """A line that is of no request of ours, or of one that was answered already."""
        blob = self._store.add_blob(line.raw)
        event = {"event": "batch_line_unused", "batch": batch.name, "custom_id": line.custom_id}
        self._store.event({**event, "reply_blob": blob})

    def worst(self, lane: Lane, request: Request) -> int:
        return money.worst_call(lane.model.name, request, self._setup.prices, batch=True) or 0
