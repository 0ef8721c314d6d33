"""No text of others does anything in a terminal, and what can be read stays as it is."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bench.visible import markdown, markdown_code, visible, visible_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\e[31mred\\e[0m"),
        ("\x1b]0;title\x07", "\\e]0;title\\u{7}"),
        ("\x9b31m", "\\u{9b}31m"),
        ("right\rwrong", "right\\rwrong"),
        ("ab\b\bxy", "ab\\b\\bxy"),
        ("if admin\u202e\u2066 // check", "if admin\\u{202e}\\u{2066} // check"),
        ("zero\u200bwidth\ufeff\U000e0041", "zero\\u{200b}width\\u{feff}\\u{e0041}"),
        ("lone \ud800", "lone \\u{d800}"),
        ("two\u2028lines", "two\\u{2028}lines"),
        ("\u3164 = 1", "\\u{3164} = 1"),
        ("a\0b\x7f", "a\\0b\\u{7f}"),
    ],
)
def test_what_would_act_or_hide_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["def f():\n\treturn 'ü 漢字 🙂 e\u0301'\n", "x" * 1_000_000, ""])
def test_what_can_be_read_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_a_name_stays_in_its_line() -> None:
    assert visible_line("model\n\tverdict: pass") == "model\\n\\tverdict: pass"


def test_no_character_of_unicode_acts() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    left = {unicodedata.category(one) for one in visible(everything) if one not in "\n\t"}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1)) ![y](//evil/z) [^1] [r]: u",
    "<javascript:alert(1)>",
    "\x1b[31mred\x1b[0m \u202egpj.exe",
    "a`b``c` *d* __e__ ~~f~~ ~g~",
    "a|b \\| \\",
    "first\n\n# second\n- third\r\n```\nfourth",
    "&lt;b&gt; &#60; &amp",
    "$x$ and $1",
    "https://evil/<script> https://a|b https://[x](javascript:1) https://a.b/c|d",
    *("# h", "- i", "+ i", "1. i", "12) i", "---", "- - -", "==", "=", "-", "2.", "> q", "    code", "c #"),
]


def shown(source: str) -> tuple[str, set[str]]:
    """What a reader of a document sees of it, and of which elements it is made."""
    texts, kinds = [], set()
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(source):
        for one in token.children or [token]:
            kinds.add(one.type.removesuffix("_open").removesuffix("_close"))
            texts += [one.content] if one.type in ("text", "text_special", "code_inline") else []
    return "".join(texts), kinds


def expected(text: str) -> str:
    return " ".join(visible(text).split())


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_what_others_wrote_letter_by_letter(text: str) -> None:
    assert shown(markdown(text)) == (expected(text), {"paragraph", "text"})
    assert shown(f"- {markdown(text)}") == (expected(text), {"bullet_list", "list_item", "paragraph", "text"})
    assert shown(f"# {markdown(text)}") == (expected(text), {"heading", "text"})
    assert shown(f"> a\n> {markdown(text)}\n")[1] == {"blockquote", "paragraph", "text", "softbreak"}
    cells, kinds = shown(f"| a | b |\n| --- | --- |\n| {markdown(text)} | next |\n")
    assert cells == f"ab{expected(text)}next"
    assert kinds == {"table", "thead", "tbody", "tr", "th", "td", "text"}


@given(st.text(alphabet=" a1\n\\`*_{}[]()<>#+-.!|~=&;$:/\"'^\u202e\x1b", min_size=1))
def test_markdown_has_no_text_that_is_markup(text: str) -> None:
    found, kinds = shown(f"> {markdown(text)}")
    assert found == expected(text)
    assert kinds <= {"blockquote", "paragraph", "text"}


def test_only_addresses_of_the_web_are_links_and_to_what_they_show() -> None:
    text = "see https://a.example/b_c?d=1&e=2#f_g, or (https://a.example/~h)."
    assert markdown(text) == "see <https://a.example/b_c?d=1&e=2#f_g>, or (<https://a.example/~h>)."
    links = [
        one.attrs["href"]
        for token in MarkdownIt().parse(markdown(text))
        for one in token.children or ()
        if one.type == "link_open"
    ]
    assert links == ["https://a.example/b_c?d=1&e=2#f_g", "https://a.example/~h"]
    assert shown(markdown(text))[0] == text


@pytest.mark.parametrize("text", ["vendor/m-1.5", "61.6 %", "-15.0 points", "$0.0123", "2 (limited)", "1–3"])
def test_what_is_no_markup_stays_as_it_is_in_markdown(text: str) -> None:
    assert markdown(text) == text


@pytest.mark.parametrize("text", ["plain", "a`b", "`", "``a", " a ", "", "a\n\n# b", "<b> \\` \u202e"])
def test_code_in_markdown_is_one_span(text: str) -> None:
    found, kinds = shown(f"- x: {markdown_code(text)}")
    assert kinds == {"bullet_list", "list_item", "paragraph", "text", "code_inline"}
    assert found.removeprefix("x: ").strip() == visible_line(text).strip()
