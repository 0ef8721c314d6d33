"""Warm guests, one for each slot: what breaks is replaced, an engine that goes away is waited for."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench.errors import SandboxError
from bench.protocols import SandboxOptions
from bench.sandbox import bundle
from bench.sandbox.channel import Lost
from bench.sandbox.engines import Bounds, Engine, Unfit
from bench.sandbox.guarantees import confirmed, lacking
from bench.sandbox.outage import Outage
from bench.sandbox.slot import Slot
from bench.types import Execution, Job, Json

HEADROOM_MIB = 512
"""Memory of a guest beyond what one candidate may have: supervisor, zygotes, judge."""
PROCESSES = 160
"""Processes and threads of a guest, all told."""

_STARTS = 3
"""How often a guest is started that does not come up."""
_PAUSE_S = 0.5
_UNCOUNTED = 10
"""How often one job is begun again for faults that were certainly not its own."""
_CLOSE_S = 20.0
_HEAD_START_S = 1.0
"""For how long one guest has the machine to itself to come up: the first verdict comes sooner so."""


class Pool:
    """Runs jobs in guests that are started in the background: who is ready first serves first."""

    def __init__(self, engine: Engine, options: SandboxOptions, *, outage: Outage | None = None) -> None:
        self._engine, self._slots = engine, options.slots
        self._bounds = Bounds(options.memory_mib + HEADROOM_MIB, PROCESSES)
        self._memory_mib = options.memory_mib
        self._closed = threading.Event()
        self._outage = outage or Outage(engine, say=options.say, closed=self._closed)
        self._change = threading.Condition()
        self._idle: list[Slot] = []
        self._open: set[Slot] = set()
        self._starters: set[threading.Thread] = set()
        self._ready: Mapping[str, Any] | None = None
        self._seats_lost = 0
        self._failure: SandboxError | None = None
        self._replaced = Counter[str]()
        self._first_up = threading.Event()
        for index in range(options.slots):
            self._fill(index)

    @property
    def slots(self) -> int:
        return self._slots

    def run(self, job: Job, /) -> Execution:
        """Run one job. It is begun again when the engine went away under it; the wait may take minutes.

        Raises SandboxError when its guest died, or could not say what became of it.
        """
        for _ in range(_UNCOUNTED):
            slot = self._take()
            try:
                execution, clean = slot.run(job)
            except Lost as error:
                innocent = self._innocent(slot)
                self._replace(slot, innocent or "died under a sample")
                lost = error
                if innocent:
                    continue
                raise
            except BaseException:
                self._replace(slot, "could not run a sample")
                raise
            if clean:
                self._give_back(slot)
            else:
                self._replace(slot, "could not be cleaned after a sample")
            return execution
        raise lost

    def describe(self) -> Mapping[str, Json]:
        """For the lock. Waits for the first guest. Raises SandboxError when none comes up."""
        with self._change:
            while self._ready is None:
                self._check()
                self._change.wait()
            ready = self._ready
        held = confirmed(self._engine.promises, ready)
        return {
            "engine": self._engine.name,
            **self._engine.describe(),
            "python": str(ready["python"]),
            "guest": bundle.digest(),
            "isolation": "tamper_proof",
            "memory_mib": self._memory_mib,
            "guarantees": [one.value for one in sorted(held)],
            "lacks": list(lacking(held)),
        }

    def report(self) -> Mapping[str, Json]:
        """What went wrong so far and was mended: guests replaced, by reason, and the engine's absences."""
        with self._change:
            return {
                "replaced": sum(self._replaced.values()),
                "reasons": dict(sorted(self._replaced.items())),
                "outages_s": list(self._outage.seconds),
                "slots_lost": self._seats_lost,
            }

    def close(self) -> None:
        self._closed.set()
        self._first_up.set()
        with self._change:
            self._change.notify_all()
            starters = list(self._starters)
        for thread in starters:
            thread.join(_CLOSE_S)
        with self._change:
            slots = list(self._open)
            self._open.clear()
            self._idle.clear()
        if slots:
            with ThreadPoolExecutor(len(slots)) as closers:
                list(closers.map(Slot.close, slots))
        self._engine.close()

    # --- who has which slot ---

    def _take(self) -> Slot:
        """A guest that can be given a job; waits for one. Raises SandboxError when none will come."""
        while True:
            with self._change:
                self._check()
                while not self._idle:
                    self._change.wait()
                    self._check()
                slot = self._idle.pop()
            if slot.healthy:
                return slot
            self._replace(slot, self._innocent(slot) or "died between samples")

    def _check(self) -> None:
        if self._closed.is_set():
            raise SandboxError("the sandbox is closed")
        if self._failure is not None and not self._open and not self._starters:
            raise self._failure

    def _give_back(self, slot: Slot) -> None:
        with self._change:
            self._idle.append(slot)
            self._change.notify()

    def _replace(self, slot: Slot, reason: str) -> None:
        with self._change:
            self._open.discard(slot)
            if self._closed.is_set():
                reason = ""
            else:
                self._replaced[reason] += 1
                self._fill(slot.index)
        slot.close()

    def _innocent(self, slot: Slot) -> str:
        """Why a guest was lost, where it was certainly not a sample's doing; else ""."""
        if slot.epoch < self._outage.epoch or not self._engine.answers():
            return "the engine went away"
        try:
            return "its line broke" if slot.lives() else ""
        except SandboxError:
            return "the engine went away"

    # --- starting ---

    def _fill(self, index: int) -> None:
        thread = threading.Thread(target=self._start, args=(index,), name=f"slot-{index}", daemon=True)
        with self._change:
            self._starters.add(thread)
        thread.start()

    def _start(self, index: int) -> None:
        """Start a guest for a seat; where that fails for good, the pool has a slot less."""
        slot: Slot | None = None
        failure: SandboxError | None = None
        if index:
            self._first_up.wait(_HEAD_START_S)
        try:
            slot = self._started(index)
        except SandboxError as error:
            failure = error
        except Exception as error:
            failure = SandboxError(f"a sandbox could not be started: {type(error).__name__}: {error}")
        with self._change:
            self._starters.discard(threading.current_thread())
            if slot is not None and not self._closed.is_set():
                self._ready = self._ready or slot.ready
                self._open.add(slot)
                self._idle.append(slot)
                slot = None
            if failure is not None:
                self._failure = failure
                self._seats_lost += 1
            self._first_up.set()
            self._change.notify_all()
        if slot is not None:
            slot.close()

    def _started(self, index: int) -> Slot:
        tries = 0
        while True:
            if self._closed.is_set():
                raise SandboxError("the sandbox is closed")
            try:
                epoch = self._outage.epoch
                return Slot(self._engine, self._bounds, index=index, slots=self._slots, epoch=epoch)
            except Unfit:
                raise
            except SandboxError:
                if self._closed.is_set():
                    raise
                if not self._engine.answers():
                    self._outage.sit_out()
                    continue
                tries += 1
                if tries == _STARTS or self._closed.wait(_PAUSE_S):
                    raise
