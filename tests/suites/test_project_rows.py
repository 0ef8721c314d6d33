"""Projects as problems: SWE-bench's rows as they are, trees from anywhere, and what a model is shown."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bench.errors import DataError
from bench.judge.project import make as make_judge
from bench.prompts import messages
from bench.repo import bundle, shown
from bench.repo.trees import find_tree, read_tree
from bench.rows.project import project, with_trees
from bench.suites import load_suite
from bench.types import Limits

ROW: dict[str, Any] = {
    "instance_id": "ada__sums-1",
    "repo": "ada/sums",
    "base_commit": "0123456789abcdef",
    "patch": (
        "--- a/sums/a.py\n+++ b/sums/a.py\n@@ -1,2 +1,2 @@\n"
        " def add(a, b):\n-    return a - b\n+    return a + b\n"
    ),
    "test_patch": (
        "--- a/tests/test_a.py\n+++ b/tests/test_a.py\n@@ -1,3 +1,7 @@\n from sums.a import add\n \n"
        "+\n+def test_add():\n+    assert add(1, 2) == 3\n+\n def test_zero(): assert add(1, 0) == 1\n"
    ),
    "problem_statement": "add(1, 2) is -1",
    "hints_text": "look at the sign",
    "version": "1.0",
    "FAIL_TO_PASS": '["tests/test_a.py::test_add"]',
    "PASS_TO_PASS": ["tests/test_a.py::test_zero"],
    "files": {
        "README.md": "Sums.\n",
        "setup.cfg": "[tool:pytest]\n",
        "sums/__init__.py": "",
        "sums/a.py": "def add(a, b):\n    return a - b\n",
        "sums/b.py": "from sums import a\n",
        "tests/test_a.py": "from sums.a import add\n\ndef test_zero(): assert add(1, 0) == 1\n",
    },
}


def test_an_instance_is_read_as_it_is() -> None:
    problem = project("s", ROW, Limits())
    assert set(bundle.files(problem.checks.setup)) == {
        "README.md",
        "sums/__init__.py",
        "sums/a.py",
        "sums/b.py",
    }
    assert set(bundle.files(problem.checks.tests)) == {"setup.cfg", "tests/test_a.py"}
    assert "test_add" in bundle.files(problem.checks.tests)["tests/test_a.py"]
    assert problem.checks.inputs == {
        "fail_to_pass": '["tests/test_a.py::test_add"]',
        "pass_to_pass": '["tests/test_a.py::test_zero"]',
    }
    assert bundle.loads(problem.reference) == {"sums/a.py": "def add(a, b):\n    return a + b\n"}
    assert bundle.loads(problem.fields["buggy"]) == {"sums/a.py": "def add(a, b):\n    return a - b\n"}


def test_neither_tests_nor_hints_nor_the_patch_are_shown() -> None:
    [message] = messages("project-oracle-chat@1", project("s", ROW, Limits()))
    assert "return a - b" in message.text
    assert "add(1, 2) is -1" in message.text
    assert not any(word in message.text for word in ("test_add", "look at the sign", "return a + b"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"FAIL_TO_PASS": []}, "no test has to fail"),
        ({"patch": ROW["patch"].replace("a - b", "a * b")}, "patch does not apply: sums/a.py"),
        ({"FAIL_TO_PASS": ["test_add (tests.test_a)"]}, "is no file of tests"),
        ({"patch": ROW["test_patch"]}, "changes nothing but tests"),
    ],
)
def test_a_row_that_cannot_be_judged_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        project("s", ROW | change, Limits())


def test_the_job_holds_the_data_sets_own_tests_whatever_an_answer_says() -> None:
    problem = project("s", ROW, Limits())
    planted = dict.fromkeys(
        ("tests/test_a.py", "conftest.py", "pytest.ini", "json.py", "tests/x.py"), "x = 1\n"
    )
    [job] = make_judge().jobs(problem, bundle.dumps({**planted, "sums/a.py": "x = 2\n", "sums/b.py": None}))
    assert bundle.files(job.candidate) == {
        "README.md": "Sums.\n",
        "sums/__init__.py": "",
        "sums/a.py": "x = 2\n",
    }
    assert job.checks.tests == problem.checks.tests
    assert json.loads(job.checks.setup) == ["sums/a.py", "sums/b.py"]


def test_a_tree_comes_from_a_folder_or_an_archive(tmp_path: Path) -> None:
    folder = tmp_path / "trees" / "ada__sums-0123456789ab"
    (folder / "sums").mkdir(parents=True)
    (folder / "sums" / "a.py").write_bytes(b"x = 1\r\n")
    (folder / "logo.png").write_bytes(b"\x89PNG\0\xff")
    (folder / "link.py").symlink_to("/etc/passwd")
    assert read_tree(folder) == {"sums/a.py": "x = 1\n"}
    archive = tmp_path / "other" / "trees" / "ada__sums-0123456789abcdef.tar.gz"
    archive.parent.mkdir(parents=True)
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("sums-1/sums/a.py", "sums-1/../../up.py"):
            member = tarfile.TarInfo(name)
            member.size = 6
            tar.addfile(member, io.BytesIO(b"x = 1\n"))
    assert find_tree("ada/sums", "0123456789abcdef", [tmp_path / "other"]) == archive
    assert read_tree(archive) == {"sums/a.py": "x = 1\n"}
    bare = {key: value for key, value in ROW.items() if key != "files"}
    assert with_trees([bare], [tmp_path])[0]["files"] == {"sums/a.py": "x = 1\n"}
    with pytest.raises(DataError, match="no source tree of ada/sums"):
        with_trees([bare], [tmp_path / "nowhere"])


def test_what_the_fix_touches_is_always_shown_and_the_rest_as_far_as_there_is_room() -> None:
    large = "x = 1\n" * (shown.BUDGET // 6)
    files = {
        "p/big.py": large + "y = 2\n",
        "p/near.py": "z = 3\n",
        "p/far.py": large,
        "p/fix.py": "import p.near\n",
    }
    assert shown.chosen(files, touched=["p/fix.py"], tests={}, failing=[]) == ["p/fix.py", "p/near.py"]
    assert shown.chosen(files, touched=["p/big.py"], tests={}, failing=[])[0] == "p/big.py"


def test_a_file_with_a_fence_in_it_stays_in_its_own() -> None:
    assert shown.rendered({"a.md": "```\nx\n```\n"}, ["a.md"]) == "a.md\n````\n```\nx\n```\n````"


def test_our_own_projects_load() -> None:
    suite = load_suite("repair-smoke")
    assert len(suite.problems) == 8
    assert all(json.loads(problem.checks.inputs["fail_to_pass"]) for problem in suite.problems)
    assert all(len(bundle.files(problem.checks.setup)) >= 3 for problem in suite.problems)
