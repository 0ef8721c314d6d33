"""Oracles: whether what a candidate returned is what was expected. They see data and handles only.

The semantics are those of EvalPlus 0.3.1 (Liu et al. 2023, arXiv 2305.01210), checked against its verdicts
in ``docs/agreement.md``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

_RTOL = 1e-7
_FLOAT_TOLERANCE = 1e-6
"""Floats are never compared exactly, even where the data set gives no tolerance."""


class Oracle:
    """Decides case after case. A tolerance that one float result asked for stays for the later cases."""

    def __init__(self, special: Callable[..., bool] | None, tolerance: float, *, not_none: bool) -> None:
        self._special = special
        self._tolerance = tolerance
        self._not_none = not_none

    def expected(self, value: Any) -> Any:
        """What of the reference's result is compared."""
        return value is not None if self._not_none else value

    def holds(self, args: Callable[[], list[Any]], got: Any, expected: Any) -> bool:
        """Whether the result of a call is right; ``args`` gives the call's arguments where they matter."""
        if self._special is _is_root:
            return _is_root(args(), got, self._tolerance)
        exact = bool(got == expected)
        if self._special is not None:
            exact = self._special(args(), got, expected, exact=exact)
        if self._tolerance == 0 and _is_floats(expected):
            self._tolerance = _FLOAT_TOLERANCE
        if exact or self._tolerance == 0:
            return exact
        if type(got) is not type(expected):
            return False
        return _close(got, expected, self._tolerance)


def oracle(name: str, tolerance: float) -> Oracle:
    """The oracle of a name; KeyError for one that does not exist."""
    return Oracle(_SPECIAL[name], tolerance, not_none=name == "not_none")


def _is_floats(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(item, float) for item in value)
    return isinstance(value, float)


def _close(got: Any, expected: Any, tolerance: float) -> bool:
    """Numbers, or nested sequences of one shape, within ``tolerance + 1e-7 * |expected|``."""
    if isinstance(expected, list | tuple):
        return (
            isinstance(got, list | tuple)
            and len(got) == len(expected)
            and all(_close(one, other, tolerance) for one, other in zip(got, expected, strict=True))
        )
    if not isinstance(got, int | float | complex) or not isinstance(expected, int | float | complex):
        return False
    if got == expected:
        return True
    difference = float(abs(got - expected))
    return math.isfinite(difference) and difference <= tolerance + _RTOL * float(abs(expected))


def _is_root(args: list[Any], got: Any, tolerance: float) -> bool:
    """HumanEval/32: any root of the polynomial will do."""
    value = sum(factor * math.pow(got, power) for power, factor in enumerate(args[0]))
    return bool(abs(value) <= tolerance)


def _anything(args: list[Any], got: Any, expected: Any, *, exact: bool) -> bool:
    """Mbpp/164 as published: its statement does not decide the answer."""
    del args, got, expected, exact
    return True


def _or_zero(args: list[Any], got: Any, expected: Any, *, exact: bool) -> bool:
    """Mbpp/295: whether a number divides itself is left open."""
    del args, expected
    return exact or got == 0


def _digit_distance(args: list[Any], got: Any, expected: Any, *, exact: bool) -> bool:
    """Mbpp/558: numbers of different length may be padded with zeros."""
    del expected
    one, other = (str(number) for number in args)
    width = max(len(one), len(other))
    pairs = zip(one.zfill(width), other.zfill(width), strict=True)
    return exact or got == sum(abs(int(a) - int(b)) for a, b in pairs)


def _surface_area(args: list[Any], got: Any, expected: Any, *, exact: bool) -> bool:
    """Mbpp/581: the height of a pyramid may be the slant or the perpendicular one."""
    del expected
    base, height = args
    slant = math.sqrt((base / 2) ** 2 + height**2)
    return exact or bool(abs(got - round(base**2 + 4 * (base * slant) / 2)) <= 0)


def _set_equal(args: list[Any], got: Any, expected: Any, *, exact: bool) -> bool:
    """Order and repetition do not count."""
    del args, exact
    return set(got) == set(expected)


def _not_none(args: list[Any], got: Any, expected: Any, *, exact: bool) -> bool:
    """A match object and True mean the same; so do None and False."""
    del args
    return exact if isinstance(got, bool) else bool(expected == (got is not None))


_SPECIAL: dict[str, Callable[..., bool] | None] = {
    "equal": None,
    "root": _is_root,
    "anything": _anything,
    "or_zero": _or_zero,
    "digit_distance": _digit_distance,
    "surface_area": _surface_area,
    "set_equal": _set_equal,
    "not_none": _not_none,
}
