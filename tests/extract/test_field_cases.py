"""What users of other harnesses reported, by its number in the project's list of field cases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from answer_styles import OWN, judge, reply

from bench.extract import EXTRACTOR, extract
from bench.types import Completion, Extraction, Form, Problem, Stop

DOUBLE, SPREAD, SQUARE = OWN[0], OWN[1], OWN[2]
GOOD = "def double(n):\n    return n * 2\n"
BAD = "def double(n):\n    return n\n"


def fenced(code: str, tag: str = "python") -> str:
    return f"```{tag}\n{code}```\n"


def continued(text: str, problem: Problem, *, stop: Stop = Stop.END) -> Extraction:
    return extract(Completion(text, form=Form.CONTINUATION, stop=stop), problem)


def test_the_extractor_names_itself() -> None:
    assert EXTRACTOR == "rules@2"


def test_c25_code_in_prose_without_a_fence_is_found() -> None:
    text = f"Sure! Here is the function.\nNote: it is short.\n\n{GOOD}\nThis doubles n, as asked.\n"
    found = extract(reply(text), DOUBLE)
    assert (found.rule, found.code, judge(DOUBLE, found)) == ("text", GOOD, "")
    assert "dropped_text" in found.notes


@pytest.mark.parametrize(
    "tail",
    ["<|endoftext|>", "<|im_end|>\n<|im_start|>user\nthanks", "</s>", "<｜end▁of▁sentence｜>", "<eos>"],
)
def test_c26_special_token_tails_are_cut(tail: str) -> None:
    body = continued("    return n * 2" + tail, DOUBLE)
    unfenced = extract(reply(GOOD.rstrip() + tail), DOUBLE)
    assert (judge(DOUBLE, body), judge(DOUBLE, unfenced)) == ("", "")
    assert "special_token" in body.notes
    assert "special_token" in unfenced.notes


@pytest.mark.parametrize(
    "text",
    [
        "    if not values:\n        return 0\n    return max(values) - min(values)\n",
        "\n    if not values:\n        return 0\n    return max(values) - min(values)",
        "if not values:\n        return 0\n    return max(values) - min(values)\n",
        "        if not values:\n        return 0\n    return max(values) - min(values)\n".replace(
            "        return 0", "            return 0"
        ),
        "   if not values:\n        return 0\n    return max(values) - min(values)\n",
        "if not values:\n    return 0\nreturn max(values) - min(values)\n",
        "\tif not values:\n\t\treturn 0\n\treturn max(values) - min(values)\n",
        "  if not values:\n    return 0\n  return max(values) - min(values)\n",
    ],
    ids=["as_is", "newline", "first_bare", "first_doubled", "first_3", "all_bare", "tabs", "two_spaces"],
)
def test_c27_white_space_at_the_join_does_not_decide(text: str) -> None:
    found = continued(text, SPREAD)
    assert (judge(SPREAD, found), found.rule) == ("", "continuation")


@pytest.mark.parametrize(
    "tail",
    [
        "\ndef other(x):\n    return (",
        "\nclass Other:\n    pass",
        "\nprint(double(1))",
        "\n# Test\nassert double(1) == 3",
        '\nif __name__ == "__main__":\n    double()',
        "\n```\nThat is it.",
        "\nExplanation: it doubles.",
        "\n\n@cache\ndef more",
    ],
)
def test_c28_the_function_ends_where_it_ends_whatever_the_stop_words(tail: str) -> None:
    found = continued("    return n * 2\n" + tail, DOUBLE, stop=Stop.LENGTH)
    assert judge(DOUBLE, found) == ""
    assert found.closed
    assert {"cut_after_function", "cut_at_fence"} & set(found.notes)


def test_c28_a_continuation_that_repeats_the_function_is_taken_as_that() -> None:
    found = continued(f"\n\nimport math\n\n{GOOD}\n\nprint(double(2))\n", DOUBLE)
    assert judge(DOUBLE, found) == ""
    assert "print" not in found.code


def test_c29_a_first_block_of_imports_is_not_the_answer() -> None:
    text = (
        fenced("import math\n")
        + "and then\n"
        + fenced("def is_square(n):\n    return math.isqrt(n)**2 == n\n")
    )
    found = extract(reply(text), replace(SQUARE, preamble=""))
    assert judge(SQUARE, found) == ""
    assert "joined_blocks" in found.notes


def test_c30_a_reply_is_read_alike_with_and_without_its_chat_markup() -> None:
    plain = extract(reply(fenced(GOOD)), DOUBLE)
    marked = extract(reply(f"<|im_start|>assistant\n{fenced(GOOD)}<|im_end|>"), DOUBLE)
    assert plain.code == marked.code == GOOD


def test_c31_a_reply_that_ignores_a_prefill_is_read_all_the_same() -> None:
    """A harness that took the prefilled fence for honoured cut at the first fence: a frontier model at 0."""
    found = extract(reply("Here is the completed function:\n\n" + fenced(GOOD)), DOUBLE)
    assert found.code == GOOD


def test_c32_quotes_and_backslashes_reach_the_code_as_written() -> None:
    code = 'def double(n):\n    """A \\n and a \'\'\' and \\\\ in it."""\n    s = \'"\'\n'
    code += '    return n * 2 if s else "\\t"\n'
    assert extract(reply(fenced(code)), DOUBLE).code == code


def test_c33_what_a_chat_model_wraps_round_the_code_is_dropped() -> None:
    text = f"Certainly!\n\n### Solution\n\n{fenced(GOOD)}\n#### Explanation\n\n- `n * 2` doubles.\n"
    assert extract(reply(text), DOUBLE).code == GOOD


def test_c34_a_reply_cut_at_the_token_limit_is_marked_and_not_completed() -> None:
    found = extract(reply("```python\ndef double(n):\n    return (n *", stop=Stop.LENGTH), DOUBLE)
    assert not found.closed
    assert found.code == "def double(n):\n    return (n *"
    assert {"unclosed", "does_not_parse"} <= set(found.notes)


def test_c34_code_cut_off_behind_its_last_whole_line_is_marked_too() -> None:
    assert not extract(reply("Here:\n\ndef double(n):\n    n = n", stop=Stop.LENGTH), DOUBLE).closed
    assert not continued("    n = n\n    m = n", DOUBLE, stop=Stop.LENGTH).closed


def test_c35_a_body_without_its_header_is_joined_to_the_prompt() -> None:
    for text in ("    return n * 2", fenced("return n * 2\n"), "The body is:\n\n    return n * 2\n\nDone."):
        found = extract(reply(text), DOUBLE)
        assert (judge(DOUBLE, found), found.rule) == ("", "body")


@pytest.mark.parametrize(
    "text",
    [
        fenced("print(double(2))\n") + fenced(GOOD),
        fenced(GOOD) + fenced("print(double(2))\n"),
        fenced("pip install numpy\n", "bash") + fenced(GOOD),
        fenced(GOOD) + fenced("4\n", "text"),
        fenced("function double(n) { return 2 * n }\n", "js") + fenced(GOOD),
        fenced(BAD) + "Oops. Corrected:\n" + fenced(GOOD),
        fenced(GOOD) + fenced("def double(n:\n    broken\n"),
        fenced(GOOD) + fenced("double(2)\n4\n", ""),
    ],
    ids=[
        "usage_first",
        "usage_last",
        "shell",
        "output",
        "other_language",
        "draft",
        "broken_last",
        "untagged_last",
    ],
)
def test_c36_the_block_is_chosen_by_what_it_defines_not_by_its_place(text: str) -> None:
    found = extract(reply(text), DOUBLE)
    assert (found.code, found.rule) == (GOOD, "fence")


def test_c36_ambiguity_is_counted() -> None:
    assert extract(reply(fenced(GOOD)), DOUBLE).candidates == 1
    assert extract(reply(fenced(BAD) + fenced(GOOD)), DOUBLE).candidates == 2
    assert extract(reply(fenced("print(1)\n") + fenced(GOOD)), DOUBLE).candidates == 1


@pytest.mark.parametrize("opening", ["<think>", "<thinking>", "\n <Think>\n", "[THINK]", "<seed:think>"])
def test_d37_reasoning_cut_off_before_its_end_is_no_answer(opening: str) -> None:
    found = extract(reply(f"{opening}Maybe:\n\n{fenced(BAD)}or else", stop=Stop.LENGTH), DOUBLE)
    assert (found.code, found.rule) == ("", "none")
    assert "unclosed_think" in found.notes


@pytest.mark.parametrize(
    "text",
    [
        f"<think>\n{fenced(BAD)}</think>\n\n",
        f"Let me try.\n{fenced(BAD)}No.</think>\n",
        f"[THINK]{fenced(BAD)}[/THINK]",
        f"<|channel|>analysis<|message|>{fenced(BAD)}<|end|><|start|>assistant<|channel|>final<|message|>",
    ],
)
def test_d38_code_inside_the_reasoning_is_not_the_answer(text: str) -> None:
    assert extract(reply(text + fenced(GOOD)), DOUBLE).code == GOOD
    assert extract(reply(text + "I could not do it."), DOUBLE).code == ""


def test_d38_a_reasoning_field_of_the_completion_is_never_read() -> None:
    assert extract(Completion("", reasoning=fenced(GOOD)), DOUBLE).rule == "none"


@pytest.mark.parametrize("text", ["", "\n \n", "<|endoftext|>"])
def test_d39_an_empty_answer_is_no_code_under_every_form(text: str) -> None:
    for form in (Form.REPLY, Form.CONTINUATION):
        assert extract(Completion(text, form=form), DOUBLE).code == ""
    assert extract(reply(f"<think>Hm.</think>{text}"), DOUBLE).code == ""
    assert extract(Completion(" \n", form=Form.PROGRAM), DOUBLE) == Extraction("", "none")


@pytest.mark.parametrize(
    "text", ["504 Gateway Time-out", '{"error": {"message": "upstream timed out"}}', "Sorry"]
)
def test_d40_words_of_a_gateway_are_not_taken_for_code(text: str) -> None:
    assert extract(reply(text), DOUBLE).rule == "none"


def test_d41_an_answer_of_just_the_allowed_length_counts_as_whole_when_its_fence_is_closed() -> None:
    found = extract(reply(fenced(GOOD), stop=Stop.LENGTH), DOUBLE)
    assert found.closed
