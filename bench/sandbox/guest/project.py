"""Tests of a whole project: they run in the candidate's own process; what must hold there is checked here.

As with ``unittests``: canaries of random names, some of which must fail, a nonce, and a record of what the
tests rest on. What runs them (``testrun``) is sent with them.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from .remote import CandidateEnded, CandidateSyntax, Link
from .unittests import Tampered

_PAIRS = 3
_CASE = "class Test{number}(unittest.TestCase):\n    def {name}(self):\n        self."
_FORMS = (
    "def {name}():\n    assert {one} == {other}\n",
    "def {name}():\n    value = [{one}]\n    assert {other} in value, value\n",
    "def {name}():\n    with pytest.raises(ZeroDivisionError):\n        {one} // ({one} - {other})\n",
    f"{_CASE}assertEqual({{one}}, {{other}})\n",
    f"{_CASE}assertIn({{one}}, ({{other}},))\n",
)
_SHOWN = 3
"""Failed tests that a group's failure names."""

Groups = list[dict[str, Any]]


class Canaries:
    """A test file of our own: by id of a test, whether it passes. Numbers and names are drawn anew."""

    def __init__(self) -> None:
        self.path = f"test_{secrets.token_hex(4)}.py"
        self.expected: dict[str, bool] = {}
        parts = ["import unittest\nimport pytest\n"]
        for passes in [True, False] * _PAIRS:
            form, number = secrets.choice(_FORMS), secrets.randbelow(10**6)
            name, one = f"test_{secrets.token_hex(4)}", secrets.randbelow(10**9) + 2
            other = one if passes else one + 1
            parts.append(form.format(name=name, number=number, one=one, other=other))
            inside = f"Test{number}::{name}" if form.startswith("class") else name
            self.expected[f"{self.path}::{inside}"] = passes
        self.source = "\n\n".join(parts)


def observe(link: Link, candidate: str, checks: dict[str, Any], *, cpu_s: float) -> Groups:
    """The groups of tests and what became of them; without any asked for, each test that there is as a group.

    Raises Tampered, CandidateEnded, CandidateSyntax.
    """
    nonce, canaries = secrets.token_hex(16), Canaries()
    program = checks["program"]
    wanted = {name: json.loads(tests) for name, tests in checks["inputs"].items()}
    said = link.tests(
        program["testrun"],
        {
            "nonce": nonce,
            "harness": program["harness"],
            "files": candidate,
            "tests": checks["tests"],
            "changed": json.loads(checks["setup"]),
            "canary": [canaries.path, canaries.source],
            "wanted": [test for tests in wanted.values() for test in tests],
        },
        cpu_s=cpu_s,
    )
    results = _read(said, nonce)
    for test, passes in canaries.expected.items():
        if test not in results:
            raise Tampered("not all tests ran")
        if (results.pop(test) == "") is not passes:
            raise Tampered("a test that must fail passed, or one that must pass failed")
    if not wanted:
        return [_group(test, [test], results) for test in results]
    return [_group(name, tests, results) for name, tests in wanted.items()]


def _read(said: Any, nonce: str) -> dict[str, str]:
    """By test, why it failed, "" if it passed."""
    if type(said) is not dict or said.get("nonce") != nonce:
        raise CandidateEnded("a reply that cannot be read")
    if said.get("syntax"):
        raise CandidateSyntax(str(said["syntax"])[:500])
    if said.get("changed"):
        raise Tampered(f"changed: {str(said['changed'])[:200]}")
    results = said.get("results")
    if type(results) is not dict:
        raise Tampered("not all tests ran")
    return {str(test): str(failure) for test, failure in results.items()}


def _group(name: str, tests: list[str], results: dict[str, str]) -> dict[str, Any]:
    failed = [(test, results.get(test, "it was not run")) for test in tests]
    failed = [(test, why) for test, why in failed if why]
    shown = "; ".join(f"{test}: {why}" for test, why in failed[:_SHOWN])
    more = f"; and {len(failed) - _SHOWN} more" if len(failed) > _SHOWN else ""
    return {
        "name": name,
        "run": len(tests),
        "passed": len(tests) - len(failed),
        "planned": len(tests),
        "failure": shown + more,
    }
