"""Fold a clone of a data set's repository into the one file that its suite reads.

    git clone https://github.com/jkoppel/QuixBugs && python scripts/fold.py quixbugs QuixBugs > quixbugs.jsonl
    git clone https://github.com/thunlp/DebugBench && python scripts/fold.py debugbench DebugBench > \
        debugbench_python3.jsonl

Nothing of the clone is run. ``bench`` checks what comes out against the digest in the suite's definition.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def quixbugs(clone: Path) -> Iterator[dict[str, Any]]:
    """A row a program that has a test; those about graphs have no JSON cases, and need nodes."""
    node = (clone / "python_programs" / "node.py").read_text("utf-8")
    for test in sorted((clone / "python_testcases").glob("test_*.py")):
        name = test.stem.removeprefix("test_")
        cases = clone / "json_testcases" / f"{name}.json"
        row = {
            "name": name,
            "buggy": (clone / "python_programs" / f"{name}.py").read_text("utf-8"),
            "correct": (clone / "correct_python_programs" / f"{name}.py").read_text("utf-8"),
            "json_testcases": _lines(cases) if cases.is_file() else None,
            "pytest_testcases": test.read_text("utf-8"),
        }
        yield row if cases.is_file() else row | {"support_node": node}


def debugbench(clone: Path) -> Iterator[dict[str, Any]]:
    """A row a bug, with the type that the name of its file tells."""
    for path in sorted((clone / "benchmark").glob("python3_*.json")):
        bug_type = path.stem.removeprefix("python3_")
        for row in json.loads(path.read_text("utf-8")):
            yield row | {"bug_type": bug_type}


def _lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


FOLDS: dict[str, Callable[[Path], Iterator[dict[str, Any]]]] = {
    "quixbugs": quixbugs,
    "debugbench": debugbench,
}


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in FOLDS:
        sys.exit(f"usage: python scripts/fold.py {'|'.join(FOLDS)} CLONE > FILE")
    for folded in FOLDS[sys.argv[1]](Path(sys.argv[2])):
        print(json.dumps(folded))
