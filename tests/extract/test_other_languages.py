"""Code in languages that are not parsed here: which block of an answer is taken, and from what it is not."""

from __future__ import annotations

import pytest

from bench.extract import extract
from bench.languages import language
from bench.types import Checks, Completion, Extraction, Form, Problem, Stop, Track

JS = "const half = (x) => {\n  return x / 2;\n}\n"
JS_FUNCTION = "function half(x) {\n  return x / 2;\n}\n"
JAVA = "class Solution {\n    public List<Integer> half(List<Integer> xs) {\n        return xs;\n    }\n}\n"
GO = 'import (\n    "math"\n)\n\nfunc half(x float64) float64 {\n    return x / 2\n}\n'
CPP = "#include<vector>\nusing namespace std;\nvector<int> half(vector<int> xs){\n    return xs;\n}\n"
RUST = "fn half<T>(x: f32) -> f32 {\n    x / 2.0\n}\n"

USES = {
    "javascript": "console.log(half(4));\n",
    "java": "out.println(new Solution().half(xs));\nif (s.half(xs).isEmpty()) {\n    return half(xs);\n}\n",
    "go": "func main() {\n    fmt.Println(half(4))\n}\n",
    "cpp": "int main() {\n    vector<int> ys = half(xs);\n    cout << half(xs).size();\n    return 0;\n}\n",
    "rust": "fn main() {\n    let y = half(4.0);\n}\n",
}
PROGRAMS = [
    ("javascript", JS),
    ("javascript", JS_FUNCTION),
    ("java", JAVA),
    ("go", GO),
    ("cpp", CPP),
    ("rust", RUST),
]


def extracted(name: str, text: str, *, form: Form = Form.REPLY, stop: Stop = Stop.END) -> Extraction:
    problem = Problem(
        "s", "s/1", Track.REPAIR, name, "// The corrected code:\n", "half", Checks(name, "half"), "unused"
    )
    return extract(Completion(text, form=form, stop=stop), problem)


def fenced(tag: str, code: str) -> str:
    return f"```{tag}\n{code}```\n"


@pytest.mark.parametrize(("name", "code"), PROGRAMS)
def test_the_block_that_defines_the_function_is_taken_whatever_comes_before_or_after(
    name: str, code: str
) -> None:
    use, tag = USES[name], language(name).tags[0]
    for text in (
        f"The bug is in `half`.\n\n{fenced(tag, code)}\nUse it like this:\n\n{fenced(tag, use)}",
        f"{fenced(tag, use)}{fenced(tag, code)}",
        f"<think>\n{fenced(tag, 'half of it')}</think>\n{fenced(tag, code)}",
        f"{fenced(tag, code.replace('half', 'draft_half'))}{fenced(tag, code)}",
        fenced(tag, code).replace("\n", "\r\n"),
    ):
        found = extracted(name, text)
        assert (found.code, found.rule, found.closed) == (code, "fence", True), text


@pytest.mark.parametrize(("name", "code"), PROGRAMS)
def test_a_block_of_the_language_goes_before_others_and_any_before_none(name: str, code: str) -> None:
    for tag in language(name).tags:
        assert extracted(name, fenced(tag, code) + fenced("", f"{code}// old\n")).rule == "fence"
    assert extracted(name, fenced("", code) + fenced("text", code)).rule == "untagged_fence"
    assert extracted(name, fenced("python", code)).rule == "other_fence"
    assert extracted(name, code) == Extraction(code, "text", 1)


@pytest.mark.parametrize(("name", "code"), PROGRAMS)
def test_python_is_not_asked_whether_it_parses(name: str, code: str) -> None:
    """What is no Python must not be mended, joined or said not to parse."""
    assert extracted(name, fenced(language(name).tags[0], code)).notes == ()


def test_the_last_draft_counts() -> None:
    first, last = JS.replace("/ 2", "* 2"), JS
    assert extracted("javascript", fenced("js", first) + fenced("js", last)) == Extraction(last, "fence", 2)


def test_a_reply_that_was_cut_off_is_not_whole() -> None:
    cut = extracted("javascript", f"```js\n{JS[:40]}", stop=Stop.LENGTH)
    assert (cut.rule, cut.closed) == ("fence", False)
    assert not extracted("javascript", JS[:40], stop=Stop.LENGTH).closed


def test_another_program_of_the_language_is_kept_to_fail_honestly() -> None:
    assert extracted("javascript", fenced("js", "const other = 1;\n")).code == "const other = 1;\n"


@pytest.mark.parametrize(
    "text", ["", "I cannot see a bug in half(x).", fenced("sh", "node half.js\n"), fenced("js", "\n")]
)
def test_where_there_is_no_program_there_is_none(text: str) -> None:
    assert extracted("javascript", text).rule == "none"


@pytest.mark.parametrize("text", [JS, f"{JS}```\nThat is all.", f"```js\n{JS}```\nThat is all."])
def test_what_a_base_model_goes_on_with_ends_at_a_fence(text: str) -> None:
    assert extracted("javascript", text, form=Form.CONTINUATION).code == JS


def test_a_language_of_a_plug_ins_own_is_called_and_tagged_by_its_name() -> None:
    found = extracted("kotlin", fenced("kotlin", "fun half(x: Double) = x / 2\n"))
    assert (found.rule, found.code) == ("fence", "fun half(x: Double) = x / 2\n")
