"""What a model thought aloud is never taken for its answer, in whichever markup, whole or cut off.

Elsewhere code inside the reasoning was graded, and a cut before ``</think>`` made the reasoning the answer.
"""

from __future__ import annotations

import pytest
from test_field_cases import BAD, DOUBLE, GOOD, fenced, reply

from bench.extract import extract
from bench.solve import unjudged
from bench.types import Completion, Outcome, Stop

DRAFT, FINAL = fenced(BAD), fenced(GOOD)

STYLES = {
    "think": ("<think>\n", "</think>\n\n"),
    "thinking": ("<thinking>", "</thinking>"),
    "with an attribute": ('<think duration="3">\n', "</think>\n"),
    "behind tokens": ("<|im_start|>assistant<think>\n", "</think>\n"),
    "behind a token": ("<s><think>\n", "</think>"),
    "behind a sentence": ("Okay, let me see. <think>\n", "</think>\n"),
    "magistral": ("[THINK]", "[/THINK]"),
    "kimi": ("◁think▷", "◁/think▷"),
    "seed": ("<seed:think>", "</seed:think>"),
    "harmony": (
        "<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
    ),
    "harmony whole": (
        "<|start|>assistant<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final <|constrain|>python<|message|>",
    ),
    "harmony without its tokens": ("analysisWe need to double.\n", "assistantfinal"),
    "openthinker": ("<|begin_of_thought|>\n", "<|end_of_thought|>\n\n<|begin_of_solution|>\n"),
    "command": ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
    "apertus": ("<|inner_prefix|>", "<|inner_suffix|>"),
    "gemma": ("<|channel>thought\n", "<channel|>"),
}
BEGINS_A_REPLY = {
    "harmony",
    "harmony whole",
    "harmony without its tokens",
    "behind tokens",
    "behind a token",
}
INSIDE = {
    "a block": DRAFT,
    "a block that stays open": f"```python\n{BAD}",
    "bare code": f"\n{BAD}\n",
    "an end tag in quotes": f"I end with `</think>` when done.\n{DRAFT}",
    "two blocks": f"First:\n{DRAFT}Or:\n{DRAFT}",
}


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("style", STYLES)
def test_only_what_comes_after_the_reasoning_is_the_answer(style: str, inside: str) -> None:
    before, after = STYLES[style]
    text = f"{before}{INSIDE[inside]}\n{after}"
    assert extract(reply(text + FINAL), DOUBLE).code == GOOD
    assert extract(reply(text + "I could not do it."), DOUBLE).code == ""
    assert extract(reply(text), DOUBLE).code == ""


@pytest.mark.parametrize(("stop", "outcome"), [(Stop.LENGTH, Outcome.TRUNCATED), (Stop.END, Outcome.NO_CODE)])
@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("style", STYLES)
def test_a_cut_inside_the_reasoning_leaves_no_answer(
    style: str, inside: str, stop: Stop, outcome: Outcome
) -> None:
    completion = reply(f"{STYLES[style][0]}{INSIDE[inside]}Or else", stop=stop)
    found = extract(completion, DOUBLE)
    verdict = unjudged(completion, found)
    assert found.code == ""
    assert verdict is not None
    assert verdict.outcome is outcome


@pytest.mark.parametrize("style", [style for style in STYLES if style not in BEGINS_A_REPLY])
def test_thinking_again_behind_the_answer_does_not_replace_it(style: str) -> None:
    before, after = STYLES[style]
    text = f"{before}{DRAFT}{after}{FINAL}\n{before}Wait:\n{DRAFT}"
    assert extract(reply(text, stop=Stop.LENGTH), DOUBLE).code == GOOD


@pytest.mark.parametrize(
    "text",
    [
        f"analysis: it doubles.\n{FINAL}",
        f"Analysis\n{FINAL}",
        f"The tags <think> and </thinker> are not used.\n{FINAL}",
        FINAL.replace("return n * 2", "return n * 2 if '<think>' else '</think>'"),
    ],
)
def test_words_that_look_like_reasoning_hide_no_answer(text: str) -> None:
    assert "def double" in extract(reply(text), DOUBLE).code


def test_a_channel_that_is_not_the_final_one_is_no_answer() -> None:
    text = (
        f"<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary<|message|>{DRAFT}"
    )
    assert extract(reply(text), DOUBLE).code == ""


@pytest.mark.parametrize(("stop", "outcome"), [(Stop.LENGTH, Outcome.TRUNCATED), (Stop.END, Outcome.NO_CODE)])
def test_code_in_the_field_of_the_reasoning_is_no_answer(stop: Stop, outcome: Outcome) -> None:
    completion = Completion("", reasoning=FINAL, stop=stop)
    found = extract(completion, DOUBLE)
    verdict = unjudged(completion, found)
    assert (found.code, verdict and verdict.outcome) == ("", outcome)
