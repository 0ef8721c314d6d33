"""Which batches are out, as ``batches.jsonl`` tells it: noted before money is spent, so none is forgotten."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bench.records import BatchItem, BatchRecord
from bench.rundir import batches_of, plan_of
from bench.state import State
from bench.store import Store
from bench.types import Json, SampleKey


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of a batch. ``wire`` is what its adapter has to know again to read the reply."""

    index: int
    key: SampleKey
    attempt: int
    wire: Mapping[str, Json]
    round: int = 1
    """How often this session has asked for the sample, with this time."""


@dataclass(slots=True)
class Batch:
    """A batch that is out, or may be: ``name`` is empty while it is not known whether it ever arrived."""

    model: str
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    begun: float = field(default_factory=time.time)
    """Seconds of the epoch."""
    left: dict[str, Entry] = field(default_factory=dict)
    """By custom id: the requests that nothing is known about yet."""
    count: int = 0
    owed: int = 0
    """The most it may cost, in micro-dollars."""
    name: str = ""
    done: int = 0
    looks: int = 0
    """How often its results were read and lacked something."""
    unsure_since: float = field(default_factory=time.time)

    def custom_id(self) -> str:
        """The next one."""
        return f"{self.token}-{self.count}"

    def add(self, entry: Entry, worst: int) -> None:
        self.left[self.custom_id()] = entry
        self.count += 1
        self.owed += worst

    def owns(self, custom_id: str) -> bool:
        """Whether one of its requests has that id."""
        token, _, place = custom_id.rpartition("-")
        return token == self.token and place.isdecimal() and int(place) < self.count


class BatchLog:
    """The batches of a run directory."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.names: set[str] = set()
        """All that are known by name, through or not."""

    def intent(self, batch: Batch) -> None:
        """Before anything is sent."""
        wires: list[dict[str, Json]] = []
        items = []
        for entry in batch.left.values():
            wire = dict(entry.wire)
            if wire not in wires:
                wires.append(wire)
            items.append(BatchItem(entry.index, entry.attempt, wires.index(wire)))
        self._note(
            "intent", batch, model=batch.model, items=items, wires=wires, owed=batch.owed, at=batch.begun
        )

    def submitted(self, batch: Batch) -> None:
        self.names.add(batch.name)
        self._note("submitted", batch)

    def closed(self, batch: Batch, detail: str) -> None:
        """Nothing is to be had from it any more."""
        self._note("closed", batch, detail=detail)

    def out(self, state: State) -> list[Batch]:
        """The batches that earlier sessions left open, with what was not collected from them yet."""
        path = self._store.path
        intents: dict[str, BatchRecord] = {}
        names: dict[str, str] = {}
        for record in batches_of(path):
            if record.event == "intent":
                intents[record.token] = record
            elif record.event == "submitted":
                names[record.token] = record.batch
            else:
                intents.pop(record.token, None)
        self.names.update(names.values())
        wanted = {item.index for record in intents.values() for item in record.items}
        keys = {index: key for index, key in enumerate(plan_of(path)) if index in wanted} if wanted else {}
        return [_batch(record, names.get(token, ""), keys, state) for token, record in intents.items()]

    def _note(
        self,
        event: str,
        batch: Batch,
        *,
        model: str = "",
        items: Iterable[BatchItem] = (),
        wires: Iterable[dict[str, Json]] = (),
        owed: int = 0,
        detail: str = "",
        at: float | None = None,
    ) -> None:
        moment = datetime.now(UTC) if at is None else datetime.fromtimestamp(at, UTC)
        record = BatchRecord(
            event,
            batch.token,
            moment.isoformat(timespec="milliseconds"),
            model=model,
            batch=batch.name,
            items=tuple(items),
            wires=tuple(wires),
            owed_microusd=owed,
            detail=detail,
        )
        self._store.add_batch(record)


def _batch(record: BatchRecord, name: str, keys: Mapping[int, SampleKey], state: State) -> Batch:
    left = {
        f"{record.token}-{place}": Entry(item.index, keys[item.index], item.attempt, record.wires[item.wire])
        for place, item in enumerate(record.items)
        if state.attempt[item.index] < item.attempt
    }
    return Batch(
        record.model,
        record.token,
        datetime.fromisoformat(record.at).timestamp(),
        left,
        count=len(record.items),
        owed=record.owed_microusd,
        name=name,
    )
