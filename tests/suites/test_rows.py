"""Rows to problems, on rows of our own in the formats of the public data sets: no data set is needed."""

from __future__ import annotations

from typing import Any

import pytest

from bench.errors import DataError
from bench.rows import READERS
from bench.sandbox.guest.codec import decode, loads
from bench.types import Limits, Problem, Track

FUNCTION = {
    "task_id": "HumanEval/900",
    "prompt": (
        "import math\n\n\ndef half(x):\n    return x / 2\n\n\n"
        'def quarter(x):\n    """A fourth of a number.\n    """\n'
    ),
    "canonical_solution": "    return half(half(x))\n",
    "entry_point": "quarter",
    "test": "def check(candidate):\n    assert candidate(8) == 2\n",
}
PLUS = FUNCTION | {"base_input": [[8]], "plus_input": [[0], [-4]], "atol": 1e-6}
SHORT = {
    "task_id": 901,
    "text": "Write a function to double a number.",
    "code": "def helper(x):\r\n  return x\r\ndef twice(x):\r\n  return helper(x) + x",
    "test_list": ["assert twice(2) == 4", "assert abs(twice(-1)) == 2"],
    "test_setup_code": "import math",
    "challenge_test_list": ["assert twice(10**9) == 2 * 10**9"],
}
SANITIZED = {
    "task_id": 902,
    "prompt": "Write a function to double a number.",
    "code": "def twice(x):\n  return 2 * x",
    "test_imports": ["import math"],
    "test_list": ["assert math.isclose(twice(0.1), 0.2)"],
}
SHORT_PLUS = {
    "task_id": "Mbpp/2",
    "prompt": (
        '"""\nWrite a function to find shared elements.\n'
        'assert set(similar_elements((1,),(1,))) == {1}\n"""\n'
    ),
    "canonical_solution": "def similar_elements(a, b):\n  return tuple(set(a) & set(b))\n",
    "entry_point": "similar_elements",
    "base_input": [[[1, 2], [2, 3]]],
    "plus_input": [],
    "atol": 0,
}


def read(form: str, row: dict[str, Any]) -> Problem:
    return READERS[form]("suite", row, Limits(cpu_s=7.0))


def run(code: str, tests: str) -> None:
    """Only for references of this file."""
    namespace: dict[str, object] = {}
    exec(code, namespace)
    exec(tests, namespace)


def test_a_function_to_complete() -> None:
    problem = read("humaneval", FUNCTION)
    assert (problem.id, problem.entry_point, problem.prompt) == (
        "HumanEval/900",
        "quarter",
        FUNCTION["prompt"],
    )
    assert problem.preamble == FUNCTION["prompt"][: FUNCTION["prompt"].index("def quarter")]
    assert problem.limits.cpu_s == 7.0
    run(problem.reference, problem.checks.tests)


def test_helpers_of_the_prompt_go_to_the_judge_but_never_the_solution() -> None:
    setup = read("humaneval", FUNCTION).checks.setup
    assert "def half" in setup
    assert "import math" in setup
    assert "quarter" not in setup


def test_more_inputs_keep_their_groups_and_their_order() -> None:
    checks = read("humaneval-plus", PLUS).checks
    found = {name: [decode(call) for call in loads(text)] for name, text in checks.inputs.items()}
    assert found == {"base": [[8]], "plus": [[0], [-4]]}
    assert list(found) == ["base", "plus"], "the original tests come first"
    assert (checks.kind, checks.oracle, checks.tolerance) == ("cases", "equal", 1e-6)


@pytest.mark.parametrize(("form", "entry"), [(SHORT, "twice"), (SANITIZED, "twice")])
def test_a_task_in_words_is_named_by_what_its_tests_call(form: dict[str, Any], entry: str) -> None:
    """Not by the first function of its reference, and not by a built-in around the call."""
    problem = read("mbpp", form)
    assert problem.entry_point == entry
    run(problem.reference, problem.checks.tests)


def test_line_ends_of_windows_do_not_reach_a_model() -> None:
    problem = read("mbpp", SHORT)
    assert "\r" not in problem.reference + problem.prompt + problem.checks.tests


def test_the_shown_tests_are_the_ones_that_decide() -> None:
    problem = read("mbpp", SHORT)
    assert problem.fields["tests"].split("\n") == SHORT["test_list"]
    assert problem.checks.tests == "import math\nassert twice(2) == 4\nassert abs(twice(-1)) == 2\n"
    assert "10**9" not in problem.prompt + problem.checks.tests, (
        "challenge tests are not part of MBPP's score"
    )


def test_types_that_json_lost_come_back() -> None:
    problem = read("mbpp-plus", SHORT_PLUS)
    assert [decode(call) for call in loads(problem.checks.inputs["base"])] == [[(1, 2), (2, 3)]]
    assert problem.checks.oracle == "set_equal"
    assert problem.fields["text"] == "Write a function to find shared elements."
    assert problem.fields["tests"].startswith("assert set(similar_elements")


@pytest.mark.parametrize(
    ("form", "entry", "oracle"),
    [
        ("humaneval-plus", "find_zero", "root"),
        ("humaneval-plus", "similar_elements", "equal"),
        ("mbpp-plus", "find_zero", "equal"),
        ("mbpp-plus", "check_str", "not_none"),
        ("mbpp-plus", "sum_div", "or_zero"),
    ],
)
def test_an_oracle_belongs_to_one_data_set(form: str, entry: str, oracle: str) -> None:
    """A name that both data sets might use must not bring one's leniency into the other."""
    row = (PLUS if form == "humaneval-plus" else SHORT_PLUS) | {"entry_point": entry}
    assert read(form, row).checks.oracle == oracle


def test_a_repair_problem_shows_the_wrong_program_and_not_the_right_one() -> None:
    row = {
        "id": "off",
        "track": "repair",
        "entry_point": "f",
        "prompt": "",
        "buggy": "def f(x):\n    return x + 1\n",
        "symptom": "It is off by one.",
        "reference": "def f(x):\n    return x\n",
        "tests": "assert f(1) == 1\n",
    }
    problem = read("native", row)
    assert (problem.id, problem.track) == ("suite/off", Track.REPAIR)
    assert problem.fields == {"symptom": "It is off by one.", "buggy": row["buggy"]}
    assert problem.prompt.splitlines() == [
        *("# It is off by one.", "# The wrong code:", "# def f(x):", "#     return x + 1"),
        *("#", "# The corrected code:"),
    ]


def test_a_row_whose_code_is_no_program_is_named() -> None:
    with pytest.raises(DataError, match="not Python: 'def def"):
        read("mbpp", SHORT | {"code": "def def"})
