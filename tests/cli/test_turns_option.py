"""``--turns`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import PLUGINS, SANDBOX, Bench

SMOKE = ("run", "-s", "smoke", "--limit", "2", "--sandbox", SANDBOX, "-q")
LEARNING = """
from bench.types import Completion, Form


class Learning:
    name = "learning"

    def generate(self, request, /):
        turn = 1 + sum(one.role == "assistant" for one in request.messages)
        return Completion("# right" if turn == 3 else "# wrong", form=Form.PROGRAM)
"""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--turns", "0"), "--turns"),
        (("--turns", "2", "--mode", "complete"), "a raw text has no turns"),
        (("--turns", "2", "--batch"), "comes too late"),
    ],
)
def test_turns_that_cannot_be_are_refused(bench: Bench, options: tuple[str, ...], said: str) -> None:
    result = bench(*SMOKE, "-m", f"{PLUGINS}:Canned", *options)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr


def test_stored_answers_have_no_turns(tmp_path: Path, bench: Bench) -> None:
    (tmp_path / "samples.jsonl").write_text(
        '{"task_id": "smoke/repair_remove_negatives", "solution": "# wrong"}\n'
    )
    result = bench(*SMOKE, "-m", "replay/samples.jsonl", "--turns", "2")
    assert result.returncode == 2
    assert "answers of one turn" in result.stderr


def test_a_model_that_learns_is_asked_until_it_is_right(tmp_path: Path, bench: Bench) -> None:
    (tmp_path / "learning.py").write_text(LEARNING)
    for turns, passed in ((2, 0), (3, 2), (9, 2)):
        out = f"run-{turns}"
        result = bench(*SMOKE, "-m", "./learning.py:Learning", "--turns", str(turns), "-o", out, "--json")
        assert result.returncode == 0, result.stderr
        assert json.loads(result.stdout)["outcomes"].get("pass", 0) == passed
        lines = (tmp_path / out / "samples.jsonl").read_text().splitlines()
        assert [json.loads(line)["turn"] for line in lines].count(min(turns, 3)) == 2
        assert f"turns = {turns}\n" in (tmp_path / out / "config.toml").read_text()
    again = bench(*SMOKE, "-m", "./learning.py:Learning", "--turns", "3", "-o", "run-2")
    assert again.returncode == 2
    assert "turns: 2 -> 3" in again.stderr


def test_runs_of_other_turns_have_other_terms(tmp_path: Path, bench: Bench) -> None:
    terms = set()
    for turns in ("1", "2", "3"):
        bench(*SMOKE, "-m", f"{PLUGINS}:Canned", "--turns", turns, "-o", turns)
        terms.add(json.loads((tmp_path / turns / "lock.json").read_text())["terms"]["smoke"]["canned"])
    assert len(terms) == 3
