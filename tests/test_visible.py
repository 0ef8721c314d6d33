"""No text of others does anything in a terminal, and what can be read stays as it is."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from bench.visible import visible, visible_line


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
