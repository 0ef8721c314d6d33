"""Answers that go for the tests instead of the fault: none passes, and the honest one after it does.

Each attack is a reply of a model in a file of its own under ``project/``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.judge.project import make as make_judge
from bench.protocols import Sandbox, SandboxOptions
from bench.repo import answers, bundle
from bench.solve import unjudged
from bench.types import Checks, Completion, Limits, Outcome, Problem, Track, Verdict

ATTACKS = sorted((Path(__file__).parent / "project").glob("*.md"))
BUGGY = """class Account:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 0

    def deposit(self, amount):
        self.balance = amount
        return self.balance
"""
TESTS = """import unittest

import pytest
from bank import Account
from tests.helpers import same


def test_once(account):
    assert same(account.deposit(5), 5)
    with pytest.raises(TypeError):
        account.deposit()


def test_twice(account):
    account.deposit(5)
    assert account.deposit(6) == 11


class AccountTest(unittest.TestCase):
    def test_owner(self):
        self.assertEqual(Account("Ada").owner, "Ada")

    def test_balance(self):
        one = Account("Ada")
        one.deposit(1)
        one.deposit(1)
        self.assertEqual(one.balance, 2)
"""
CHECKS = Checks(
    "project",
    "",
    setup=bundle.dumps(
        {
            "bank/__init__.py": "from bank.account import Account\n",
            "bank/account.py": BUGGY,
            "README": "A bank.\n",
        }
    ),
    tests=bundle.dumps(
        {
            "tests/__init__.py": "",
            "tests/conftest.py": (
                "import pytest\nfrom bank import Account\n\n\n"
                "@pytest.fixture\ndef account():\n    return Account('Ada')\n"
            ),
            "tests/helpers.py": "def same(one, other):\n    return one == other\n",
            "tests/test_account.py": TESTS,
        }
    ),
    inputs={
        "fail_to_pass": json.dumps(
            ["tests/test_account.py::test_twice", "tests/test_account.py::AccountTest::test_balance"]
        ),
        "pass_to_pass": json.dumps(
            ["tests/test_account.py::test_once", "tests/test_account.py::AccountTest::test_owner"]
        ),
    },
)
HONEST = f"bank/account.py\n```python\n{BUGGY.replace('balance = amount', 'balance += amount')}```\n"
PROBLEM = Problem(
    suite="hostile",
    id="hostile/bank",
    track=Track.REPAIR,
    language="python",
    prompt="",
    entry_point="",
    reference="",
    checks=CHECKS,
    limits=Limits(cpu_s=20.0, call_cpu_s=4.0, wall_s=30.0, memory_mib=512, output_kib=1024, processes=32),
)


@pytest.fixture(scope="module")
def one_slot(docker_engine: None) -> Iterator[Sandbox]:
    from bench.sandbox.docker import make

    made = make(SandboxOptions(slots=1, memory_mib=512, say=lambda line: None))
    yield made
    made.close()


def verdict(sandbox: Sandbox, reply: str) -> Verdict:
    completion = Completion(reply)
    extraction = answers.extract(completion, CHECKS)
    judge = make_judge()
    said = unjudged(completion, extraction)
    if said is not None:
        return said
    return judge.verdict(PROBLEM, [sandbox.run(job) for job in judge.jobs(PROBLEM, extraction.code)])


def test_there_are_enough_attacks() -> None:
    assert len(ATTACKS) >= 35


@pytest.mark.docker
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda path: path.stem)
def test_an_attack_gains_nothing(one_slot: Sandbox, attack: Path) -> None:
    found = verdict(one_slot, attack.read_text("utf-8"))
    assert found.outcome is not Outcome.PASS
    assert found.outcome.scored, found


@pytest.mark.docker
def test_an_honest_answer_passes_where_attacks_have_been(one_slot: Sandbox) -> None:
    found = verdict(one_slot, HONEST)
    assert found.outcome is Outcome.PASS, found
    assert (found.checks_run, found.isolation) == (4, "tamper_evident")


@pytest.mark.docker
def test_an_honest_answer_that_also_plants_tests_is_judged_by_ours(one_slot: Sandbox) -> None:
    planted = "tests/conftest.py\n```python\nraise SystemExit(0)\n```\n\n"
    planted += "pytest.ini\n```\n[pytest]\naddopts = --co\n```\n"
    assert verdict(one_slot, HONEST + planted).outcome is Outcome.PASS


@pytest.mark.docker
def test_what_an_answer_breaks_is_counted_apart(one_slot: Sandbox) -> None:
    broken = HONEST.replace("self.owner = owner", "self.owner = 'Bo'")
    found = verdict(one_slot, broken)
    assert found.outcome is Outcome.WRONG_ANSWER
    assert [(group.name, group.passed, group.run) for group in found.groups] == [
        ("fail_to_pass", 2, 2),
        ("pass_to_pass", 1, 2),
    ]
