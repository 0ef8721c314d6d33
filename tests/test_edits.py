"""What counts as an edit, and what of it was needed."""

from __future__ import annotations

import pytest

from bench.edits import edit

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
