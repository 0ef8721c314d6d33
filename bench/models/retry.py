"""Asking again after a fault that was not the model's: jittered, bounded, and never unseen.

The wait before try n is drawn from 0 to ``base_s * 2**n`` (full jitter, so that many workers that were
turned away together do not come back together), and is never shorter than what the provider asked for.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from bench.errors import Fault, PluginError, ProviderError
from bench.models.faults import EmptyReply
from bench.models.pace import Ended
from bench.protocols import Model
from bench.types import Completion, Json, Request

_OVERLOADED = frozenset({503, 529})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long to try. ``sleep``, ``clock`` and ``jitter`` (0 to 1) are there for tests and for
    an engine that wants to be woken (``stopping.wait``)."""

    tries: int = 6
    total_s: float = 300.0
    """From the first call on; a wait that would go beyond it is not begun."""
    empty_tries: int = 3
    base_s: float = 1.0
    cap_s: float = 60.0
    sleep: Callable[[float], object] = time.sleep
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random


class Place(Protocol):
    """Where a call waits until it may be made, and tells how it ended. Its first wait is over already."""

    def enter(self) -> object:
        """Before another try."""
        ...

    def leave(self, ended: Ended, /) -> object:
        """After a try that brought no answer."""
        ...

    def answered(self, ended: Ended, /) -> object:
        """After the one that did."""
        ...


@dataclass(frozen=True, slots=True)
class Failed:
    """A try that brought no answer. ``wait_s`` is waited before the next one; None where there is none."""

    error: ProviderError
    number: int
    asked_at: str
    total_s: float
    wait_s: float | None

    @property
    def cost_microusd(self) -> int | None:
        """What the provider said it took for it."""
        return self.error.completion.cost_microusd if isinstance(self.error, EmptyReply) else None

    def event(self, model: Model, request: Request) -> Mapping[str, Json]:
        """What is written down at once."""
        return {
            "event": "retry",
            "model": model.name,
            "sample": str(request.key),
            "try": self.number,
            "fault": self.error.fault.value,
            "message": self.error.message,
            "http_status": self.error.http_status,
            "retry_after_s": self.error.retry_after_s,
            "wait_s": None if self.wait_s is None else round(self.wait_s, 3),
            "cost_microusd": self.cost_microusd,
            "may_have_cost": self.cost_microusd is None and self.error.may_cost,
        }


def generate(
    model: Model,
    request: Request,
    *,
    policy: RetryPolicy,
    on_failed: Callable[[Failed], object],
    place: Place | None = None,
) -> tuple[Completion, int]:
    """Ask until there is an answer: the completion, and how many tries it took.

    ``on_failed`` gets every try that failed, before the wait; what it raises ends the trying. An answer that
    stays empty is returned as an empty Completion. Raises the last ProviderError, with ``tries``, when the
    policy is used up or trying again is useless, and PluginError when the model returns no Completion.
    """
    start = policy.clock()
    tries = empties = 0
    while True:
        tries += 1
        asked_at, began = datetime.now(UTC), policy.clock()
        try:
            completion = _once(model, request, place)
        except ProviderError as error:
            fault = error
        else:
            return completion, tries
        total_s = policy.clock() - began
        empties += fault.fault is Fault.EMPTY
        wait_s = _wait_s(policy, fault, tries)
        used_up = tries >= policy.tries or policy.clock() - start + wait_s > policy.total_s
        if fault.fault is Fault.EMPTY and (used_up or empties >= policy.empty_tries):
            return _empty(fault), tries
        is_last = used_up or not fault.retryable
        at = asked_at.isoformat(timespec="milliseconds")
        on_failed(Failed(fault, tries, at, total_s, None if is_last else wait_s))
        if is_last:
            fault.tries = tries
            raise fault
        policy.sleep(wait_s)
        if place is not None:
            place.enter()


def _once(model: Model, request: Request, place: Place | None) -> Completion:
    try:
        completion = _checked(model, model.generate(request))
    except BaseException as error:
        if place is not None:
            place.leave(_ended(error) if isinstance(error, ProviderError) else Ended())
        raise
    if place is not None:
        place.answered(Ended(answered=True, allowances=completion.allowances, usage=completion.usage))
    return completion


def _ended(error: ProviderError) -> Ended:
    refused = error.fault is Fault.RATE_LIMITED
    return Ended(
        answered=isinstance(error, EmptyReply),
        refused=refused,
        overloaded=not refused and error.http_status in _OVERLOADED,
        told_s=error.retry_after_s,
        allowances=error.allowances,
    )


def _wait_s(policy: RetryPolicy, error: ProviderError, tries: int) -> float:
    drawn = policy.jitter() * min(policy.cap_s, policy.base_s * 2.0**tries)
    return max(drawn, error.retry_after_s or 0.0)


def _checked(model: Model, completion: object) -> Completion:
    if not isinstance(completion, Completion) or not isinstance(completion.text, str):
        kind = (
            "a Completion without text" if isinstance(completion, Completion) else type(completion).__name__
        )
        hint = "generate must return bench.types.Completion(text), or raise ProviderError."
        raise PluginError(f"model {model.name!r} returned {kind}", hint=hint)
    return completion


def _empty(error: ProviderError) -> Completion:
    completion = error.completion if isinstance(error, EmptyReply) else Completion("")
    return replace(completion, text="", raw_reply=error.raw_reply)
