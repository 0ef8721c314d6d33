"""A publication judged again for real: suite, Docker, judge; honest, and with a verdict that was made up."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from subprocess import CompletedProcess, run

import pytest

BENCH = (sys.executable, "-c", "from bench.cli import main; main()")


def bench(*arguments: str, cwd: Path) -> CompletedProcess[str]:
    return run([*BENCH, *arguments], cwd=cwd, capture_output=True, text=True, timeout=280)


@pytest.mark.docker
def test_what_is_published_is_judged_again(tmp_path: Path) -> None:
    problems = json.loads(bench("suites", "smoke", "--json", cwd=tmp_path).stdout)["problems"]
    first = bench("run", "-m", "reference", "-s", "smoke", "-o", "first", "-q", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    answers = []
    for number, line in enumerate((tmp_path / "first" / "samples.jsonl").read_text().splitlines()):
        sample = json.loads(line)
        right = sample["completion"]["text"] if number % 2 else "def nothing():\n    pass\n"
        answers.append(json.dumps({"task_id": sample["key"]["problem"], "solution": right}) + "\n")
    (tmp_path / "answers.jsonl").write_text("".join(answers))
    models = ("-m", "reference", "-m", f"replay/{tmp_path}/answers.jsonl")
    assert bench("run", *models, "-s", "smoke", "-o", "mine", "-q", cwd=tmp_path).returncode == 0

    published = bench("publish", "mine", "-o", "site", cwd=tmp_path)
    assert published.returncode == 0, published.stderr
    honest = bench("verify", "site", "--json", cwd=tmp_path)
    said = json.loads(honest.stdout)
    assert (honest.returncode, said["verdict"]) == (0, "holds"), honest.stdout
    assert said["judged_again"] == said["verdicts_as_published"] == 2 * problems
    assert said["digest"] == published.stdout.strip()

    # Every failure becomes a pass, in the run itself, and all is made of it again.
    for path in (tmp_path / "mine" / "verdicts").glob("*.jsonl"):
        records = [json.loads(line) for line in path.read_text().splitlines()]
        group = {"name": "tests", "run": 1, "passed": 1}
        forged = {"outcome": "pass", "checks_run": 1, "checks_passed": 1, "groups": [group], "detail": ""}
        lines = [one if one["outcome"] == "pass" else one | forged for one in records]
        path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    assert bench("publish", "mine", "-o", "site", cwd=tmp_path).returncode == 0
    false = bench("verify", "site", "-q", cwd=tmp_path)
    assert false.returncode == 3
    assert false.stdout.startswith("DIFFERS: site\n")
    assert "replay/answers.jsonl smoke smoke/" in false.stdout
    assert "published pass, judged here" in false.stdout
