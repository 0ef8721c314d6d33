"""The rules one by one, and that no text whatever makes them raise."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from answer_styles import OWN, judge, reply
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import pysource
from bench.extract import extract
from bench.fences import fences
from bench.types import Completion, Form, Problem, Stop, Track

DOUBLE, SPREAD, SHOUT = OWN[0], OWN[1], OWN[3]
DOCS = (Path(__file__).parents[2] / "docs" / "extraction.md").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"`([a-z_]+)", DOCS))
GOOD = "def double(n):\n    return n * 2\n"
IN_WORDS = replace(DOUBLE, prompt="Write a function double(n) that doubles a number.", track=Track.GENERATION)


def code_of(text: str, problem: Problem = DOUBLE) -> str:
    return extract(reply(text), problem).code


def test_a_program_is_taken_as_it_is() -> None:
    text = "\ufeff```python\r\nx\n```<|endoftext|>\n"
    found = extract(Completion(text, form=Form.PROGRAM), DOUBLE)
    assert (found.code, found.rule) == (text, "program")


@pytest.mark.parametrize(
    "text",
    [
        f"~~~python\n{GOOD}~~~",
        f"````python\n{GOOD}````",
        f"```Python title='x.py'\n{GOOD}```",
        f"```{{.python}}\n{GOOD}```",
        f"```python3\n{GOOD}```",
        f"Answer: ```python\n{GOOD}```",
        f"```python\n{GOOD.rstrip()}```\nThere.",
        f"````markdown\n```python\n{GOOD}```\n````\n",
        "> ```python\n> def double(n):\n>     return n * 2\n> ```\n",
        "- ```python\n  def double(n):\n      return n * 2\n  ```\n",
        "```python\n    def double(n):\n        return n * 2\n```",
        "```python\n def double(n):\n    return n * 2\n```",
        "```pycon\n>>> def double(n):\n...     return n * 2\n...\n>>> double(2)\n4\n```",
        f"```python\nimport os\n```python\n{GOOD}```\n",
        f"```\n{GOOD}```\n\n```text\n4\n```",
        f"```text\n{GOOD}```",
        f"[PYTHON]\n{GOOD}[/PYTHON]",
        "Here it is:\n\n    def double(n):\n        return n * 2\n\nDone.",
        "```python\ndef double(n):\n\tm = n\n        return m * 2\n```",
        "```python\ndef double(n):\n\u00a0\u00a0\u00a0\u00a0return n * 2\n```",
        "```python\r\ndef double(n):\r    return n * 2\r\n```",
        "double = lambda n: n * 2\n",
        f"```python\n{GOOD}\nIt multiplies by two, so the result\nis right.\n",
    ],
)
def test_a_right_answer_survives_how_it_is_fenced(text: str) -> None:
    assert judge(DOUBLE, extract(reply(text), DOUBLE)) == ""


def test_prose_inside_a_closed_fence_is_the_models_own_syntax_error() -> None:
    found = extract(reply(f"```python\n{GOOD}It multiplies by two.\n```"), DOUBLE)
    assert "It multiplies" in found.code
    assert "does_not_parse" in found.notes


def test_the_preamble_is_kept_in_front_but_behind_future_imports() -> None:
    code = '"""Doc."""\nfrom __future__ import annotations\n\n\n'
    code += "def shout_all(texts):\n    return [shout(t) for t in texts]\n"
    found = extract(reply(f"```python\n{code}```"), SHOUT)
    assert judge(SHOUT, found) == ""
    assert "preamble" in found.notes


def test_a_preamble_that_is_already_there_is_not_repeated() -> None:
    found = extract(reply(f"```python\n{SPREAD.reference}```"), SPREAD)
    assert found.code.count("from typing import List") == 1
    assert "preamble" not in found.notes


@pytest.mark.parametrize(
    "demonstration",
    [
        "assert double(2) == 5",
        "print(double(2) / 0)",
        "n = int(input())\nprint(double(n))",
        'if __name__ == "__main__":\n    raise SystemExit(1)',
        "for case in [1, 2]:\n    assert double(case) == 0, (\n        'wrong'\n    )",
        "result = double()",
        "import unittest\n\n\nclass Test(unittest.TestCase):\n    pass\n\n\nunittest.main(argv=[''])",
    ],
)
def test_trying_the_function_out_is_no_part_of_the_answer(demonstration: str) -> None:
    """A model's own wrong self-test behind a right function made harnesses disagree by a point."""
    found = extract(reply(f"```python\n{GOOD}\n\n{demonstration}\n```"), DOUBLE)
    assert judge(DOUBLE, found) == ""
    assert "dropped_demonstration" in found.notes


@pytest.mark.parametrize(
    "code",
    [
        "def double(n):\n    return n * FACTOR\n\n\nFACTOR = 2\n",
        "def double(n):\n    return n * table[0]\n\n\ntable = {}\ntable[0] = 2\n",
        "import sys\n\ndef double(n):\n    return 2 * n\n\nsys.setrecursionlimit(sys.getrecursionlimit())\n",
        "def double(n):\n    return helper(n)\n\n\ndef helper(n):\n    return n * 2\n",
        "def twice(n):\n    return 2 * n\n\n\ndouble = twice\n",
    ],
)
def test_what_the_function_needs_stays_wherever_it_stands(code: str) -> None:
    found = extract(reply(f"```python\n{code}```"), DOUBLE)
    assert found.code == code


def test_helpers_in_another_block_are_joined_but_not_drafts_of_the_answer() -> None:
    helper = "```python\ndef times(n, m):\n    return n * m\n```\n"
    draft = "```python\ndef times(n, m):\n    return 0\n\n\ndef double(n):\n    return times(n, 3)\n```\n"
    answer = "```python\ndef double(n):\n    return times(n, 2)\n```\n"
    assert judge(DOUBLE, extract(reply(helper + draft + answer), DOUBLE)) == ""


def test_a_block_behind_the_answer_supplies_a_helper_without_its_own_trial() -> None:
    answer = "```python\ndef double(n):\n    return times(n, 2)\n```\n"
    behind = "```python\ndef times(n, m):\n    return n * m\n\n\nprint(double(2) / 0)\n```\n"
    assert judge(DOUBLE, extract(reply(answer + behind), DOUBLE)) == ""


def test_blocks_that_nothing_is_missing_from_are_not_joined() -> None:
    assert code_of(f"```python\nimport os\n```\n```python\n{GOOD}```") == GOOD


@pytest.mark.parametrize(
    "code",
    [
        "def twice(n):\n    return n * 2\n",
        "class Solution:\n    def double(self, n):\n        return n * 2\n",
        "print(2 * 2)\n",
    ],
)
def test_another_name_is_not_renamed_to_fit(code: str) -> None:
    found = extract(reply(f"```python\n{code}```"), DOUBLE)
    assert (found.code, found.rule) == (code, "fence")
    assert "entry_point_missing" in found.notes


def test_a_body_is_not_joined_to_a_task_in_words() -> None:
    assert code_of("    return n * 2", IN_WORDS) == ""


def test_names_that_nothing_binds_are_named() -> None:
    found = extract(reply("```python\ndef double(n):\n    return math.floor(np.array(n) * 2)\n```"), DOUBLE)
    assert "unbound:math,np" in found.notes


def test_a_broken_program_without_a_fence_is_not_mended_from_its_indented_lines() -> None:
    found = extract(reply("\\ndef double(n: int) -> int:\n    return n * 2"), DOUBLE)
    assert found.code == ""


def test_a_continuation_that_opens_a_fence_is_read_inside_it() -> None:
    found = extract(Completion(f"\n```python\n{GOOD}```\nDone.", form=Form.CONTINUATION), DOUBLE)
    assert judge(DOUBLE, found) == ""


def test_a_continuation_of_a_task_in_words_is_a_program() -> None:
    text = f"\nimport math\n\n{GOOD}\n\ndef unrelated():\n    return (\n"
    found = extract(Completion(text, form=Form.CONTINUATION), IN_WORDS)
    assert found.code == f"\nimport math\n\n{GOOD}\n"


@pytest.mark.parametrize("text", ["    return times(n, 2)\n", "def double(n):\n    return times(n, 2)\n"])
def test_a_continuation_keeps_the_helpers_it_needs_from_behind_the_function(text: str) -> None:
    """Three of MBPP's 974 references are written in this order."""
    behind = "\n\ndef times(n, m):\n    return n * m\n\n\ndef unrelated():\n    pass\n"
    found = extract(Completion(text + behind, form=Form.CONTINUATION), DOUBLE)
    assert judge(DOUBLE, found) == ""
    assert "unrelated" not in found.code


def test_a_comment_at_the_margin_does_not_end_a_function() -> None:
    code = "def double(n):\n# twice\n    return n * 2\n"
    assert judge(DOUBLE, extract(reply(f"Here:\n\n{code}\nDone."), DOUBLE)) == ""
    assert judge(DOUBLE, extract(Completion(code, form=Form.CONTINUATION), DOUBLE)) == ""


def test_a_name_of_an_unusual_kind_is_no_pattern() -> None:
    problem = replace(DOUBLE, entry_point="a(b[")
    assert extract(reply("def a(b[): pass"), problem).rule == "none"


def test_a_warning_made_an_error_does_not_change_what_is_found() -> None:
    """pytest runs this project with warnings as errors: an invalid escape must not look like bad syntax."""
    code = "def double(n):\n    s = '\\d'\n    return n * 2\n"
    assert code_of(f"```python\n{code}```") == code


def test_a_prompt_of_a_shell_with_nothing_behind_it_is_no_code() -> None:
    """Found by the property below: an empty program under the rule ``fence``."""
    found = extract(Completion("```py\n>>> "), OWN[0])
    assert (found.rule, found.code) == ("none", "")


FRAGMENTS = st.sampled_from(
    [
        "```", "```python\n", "~~~\n", "<think>", "</think>", "<|im_end|>", "def double(n):", "\n", "    ",
        "return n * 2", '"""', "'", "(", "]", "\\", "\x00", "\ud800", "\ufeff", "> ", "1. ", "@a\n", "else:",
        "# c", "\r", "\t", "x = 1\n", "class Solution:\n", ">>> ", "import math\n", "é\u2028",
        "from __future__ import annotations\n",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(), st.lists(FRAGMENTS, max_size=25).map("".join)),
    st.sampled_from(Form),
    st.sampled_from(Stop),
    st.sampled_from([*OWN, IN_WORDS]),
)
def test_no_text_makes_it_raise(text: str, form: Form, stop: Stop, problem: Problem) -> None:
    completion = Completion(text, form=form, stop=stop)
    found = extract(completion, problem)
    assert found.rule
    assert (found.rule == "none") == (not found.code)
    assert found.rule in DOCUMENTED
    assert {note.partition(":")[0] for note in found.notes} <= DOCUMENTED
    assert found == extract(completion, problem)


N = 20_000


@pytest.mark.parametrize("form", [Form.REPLY, Form.CONTINUATION])
@pytest.mark.parametrize(
    "text",
    [
        "(" * N, "-" * N + "1", "a" + ".a" * N, "if a:pass\n" + "elif a:pass\n" * N, "`" * N,
        "a" + "`" * N + "!", "```\n" * N, "```python\n" * N, "<think>\n" * N, "</think>" * N, "> " * N,
        '"""\n' * N, "x = (\n" * N,
        "\n" * N, " " * N, " \n" * N, "@a\n" * N, "</s> " * N + "x", "#\n" * N,
        "```python\nreturn x\n```\n" * N,
    ],
    ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_hostile_texts_end(text: str, form: Form) -> None:
    """Each of these is quadratic, or ends the parser, for some way of reading it."""
    assert extract(Completion(text, form=form), SPREAD).rule


def test_a_text_too_long_to_parse_is_still_taken_from_its_fence() -> None:
    code = GOOD + "x = 1\n" * (pysource.MAX_PARSED // 6)
    found = extract(reply(f"```python\n{code}```"), DOUBLE)
    assert found.code == code
    assert "does_not_parse" in found.notes


def test_deep_nesting_does_not_end_the_process() -> None:
    limit = sys.getrecursionlimit()
    assert pysource.parse("not " * (limit * 20) + "1") is None
    assert pysource.names("1" + "+1" * (limit * 20)) == pysource.Names()


@pytest.mark.parametrize("text", ["```python\n", "```python", "~~~"])
def test_an_empty_open_fence_holds_nothing(text: str) -> None:
    assert [fence.text.strip() for fence in fences(text)] == [""]
    assert extract(reply(text), DOUBLE).rule == "none"
