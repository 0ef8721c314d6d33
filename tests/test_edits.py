"""What counts as an edit, and what of it was needed."""

from __future__ import annotations

import pytest

from bench.edits import MOST_CHARS, Edit, edit, of_repair
from bench.repo import bundle
from bench.types import Checks, Problem, Track

BUGGY = '''
def mean(values):
    """The mean."""
    total = 0
    for value in values:
        total += value
    return total / (len(values) + 1)
'''
FIXED = BUGGY.replace("(len(values) + 1)", "len(values)")


def test_the_reference_is_a_precise_edit() -> None:
    found = edit(BUGGY, FIXED, FIXED)
    assert (found.lines, found.needed, found.precision, found.recall, found.unchanged) == (
        2,
        2,
        1.0,
        1.0,
        False,
    )


@pytest.mark.parametrize(
    "same",
    [
        BUGGY,
        BUGGY.replace("The mean.", "Another text.").replace("    total = 0", "    total = 0  # zero"),
        BUGGY.replace("(len(values) + 1)", "(\n        len(values) + 1\n    )"),
        "\n\n" + BUGGY.strip(),
    ],
)
def test_layout_comments_and_documentation_are_no_edit(same: str) -> None:
    found = edit(BUGGY, same, FIXED)
    assert (found.unchanged, found.lines, found.precision, found.recall) == (True, 0, None, 0.0)


def test_a_program_written_anew_mends_the_bug_with_little_precision() -> None:
    anew = "def mean(numbers):\n    import math\n    return math.fsum(numbers) / len(numbers)\n"
    found = edit(BUGGY, anew, FIXED)
    assert found.recall == 1.0
    assert found.precision == pytest.approx(2 / found.lines), "no more was needed than the reference changes"
    broken = edit(BUGGY, "raise ValueError\n", FIXED)
    assert (broken.lines, broken.precision) == (6, pytest.approx(2 / 6))
    rewritten = edit(BUGGY, FIXED.replace("total = 0", "total = 0.0"), FIXED)
    assert (rewritten.lines, rewritten.precision, rewritten.recall) == (4, 0.5, 1.0)


def test_an_edit_elsewhere_finds_nothing() -> None:
    found = edit(BUGGY, BUGGY.replace("total = 0", "total = 1"), FIXED)
    assert (found.precision, found.recall, found.unchanged) == (0.0, 0.0, False)


def test_a_line_put_beside_the_wrong_one_touches_it() -> None:
    reference = BUGGY.replace("    total = 0\n", "    if not values:\n        return 0\n    total = 0\n")
    found = edit(
        BUGGY, BUGGY.replace("    total = 0\n", "    total = 0\n    values = values or [0]\n"), reference
    )
    assert found.recall == 0.0, "a line further on is another place"
    assert edit(BUGGY, BUGGY.replace("    total = 0\n", "    total = sum(())\n"), reference).recall == 1.0


def test_texts_that_are_no_programs_are_compared_as_they_are() -> None:
    found = edit("def f(:\n    return 1\n", "def f():\n    return 1\n", "def f():\n    return 1\n")
    assert (found.precision, found.recall, found.unchanged) == (1.0, 1.0, False)
    assert edit(BUGGY, "", FIXED).lines > 0


def test_a_body_of_documentation_alone_stays_a_body() -> None:
    assert edit('class A:\n    "x"\n', 'class A:\n    "y"\n', "class A:\n    a = 1\n").unchanged


def problem(**fields: str) -> Problem:
    checks = Checks("program", "mean")
    return Problem("s", "s/0", Track.REPAIR, "python", "", "mean", checks, FIXED, fields=fields)


def test_what_stands_twice_in_front_of_an_answer_is_no_edit() -> None:
    given = "import math\n\n\ndef helper():\n    return 1\n"
    assert edit(given + BUGGY, given + given + BUGGY, given + FIXED).unchanged


def test_of_a_repair_the_program_to_be_mended_is_compared() -> None:
    assert of_repair(problem(buggy=BUGGY), FIXED) == Edit(2, 2, 1.0, 1.0, unchanged=False)
    assert of_repair(problem(), FIXED) is None
    assert of_repair(problem(buggy=BUGGY), "#" * (MOST_CHARS + 1)) is None


def test_a_tree_too_deep_to_be_written_anew_is_compared_as_text() -> None:
    deep = "x = " + "+".join(["1"] * 5000)
    found = of_repair(problem(buggy=BUGGY), deep)
    assert found is not None
    assert found.lines == 5 + 1


def test_of_a_project_all_files_count_together() -> None:
    before = {"a.py": BUGGY, "b.py": "x = 1\n", "c.py": "y = 1\n"}
    project = Problem(
        "s",
        "s/0",
        Track.REPAIR,
        "python",
        "",
        "",
        Checks("project", "", setup=bundle.dumps(before)),
        bundle.dumps({"a.py": FIXED, "b.py": "x = 2\n"}),
    )
    made = bundle.dumps({"a.py": FIXED, "c.py": "y = 2\n", "d.py": "z = 1\n"})
    # Two lines of a.py were needed, two of c.py and one of d.py were not; b.py was not found.
    assert of_repair(project, made) == Edit(5, 4, 2 / 5, 1 / 2, unchanged=False)
    gone = of_repair(project, bundle.dumps({"b.py": None}))
    assert gone is not None
    assert (gone.lines, gone.recall) == (1, 0.5)
    untouched = of_repair(project, bundle.dumps(before))
    assert untouched is not None
    assert untouched.unchanged
