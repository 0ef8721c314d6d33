"""Tests that only run in the candidate's own process (unittest): what may stand there is checked from here.

The answer is imported first. Only then do the tests reach its process, with a nonce and with canaries of
random names, some of which must fail: a verdict counts if every test ran, each canary did what it must, and
nothing that the tests rest on was changed (``evident``).
"""

from __future__ import annotations

import random
import secrets
from typing import Any

from .remote import CandidateEnded, Link

_PAIRS = 3
"""Canaries that must pass, and as many that must fail."""


class Tampered(Exception):
    """Something that the tests rest on is not what it was, or says what it cannot have seen."""


class Canaries:
    """Tests of our own among the candidate's: who forges results has to tell them apart."""

    def __init__(self) -> None:
        draw = random.SystemRandom()
        words = draw.sample(range(10**6), 2 * _PAIRS)
        self.must_pass = [f"test_{word}" for word in words[:_PAIRS]]
        self.must_fail = [f"test_{word}" for word in words[_PAIRS:]]
        self._class = f"Test{draw.randrange(10**6)}"

    @property
    def ids(self) -> list[str]:
        return [f"{self._class}.{name}" for name in (*self.must_pass, *self.must_fail)]

    def expected(self, test: str) -> bool:
        return test.rpartition(".")[2] in self.must_pass

    def source(self) -> str:
        """Tests that look like any other, each with numbers of its own."""
        lines = [f"class {self._class}(unittest.TestCase):"]
        for name in (*self.must_pass, *self.must_fail):
            one = secrets.randbelow(10**9)
            other = one if name in self.must_pass else one + 1
            check = random.choice(
                ("self.assertEqual({0}, {1})", "self.assertTrue({0} == {1})", "self.assertIn({0}, [{1}])")
            )
            lines += [f"    def {name}(self):", f"        {check.format(one, other)}"]
        return "import unittest\n" + "\n".join(lines) + "\n"


def observe(link: Link, program: dict[str, Any], *, entry_point: str, cpu_s: float) -> tuple[int, int, str]:
    """(tests run, tests passed, why the first one failed). Raises Tampered."""
    nonce, canaries = secrets.token_hex(16), Canaries()
    order = list(program["ids"])
    for test in canaries.ids:
        order.insert(secrets.randbelow(len(order) + 1), test)
    job = {"tests": program["source"], "canaries": canaries.source(), "order": order, "nonce": nonce}
    said = link.tests(program["harness"], job | {"entry_point": entry_point}, cpu_s=cpu_s)
    results = _read(said, nonce, order)
    for test in canaries.ids:
        if (results[test] == "") is not canaries.expected(test):
            raise Tampered("a test that must fail passed, or one that must pass failed")
    own = [results[test] for test in program["ids"]]
    failures = [f"{test}: {results[test]}" for test in program["ids"] if results[test]]
    return len(own), own.count(""), failures[0] if failures else ""


def _read(said: Any, nonce: str, order: list[str]) -> dict[str, str]:
    """By test, why it failed, "" if it passed."""
    if type(said) is not dict or said.get("nonce") != nonce:
        raise CandidateEnded("a reply that cannot be read")
    if said.get("changed"):
        raise Tampered(f"changed: {str(said['changed'])[:200]}")
    results = said.get("results")
    if type(results) is not list or [each[0] for each in results] != order:
        raise Tampered("not all tests ran, or not in their order")
    return {test: str(failure) for test, failure in results}
