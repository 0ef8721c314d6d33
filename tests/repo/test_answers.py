"""Edits as models write them: three forms, applied whole or not at all, and what does not fit is said."""

from __future__ import annotations

import json

import pytest

from bench.repo import answers, bundle
from bench.solve import unjudged
from bench.types import Checks, Completion, Form, Outcome, Stop

A = "def one():\n    return 1\n\n\ndef two():\n    if True:\n        return 3\n    return None\n"
CHECKS = Checks(
    "project",
    "",
    setup=bundle.dumps({"pkg/a.py": A, "pkg/b.py": "x = 1\nx = 1\n"}),
    tests=bundle.dumps({"tests/test_a.py": "def test(): pass\n"}),
)
FIXED = A.replace("return 3", "return 2")
SEARCH = (
    "pkg/a.py\n```python\n<<<<<<< SEARCH\n        return 3\n=======\n        return 2\n>>>>>>> REPLACE\n```\n"
)
DIFF = """```diff
--- a/pkg/a.py
+++ b/pkg/a.py
@@ -5,4 +5,4 @@
 def two():
     if True:
-        return 3
+        return 2
     return None
```
"""


def taken(text: str, form: Form = Form.REPLY) -> tuple[str, dict[str, str | None], tuple[str, ...]]:
    found = answers.extract(Completion(text, form=form), CHECKS)
    return found.rule, bundle.loads(found.code), found.notes


@pytest.mark.parametrize(
    ("reply", "rule"),
    [
        (SEARCH, "search_replace"),
        (SEARCH.replace("```python\n", "").replace("```\n", ""), "search_replace"),
        (SEARCH.replace("pkg/a.py\n```python", "```python pkg/a.py"), "search_replace"),
        (SEARCH.replace("pkg/a.py\n", "### `pkg/a.py`\n\n"), "search_replace"),
        (SEARCH.replace("pkg/a.py\n", "**File: pkg/a.py**\n"), "search_replace"),
        (
            SEARCH.replace("SEARCH\n", "SEARCH pkg/a.py\n").replace("pkg/a.py\n```", "```", 1),
            "search_replace",
        ),
        (f"The fault is here.\n\n{DIFF}", "diff"),
        (DIFF.replace("```diff\n", "").replace("```\n", ""), "diff"),
        (f"pkg/a.py\n```python\n{FIXED}```", "whole_file"),
        (f"```python title=pkg/a.py\n{FIXED}```", "whole_file"),
        (f"## pkg/a.py\n\n```python\n{FIXED}```", "whole_file"),
        (f"```python\n# pkg/a.py\n{FIXED}```", "whole_file"),
        (f"In `pkg/a.py`:\n```python\n{FIXED}```", "whole_file"),
    ],
)
def test_each_form_is_read_and_recorded(reply: str, rule: str) -> None:
    assert taken(reply) == (rule, {"pkg/a.py": FIXED}, ())


@pytest.mark.parametrize("head", ["@@ -50,4 +50,4 @@", "@@", "@@ def two():", "@@ -5,9 +5,9 @@"])
def test_line_numbers_and_counts_of_a_diff_are_often_wrong(head: str) -> None:
    rule, changes, notes = taken(DIFF.replace("@@ -5,4 +5,4 @@", head))
    assert (rule, changes) == ("diff", {"pkg/a.py": FIXED})
    assert notes == (("other_lines",) if "50" in head else ())


def test_a_diff_whose_white_space_is_off_is_applied_and_noted() -> None:
    assert taken(DIFF.replace("if True:", "if True:  "))[1:] == ({"pkg/a.py": FIXED}, ("loose_whitespace",))


def test_a_block_whose_indentation_is_off_is_moved_and_noted() -> None:
    assert taken(SEARCH.replace("        return", "return"))[1:] == (
        {"pkg/a.py": FIXED},
        ("loose_whitespace",),
    )


@pytest.mark.parametrize(
    ("reply", "rule", "why"),
    [
        (
            SEARCH.replace("return 3", "return 7"),
            "search_replace",
            "pkg/a.py: what is to be replaced is not there",
        ),
        (SEARCH.replace("pkg/a.py", "pkg/c.py"), "search_replace", "pkg/c.py: there is no such file"),
        (SEARCH.replace(">>>>>>> REPLACE", ""), "search_replace", "without an end"),
        (SEARCH.replace("=======\n", ""), "search_replace", "without a divider"),
        (
            SEARCH.replace("pkg/a.py", "pkg/b.py").replace("        return 3", "x = 1"),
            "search_replace",
            "there 2 times",
        ),
        (SEARCH.replace("pkg/a.py", "../a.py"), "search_replace", "no path inside the project"),
        (DIFF.replace("return 3", "return 7"), "diff", "hunk 1 of 1: what is to be replaced is not there"),
        (DIFF.replace("pkg/a.py", "pkg/c.py"), "diff", "pkg/c.py: there is no such file"),
        (DIFF.replace("a/pkg/a.py", "/etc/a").replace("b/pkg/a.py", "/etc/a"), "diff", "no path inside"),
        ("../up.py\n```python\nx = 1\n```", "whole_file", "no path inside the project"),
    ],
)
def test_an_edit_that_does_not_apply_is_told_apart(reply: str, rule: str, why: str) -> None:
    found = answers.extract(Completion(reply), CHECKS)
    assert (found.code, found.rule) == ("", rule)
    assert found.notes[-1].startswith("does not apply: ")
    assert why in found.notes[-1]
    verdict = unjudged(Completion(reply), found)
    assert verdict is not None
    assert (verdict.outcome, verdict.detail) == (Outcome.NO_CODE, found.notes[-1])


def test_nothing_is_applied_in_part() -> None:
    second = SEARCH.replace("return 3", "return 9")
    assert answers.extract(Completion(SEARCH + second), CHECKS).code == ""


def test_an_answer_without_an_edit_has_no_rule() -> None:
    assert taken("I would look at the return value.\n```python\nreturn 2\n```") == ("none", {}, ())


def test_blocks_go_on_with_the_file_before_them() -> None:
    more = "<<<<<<< SEARCH\n    return 1\n=======\n    return 0\n>>>>>>> REPLACE\n"
    assert taken(SEARCH + more)[1] == {"pkg/a.py": FIXED.replace("return 1", "return 0")}


def test_a_new_file_beside_blocks() -> None:
    rule, changes, notes = taken(f"{SEARCH}\npkg/new.py\n```python\ny = 2\n```\n")
    assert (rule, notes) == ("search_replace", ("whole_file",))
    assert changes == {"pkg/a.py": FIXED, "pkg/new.py": "y = 2\n"}


def test_a_diff_makes_moves_and_removes_files() -> None:
    new = "--- /dev/null\n+++ b/pkg/new.py\n@@ -0,0 +1,2 @@\n+a = 1\n+b = 2\n"
    gone = "--- a/pkg/b.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x = 1\n-x = 1\n"
    assert taken(new + gone)[1] == {"pkg/new.py": "a = 1\nb = 2\n", "pkg/b.py": None}


def test_edits_of_tests_are_noted() -> None:
    _, changes, notes = taken(
        f"{SEARCH}\ntests/test_a.py\n```python\npass\n```\nconftest.py\n```python\npass\n```\n"
    )
    assert set(notes) >= {"protected: tests/test_a.py", "protected: conftest.py"}
    assert set(changes) == {"pkg/a.py", "tests/test_a.py", "conftest.py"}


def test_an_unchanged_file_is_an_answer() -> None:
    assert taken(f"pkg/a.py\n```python\n{A}```")[1] == {"pkg/a.py": A}


def test_a_cut_off_block_is_no_malformed_edit() -> None:
    reply = Completion(SEARCH.partition("=======")[0], stop=Stop.LENGTH)
    verdict = unjudged(reply, answers.extract(reply, CHECKS))
    assert verdict is not None
    assert verdict.outcome is Outcome.TRUNCATED


def test_a_samples_file_may_hold_diffs_or_bundles() -> None:
    assert taken(DIFF, Form.PROGRAM) == ("diff", {"pkg/a.py": FIXED}, ())
    assert taken(json.dumps({"pkg/a.py": FIXED}), Form.PROGRAM) == ("program", {"pkg/a.py": FIXED}, ())
    assert taken(DIFF.removeprefix("```diff\n"), Form.CONTINUATION)[1] == {"pkg/a.py": FIXED}


@pytest.mark.parametrize(
    "path", ["", "/a.py", "../a.py", "a/../../b.py", "~/a.py", "c:\\a.py", ".git/config", "a\0b"]
)
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(bundle.Misfit):
        bundle.clean(path)


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("tests/test_a.py", True),
        ("tests/new/helper.py", True),
        ("pkg/conftest.py", True),
        ("setup.cfg", True),
        ("sitecustomize.py", True),
        ("x.pth", True),
        ("json.py", True),
        ("pytest/__init__.py", True),
        ("src/unittest.py", True),
        ("pkg/json.py", False),
        ("pkg/a.py", False),
        ("pkg/new.py", False),
        ("helper.py", False),
    ],
)
def test_what_decides_about_tests_is_not_the_answers(path: str, ours: bool) -> None:
    assert bundle.protected(path, project={"pkg/a.py"}, tests={"tests/test_a.py"}) is ours
