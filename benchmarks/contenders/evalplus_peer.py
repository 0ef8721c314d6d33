"""EvalPlus's own evaluator, its data set from a file and its cache in a folder of ours.

``computed``: its ground truth is computed within the time measured; ``known``: before it, by another process.
The 20 seconds that its command sleeps at the end are not measured.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stopwatch import CPUS, arguments, report, samples

_FILL = """
from evalplus.data import get_human_eval_plus, get_human_eval_plus_hash
from evalplus.evaluate import get_groundtruth
get_groundtruth(get_human_eval_plus(), get_human_eval_plus_hash(), [])
"""


def main() -> None:
    folder, repeats, (tests, ground_truth) = arguments()
    work = samples(folder, repeats)
    with tempfile.TemporaryDirectory() as kept:
        os.environ["HUMANEVAL_OVERRIDE_PATH"] = f"{folder}/plus.jsonl"
        os.environ["XDG_CACHE_HOME"] = kept
        from evalplus.evaluate import evaluate  # reads the environment when it is imported

        if ground_truth == "known":
            subprocess.run((sys.executable, "-c", _FILL), check=True, stdout=subprocess.DEVNULL)
        file = Path(kept) / "samples.jsonl"
        lines = (json.dumps({"task_id": each["task_id"], "solution": each["plus_solution"]}) for each in work)
        file.write_text("\n".join(lines) + "\n", "utf-8")
        report(lambda: _judge(evaluate, file, base_only=tests == "base"), len(work))


def _judge(evaluate: Callable[..., Any], file: Path, *, base_only: bool) -> int:
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        evaluate("humaneval", samples=str(file), base_only=base_only, parallel=CPUS, i_just_wanna_run=True)
    [results] = file.parent.glob("*eval_results.json")
    rows = json.loads(results.read_text("utf-8"))["eval"]
    asked = ("base_status",) if base_only else ("base_status", "plus_status")
    return sum(all(each[name] == "pass" for name in asked) for task in rows.values() for each in task)


if __name__ == "__main__":
    main()
