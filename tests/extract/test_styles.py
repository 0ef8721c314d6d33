"""Every answer style read back: a right answer must not fail for how it was written down."""

from __future__ import annotations

from pathlib import Path

import pytest
from answer_styles import OWN, STYLES, humaneval, judge, reply

from bench.extract import extract
from bench.types import Problem

EXPECTED_RULES = {"no_tag": "untagged_fence", "no_fence": "text", "body_only": "body"}


def _lost(problems: list[Problem], style: str) -> list[str]:
    lost = []
    for problem in problems:
        found = extract(reply(STYLES[style](problem)), problem)
        wrong = judge(problem, found)
        if wrong or found.rule != EXPECTED_RULES.get(style, "fence"):
            lost.append(f"{problem.id} by rule {found.rule!r}: {wrong}")
    return lost


def test_there_are_fifteen_styles() -> None:
    assert len(STYLES) == 15


@pytest.mark.parametrize("style", STYLES)
def test_own_problems_are_read_back(style: str) -> None:
    assert _lost(OWN, style) == []


@pytest.mark.parametrize("style", STYLES)
def test_all_humaneval_references_are_read_back(style: str, datasets_dir: Path) -> None:
    problems = humaneval(datasets_dir)
    assert len(problems) == 164
    assert _lost(problems, style) == []


def test_the_judge_of_these_tests_can_say_no() -> None:
    """A judge that passes everything would make the 2,460 worthless."""
    problem = OWN[0]
    found = extract(reply("```python\ndef double(n):\n    return n\n```"), problem)
    assert judge(problem, found) == "AssertionError: "
