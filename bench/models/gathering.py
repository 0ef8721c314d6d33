"""Questions that several threads ask at about the same time, answered together in one call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

PATIENCE_S = 0.05
"""How long the first waits for others: less than a model takes, more than a thread needs to come back."""


@dataclass(slots=True, eq=False)
class _Place(Generic[Q, A]):
    question: Q
    done: bool = False
    answer: A | Exception | None = None


class Gatherer(Generic[Q, A]):
    """Hands up to ``size`` questions at a time to ``answer``, one call after the other.

    One of the threads that wait makes the call for all of them. What ``answer`` returns in place of an answer
    is raised where that question was asked; what it raises is raised for every question of the call.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], Sequence[A | Exception]],
        *,
        size: int,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._answer = answer
        self._size = size
        self._patience_s = patience_s
        self._waiting: list[_Place[Q, A]] = []
        self._busy = False
        self._changed = threading.Condition()

    def ask(self, question: Q) -> A:
        place: _Place[Q, A] = _Place(question)
        with self._changed:
            self._waiting.append(place)
            self._changed.notify_all()
            self._changed.wait_for(lambda: place.done or not self._busy)
        while not place.done:
            self._lead(place)
        if isinstance(place.answer, Exception):
            raise place.answer
        return place.answer  # type: ignore[return-value]

    def at_most(self, size: int) -> None:
        """From now on no more than that many together."""
        self._size = max(1, min(self._size, size))

    def _lead(self, place: _Place[Q, A]) -> None:
        """Make one call if nobody else does; else wait until that one is over."""
        with self._changed:
            if self._busy:
                self._changed.wait_for(lambda: place.done or not self._busy)
                return
            self._busy = True
            self._changed.wait_for(lambda: len(self._waiting) >= self._size, timeout=self._patience_s)
            taken, self._waiting = self._waiting[: self._size], self._waiting[self._size :]
        answers: Sequence[A | Exception] = ()
        try:
            answers = self._answer([one.question for one in taken])
        except Exception as error:
            answers = [error] * len(taken)
        finally:
            with self._changed:
                for one, answer in zip(taken, answers, strict=False):
                    one.answer = answer
                for one in taken:
                    one.done = True
                self._busy = False
                self._changed.notify_all()
