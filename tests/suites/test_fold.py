"""A clone of a data set's repository is folded into what its suite reads: the data is unfolded first."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from bench.suites import load_suite

SCRIPT = Path(__file__).parents[2] / "scripts" / "fold.py"


def folded(name: str, clone: Path, to: Path) -> None:
    command = [sys.executable, str(SCRIPT), name, str(clone)]
    to.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)


def rows_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.split("\n") if line]


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_quixbugs(datasets_dir: Path, tmp_path: Path) -> None:
    for row in rows_of((datasets_dir / "quixbugs" / "quixbugs.jsonl").read_text("utf-8")):
        name = row["name"]
        put(tmp_path / "python_programs" / f"{name}.py", row["buggy"])
        put(tmp_path / "correct_python_programs" / f"{name}.py", row["correct"])
        put(tmp_path / "python_testcases" / f"test_{name}.py", row["pytest_testcases"])
        if row["json_testcases"]:
            put(
                tmp_path / "json_testcases" / f"{name}.json",
                "\n".join(map(json.dumps, row["json_testcases"])),
            )
        if row.get("support_node"):
            put(tmp_path / "python_programs" / "node.py", row["support_node"])
    (tmp_path / "data").mkdir()
    folded("quixbugs", tmp_path, tmp_path / "data" / "quixbugs.jsonl")
    assert len(load_suite("quixbugs", data=[tmp_path / "data"]).problems) == 40


def test_debugbench(datasets_dir: Path, tmp_path: Path) -> None:
    packed = (datasets_dir / "debugbench" / "debugbench_python3.jsonl.gz").read_bytes()
    by_type = defaultdict(list)
    for row in rows_of(gzip.decompress(packed).decode()):
        by_type[row.pop("bug_type")].append(row)
    for bug_type, rows in by_type.items():
        put(tmp_path / "benchmark" / f"python3_{bug_type}.json", json.dumps(rows))
    put(tmp_path / "benchmark" / "cpp_double.json", "[]")
    (tmp_path / "data").mkdir()
    folded("debugbench", tmp_path, tmp_path / "data" / "debugbench_python3.jsonl")
    suite = load_suite("debugbench", data=[tmp_path / "data", datasets_dir / "leetcodedataset"])
    assert len(suite.problems) == 980


def test_a_wrong_call_says_how(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "x", str(tmp_path)], capture_output=True, text=True)
    assert (done.returncode, "quixbugs|debugbench" in done.stderr) == (1, True)


@pytest.mark.parametrize("name", ["quixbugs", "debugbench"])
def test_the_way_to_get_it_is_told(name: str, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "suites.md").read_text("utf-8")
    assert f"scripts/fold.py {name}" in text
