"""A limit of rate is used nearly whole and hardly ever run into, however a provider keeps and tells it."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from rate_servers import Bucket, Fixed, Limit, Rolling, simulate

from bench.models.pace import Cost, Ended, Pace, Ticket
from bench.protocols import Pacing
from bench.types import Allowance, Usage

MANY = Pacing(8, 64, measured=False)
PER_S = 20.0
LIMITS: dict[str, Callable[[], Limit]] = {
    "fixed window": lambda: Fixed(1200, 60.0),
    "fixed window, begun long before": lambda: Fixed(1200, 60.0, offset_s=47.0),
    "full bucket": lambda: Bucket(1200, 60.0),
    "small bucket": lambda: Bucket(1200, 60.0, size=20),
    "rolling window": lambda: Rolling(1200, 60.0),
}
WAYS: dict[str, tuple[bool, Callable[[float], float | None]]] = {
    "headers only": (True, lambda wait_s: None),
    "retry-after in whole seconds": (False, lambda wait_s: float(max(1, math.ceil(wait_s)))),
    "retry-after to the millisecond": (False, lambda wait_s: wait_s),
}


def between(least: float, most: float) -> Callable[[], float]:
    rng = random.Random(3)
    return lambda: rng.uniform(least, most)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("latency", [(0.001, 0.003), (0.03, 0.08)])
def test_a_limit_is_used_to_95_percent_with_less_than_1_percent_refused(
    limit: str, way: str, latency: tuple[float, float]
) -> None:
    headers, told = WAYS[way]
    counted, _ = simulate(
        LIMITS[limit](),
        313.0,
        latency=between(*latency),
        headers=headers,
        told=told,
        refusal_s=latency[0],
    )
    assert counted.per_s(73.0, 313.0) >= 0.95 * PER_S
    assert counted.share_refused() < 0.01


@pytest.mark.parametrize("limit", ["fixed window", "full bucket", "small bucket"])
def test_headers_alone_keep_slow_answers_within_the_limit(limit: str) -> None:
    """A reply tells of the moment its call came in, seconds ago."""
    told = WAYS["headers only"][1]
    counted, _ = simulate(LIMITS[limit](), 313.0, latency=between(0.2, 4.0), headers=True, told=told)
    assert counted.per_s(73.0, 313.0) >= 0.95 * PER_S
    assert counted.share_refused() < 0.001


def test_a_limit_that_nobody_tells_of_is_found() -> None:
    counted, _ = simulate(
        Bucket(1200, 60.0, size=20), 313.0, latency=between(0.03, 0.08), headers=False, told=lambda _: None
    )
    assert counted.per_s(73.0, 313.0) >= 0.95 * PER_S
    assert counted.share_refused() < 0.01


def test_without_a_limit_all_places_are_used() -> None:
    counted, pace = simulate(None, 30.0, latency=between(1.0, 2.0), headers=False, told=lambda _: None)
    assert pace.places == 64
    assert counted.per_s(15.0, 30.0) >= 0.9 * 64 / 1.5


def test_a_told_wait_holds_for_every_call_and_one_goes_first_after_it() -> None:
    pace = Pace(MANY)
    tickets = [pace.send(0.0, Cost()) for _ in range(4)]
    pace.end(0.1, tickets[0], Ended(refused=True, told_s=5.0))
    assert pace.wait_s(0.2, Cost()) == pytest.approx(4.9)
    pace.end(0.3, tickets[1], Ended(refused=True, told_s=7.0))
    assert pace.wait_s(5.1, Cost()) == pytest.approx(2.2), "the longest of what was told"
    assert pace.wait_s(7.4, Cost()) == 0.0
    pace.send(7.4, Cost())
    assert pace.wait_s(7.4, Cost()) > 0, "the others wait to see what becomes of the first"


def test_places_are_cut_once_for_all_calls_that_ran_into_the_same_overload() -> None:
    pace = Pace(Pacing(10, 64, measured=False))
    tickets = [pace.send(0.0, Cost()) for _ in range(5)]
    for ticket in tickets:
        pace.end(1.0, ticket, Ended(overloaded=True))
    assert pace.places == 7
    for at in range(30):
        ticket = pace.send(2.0 + at, Cost())
        pace.end(2.5 + at, ticket, Ended(overloaded=True))
    assert pace.places == 1, "it is never given up altogether"


def test_places_grow_only_while_all_are_taken() -> None:
    pace = Pace(Pacing(4, 64, measured=False))
    for at in range(50):
        pace.end(at + 0.5, pace.send(at, Cost()), Ended(answered=True))
    assert pace.places == 4


def run_full(pace: Pace, seconds: float, answer_s: Callable[[int], float]) -> None:
    """Keep every place taken; an answer takes as long as the number of calls in flight makes it."""
    flying: list[tuple[float, int, Ticket]] = []
    now = 0.0
    while now < seconds:
        while pace.wait_s(now, Cost()) <= 0:
            ticket = pace.send(now, Cost())
            flying.append((now + answer_s(pace.in_flight), ticket.number, ticket))
        flying.sort()
        now, _, ticket = flying.pop(0)
        pace.end(now, ticket, Ended(answered=True, usage=Usage(10, output_total=100)))


@pytest.mark.parametrize(("abreast", "places"), [(1, 2), (8, 8), (16, 16)])
def test_a_machine_of_ones_own_gets_no_more_than_it_answers_side_by_side(abreast: int, places: int) -> None:
    pace = Pace(Pacing())
    seen: list[int] = []

    def answer_s(in_flight: int) -> float:
        seen.append(pace.places)
        return max(1.0, in_flight / abreast)

    run_full(pace, 600.0, answer_s)
    late = seen[len(seen) // 2 :]
    assert sorted(late)[len(late) // 2] == places
    assert max(late) <= 2 * places


def reply(pace: Pace, at: float, allowance: Allowance, cost: Cost = Cost()) -> None:  # noqa: B008
    pace.end(at, pace.send(at, cost), Ended(answered=True, allowances=(allowance,)))


def test_an_exhausted_limit_of_tokens_stops_large_calls_until_it_is_whole() -> None:
    pace = Pace(MANY)
    reply(pace, 0.0, Allowance("tokens", 500, 30.0))
    assert pace.wait_s(0.0, Cost(200, 200)) == 0.0
    assert pace.wait_s(0.0, Cost(400, 200)) == pytest.approx(30.0)
    assert pace.wait_s(30.0, Cost(400, 200)) == 0.0


def test_output_counts_while_a_call_is_in_flight() -> None:
    pace = Pace(MANY)
    reply(pace, 0.0, Allowance("output_tokens", 1000, 60.0))
    flying = pace.send(0.0, Cost(0, 800))
    assert pace.wait_s(59.0, Cost(0, 800)) > 0
    pace.end(59.0, flying, Ended(answered=True, allowances=(Allowance("output_tokens", 990, 1.0),)))
    assert pace.wait_s(59.5, Cost(0, 800)) == 0.0


def test_a_late_reply_does_not_overrule_a_later_call() -> None:
    pace = Pace(MANY)
    early = pace.send(0.0, Cost())
    reply(pace, 1.0, Allowance("requests", 0, 50.0))
    pace.end(2.0, early, Ended(answered=True, allowances=(Allowance("requests", 90, 50.0),)))
    assert pace.wait_s(2.0, Cost()) == pytest.approx(49.0)


def test_a_call_larger_than_its_limit_is_made_once_the_limit_is_whole() -> None:
    pace = Pace(MANY)
    reply(pace, 0.0, Allowance("input_tokens", 0, 10.0, limit=1000))
    assert pace.wait_s(11.0, Cost(50_000, 0)) == 0.0


def test_guesses_follow_what_calls_came_to() -> None:
    pace = Pace(MANY)
    assert pace.guess(700, 200).output_tokens == 200
    for at in range(50):
        ticket = pace.send(at, pace.guess(700, None))
        pace.end(at, ticket, Ended(answered=True, usage=Usage(350, output_total=3000)))
    guess = pace.guess(1400, None)
    assert guess.input_tokens == pytest.approx(700, rel=0.05)
    assert guess.output_tokens == pytest.approx(3000, rel=0.05)
