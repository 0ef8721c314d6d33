"""A page on a claim: whatever others wrote in it is shown, and nothing of it is markup."""

from __future__ import annotations

import pytest
from claim_runs import page_saying
from markdown_it import MarkdownIt

from bench.claims.page import as_markdown
from bench.visible import visible

HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](//evil/x.png)",
    "a | b `c` **d** _e_",
    "\x1b[31mred\u202egpj.exe",
    "one\n\n# two\n- three\n\n```\nfour\n---",
    "1. five",
    "&lt;b&gt;",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_in_markdown_shows_what_others_wrote_letter_by_letter(text: str) -> None:
    """Parsed as GitHub does: of the document's own elements alone, each with the text as it was written."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(as_markdown(page_saying(text)))
    assert not [one for one in tokens if one.type in ("html_block", "fence", "hr", "ordered_list_open")]
    headings = [at for at, one in enumerate(tokens) if one.type == "heading_open"]
    assert [tokens[at].tag for at in headings] == ["h1", *["h2"] * 5]
    spoken = [_spoken(one.children or []) for one in tokens if one.type == "inline"]
    wanted = " ".join(visible(text).split())
    assert f"SUPPORTED: {wanted}" in spoken
    assert f"{wanted}, 2026-01-15. Source: {wanted}" in spoken
    assert spoken.count(wanted) >= 2, "the note, and the reading in its table"
    assert any(one.startswith(f"{wanted} in {wanted}: toy, 100 problems") for one in spoken)
    kinds = {child.type for one in tokens for child in one.children or []}
    assert kinds <= {"text", "text_special", "softbreak", "code_inline"}
    assert "\x1b" not in as_markdown(page_saying(text))
    assert "\u202e" not in as_markdown(page_saying(text))


def test_commands_stay_in_their_block() -> None:
    """A name of two lines would end it, and what follows were text of the page."""
    lines = as_markdown(page_saying("one\n\n<b>two")).split("\n")
    assert lines[-2] == "    bench claim check toy.toml 'one\\n\\n<b>two'"


def _spoken(children: list[object]) -> str:
    return "".join(getattr(one, "content", "") for one in children)
