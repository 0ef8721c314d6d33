"""What a run may cost: the most a call can, the most the run can, and the limit that is kept."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bench.models import prices
from bench.plan import Questions
from bench.types import Request, SampleKey

PAID = frozenset({"anthropic", "openai"})
"""Providers that always send a bill: no known price means unknown there. Elsewhere it means free."""

OUTPUT_TOKENS = 16_384
"""What an answer is taken to be at most when no limit was asked for."""

_CHARACTERS_A_TOKEN = 2
"""Code has three to four; this is on the safe side."""


def worst_call(model: str, request: Request) -> int | None:
    """Most that a call to ``provider/name`` may cost, in micro-dollars: 0 if it is free, None if unknown."""
    provider = model.partition("/")[0]
    if provider in prices.FREE:
        return 0
    asked = sum(len(message.text) for message in request.messages) // _CHARACTERS_A_TOKEN + 1
    worst = prices.estimate(model, asked, request.params.max_tokens or OUTPUT_TOKENS)
    return 0 if worst is None and provider not in PAID else worst


@dataclass(frozen=True, slots=True)
class Bill:
    """The most that what is still to be asked of a model may cost; ``microusd`` is None when unknown."""

    model: str
    calls: int
    microusd: int | None


def bills(questions: Questions, samples: Iterable[SampleKey]) -> list[Bill]:
    """What asking for these samples may cost, a line a model; models that cost nothing are left out."""
    calls = Counter((key.model, key.suite, key.problem) for key in samples)
    worst: dict[str, int | None] = {}
    total = Counter[str]()
    for (model, suite, problem), count in calls.items():
        one = worst_call(model, questions.request(SampleKey(suite, problem, model, 0)))
        before = worst.get(model, 0)
        worst[model] = None if one is None or before is None else before + count * one
        total[model] += count
    return [Bill(model, total[model], microusd) for model, microusd in worst.items() if microusd != 0]


def dollars(microusd: int) -> str:
    """For people: cents, or as many digits as a small sum needs."""
    if microusd == 0 or microusd >= 1_000_000:
        return f"${microusd / 1e6:,.2f}"
    return f"${microusd / 1e6:.6f}".rstrip("0")


class Budget:
    """Keeps the money spent, with all calls in flight at their worst, within a limit. For several threads."""

    def __init__(self, limit_microusd: int | None, *, spent: int = 0) -> None:
        self.limit = limit_microusd
        self.spent = spent
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
            while self.limit is not None and self.spent + self._reserved + worst > self.limit:
                if not wait or not self._reserved:
                    return False
                self._changed.wait()
            self._reserved += worst
            return True

    def settle(self, worst: int, actual: int) -> None:
        """The call is over and cost that much."""
        with self._changed:
            self._reserved -= worst
            self.spent += actual
            self._changed.notify_all()

    def spend(self, actual: int) -> None:
        """Money that was paid for an answer of no use."""
        with self._changed:
            self.spent += actual
