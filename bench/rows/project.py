"""Rows that are whole projects: SWE-bench's instances, as they are, with the tree that they name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.errors import DataError
from bench.repo import answers, bundle
from bench.repo.shown import chosen, rendered
from bench.repo.trees import find_tree, read_tree
from bench.rows.source import Row
from bench.types import Checks, Limits, Problem, Track

FIELDS = (
    *("instance_id", "repo", "base_commit", "patch", "test_patch", "problem_statement", "hints_text"),
    *("version", "FAIL_TO_PASS", "PASS_TO_PASS", "files"),
)
"""Of a row; ``files`` is the tree at its base commit."""


def project(suite: str, row: Row, limits: Limits) -> Problem:
    """An instance and its tree. Raises DataError where its patches do not apply to it."""
    name, tree = str(row["instance_id"]), dict(row["files"])
    try:
        fixed = answers.reference(row["patch"], tree)
        with_tests = bundle.changed(
            tree, answers.reference(row["test_patch"], tree) if row["test_patch"] else {}
        )
    except DataError as error:
        raise DataError(f"{name}: {error.message}") from None
    groups = {"fail_to_pass": _ids(row["FAIL_TO_PASS"]), "pass_to_pass": _ids(row["PASS_TO_PASS"])}
    if not groups["fail_to_pass"]:
        raise DataError(f"{name}: no test has to fail before and pass after")
    named = {test.partition("::")[0] for tests in groups.values() for test in tests}
    missing = sorted(path for path in named if path not in with_tests)
    if missing:
        raise DataError(
            f"{name}: {missing[0]} is no file of tests", hint="tests are named as pytest names them"
        )
    sources = [path for path in fixed if not bundle.is_test(path, sources=(), tests=named)]
    tests = {p: t for p, t in with_tests.items() if bundle.is_test(p, sources=sources, tests=named)}
    before = {path: text for path, text in tree.items() if path not in tests}
    reference = {path: fixed[path] for path in sources}
    if not reference:
        raise DataError(f"{name}: its patch changes nothing but tests")
    failing = {test.partition("::")[0] for test in groups["fail_to_pass"]}
    paths = chosen(before, touched=reference, tests=tests, failing=failing)
    issue = str(row["problem_statement"]).strip()
    shown = rendered(before, paths)
    others = "\n".join(path for path in before if path not in paths) or "(none)"
    return Problem(
        suite=suite,
        id=name,
        track=Track.REPAIR,
        language="python",
        prompt=f"{issue}\n\n{shown}\n\nThe change that mends it, as a unified diff:\n\n```diff\n",
        entry_point="",
        checks=Checks(
            "project",
            "",
            setup=bundle.dumps(before),
            tests=bundle.dumps(tests),
            inputs={group: json.dumps(ids) for group, ids in groups.items()},
        ),
        reference=bundle.dumps(reference),
        fields={
            "text": issue,
            "files": shown,
            "others": others,
            "tests": "\n".join(groups["fail_to_pass"]),
            "buggy": bundle.dumps({path: before.get(path) for path in reference}),
        },
        tags={"repo": str(row["repo"]), "version": str(row["version"] or "")},
        limits=limits,
    )


def _ids(tests: Any) -> list[str]:
    """A list of ids, or the JSON text of one."""
    found = json.loads(tests) if isinstance(tests, str) else tests
    return list(map(str, found))


# --- where trees come from ---


def own_rows(folder: Path) -> list[Row]:
    """Projects that come with a suite: a folder each, with issue.md, project/, fix.diff and tests.json."""
    rows = []
    for home in sorted(path for path in folder.iterdir() if path.is_dir()):
        try:
            tests = json.loads((home / "tests.json").read_text("utf-8"))
            row: Row = dict.fromkeys(FIELDS, "") | {
                "instance_id": home.name,
                "repo": home.name,
                "patch": (home / "fix.diff").read_text("utf-8"),
                "problem_statement": (home / "issue.md").read_text("utf-8"),
                "files": read_tree(home / "project"),
                **{name: list(map(str, tests[name])) for name in ("FAIL_TO_PASS", "PASS_TO_PASS")},
            }
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"{home}: {type(error).__name__}: {error}") from None
        rows.append(row)
    return rows


def with_trees(rows: Sequence[Row], folders: Sequence[Path]) -> list[Row]:
    """Rows with the trees that they name by repository and commit, where they do not bring them."""
    return [
        row
        if row.get("files")
        else row | {"files": read_tree(find_tree(row["repo"], row["base_commit"], list(folders)))}
        for row in rows
    ]
