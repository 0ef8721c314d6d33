"""What a call may cost at most, and the limit that is kept whatever the calls come to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from bench.models.capabilities import rule_for
from bench.models.prices import PriceList
from bench.models.vendors import VENDORS
from bench.types import Json, Request

OUTPUT_TOKENS = 16_384
"""What an answer is taken to be at most where no limit is sent."""

CHARACTERS_A_TOKEN = 2
"""Code has three to four; this is on the safe side."""

_POLL_S = 0.1


def sends_bill(provider: str) -> bool:
    """Whether a call costs money even where no price is known."""
    return provider in VENDORS and VENDORS[provider].bills


def named(model: str) -> tuple[str, str]:
    """Provider and name, as prices know them: without the address or upstream that stands behind the name."""
    provider, _, name = model.partition("/")
    return provider, name.partition("@")[0]


def worst_call(model: str, request: Request, prices: PriceList, *, batch: bool = False) -> int | None:
    """Most that one try of a call may cost, in micro-dollars; None when unknown.

    Every two characters of the prompt a token, and an answer as long as is allowed.
    """
    provider, name = named(model)
    asked = characters(request) // CHARACTERS_A_TOKEN + 1
    return prices.worst(
        provider, name, input_tokens=asked, output_tokens=longest(model, request), batch=batch
    )


def longest(model: str, request: Request) -> int:
    """How many tokens an answer may have: as asked, else what we send unasked, else ``OUTPUT_TOKENS``."""
    default = rule_for(*named(model)).defaults.max_tokens
    return request.params.max_tokens or default or OUTPUT_TOKENS


def characters(request: Request) -> int:
    """How long the prompt is."""
    return sum(len(message.text) for message in request.messages)


def dollars(microusd: int) -> str:
    """For people: cents, or as many digits as a small sum needs."""
    if microusd == 0 or microusd >= 1_000_000:
        return f"${microusd / 1e6:,.2f}"
    return f"${microusd / 1e6:.6f}".rstrip("0")


class Budget:
    """Keeps the money spent, with all calls in flight at their worst, within a limit. For several threads.

    ``spent`` holds also, as ``unknown``, the most that a provider may have charged and did not say. Once a
    call has cost more than was set aside for it, no paid call is allowed any more, and ``broken`` says so.
    """

    def __init__(
        self,
        limit_microusd: int | None,
        *,
        spent: int = 0,
        unknown: int = 0,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """``is_stopped``: whether waiting for money has become pointless."""
        self.limit = limit_microusd
        self._is_stopped = is_stopped
        self.spent = spent + unknown
        self.unknown = unknown
        self.broken = ""
        self._reserved = 0
        self._changed = threading.Condition()

    def left(self) -> int | None:
        """What may still be set aside; None without a limit."""
        with self._changed:
            return None if self.limit is None else max(0, self.limit - self.spent - self._reserved)

    def owe(self, worst: int) -> None:
        """Set money aside that is as good as spent, whatever the limit says."""
        with self._changed:
            self._reserved += worst

    def reserve(self, worst: int, *, wait: bool = True) -> bool:
        """Set money aside for a call, after those in flight if need be; False when the limit is reached.

        Without ``wait``: False where it would have to wait, too.
        """
        with self._changed:
            while worst and self._is_over(worst):
                if not wait or not self._reserved or self.broken or self._is_stopped():
                    return False
                self._changed.wait(_POLL_S)
            self._reserved += worst
            return True

    def settle(self, worst: int, actual: int | None) -> None:
        """The call is over and cost that much; None when nobody knows."""
        with self._changed:
            self._reserved -= worst
            self.spent += worst if actual is None else actual
            self.unknown += worst if actual is None else 0
            if self.limit is not None and actual is not None and actual > worst:
                self.broken = (
                    f"a call cost {dollars(actual)}, more than the {dollars(worst)} it was taken to cost at "
                    f"most; {dollars(self.spent)} of the budget of {dollars(self.limit)} is spent"
                )
            self._changed.notify_all()

    def _is_over(self, worst: int) -> bool:
        if self.limit is None:
            return False
        return bool(self.broken) or self.spent + self._reserved + worst > self.limit


class Account:
    """The money of one attempt: set aside at its worst before each try, booked after it for what it came to.

    ``note`` writes down what is set aside before the call is made, so a kill puts no money out of sight.
    """

    def __init__(self, budget: Budget, worst: int, note: Callable[[Mapping[str, Json]], object]) -> None:
        self.worst = worst
        self._budget = budget
        self._note = note
        self._is_open = False

    def open(self, model: str) -> bool:
        """Before the first try; False when the limit does not allow it."""
        self._is_open = self._budget.reserve(self.worst)
        if self._is_open and self.worst:
            self._note({"event": "reserved", "model": model, "reserved_microusd": self.worst})
        return self._is_open

    def again(self, paid: int | None) -> bool:
        """A try brought no answer and cost that much, and another is to be made; whether it may be."""
        self._budget.settle(self.worst, paid)
        self._is_open = self._budget.reserve(self.worst)
        if not self._is_open and self.worst:
            self._note({"event": "released", "reserved_microusd": -self.worst})
        return self._is_open

    def answered(self, paid: int | None) -> None:
        """The last try brought an answer, whose record will say what it cost."""
        self._is_open = False
        self._budget.settle(self.worst, paid)

    def failed(self, paid: int | None) -> None:
        """The last try brought none; nothing happens where there was no such try."""
        if not self._is_open:
            return
        self._is_open = False
        self._budget.settle(self.worst, paid)
        if self.worst:
            unknown = self.worst if paid is None else 0
            self._note({"event": "released", "reserved_microusd": -self.worst, "unknown_microusd": unknown})
