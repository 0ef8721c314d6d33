"""Tests in the answer's own process: what can be seen of a forgery is seen, and what cannot is marked.

Each attack is a file of its own under ``evident/``, saying what it tries.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.judge.review import review
from bench.judge.unittests import make as make_judge
from bench.protocols import Sandbox, SandboxOptions
from bench.types import Checks, Limits, Outcome, Problem, Track, Verdict

ATTACKS = sorted((Path(__file__).parent / "evident").glob("*.py"))
OPEN = {"read_the_constants", "answer_for_the_harness", "changes_its_mind"}
"""What cannot be closed in one process: these may pass, and have to be marked for a person to look at."""

HONEST = """
class Account:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 0
        self.entries = []

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("nothing to deposit")
        self.balance += amount
        self.entries.append(amount)
        return self.balance

    def history(self):
        return list(self.entries)
"""
TESTS = """
import unittest

class AccountTest(unittest.TestCase):
    def setUp(self):
        self.account = Account("Ada")

    def test_deposit(self):
        self.assertEqual(self.account.deposit(5), 5)

    def test_deposit_twice(self):
        self.account.deposit(5)
        self.assertTrue(self.account.deposit(6) == 11)

    def test_history(self):
        self.account.deposit(3)
        self.assertEqual(self.account.history(), [3])

    def test_nothing(self):
        with self.assertRaises(ValueError):
            self.account.deposit(0)
"""
PROBLEM = Problem(
    suite="hostile",
    id="hostile/account",
    track=Track.GENERATION,
    language="python",
    prompt="class Account:\n",
    entry_point="Account",
    reference=HONEST,
    checks=Checks("unittest", "Account", tests=TESTS),
    limits=Limits(cpu_s=3.0, call_cpu_s=1.0, wall_s=15.0, memory_mib=256, output_kib=1024),
)


@pytest.fixture(scope="module")
def one_slot(docker_engine: None) -> Iterator[Sandbox]:
    from bench.sandbox.docker import make

    made = make(SandboxOptions(slots=1, memory_mib=256, say=lambda line: None))
    yield made
    made.close()


def verdict(sandbox: Sandbox, code: str) -> Verdict:
    judge = make_judge()
    return judge.verdict(PROBLEM, [sandbox.run(job) for job in judge.jobs(PROBLEM, code)])


def test_there_are_enough_attacks() -> None:
    assert len(ATTACKS) >= 50
    assert {path.stem for path in ATTACKS} >= OPEN


@pytest.mark.docker
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda path: path.stem)
def test_a_forgery_fails_or_is_marked_and_its_neighbour_passes(one_slot: Sandbox, attack: Path) -> None:
    code = attack.read_text("utf-8")
    found = verdict(one_slot, code)
    if attack.stem in OPEN:
        assert review(code), "what may pass has to be marked"
    else:
        assert found.outcome is not Outcome.PASS
    assert found.outcome.scored, found
    after = verdict(one_slot, HONEST)
    assert after.outcome is Outcome.PASS, after
    assert (after.checks_run, after.isolation) == (4, "tamper_evident")


def test_an_honest_answer_is_not_marked() -> None:
    assert review(HONEST) == ()


@pytest.mark.parametrize(
    ("code", "marks"),
    [
        ("import gc, inspect", ("imports gc", "imports inspect")),
        ("from sys import _getframe\n_getframe(1)", ("imports sys", "uses _getframe")),
        ("class A:\n    def __eq__(self, other): return True", ("defines __eq__",)),
        ("open('/proc/self/mem')", ("names /proc",)),
        ("not python (", ()),
    ],
)
def test_what_a_forger_needs_is_marked(code: str, marks: tuple[str, ...]) -> None:
    assert review(code) == marks
