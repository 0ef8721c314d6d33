"""Questions of several threads in one call: none lost, none mixed up, none held back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.models.gathering import Gatherer

LONG_S = 30.0


def test_what_is_asked_together_is_answered_in_one_call() -> None:
    calls: list[list[int]] = []

    def double(numbers: Sequence[int]) -> list[int]:
        calls.append(list(numbers))
        return [2 * number for number in numbers]

    gatherer = Gatherer(double, size=4, patience_s=LONG_S)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(gatherer.ask, range(8))) == [2 * number for number in range(8)]
    assert [len(call) for call in calls] == [4, 4]


def test_a_single_question_is_not_kept_waiting_for_others() -> None:
    assert Gatherer(lambda asked: asked, size=4, patience_s=0.0).ask("alone") == "alone"


def test_an_error_is_raised_where_its_question_was_asked() -> None:
    gatherer: Gatherer[int, int] = Gatherer(
        lambda numbers: [ValueError(str(n)) if n % 2 else n for n in numbers], size=4, patience_s=LONG_S
    )
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(gatherer.ask, number) for number in range(4)]
    assert [futures[0].result(), futures[2].result()] == [0, 2]
    for number in (1, 3):
        with pytest.raises(ValueError, match=str(number)):
            futures[number].result()


def test_a_call_that_fails_leaves_no_one_waiting_and_the_next_one_goes_through() -> None:
    failing: list[Callable[[], None]] = [lambda: 1 / 0]  # type: ignore[list-item,return-value]

    def answer(numbers: Sequence[int]) -> Sequence[int]:
        if failing:
            failing.pop()()
        return numbers

    gatherer = Gatherer(answer, size=2, patience_s=LONG_S)
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(gatherer.ask, number) for number in range(2)]
    assert all(isinstance(future.exception(), ZeroDivisionError) for future in futures)
    gatherer.at_most(1)
    assert gatherer.ask(7) == 7


def test_an_answer_that_is_there_does_not_wait_for_the_next_call() -> None:
    """A lock that is handed on in turn would hold the answered back until the next call is over."""
    back = threading.Semaphore(0)
    calls: list[int] = []

    def answer(names: Sequence[str]) -> Sequence[str]:
        calls.append(len(names))
        if len(calls) == 2:
            assert back.acquire(timeout=LONG_S), "the answered threads were held back"
            assert back.acquire(timeout=LONG_S), "one of the answered threads was held back"
        return names

    gatherer = Gatherer(answer, size=2, patience_s=0.2)

    def ask(name: str) -> str:
        try:
            return gatherer.ask(name)
        finally:
            back.release()

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(ask, "abc")) == ["a", "b", "c"]
    assert calls == [2, 1]
