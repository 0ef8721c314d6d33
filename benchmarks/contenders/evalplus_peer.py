"""EvalPlus 0.3.1's own evaluator, its data set from a file. ``fresh``: the ground truth is computed first."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import tempfile
from pathlib import Path

from stopwatch import CPUS, arguments, report, samples


def main() -> None:
    path, repeats, (data, tests, ground_truth) = arguments()
    os.environ["HUMANEVAL_OVERRIDE_PATH"] = data
    work = samples(path, repeats)
    from evalplus.data.utils import CACHE_DIR  # reads the environment when it is imported

    if ground_truth == "fresh":
        shutil.rmtree(CACHE_DIR, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "samples.jsonl"
        lines = (json.dumps({"task_id": each["task_id"], "solution": each["plus_solution"]}) for each in work)
        file.write_text("\n".join(lines) + "\n", "utf-8")
        report(lambda: _judge(file, base_only=tests == "base"), len(work))


def _judge(file: Path, *, base_only: bool) -> int:
    from evalplus.evaluate import evaluate

    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        evaluate("humaneval", samples=str(file), base_only=base_only, parallel=CPUS, i_just_wanna_run=True)
    [results] = file.parent.glob("*eval_results.json")
    rows = json.loads(results.read_text("utf-8"))["eval"]
    asked = ("base_status",) if base_only else ("base_status", "plus_status")
    return sum(all(each[name] == "pass" for name in asked) for task in rows.values() for each in task)


if __name__ == "__main__":
    main()
