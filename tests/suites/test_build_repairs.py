"""Repair problems made from two releases of a package: archives of our own, on an index of our own."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import shlex
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import suites
from bench.assets import tasks_dir
from bench.check import verify
from bench.errors import DataError
from bench.judge.project import make as make_judge
from bench.protocols import SandboxOptions
from bench.repo import bundle, diffs
from bench.rows.project import project
from bench.suites import Suite
from bench.types import CheckGroup, Execution, Job, Json, Limits, Status, Track

SCRIPT = Path(__file__).parents[2] / "scripts" / "build_repairs.py"

INFO = "Metadata-Version: 2.1\nName: tiny-shop\nLicense: MIT\n\nLicense: a word of the description\n"
OLD = {
    "PKG-INFO": INFO,
    "README.md": "Prices.\n",
    "shop/__init__.py": 'VERSION = "1.0"\n',
    "shop/prices.py": (
        "def rate():\n    return 20\n\n\ndef tax(net):\n    return net * rate()\n\n\n"
        "def share():\n    return rate() / 100\n"
    ),
    "shop/queue.py": "def first(people):\n    return people[1]\n",
    "tests/test_shop.py": "def test_nothing():\n    pass\n",
}
NEW = OLD | {
    "README.md": "Prices, mended.\n",
    "shop/__init__.py": 'VERSION = "1.1"\n',
    "shop/prices.py": OLD["shop/prices.py"]
    .replace("return 20", "return 0.2")
    .replace("rate() / 100", "rate()"),
    "shop/queue.py": (
        "def last(people):\n    return people[-1]\n\n\ndef first(people):\n    return people[0]\n"
    ),
    "tests/test_shop.py": (
        "import shop\nfrom shop import prices, queue\n\n\n"
        "def test_version():\n    assert shop.VERSION > '0'\n\n\n"
        "def test_share():\n    assert prices.share() == 0.2\n\n\n"
        "def test_tax():\n    assert prices.tax(50) == 10\n\n\n"
        "def test_first():\n    assert queue.first(['ann', 'bob']) == 'ann'\n\n\n"
        "def test_last():\n    assert queue.last(['ann', 'bob']) == 'bob'\n"
    ),
}
"""Two faults and a feature. Half of what mends the tax breaks the share."""
TAX = [
    {"file": "shop/prices.py", "old": [1, 2], "new": [1, 2]},
    {"file": "shop/prices.py", "old": [9, 10], "new": [9, 10]},
]
FIRST = [{"file": "shop/queue.py", "old": [1, 2], "new": [5, 6]}]


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """The script as a module: scripts are no package."""
    spec = importlib.util.spec_from_file_location("build_repairs", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def archive(path: Path, files: Mapping[str, str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(f"{path.name.removesuffix('.tar.gz')}/{name}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an index that has both releases of ``tiny-shop``."""
    root = tmp_path / "index"
    handler = partial(SimpleHTTPRequestHandler, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        files = []
        for version, tree in (("1.0", OLD), ("1.1", NEW)):
            made = archive(root / "files" / f"tiny_shop-{version}.tar.gz", tree)
            files.append(
                {
                    "filename": made.name,
                    "url": f"{url}/files/{made.name}",
                    "upload-time": f"2020-01-0{version[-1]}T00:00:00Z",
                }
            )
        (root / "tiny-shop").mkdir()
        (root / "tiny-shop" / "index.html").write_text(json.dumps({"files": files}))
        monkeypatch.setenv("PIP_INDEX_URL", f"{url}/")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield root
        server.shutdown()
        thread.join()


@pytest.fixture
def both(script: ModuleType, tmp_path: Path) -> Any:
    return script.pair(archive(tmp_path / "o-1.tar.gz", OLD), archive(tmp_path / "o-2.tar.gz", NEW))


# --- trees and hunks ---


def test_tests_are_those_of_the_newer_release_and_papers_are_left_out(both: Any) -> None:
    assert set(both.old) == {"PKG-INFO", "shop/__init__.py", "shop/prices.py", "shop/queue.py"}
    assert both.tests == {"tests/test_shop.py": NEW["tests/test_shop.py"]}


def test_hunks_are_all_changes_of_sources(script: ModuleType, both: Any) -> None:
    assert script.hunks_of(both) == [
        {"file": "shop/__init__.py", "old": [0, 1], "new": [0, 1]},
        *TAX,
        {"file": "shop/queue.py", "old": [0, 0], "new": [0, 4]},
        *FIRST,
    ]


def test_some_hunks_are_applied_and_the_others_are_not(both: Any) -> None:
    made = both.with_hunks([TAX[1], *FIRST])
    assert made["shop/prices.py"] == OLD["shop/prices.py"].replace("rate() / 100", "rate()")
    assert made["shop/queue.py"] == "def first(people):\n    return people[0]\n"
    assert made["shop/__init__.py"] == OLD["shop/__init__.py"]


LINES = st.lists(st.sampled_from(["a = 1\n", "b = 2\n", "c = 3\n", "\n"]), max_size=12).map(
    lambda lines: "".join(["import shop\n", *lines, "END = 0\n"])
)


@given(LINES, LINES, st.data())
def test_hunks_make_the_newer_source_and_their_patch_says_the_same(
    script: ModuleType, old: str, new: str, data: st.DataObject
) -> None:
    both = script.Pair({"m.py": old, "kept.py": "x = 1\n"}, {"m.py": new, "kept.py": "x = 1\n"}, {})
    hunks = script.hunks_of(both)
    assert both.with_hunks([]) == both.old
    assert both.with_hunks(hunks) == both.new
    some = [hunk for hunk in hunks if data.draw(st.booleans())]
    if some:
        changes, _ = diffs.apply(script.patch(both, some), both.old)
        assert bundle.changed(both.old, changes) == both.with_hunks(list(reversed(some)))


def test_a_file_that_only_the_newer_release_has_is_a_hunk(script: ModuleType) -> None:
    both = script.Pair({}, {"shop/new.py": "x = 1\n"}, {})
    [hunk] = script.hunks_of(both)
    assert both.with_hunks([hunk]) == {"shop/new.py": "x = 1\n"}


def test_a_digest_is_of_both_sides_of_a_hunk(script: ModuleType, both: Any) -> None:
    def digest(old: str, new: str) -> str:
        found: str = script.hunk_digest(script.Pair({"m.py": old}, {"m.py": new}, {}), hunk)
        return found

    hunk = {"file": "m.py", "old": [0, 1], "new": [0, 1]}
    assert len({digest("a\n", "b\n"), digest("a\n", "c\n"), digest("c\n", "b\n"), digest("b\n", "a\n")}) == 4
    assert digest("a\nx\n", "b\ny\n") == digest("a\n", "b\n"), "lines around it do not count"


# --- reduction and runs ---


@given(st.sets(st.integers(0, 19), min_size=1))
def test_of_many_hunks_those_stay_that_are_needed(script: ModuleType, needed: set[int]) -> None:
    asked: list[list[int]] = []

    def enough(some: list[int]) -> bool:
        asked.append(some)
        return needed <= set(some)

    assert script.smallest(list(range(20)), enough) == sorted(needed)
    assert all(asked), "nothing at all is never tried"


def test_where_either_of_two_hunks_is_enough_one_stays(script: ModuleType) -> None:
    found = script.smallest(list(range(8)), lambda some: 2 in some or 5 in some)
    assert found in ([2], [5])


class Scripted:
    """A sandbox that says what ``answer`` makes of the groups of tests that a job asks for."""

    def __init__(self, answer: Callable[[Mapping[str, Sequence[str]]], Execution]) -> None:
        self._answer = answer

    slots = 1

    def run(self, job: Job, /) -> Execution:
        return self._answer({name: json.loads(tests) for name, tests in job.checks.inputs.items()})

    def describe(self) -> Mapping[str, Json]:
        return {}

    def close(self) -> None:
        return


@pytest.mark.parametrize(
    ("seen", "held"),
    [
        (Execution(Status.DONE, (CheckGroup("tests", 2, 2, planned=2),)), True),
        (Execution(Status.DONE, (CheckGroup("tests", 2, 1, planned=2),)), False),
        (Execution(Status.DONE, (CheckGroup("tests", 1, 1, planned=2),)), False),
        (Execution(Status.DONE), False),
        (Execution(Status.DONE, (CheckGroup("tests", 0, 0, planned=0),)), False),
        (Execution(Status.LIMIT, (CheckGroup("tests", 2, 2, planned=2),), limit="cpu"), False),
    ],
)
def test_sources_hold_only_if_every_test_was_run_and_passed(
    script: ModuleType, both: Any, seen: Execution, held: bool
) -> None:
    """Tests that were not run have been taken for tests that pass before (SWE-bench's empty lists)."""
    assert script.holds(Scripted(lambda _: seen), both.old, both, ["a", "b"]) is held


@pytest.mark.parametrize(
    ("failure", "feature"),
    [
        ("AttributeError: module 'shop.queue' has no attribute 'last'", True),
        ("TypeError: tax() got an unexpected keyword argument 'rate'", True),
        ("ImportError: cannot import name 'last'", True),
        ("AssertionError: assert 1000 == 10", False),
        ("TypeError: unsupported operand type(s)", False),
    ],
)
def test_a_feature_that_was_missing_is_no_fault(script: ModuleType, failure: str, feature: bool) -> None:
    assert bool(script.NEW_API.search(failure)) is feature


# --- archives ---


def test_an_archive_is_fetched_once(script: ModuleType, index: Path, tmp_path: Path) -> None:
    path, about = script.sdist("tiny-shop", "1.1", tmp_path)
    assert about["upload-time"] == "2020-01-01T00:00:00Z"
    assert about["sha256"] == sha256(path)
    (index / "tiny-shop" / "index.html").unlink()
    again, _ = script.sdist("tiny-shop", "1.1", tmp_path, sha256=about["sha256"])
    assert again == path
    assert script.licence(path) == "MIT"


def test_an_archive_that_is_another_is_not_kept(script: ModuleType, index: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"tiny-shop 1.0: sha256 .* instead of {'0' * 64}"):
        script.sdist("tiny-shop", "1.0", tmp_path, sha256="0" * 64)
    assert not list((tmp_path / "sdists").iterdir())


def test_a_release_without_sources_is_named(script: ModuleType, index: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"tiny-shop 2\.0 has no source archive"):
        script.sdist("tiny-shop", "2.0", tmp_path)


# --- the two commands ---


def recipe(script: ModuleType, both: Any, folder: Path, archives: Sequence[Path]) -> Path:
    """A recipe of our own for the tax; its archives lie in ``folder`` already."""
    text = {
        "id": "tiny-shop-1.1-tax",
        "package": "tiny-shop",
        "versions": ["1.0", "1.1"],
        "sha256": [sha256(path) for path in archives],
        "hunks": [hunk | {"sha256": script.hunk_digest(both, hunk)} for hunk in TAX],
        "FAIL_TO_PASS": ["tests/test_shop.py::test_tax"],
        "PASS_TO_PASS": ["tests/test_shop.py::test_share"],
        "issue": "The tax on 50 is 1000.",
    }
    path = folder / "tax.json"
    path.write_text(json.dumps(text))
    return path


def test_a_row_is_the_older_sources_and_the_newer_tests(
    script: ModuleType, both: Any, tmp_path: Path
) -> None:
    archives = [
        archive(tmp_path / "sdists" / f"tiny-shop-{version}.tar.gz", tree)
        for version, tree in (("1.0", OLD), ("1.1", NEW))
    ]
    path = recipe(script, both, tmp_path, archives)
    [row] = script.build([path], tmp_path, say=lambda _: None)
    problem = project("pypi-repair", row, Limits())
    assert bundle.files(problem.checks.setup)["shop/queue.py"] == OLD["shop/queue.py"]
    assert bundle.files(problem.checks.tests) == {"tests/test_shop.py": NEW["tests/test_shop.py"]}
    assert bundle.loads(problem.reference) == {"shop/prices.py": NEW["shop/prices.py"]}
    assert problem.fields["text"] == "The tax on 50 is 1000."

    path.write_text(path.read_text().replace("[1, 2]", "[2, 3]", 1))
    with pytest.raises(DataError, match=r"tax\.json: the lines at shop/prices\.py:3 are others"):
        script.build([path], tmp_path, say=lambda _: None)


@pytest.mark.docker
def test_two_releases_become_one_problem_a_fault(script: ModuleType, index: Path, tmp_path: Path) -> None:
    """Half of what mends the tax would break the share, a version and a feature belong to no fault."""
    found = script.find("tiny-shop", "1.0", "1.1", tmp_path, say=lambda _: None)
    first, tax = (json.loads(path.read_text()) for path in sorted(found))
    for one, name, hunks in ((first, "first", FIRST), (tax, "tax", TAX)):
        assert one["id"] == f"tiny-shop-1.1-{name}"
        assert [{key: hunk[key] for key in ("file", "old", "new")} for hunk in one["hunks"]] == hunks
        assert one["FAIL_TO_PASS"] == [f"tests/test_shop.py::test_{name}"]
        assert one["PASS_TO_PASS"] == ["tests/test_shop.py::test_share", "tests/test_shop.py::test_version"]
        assert (one["licence"], one["issue"]) == ("MIT", "")

    rows = script.build(found, tmp_path, say=lambda _: None)
    problems = tuple(project("made", row, Limits(processes=32)) for row in rows)
    suite = Suite("made", "1", "Made", Track.REPAIR, "python", problems, len(problems), judge="project")
    with closing(script.make_sandbox(SandboxOptions(slots=1, say=lambda _: None))) as sandbox:
        report = verify(suite, sandbox, make_judge())
    assert report.surprises == ()
    passed = [(probe.problem, probe.kind) for probe in report.probes if probe.verdict.outcome == "pass"]
    assert passed == [(problem.id, "reference") for problem in problems]


def test_without_a_task_the_script_says_how_it_is_called(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "-o", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "--find or --all" in done.stderr) == (2, True)


def test_a_package_that_is_not_there_is_one_line(index: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--find", "tiny-shop", "0.1", "0.2", "-o", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "error: tiny-shop 0.1 has no source archive\n")


def test_the_command_that_the_suite_names_is_one_of_the_script(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No recipe is built here: that needs the index."""
    told = suites._source(suites._present(suites._read(tasks_dir() / "pypi-repair" / "suite.toml"))).made_by
    python, path, *arguments = shlex.split(told.replace("DIR", str(tmp_path)))
    assert (python, SCRIPT.parents[1] / path) == ("python", SCRIPT)
    monkeypatch.setattr(script, "RECIPES", tmp_path)
    monkeypatch.setattr(sys, "argv", [path, *arguments])
    assert script.main() == 0
    assert (tmp_path / "pypi-repair.jsonl").read_text() == ""
