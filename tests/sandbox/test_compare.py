"""Oracles: EvalPlus's semantics in our words."""

from __future__ import annotations

from typing import Any

import pytest

from bench.sandbox.guest.compare import oracle


def holds(name: str, got: Any, expected: Any, *args: Any, tolerance: float = 0.0) -> bool:
    decider = oracle(name, tolerance)
    return decider.holds(lambda: list(args), got, decider.expected(expected))


@pytest.mark.parametrize(
    ("got", "expected", "right"),
    [
        (1, 1, True),
        (1, True, True),
        (1.0, 1, True),
        ("a", "b", False),
        ([1], (1,), False),
        (0.1 + 0.2, 0.3, True),
        (0.3001, 0.3, False),
        ([0.1 + 0.2, 1.0], [0.3, 1.0], True),
        ((0.1 + 0.2,), [0.3], False),
        ([0.3], [0.3, 0.3], False),
        (float("nan"), float("nan"), False),
        (float("inf"), float("inf"), True),
        (3, 3.0000001, False),
        (None, 0.5, False),
        ("0.5", 0.5, False),
    ],
)
def test_equal(got: Any, expected: Any, right: bool) -> None:
    assert holds("equal", got, expected) is right


def test_a_tolerance_of_the_data_set_is_kept() -> None:
    assert holds("equal", 2.0009, 2.0, tolerance=1e-3)
    assert not holds("equal", 2.01, 2.0, tolerance=1e-3)


def test_the_float_tolerance_stays_once_it_was_needed() -> None:
    """EvalPlus raises its tolerance at the first float result and keeps it."""
    decider = oracle("equal", 0.0)
    mixed = [[1, 0.5], [1, 0.5 + 1e-9]]
    assert not decider.holds(list, mixed[1], mixed[0])
    assert decider.holds(list, 0.5, 0.5)
    assert decider.holds(list, mixed[1], mixed[0])


@pytest.mark.parametrize(
    ("name", "got", "expected", "args", "right"),
    [
        ("set_equal", [2, 1, 1], (1, 2), (), True),
        ("set_equal", [2], (1, 2), (), False),
        ("not_none", True, "match", (), True),
        ("not_none", "anything", "match", (), True),
        ("not_none", None, "match", (), False),
        ("not_none", None, None, (), True),
        ("not_none", False, None, (), True),
        ("or_zero", 0, 7, (7,), True),
        ("or_zero", 3, 7, (7,), False),
        ("digit_distance", 12, 0, (1, 256), True),
        ("digit_distance", 5, 6, (1, 256), False),
        ("surface_area", 33, 0, (3, 4), False),
        ("surface_area", 35, 0, (3, 4), True),
        ("root", -0.5, None, ([1, 2],), True),
        ("root", 0.5, None, ([1, 2],), False),
        ("anything", object(), 1, (), True),
    ],
)
def test_special_oracles(name: str, got: Any, expected: Any, args: tuple[Any, ...], right: bool) -> None:
    tolerance = 1e-4 if name == "root" else 0.0
    assert holds(name, got, expected, *args, tolerance=tolerance) is right


def test_an_oracle_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        oracle("equalish", 0.0)
