"""How fast a model is asked: as fast as its provider allows, and hardly ever faster. No clock, no I/O.

Three things hold a call back, each learned from how earlier calls ended:

- the places: how many calls are in flight at once. They grow with the answers, and are cut when a provider
  is overloaded;
- the limits that headers tell of (requests, tokens), and what is left of them: used evenly, which is right
  for fixed windows, for rolling ones and for buckets that fill again;
- the rate at which a provider refused (429) where headers had not said so: asked a little below it, then up
  to it, then carefully beyond.

A wait that a provider asks for holds for all calls to it, so that nobody runs into the same wall again. A
call is never made twice to see which is answered first: both would have to be paid for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import random

from bench.models.places import Answered, Measured, Places
from bench.models.refusals import CATCH_UP_S, OF_LATE, Rate
from bench.protocols import Pacing
from bench.types import Allowance, Usage

_KINDS = ("requests", "tokens", "input_tokens", "output_tokens")

_STEADY = 0.98
"""A limit is used up to this part of it where nothing says that there is more."""

_CHARS_A_TOKEN, _WRITTEN = 3.5, 1000
"""Of a prompt, and tokens of an answer: until the first answers tell."""

_LONGEST_WAIT_S = 8.0
"""After a refusal that says nothing of a wait."""

_GRACE_S = (0.05, 1.0)
"""After a wait one call goes first, and is taken to be accepted when no refusal came in about this time."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call takes of a limit of tokens, as far as is known before it is made."""

    input_tokens: float = 0.0
    output_tokens: float = 0.0
    chars: int = 0
    """Of the messages."""

    def of(self, kind: str) -> float:
        """In the units of that kind of limit."""
        if kind == "requests":
            return 1.0
        asked = 0.0 if kind == "output_tokens" else self.input_tokens
        return asked + (0.0 if kind == "input_tokens" else self.output_tokens)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call in flight."""

    number: int
    sent_at: float
    cost: Cost
    crowded: bool
    """Whether it took the last place there was."""
    sent_so_far: Mapping[str, float]
    """What had been sent of each kind of limit, this call included."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended. ``told_s`` is the wait that the provider asked for."""

    answered: bool = False
    refused: bool = False
    """Too many requests (429)."""
    overloaded: bool = False
    told_s: float | None = None
    allowances: tuple[Allowance, ...] = ()
    usage: Usage | None = None


class Pace:
    """Decides when the next call to one model may be made. Not safe to use from several threads.

    ``now`` is a clock in seconds that never goes back, always the same one.
    """

    def __init__(
        self, pacing: Pacing, *, first_wait_s: float = 1.0, jitter: Callable[[], float] = random
    ) -> None:
        """``first_wait_s`` follows a refusal that says nothing of a wait; twice that the next, and so on."""
        self._places = Measured(pacing) if pacing.measured else Places(pacing)
        self._rate = Rate()
        self._left: dict[str, _Left] = {}
        self._sent = dict.fromkeys(_KINDS, 0.0)
        self._flying: dict[int, Ticket] = {}
        self._number = 0
        self._closed_until = self._refused_at = -math.inf
        self._refusals = 0
        self._first_after: float | None = -math.inf
        """When the first call after a wait was made; None before it is."""
        self._grace_s = _GRACE_S[0]
        self._first_wait_s = first_wait_s
        self._learned = 0
        self._tokens_a_char = 1 / _CHARS_A_TOKEN
        self._written = float(_WRITTEN)
        self._jitter = jitter

    @property
    def places(self) -> int:
        """How many calls may be in flight at once, as things are."""
        return max(1, int(self._places.limit))

    @property
    def in_flight(self) -> int:
        return len(self._flying)

    @property
    def free(self) -> bool:
        """Whether there is a place."""
        return self.in_flight < self.places

    def guess(self, chars: int, most_tokens: int | None) -> Cost:
        """What a call takes: by its own size, and by what earlier ones took."""
        written = self._written if self._learned else min(most_tokens or _WRITTEN, _WRITTEN)
        return Cost(self._tokens_a_char * chars, written, chars)

    def wait_s(self, now: float, cost: Cost) -> float:
        """0 when the call may be made now; infinite when only the end of another call can change that."""
        if not self.free:
            return math.inf
        wait = max(self._closed_until - now, self._rate.wait_s(now))
        if self._first_after is not None:
            wait = max(wait, self._first_after + self._grace_s - now)
        for kind, left in self._left.items():
            wait = max(wait, left.wait_s(now, cost.of(kind), self._used(kind)))
        return max(0.0, wait)

    def send(self, now: float, cost: Cost) -> Ticket:
        """The call is made now."""
        self._number += 1
        self._rate.sent(now)
        for kind in _KINDS:
            self._sent[kind] += cost.of(kind)
        for kind, left in self._left.items():
            left.sent(now, cost.of(kind), self._used(kind))
        if self._first_after is None:
            self._first_after = now
        crowded = self.in_flight + 1 >= self.places
        ticket = Ticket(self._number, now, cost, crowded, dict(self._sent))
        self._flying[ticket.number] = ticket
        return ticket

    def end(self, now: float, ticket: Ticket, how: Ended) -> None:
        """The call is over."""
        del self._flying[ticket.number]
        self._read(now, ticket, how.allowances)
        if how.refused:
            self._refused(now, ticket, how)
        elif how.overloaded:
            self._places.cut(now, ticket.sent_at)
            self._close(now + (how.told_s or 0.0))
        elif how.answered:
            self._refusals = 0
            usage = how.usage
            self._learn(ticket.cost.chars, usage)
            work = float(usage.output_total or 1) if usage else 1.0
            self._places.answered(Answered(now, ticket.sent_at, ticket.crowded, work))

    def _learn(self, chars: int, usage: Usage | None) -> None:
        """Correct the guesses by what a call came to."""
        if usage is None or usage.output_total is None:
            return
        self._learned += 1
        weight = 1 / min(self._learned, OF_LATE)
        self._written += weight * (usage.output_total - self._written)
        if usage.input_total and chars:
            self._tokens_a_char += weight * (usage.input_total / chars - self._tokens_a_char)

    def _used(self, kind: str) -> float:
        """Output counts once it is there, hence at a call's end; all else as soon as a call comes in."""
        if kind == "output_tokens":
            return sum(ticket.cost.output_tokens for ticket in self._flying.values())
        return self._sent[kind]

    def _read(self, now: float, ticket: Ticket, allowances: tuple[Allowance, ...]) -> None:
        told: dict[str, Allowance] = {}
        for allowance in allowances:
            stricter = told.get(allowance.kind)
            if allowance.kind in _KINDS and (stricter is None or allowance.remaining < stricter.remaining):
                told[allowance.kind] = allowance
        for kind, allowance in told.items():
            used = 0.0 if kind == "output_tokens" else ticket.sent_so_far[kind]
            self._left.setdefault(kind, _Left()).told(now, allowance, ticket, used=used)

    def _refused(self, now: float, ticket: Ticket, how: Ended) -> None:
        spent = [one.reset_s for one in how.allowances if one.remaining < max(1.0, ticket.cost.of(one.kind))]
        told = how.told_s if how.told_s is not None or not spent else max(spent)
        if ticket.sent_at <= self._refused_at:  # sent before the first refusal was known: the same wall
            self._close(now + (told or 0.0))
            self._rate.refused_again()
            return
        if told is None:
            told = min(_LONGEST_WAIT_S, self._first_wait_s * 2.0**self._refusals) * (0.5 + self._jitter() / 2)
        self._refusals += 1
        self._refused_at = now
        self._first_after = None
        self._grace_s = min(max(_GRACE_S[0], 2 * (now - ticket.sent_at)), _GRACE_S[1])
        self._places.cut(now, ticket.sent_at)
        self._close(now + told)
        if not spent:
            self._rate.refused(now, told)

    def _close(self, until: float) -> None:
        self._closed_until = max(self._closed_until, until)


class _Left:
    """One limit, as headers tell of it with each reply."""

    def __init__(self) -> None:
        self._number = 0
        self._base = 0.0
        """What was left, and what had been sent by then."""
        self._most = math.inf
        self._per_s = 0.0
        """How much is free again each second in the long run; 0 where that is not known."""
        self._window_s = 0.0
        self._sent_at = self._whole_at = -math.inf
        self._next_at = -math.inf

    def told(self, now: float, allowance: Allowance, ticket: Ticket, *, used: float) -> None:
        if ticket.number < self._number:
            return
        self._number, self._sent_at = ticket.number, ticket.sent_at
        self._base, self._whole_at = allowance.remaining + used, now + allowance.reset_s
        self._window_s = max(self._window_s, allowance.reset_s)
        if allowance.limit and self._window_s:
            self._most, self._per_s = allowance.limit, _STEADY * allowance.limit / self._window_s

    def wait_s(self, now: float, cost: float, used: float) -> float:
        wait = self._next_at - now
        if now >= self._whole_at:
            return wait
        # Windows free nothing before their end, but at an even pace they do not run out before it either.
        missing = min(cost, self._most) - (self._base - used) - self._per_s * (now - self._sent_at)
        if missing <= 0:
            return wait
        return max(wait, missing / self._per_s if self._per_s else self._whole_at - now)

    def sent(self, now: float, cost: float, used: float) -> None:
        per_s = self._per_s
        if now < self._whole_at:
            per_s = max(per_s, (self._base - used + cost) / (self._whole_at - now))
        if per_s:
            self._next_at = max(self._next_at, now - CATCH_UP_S) + cost / per_s
