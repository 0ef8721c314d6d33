"""Runs unittest tests in the candidate's process. It is sent there as text, after the answer was imported.

An answer that wants to change it has to wait for it: there is no module of that name in its process.
"""

from __future__ import annotations

import builtins
import secrets
import types
import unittest
from typing import Any

_SHOWN = 300
_DEPTH = 4
_ITEMS = 200


_flags = type.__dict__["__flags__"].__get__
"""Asked past the class itself, which may say what it likes of its module, its names and its bases."""
_MADE_AT_RUN_TIME = 1 << 9


class Liar(AssertionError):
    """A value that says it equals what nobody could have told it."""


def run(evidence: Any, answer: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """The result of each test in the order asked for: [test, ""] or [test, why it failed]."""
    changed = evidence.changes()
    if changed:
        return {"nonce": job["nonce"], "changed": changed}
    namespace = _names(answer, job["entry_point"])
    results = []
    exec(compile(job["tests"], "<tests>", "exec", dont_inherit=True), namespace)
    exec(compile(job["canaries"], "<tests>", "exec", dont_inherit=True), namespace)
    for test in job["order"]:
        name, _, method = test.partition(".")
        results.append([test, _failure(_strict(namespace[name]), method)])
    return {"nonce": job["nonce"], "results": results, "changed": evidence.changes()}


def _names(answer: dict[str, Any], entry_point: str) -> dict[str, Any]:
    """What the tests see: the answer's names, but none that stand for built-in ones, or for all of those."""
    own = {
        name: value
        for name, value in answer.items()
        if name == entry_point or not (name in vars(builtins) or name.startswith("__"))
    }
    return own | {"__builtins__": builtins, "__name__": "tests", "__honest__": honest}


def _failure(kind: type, method: str) -> str:
    said, case = _Result(), kind(method)
    made = dict(vars(kind))
    case.run(said)
    if type(case) is not kind or dict(vars(kind)) != made:
        return "the test was changed while it ran"
    if said.why:
        return said.why[:_SHOWN]
    return "" if said.ran == 1 else "it did not run to its end"


class _Result(unittest.TestResult):
    """Keeps why the test did not pass. Skipped is not passed."""

    why = ""
    ran = 0

    def addSuccess(self, _test: Any) -> None:
        self.ran += 1

    def addFailure(self, _test: Any, err: Any) -> None:
        self.why = self.why or f"{err[0].__name__}: {err[1]}"

    def addError(self, _test: Any, err: Any) -> None:
        self.addFailure(_test, err)

    def addSubTest(self, test: Any, _subtest: Any, err: Any) -> None:
        if err is not None:
            self.addFailure(test, err)

    def addSkip(self, _test: Any, reason: str) -> None:
        self.why = self.why or f"skipped: {reason}"

    def addUnexpectedSuccess(self, _test: Any) -> None:
        self.why = self.why or "it passed although it is expected to fail"


def _strict(case: type) -> type:
    """A test class with assertions that look at what they are given, and that nobody can replace."""
    fixed = {
        name: _Fixed(_looking(function) if name.startswith("assert") else function)
        for name, function in vars(unittest.TestCase).items()
        if isinstance(function, types.FunctionType) and not name.startswith("__")
        if name not in ("setUp", "tearDown") and getattr(case, name) is function
    }
    return type(case.__name__, (case,), fixed)


def _looking(function: Any) -> Any:
    def method(self: Any, *values: Any, **named: Any) -> Any:
        for value in values[:2]:
            honest(value)
        return function(self, *values, **named)

    return method


class _Fixed:
    """A method that an instance cannot have another one in front of."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __get__(self, case: Any, owner: Any = None) -> Any:
        return self if case is None else types.MethodType(self._function, case)

    def __set__(self, case: Any, value: Any) -> None:
        raise AttributeError("what a test is made of cannot be replaced")


def honest(value: Any, depth: int = 0) -> Any:
    """The value itself. Raises Liar if it, or something in it, equals a number or text drawn just now."""
    kind = type(value)
    if kind in (list, tuple, set, frozenset) and depth < _DEPTH:
        for item in list(value)[:_ITEMS]:
            honest(item, depth + 1)
    elif kind is dict and depth < _DEPTH:
        for key, item in list(value.items())[:_ITEMS]:
            honest(key, depth + 1)
            honest(item, depth + 1)
    elif _flags(kind) & _MADE_AT_RUN_TIME:
        drawn = secrets.randbits(64)
        for other in (drawn, float(drawn), hex(drawn), [drawn], (drawn,), {drawn: drawn}, {drawn}, object()):
            if _equal(value, other):
                raise Liar(f"a {kind.__name__} that equals everything")
    return value


def _equal(value: Any, other: Any) -> bool:
    try:
        return bool(value == other) or bool(other == value)
    except Exception:
        return False
