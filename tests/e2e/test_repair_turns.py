"""Repairs over several turns in a real sandbox: what a model is told, and what its answers are worth."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.docker, pytest.mark.slow]

BENCH = (sys.executable, "-c", "from bench.cli import main; main()")
MODEL = '''
"""Gives the buggy program back at first, then the reference to every other problem."""
import json
from pathlib import Path

from bench.repo import bundle
from bench.types import Completion, Form


class Fixer:
    name = "fixer"

    def __init__(self, context):
        self._problems = context.problems

    def generate(self, request, /):
        turn = 1 + sum(one.role == "assistant" for one in request.messages)
        with Path("asked.jsonl").open("a") as file:
            asked = [request.key.suite, request.key.problem, turn, [one.text for one in request.messages]]
            file.write(json.dumps(asked) + "\\n")
        problem = self._problems[request.key.suite, request.key.problem]
        mends = turn > 1 and sorted(self._problems).index((request.key.suite, request.key.problem)) % 2
        return Completion(problem.reference if mends else problem.fields["buggy"], form=Form.PROGRAM)


def make(name, context):
    return Fixer(context)
'''


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run((*BENCH, *arguments), cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def folder(docker_engine: None, tmp_path: Path) -> Path:
    (tmp_path / "fixer.py").write_text(MODEL)
    return tmp_path


def asked(folder: Path) -> list[tuple[str, str, int, list[str]]]:
    lines = (folder / "asked.jsonl").read_text().splitlines()
    return [(suite, problem, turn, texts) for suite, problem, turn, texts in map(json.loads, lines)]


@pytest.mark.parametrize("suite", ["repair-smoke", "repair-smoke:failure"])
def test_projects_are_mended_at_the_second_turn(folder: Path, suite: str) -> None:
    said = run(folder, "run", "-m", "./fixer.py:make", "-s", suite, "--turns", "3", "-o", "run", "--json")
    [row] = json.loads(said.stdout)["rows"]
    assert row["solved_by_turn"] == "0.000000; 0.500000; 0.500000"
    assert (row["pass_at_1"], row["samples_unmeasured"], row["regression_share"]) == (0.5, 0, 0.0)
    assert (row["unchanged_share"], row["edit_precision"], row["bug_recall"]) == (0.5, 1.0, 0.5)
    second = [texts for _, _, turn, texts in asked(folder) if turn == 2]
    assert len(second) == 8
    if suite == "repair-smoke":
        assert all("which are not shown, fail: " in texts[-1] for texts in second), "names, and no more"
        assert not any("Error" in texts[-1] or "assert" in texts[-1] for texts in second)
    else:
        first = [texts[0] for _, _, turn, texts in asked(folder) if turn == 1]
        assert all(
            "This is what was seen when its tests were run:\n\nA test fails: " in text for text in first
        )
        assert (folder / "run" / "symptoms.json").exists()


def test_functions_are_told_of_hidden_tests_only_that_they_fail(folder: Path, datasets_dir: Path) -> None:
    options = ("--turns", "2", "--limit", "12", "--data", str(datasets_dir), "--json")
    run(folder, "run", "-m", "./fixer.py:make", "-s", "quixbugs", "-s", "humanevalfix", "-o", "run", *options)
    told: dict[str, list[str]] = {"quixbugs": [], "humanevalfix": []}
    for suite, _, turn, texts in asked(folder):
        told[suite] += [texts[-1].split("\n\n")[0]] if turn == 2 else []
    assert [len(texts) for texts in told.values()] == [12, 12]
    ended = "It was ended because it took too long.|It was ended because it used too much memory."
    raised = r"It raised an error when it was tested: (\w+Error|an exception of its own)( \(line \d+\))?"
    for text in told["quixbugs"]:
        assert re.fullmatch(f"A hidden test fails.|{ended}|{raised}", text), text
    shown = [text for text in told["humanevalfix"] if text.startswith("A test fails: ")]
    assert len(shown) >= 8, told["humanevalfix"]
