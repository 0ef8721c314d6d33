"""The whole path with nothing faked: suite, reference, Docker, judge, table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = (sys.executable, "-c", "from bench.cli import main; main()")


def bench(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*BENCH, *arguments], cwd=cwd, capture_output=True, text=True, timeout=280)


@pytest.mark.docker
def test_references_pass_and_empty_answers_do_not(tmp_path: Path) -> None:
    problems = json.loads(bench("suites", "smoke", "--json", cwd=tmp_path).stdout)["problems"]
    result = bench("run", "-m", "reference", "-s", "smoke", "-o", "run", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["outcomes"] == {"pass": problems}

    samples = [json.loads(line) for line in (tmp_path / "run" / "plan.jsonl").open()]
    with (tmp_path / "empty.jsonl").open("w") as file:
        for key in samples:
            file.write(json.dumps({"task_id": key["problem"], "solution": "pass"}) + "\n")
    result = bench("run", "-m", "replay/empty.jsonl", "-s", "smoke", "-o", "empty", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    outcomes = json.loads(result.stdout)["outcomes"]
    assert "pass" not in outcomes
    assert sum(outcomes.values()) == problems


@pytest.mark.docker
def test_judging_again_gives_the_same_verdicts(tmp_path: Path) -> None:
    arguments = ("run", "-m", "reference", "-s", "smoke", "--limit", "4", "-o", "run", "-q")
    assert bench(*arguments, cwd=tmp_path).returncode == 0
    told = json.loads(bench("grade", "run", "--json", cwd=tmp_path).stdout)
    assert (told["equal"], told["changed"], told["added"]) == (4, [], 0)
