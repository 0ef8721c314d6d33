"""Rows of debugging data sets: rows of our own in their formats, and the data sets themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.prompts import messages
from bench.rows import READERS
from bench.rows.repair import wrong_lines
from bench.suites import load_suite
from bench.types import Limits, Problem, Track

FIX = {
    "task_id": "Python/900",
    "prompt": 'import math\n\n\ndef half(x):\n    """Half of a number."""\n',
    "declaration": "import math\n\n\ndef half(x):\n",
    "canonical_solution": "    return x / 2\n",
    "buggy_solution": "    return x * 2\n",
    "bug_type": "operator misuse",
    "failure_symptoms": "incorrect output",
    "test": "def check(half):\n    assert half(4) == 2\n\ncheck(half)\n",
    "entry_point": "half",
}
QUIX = {
    "name": "halves",
    "buggy": '\ndef halves(xs):\n    for x in xs:\n        yield x * 2\n\n"""\nHalf of each.\n"""\n',
    "correct": '\ndef halves(xs):\n    for x in xs:\n        yield x / 2\n\n"""\nelse:\n"""\n',
    "json_testcases": [[[[2, 4]], [1, 2]], [[[]], []]],
    "pytest_testcases": (
        "import pytest\nfrom load_testdata import load_json_testcases\n\n"
        "if pytest.use_correct:\n    from a.halves import halves\nelse:\n    from b.halves import halves\n\n"
        "testdata = load_json_testcases(halves.__name__)\n"
        "testdata = [[inp, out] for inp, out in testdata]\n\n"
        '@pytest.mark.parametrize("input_data,expected", testdata)\n'
        "def test_halves(input_data, expected):\n"
        "    if not pytest.run_slow and input_data == [[0]]:\n        pytest.skip('slow')\n"
        "    assert list(halves(*input_data)) == expected\n"
        "    assert len(input_data) == pytest.approx(1, abs=input_data and 0.5)\n"
    ),
    "support_node": None,
}
GRAPH = {
    "name": "last",
    "buggy": "\ndef last(node):\n    return node\n",
    "correct": (
        "\ndef last(node):\n    while node.successor:\n        node = node.successor\n    return node\n"
    ),
    "json_testcases": None,
    "pytest_testcases": (
        "import pytest\nfrom node import Node\n\n"
        "def test1():\n    a = Node(1)\n    assert last(Node(2, a)) is a\n\n"
        "def test2():\n    assert last(Node(3)).value == 3\n"
    ),
    "support_node": (
        "class Node:\n    def __init__(self, value, successor=None):\n"
        "        self.value = value\n        self.successor = successor\n"
    ),
}


def read(form: str, row: dict[str, Any]) -> Problem:
    return READERS[form]("suite", row, Limits())


def passes(problem: Problem, code: str) -> bool:
    """Only for programs of this file."""
    namespace: dict[str, object] = {}
    exec(code, namespace)
    try:
        exec(problem.checks.tests, namespace)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize(("form", "row"), [("humanevalfix", FIX), ("quixbugs", QUIX), ("quixbugs", GRAPH)])
def test_the_reference_passes_and_the_buggy_program_fails(form: str, row: dict[str, Any]) -> None:
    problem = read(form, row)
    assert problem.track is Track.REPAIR
    assert passes(problem, problem.reference)
    assert not passes(problem, problem.fields["buggy"])
    assert not passes(problem, problem.fields["bare"])
    assert "pytest" not in problem.checks.tests


def test_a_buggy_program_is_shown_with_its_documentation_or_bare() -> None:
    fix, quix = read("humanevalfix", FIX), read("quixbugs", QUIX)
    assert "Half of a number." in fix.fields["buggy"]
    assert "Half of a number." not in fix.fields["bare"]
    assert "Half of each." in quix.fields["buggy"]
    assert "Half of each." not in quix.fields["bare"] + quix.reference
    assert fix.tags == {"bug_type": "operator misuse"}


def test_a_test_is_called_once_even_where_the_data_set_calls_it_itself() -> None:
    assert read("humanevalfix", FIX).checks.tests.count("check(half)") == 2, "its definition and one call"
    bare = FIX | {"test": "def check(half):\n    assert half(4) == 2\n"}
    assert read("humanevalfix", bare).checks.tests.count("check(half)") == 2


def test_all_cases_are_in_the_tests_and_slow_ones_stay_skipped() -> None:
    tests = read("quixbugs", QUIX).checks.tests
    assert "[[[[2, 4]], [1, 2]], [[[]], []]]" in tests
    assert "abs(len(input_data) - 1) <= max(input_data and 0.5, 1e-06 * abs(1))" in tests
    assert "not False and input_data == [[0]]" in tests


@pytest.mark.parametrize(
    ("buggy", "where"),
    [
        ("a\nX\nc\n", "line 2"),
        ("a\n\nX\nY\nc\n", "lines 3 to 4"),
        ("a\nc\n", "after line 1"),
        ("X\nb\nY\n", "line 1, line 3"),
        ("a\nb\n\n\nc\n", ""),
    ],
)
def test_where_the_bug_is(buggy: str, where: str) -> None:
    assert wrong_lines(buggy, "a\nb\nc\n") == where


SUITES = {
    "humanevalfix": 164,
    "humanevalfix:docs": 164,
    "humanevalfix:located": 164,
    "quixbugs": 40,
    "quixbugs:tests": 40,
    "quixbugs:located": 40,
}


@pytest.mark.parametrize(("name", "count"), SUITES.items())
def test_each_variant_shows_what_it_says_and_never_the_reference(
    name: str, count: int, datasets_dir: Path
) -> None:
    suite = load_suite(name, data=[datasets_dir])
    assert (len(suite.problems), suite.track) == (count, Track.REPAIR)
    shows_tests = name in ("humanevalfix", "quixbugs:tests")
    for problem in suite.problems:
        [asked] = messages(suite.prompts[0], problem)
        assert (problem.checks.tests in asked.text) is shows_tests, problem.id
        assert (f"here: {problem.fields['where']}." in asked.text) is name.endswith(":located")
        assert problem.fields["where"], problem.id
        assert problem.reference not in asked.text
        assert problem.fields["bare" if shows_tests else "buggy"] in asked.text


def test_debugbench_is_joined_with_its_tests_and_only_what_shows_its_bug_is_kept(datasets_dir: Path) -> None:
    suite = load_suite("debugbench", data=[datasets_dir])
    assert len(suite.problems) + len(suite.dropped) == 1079, (
        "1,119 with tests, of which 40 ask the same again"
    )
    assert not {problem.id for problem in suite.problems} & set(suite.dropped)
    assert len({problem.tags["bug_type"] for problem in suite.problems}) == 17, "all that its Python part has"
    for problem in suite.problems:
        [asked] = messages(suite.prompts[0], problem)
        assert problem.fields["buggy"] in asked.text
        assert f"{problem.reference}```" not in asked.text
        assert "candidate(" not in asked.text
