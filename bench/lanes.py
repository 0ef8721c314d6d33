"""A lane a model: its samples in order, the gate that its calls go through, and its turn among the lanes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from bench.models.pace import Ended, Pace, Ticket
from bench.pipeline import POLL_S, Stopped, Switch
from bench.protocols import Model, Paced, Pacing
from bench.types import Request, SampleKey

_PATIENCE = 12
"""Samples in a row that a server may leave unanswered, each after all its tries, before it counts as down."""

_HELD = 8
"""Samples that may be held however few the places: those that wait for a retry must not stop the rest."""

Sample = tuple[int, SampleKey]


class TooLong(Exception):
    """A provider's limit would have to be waited for longer than is worth it."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"{wait_s:.0f} s")
        self.wait_s = wait_s


def pacing_of(model: Model, concurrency: int | None) -> Pacing:
    """How many calls at once a model gets. ``concurrency`` is what the user allows, if anything was said."""
    own = model.pacing if isinstance(model, Paced) else Pacing()
    if concurrency is None:
        return own
    return Pacing(min(own.start, concurrency), concurrency, measured=False)


class Gate:
    """Lets the calls to one model through, as fast as its pace allows. Those that are made again go first."""

    def __init__(self, pace: Pace, switch: Switch, *, longest_s: float) -> None:
        self._pace = pace
        self._switch = switch
        self._longest_s = longest_s
        self._changed = threading.Condition()
        self._again = 0
        """Calls that wait to be made again."""
        self._held = 0
        """Samples that were let through and are not done with, so that a slow judge stops the asking."""
        self._closed = False

    def room(self) -> bool:
        """Wait until one more sample may be taken on; False when the gate is closed. Raises Stopped."""
        with self._changed:
            while not self._closed:
                self._check()
                held = max(_HELD, 2 * self._pace.places)
                if not self._again and self._pace.free and self._held < held:
                    return True
                self._changed.wait(POLL_S)
            return False

    def enter(self, chars: int, most_tokens: int | None, *, again: bool = False) -> Ticket:
        """Wait until a call of that size may be made. Raises Stopped and TooLong."""
        with self._changed:
            self._again += again
            cost = self._pace.guess(chars, most_tokens)
            try:
                while True:
                    self._check()
                    now = time.monotonic()
                    first = again or not self._again
                    wait_s = self._pace.wait_s(now, cost) if first else POLL_S
                    if wait_s <= 0:
                        self._held += not again
                        return self._pace.send(now, cost)
                    if self._longest_s < wait_s < float("inf"):
                        raise TooLong(wait_s)
                    self._changed.wait(min(wait_s, POLL_S))
            finally:
                self._again -= again

    def pause(self) -> None:
        """Wait a little for something to change. Raises Stopped."""
        with self._changed:
            self._check()
            self._changed.wait(POLL_S)

    def leave(self, ticket: Ticket, ended: Ended) -> None:
        """The call is over; its sample is still held."""
        with self._changed:
            self._pace.end(time.monotonic(), ticket, ended)
            self._changed.notify_all()

    def done(self) -> None:
        """One sample less is held."""
        with self._changed:
            self._held -= 1
            self._changed.notify_all()

    def close(self) -> None:
        """Take on no more samples."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _check(self) -> None:
        if self._switch.asking.is_set():
            raise Stopped


class Place:
    """A sample's place among the calls in flight: given back after each try, waited for before the next.

    With an answer it is given back only once that is written down: a kill loses no more than calls in flight.
    """

    def __init__(self, gate: Gate, chars: int, most_tokens: int | None) -> None:
        self._gate = gate
        self._asked = chars, most_tokens
        self._ticket: Ticket | None = None
        self._was_in = False
        self._ended = Ended()
        self.queue_s = 0.0
        """How long the gate was waited for."""

    def enter(self) -> None:
        """Raises Stopped and TooLong."""
        began = time.monotonic()
        self._ticket = self._gate.enter(*self._asked, again=self._was_in)
        self._was_in = True
        self.queue_s += time.monotonic() - began

    def leave(self, ended: Ended) -> None:
        if self._ticket is not None:
            self._gate.leave(self._ticket, ended)
        self._ticket = None

    def answered(self, ended: Ended) -> None:
        """The call brought an answer, which is now to be written down."""
        self._ended = ended

    def written(self) -> None:
        self.leave(self._ended)

    def done(self) -> None:
        """The sample is written down and handed on."""
        self.written()
        if self._was_in:
            self._gate.done()
        self._was_in = False


class Turns:
    """Keeps the lanes abreast: none begins a repeat before all others have handed out the one before.

    So models are asked A B A B, not A A B B, and meet the same hours of their providers' days.
    """

    def __init__(self) -> None:
        self._at: dict[Lane, int] = {}
        self._changed = threading.Condition()

    def at(self, lane: Lane, epoch: int | None) -> None:
        """The next sample of a lane is of that repeat; None when there is none."""
        with self._changed:
            if epoch is None:
                self._at.pop(lane, None)
            else:
                self._at[lane] = epoch
            self._changed.notify_all()

    def has(self, lane: Lane) -> bool:
        """Whether it is that lane's turn, waiting a little if not."""
        with self._changed:
            if lane in self._at and self._at[lane] > min(self._at.values()):
                self._changed.wait(POLL_S)
            return lane not in self._at or self._at[lane] <= min(self._at.values())


class Lane:
    """One model's planned samples, handed out one by one to the threads that ask it."""

    def __init__(self, model: Model, samples: Iterator[Sample], gate: Gate, turns: Turns) -> None:
        self.model = model
        self.gate = gate
        self.at_door = 0
        """Threads that wait to take a sample, or are about to."""
        self._samples = samples
        self._follow_ups: deque[Sample] = deque()
        self._undecided = 0
        """Samples that were handed out, or are being judged, and may have another turn to come."""
        self._turns = turns
        self._door = threading.Lock()
        self._mutex = threading.Lock()
        self._is_open = True
        self._unanswered = 0
        self._ahead = next(samples, None)
        self._turns.at(self, self._epoch)

    @contextmanager
    def door(self) -> Iterator[Door]:
        """One thread at a time is at the door, from taking a sample until its call goes through the gate."""
        with self._mutex:
            self.at_door += 1
        self._door.acquire()
        door = Door(self, self._door)
        try:
            yield door
        finally:
            door.close()

    def take(self) -> Sample | None:
        """The next sample, once there is room and it is this lane's turn; None when it is over.

        One that goes on is before those that begin; while one may still go on, the lane is not over. Only for
        the thread at the door. Raises Stopped.
        """
        while self.gate.room():
            with self._mutex:
                if self._follow_ups:
                    self._undecided += 1
                    return self._follow_ups.popleft()
                is_over = self._ahead is None and not self._undecided
            if is_over:
                return None
            if self._ahead is None:
                self.gate.pause()
            elif self._turns.has(self):
                taken, self._ahead = self._ahead, next(self._samples, None)
                self._turns.at(self, self._epoch if self._is_open else None)
                self.undecided(1)
                return taken
        return None

    def undecided(self, samples: int) -> None:
        """So many more samples may have another turn to come, for all that is known."""
        with self._mutex:
            self._undecided += samples

    def decided(self, goes_on: Sample | None = None) -> None:
        """One of them goes on, or is over for this session."""
        with self._mutex:
            self._undecided -= 1
            if goes_on is not None:
                self._follow_ups.append(goes_on)

    def place(self, request: Request) -> Place:
        """For a sample that is to be asked for."""
        chars = sum(len(message.text) for message in request.messages)
        return Place(self.gate, chars, request.params.max_tokens)

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
            was_open, self._is_open = self._is_open, False
        self.gate.close()
        self._turns.at(self, None)
        return was_open

    @property
    def _epoch(self) -> int | None:
        return None if self._ahead is None else self._ahead[1].epoch


class Door:
    """Held by one thread of a lane."""

    def __init__(self, lane: Lane, held: threading.Lock) -> None:
        self._lane = lane
        self._held: threading.Lock | None = held

    def close(self) -> bool:
        """Let the next one come; whether there is nobody waiting to."""
        if self._held is None:
            return False
        held, self._held = self._held, None
        self._lane.at_door -= 1
        nobody = self._lane.at_door == 0
        held.release()
        return nobody
