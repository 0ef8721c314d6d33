"""What the rest of a run may cost, told before the first paid call: a range, and the most there is.

For each call that is still to be made:

- low: a token for every four characters of the prompt, and a short answer;
- high: a token for every three, and a long answer with the thinking that its effort suggests;
- most: as ``money.worst_call`` has it, for each of the tries that an answer without text may take.

Of a sample with several turns, low is the first alone; high and most are all of them, each with the turns
before it in its prompt.

Once a run directory holds some answers of a model, low and high are what these say instead: the mean of their
costs times the calls, and two standard errors to each side. A call that breaks off and is billed all the same
is in none of them; a budget counts it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench import journal, money
from bench.feedback import SHOWN_CHARS, Exchange
from bench.models import capabilities, params
from bench.models.prices import PriceList
from bench.models.retry import RetryPolicy
from bench.plan import Questions
from bench.rundir import SAMPLES
from bench.types import Mode, Request, SampleKey, Usage

SHORT_ANSWER, LONG_ANSWER = 150, 700
"""Tokens of code with a few words around it."""

THINKING = {
    "none": 0,
    "minimal": 500,
    "low": 1500,
    "medium": 5000,
    "high": 12_000,
    "xhigh": 24_000,
    "max": 40_000,
}
"""Tokens of thought that are much for one problem, by effort. Where none is asked for: ``medium``."""

FEW = 10
"""So many answers must be there before they say more than a rule of thumb."""


class Range(NamedTuple):
    """Micro-dollars."""

    low: int
    high: int
    most: int

    def plus(self, other: Range, *, times: int = 1) -> Range:
        return Range(*(own + times * more for own, more in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class Bill:
    """What is still to be asked of a model: at most so many calls. ``cost`` is None when unknown."""

    model: str
    calls: int
    cost: Range | None
    paid: bool = True
    """False where nobody may send a bill at all: a plug-in, a server somewhere, without a price."""
    turns: int = 1
    """So many calls at most for each answer that is still to be had."""

    def told(self) -> str:
        """In one line, for people."""
        up_to = "up to " if self.turns > 1 else ""
        calls = f"{self.model}: {up_to}{self.calls:,} paid {'call' if self.calls == 1 else 'calls'}"
        if self.cost is None:
            return f"{calls}, no price is known"
        low, high = (money.dollars(_rounded(one)) for one in self.cost[:2])
        most = money.dollars(_rounded(self.cost.most, up=True))
        return f"{calls}, {low} to {high} (at most {most})"


@dataclass(slots=True)
class Seen:
    """What the answers of a model that are there cost, in micro-dollars."""

    count: int = 0
    total: int = 0
    squares: int = 0

    def add(self, microusd: int) -> None:
        self.count += 1
        self.total += microusd
        self.squares += microusd**2

    def likely(self, calls: int) -> tuple[int, int]:
        """What so many more are likely to cost, from and to."""
        mean = self.total / self.count
        variance = max(0.0, self.squares / self.count - mean**2) * self.count / (self.count - 1)
        error = math.sqrt(calls * variance * (1 + calls / self.count))
        return max(0, math.floor(calls * mean - 2 * error)), math.ceil(calls * mean + 2 * error)


def bills(
    questions: Questions,
    samples: Iterable[SampleKey],
    *,
    prices: PriceList,
    seen: Mapping[str, Seen] | None = None,
    is_kept: Callable[[SampleKey], bool] | None = None,
    batched: Sequence[str] = (),
) -> list[Bill]:
    """A line a model, but for those that cost nothing.

    ``is_kept``: whether the answer is in the cache; ``batched``: the models that are asked in batches.
    """
    questions = questions.longest()
    calls = Counter(
        (key.model, key.suite, key.problem) for key in samples if is_kept is None or not is_kept(key)
    )
    total = Counter[str]()
    costs: dict[str, Range | None] = defaultdict(lambda: Range(0, 0, 0))
    for (model, suite, problem), count in calls.items():
        key = SampleKey(suite, problem, model, 0)
        one = _one_sample(questions, key, prices, batch=model in batched)
        before = costs[model]
        costs[model] = None if one is None or before is None else before.plus(one, times=count)
        total[model] += count
    made = [
        _bill(model, total[model], cost, (seen or {}).get(model), turns=questions.turns)
        for model, cost in costs.items()
    ]
    return [bill for bill in made if bill.cost is None or bill.cost.most > 0]


def together(due: Iterable[Bill]) -> Bill:
    """All in one."""
    calls, turns, cost = 0, 1, Range(0, 0, 0)
    for bill in due:
        calls, turns = calls + bill.calls, max(turns, bill.turns)
        cost = cost.plus(bill.cost or Range(0, 0, 0))
    return Bill("together", calls, cost, turns=turns)


def seen_in(path: Path) -> dict[str, Seen]:
    """What the answers of a run directory cost, by model."""
    found: dict[str, Seen] = defaultdict(Seen)
    for _, sample in journal.read(path / SAMPLES, _Mark):
        if sample.completion is not None and sample.completion.cost_microusd is not None:
            found[sample.key.model].add(sample.completion.cost_microusd)
    return found


def once_unpriced(path: Path, questions: Questions, prices: PriceList) -> int:
    """The most that answers of a run directory cost which had no price when they were asked for."""
    most, questions = 0, questions.longest()
    for _, sample in journal.read(path / SAMPLES, _Mark):
        completion, is_noted = sample.completion, sample.reserved_microusd or sample.measured.batch
        if completion is not None and completion.cost_microusd is None and not is_noted:
            asked = _at_most(questions, sample.key, sample.turn)
            most += money.worst_call(sample.key.model, asked, prices) or 0
    return most


class _Measured(msgspec.Struct, frozen=True):
    batch: str = ""


class _Completion(msgspec.Struct):
    cost_microusd: int | None = None


class _Mark(msgspec.Struct):
    key: SampleKey
    turn: int = 1
    completion: _Completion | None = None
    reserved_microusd: int = 0
    measured: _Measured = _Measured()


def _one_sample(questions: Questions, key: SampleKey, prices: PriceList, *, batch: bool) -> Range | None:
    """All turns that it may take."""
    cost = Range(0, 0, 0)
    for turn in range(1, questions.turns + 1):
        likely = _one_call(key.model, _at_turn(questions, key, turn, LONG_ANSWER), prices, batch=batch)
        most = likely  # nothing stands before the first turn
        if turn > 1:
            most = _one_call(key.model, _at_most(questions, key, turn), prices, batch=batch)
        if likely is None or most is None:
            return None
        cost = cost.plus(Range(likely.low if turn == 1 else 0, likely.high, most.most))
    return cost


def _at_turn(questions: Questions, key: SampleKey, turn: int, tokens: int) -> Request:
    """The question of a turn, after as many answers of that length and all that may be said about them."""
    failed = Exchange("?" * (tokens * money.CHARACTERS_A_TOKEN), "?" * SHOWN_CHARS)
    return questions.request(key, [failed] * (turn - 1))


def _at_most(questions: Questions, key: SampleKey, turn: int) -> Request:
    longest = money.longest(key.model, questions.request(key)) if turn > 1 else 0
    return _at_turn(questions, key, turn, longest)


def _one_call(model: str, request: Request, prices: PriceList, *, batch: bool) -> Range | None:
    most = money.worst_call(model, request, prices, batch=batch)
    priced = partial(_priced, model, request, prices, batch=batch)
    low = priced(characters_a_token=4, answer=SHORT_ANSWER)
    high = priced(characters_a_token=3, answer=_long_answer(model, request))
    if most is None or low is None or high is None:
        return None
    return Range(low, min(high, most), most * RetryPolicy().empty_tries)


def _priced(
    model: str,
    request: Request,
    prices: PriceList,
    *,
    batch: bool,
    characters_a_token: int,
    answer: int,
) -> int | None:
    provider, name = money.named(model)
    usage = Usage(
        input_total=money.characters(request) // characters_a_token + 1,
        output_total=min(answer, money.longest(model, request)),
    )
    return prices.cost(provider, name, usage, batch=batch)


def _long_answer(model: str, request: Request) -> int:
    """In tokens, thinking included if the model is one that thinks."""
    if request.mode is not Mode.CHAT:
        return LONG_ANSWER
    rule = capabilities.rule_for(*money.named(model))
    level = params.wire(rule, request.params).level or ("medium" if rule.thinks else "none")
    return LONG_ANSWER + THINKING[level]


def _bill(model: str, samples: int, cost: Range | None, seen: Seen | None, *, turns: int) -> Bill:
    calls = samples * turns
    if cost is not None and seen is not None and seen.count >= FEW:
        low, high = seen.likely(samples)[0], seen.likely(calls)[1]
        cost = Range(low, high, max(high, cost.most))
    paid = cost is not None or money.sends_bill(money.named(model)[0])
    return Bill(model, calls, cost, paid=paid, turns=turns)


def _rounded(microusd: int, *, up: bool = False) -> int:
    """To two digits: more would claim to know more."""
    step: int = 10 ** max(0, len(str(microusd)) - 2)
    return -(-microusd // step) * step if up else round(microusd / step) * step
