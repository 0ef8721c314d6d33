"""Asking again after a fault that was not the model's: jittered, bounded, and never unseen.

The wait before try n is drawn from 0 to ``base_s * 2**n`` (full jitter, so that many workers that were
turned away together do not come back together), and is never shorter than what the provider asked for.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bench.errors import Fault, PluginError, ProviderError
from bench.models.faults import EmptyReply
from bench.protocols import Model
from bench.types import Completion, Json, Request


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


def generate(
    model: Model,
    request: Request,
    *,
    policy: RetryPolicy,
    on_event: Callable[[Mapping[str, Json]], object],
) -> tuple[Completion, int]:
    """Ask until there is an answer: the completion, and how many tries it took.

    ``on_event`` gets one event before each wait; what it raises ends the trying. An answer that stays empty
    is returned as an empty Completion. Raises the last ProviderError, with ``tries``, when the policy is used
    up or trying again is useless, and PluginError when the model returns no Completion.
    """
    start = policy.clock()
    tries = empties = 0
    while True:
        tries += 1
        try:
            return _checked(model, model.generate(request)), tries
        except ProviderError as error:
            fault = error
        empties += fault.fault is Fault.EMPTY
        wait_s = _wait_s(policy, fault, tries)
        used_up = tries >= policy.tries or policy.clock() - start + wait_s > policy.total_s
        if fault.fault is Fault.EMPTY and (used_up or empties >= policy.empty_tries):
            return _empty(fault), tries
        if used_up or not fault.retryable:
            fault.tries = tries
            raise fault
        on_event(_event(model, request, fault, tries=tries, wait_s=wait_s))
        policy.sleep(wait_s)


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


def _event(
    model: Model, request: Request, error: ProviderError, *, tries: int, wait_s: float
) -> Mapping[str, Json]:
    paid = error.completion.cost_microusd if isinstance(error, EmptyReply) else None
    return {
        "event": "retry",
        "model": model.name,
        "sample": str(request.key),
        "try": tries,
        "fault": error.fault.value,
        "message": error.message,
        "http_status": error.http_status,
        "retry_after_s": error.retry_after_s,
        "wait_s": round(wait_s, 3),
        "cost_microusd": paid,
        "may_have_cost": paid is None and error.may_cost,
    }
