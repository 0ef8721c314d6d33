"""HumanEvalFix in languages other than Python: rows of our own in its format, and the data set itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.check import verify
from bench.extract import extract
from bench.feedback import feedback
from bench.judge.calls import make
from bench.languages import language
from bench.prompts import messages
from bench.rows import READERS
from bench.suites import Suite, load_suite
from bench.types import (
    CheckGroup,
    Completion,
    Execution,
    Job,
    Json,
    Limits,
    Outcome,
    Problem,
    Status,
    Track,
    Verdict,
)

JS: dict[str, Any] = {
    "task_id": "JavaScript/900",
    "prompt": "/* Half of a number. */\nconst half = (x) => {\n",
    "canonical_solution": "  return x / 2;\n}\n\n",
    "buggy_solution": "  return x * 2;\n}\n\n",
    "bug_type": "operator misuse",
    "failure_symptoms": "incorrect output",
    "test": "const testHalf = () => {\n  console.assert(half(4) === 2)\n}\n\ntestHalf()\n",
    "entry_point": "half",
}
GO: dict[str, Any] = JS | {
    "task_id": "Go/900",
    "prompt": "\n// Half of a number.\nfunc Half(x int) string {\n",
    "canonical_solution": "    return strconv.Itoa(x / 2)\n}",
    "buggy_solution": "    return strconv.Itoa(x * 2)\n}",
    "test": 'func TestHalf(t *testing.T) {\n    assert.New(t).Equal("2", Half(4))\n}\n',
    "entry_point": "Half",
    "import": 'import (\n    "strconv"\n)',
    "test_setup": 'package main\n\nimport (\n    "testing"\n)\n',
}
VARIANTS = {
    "js": ("javascript", "JavaScript"),
    "java": ("java", "Java"),
    "go": ("go", "Go"),
    "cpp": ("cpp", "C++"),
    "rust": ("rust", "Rust"),
}


def read(row: dict[str, Any]) -> Problem:
    return READERS["humanevalfix"]("suite", row, Limits())


def test_a_row_of_another_language_is_a_problem_of_that_language() -> None:
    problem = read(JS)
    assert (problem.language, problem.track, problem.id) == ("javascript", Track.REPAIR, "JavaScript/900")
    assert problem.reference == "/* Half of a number. */\nconst half = (x) => {\n  return x / 2;\n}\n"
    assert problem.fields["buggy"] == problem.reference.replace("/ 2", "* 2")
    assert problem.fields["where"] == "line 3"
    assert (problem.checks.kind, problem.checks.tests) == ("javascript", JS["test"])
    assert not problem.preamble, "an answer is a whole program"


def test_a_go_program_has_its_imports_and_its_tests_have_theirs() -> None:
    """One row of the data set (Go/65) has an import that its prompt lacks."""
    problem = read(GO)
    assert problem.reference.startswith(GO["import"])
    assert problem.reference.endswith("}\n")
    assert problem.checks.setup == GO["test_setup"]
    assert read(GO | {"prompt": GO["import"] + GO["prompt"]}).reference.count("strconv") == 2


def test_the_question_names_the_language_and_fences_it() -> None:
    problem = read(JS)
    [asked] = messages("repair-docs-chat@2", problem)
    assert asked.text == (
        f"The following JavaScript code has a bug.\n\n```javascript\n{problem.fields['buggy']}```\n\n"
        "Fix it. Reply with a single fenced JavaScript code block that holds the complete corrected code, "
        "and nothing else."
    )
    [raw] = messages("repair-complete@2", problem)
    assert all(line.startswith("//") for line in raw.text.splitlines())


def test_of_python_the_newer_question_is_the_older_one(datasets_dir: Path) -> None:
    for problem in load_suite("humanevalfix:docs", data=[datasets_dir]).problems:
        assert messages("repair-docs-chat@2", problem) == messages("repair-docs-chat@1", problem)


def test_a_second_try_is_asked_for_in_the_language_of_the_first() -> None:
    told = feedback(read(JS), Verdict(Outcome.WRONG_ANSWER), visible=())
    assert "fenced JavaScript code block" in told
    assert "Python" not in told


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_problem_of_the_data_set_is_read_and_asked_as_it_is(variant: str, datasets_dir: Path) -> None:
    suite = load_suite(f"humanevalfix:{variant}", data=[datasets_dir])
    name, title = VARIANTS[variant]
    assert (len(suite.problems), suite.language) == (164, name)
    for problem in suite.problems:
        [asked] = messages(suite.prompts[0], problem)
        assert problem.language == problem.checks.kind == name
        assert f"```{language(name).tags[0]}\n{problem.fields['buggy']}```\n" in asked.text, problem.id
        assert f"fenced {title} code block" in asked.text
        assert "Python" not in asked.text, problem.id
        assert problem.reference not in asked.text
        assert problem.checks.tests.strip() not in asked.text
        assert problem.fields["where"], problem.id


@pytest.mark.parametrize("variant", VARIANTS)
def test_of_an_answer_with_tests_the_program_is_taken(variant: str, datasets_dir: Path) -> None:
    """In some rows the function has another name than the row says: that is found out."""
    for problem in load_suite(f"humanevalfix:{variant}", data=[datasets_dir]).problems:
        tag = language(problem.language).tags[0]
        tests = f"{problem.checks.tests.rstrip()}\n"
        reply = f"The fix:\n\n```{tag}\n{problem.reference}```\n\nTests:\n\n```{tag}\n{tests}```\n"
        found = extract(Completion(reply), problem)
        assert _lines(found.code) == _lines(problem.reference), problem.id
        assert problem.entry_point in problem.checks.tests, problem.id


def _lines(code: str) -> list[str]:
    """A fence takes the blanks of blank lines away."""
    return [line.rstrip() for line in code.split("\n")]


class PassesTheReference:
    slots = 1

    def __init__(self, right: str) -> None:
        self._right = right

    def run(self, job: Job, /) -> Execution:
        passed = int(job.candidate == self._right)
        return Execution(Status.DONE, (CheckGroup("tests", 1, passed, planned=1),))

    def describe(self) -> dict[str, Json]:
        return {}

    def close(self) -> None:
        return


def test_what_cannot_be_parsed_is_not_broken_on_purpose() -> None:
    problem = read(JS)
    suite = Suite("s", "1", "S", Track.REPAIR, "javascript", (problem,), 1)
    report = verify(suite, PassesTheReference(problem.reference), make())
    assert [probe.kind for probe in report.probes] == ["reference", "empty", "buggy"]
    assert report.surprises == ()
