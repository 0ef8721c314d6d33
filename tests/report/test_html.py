"""The report's file: what its markup holds and what it does not, its policy, its bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from speed_runs import Answer, P, Samples, W, view

from bench.errors import UsageError
from bench.report import html
from bench.report.packed import packed, unpacked

HOSTILE = "</script><img src=x onerror=alert(1)>\x1b[31m\u202e"
SAMPLES: Samples = {
    "vendor/good": [[[Answer(P)]], [[Answer(P)]], [[Answer(W)]]],
    HOSTILE: [[[Answer(P)]], [[Answer(W)]], [[Answer(W)]]],
}


class Parts(HTMLParser):
    """The elements of a page with their attributes, and the text of each ``script`` and ``style``."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:  # within a script or a style
            self.texts[-1] += data

    def text_of(self, **wanted: str) -> str:
        return next(
            text
            for (_, found), text in zip(self.tags, self.texts, strict=True)
            if wanted.items() <= found.items()
        )


def page_of(*runs: Any) -> Parts:
    return Parts("".join(html.page(runs)))


def boards_of(*runs: Any) -> Any:
    return unpacked(page_of(*runs).text_of(id="boards"))


def test_data_comes_back_as_it_was_whatever_it_holds() -> None:
    data = {"</script>": ["\ud800", "\x00\x1b", "é" * 1000, None, 1.5, True]}
    assert unpacked(packed(data)) == data
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", packed(data))


def test_the_policy_lets_nothing_run_or_load_but_the_page_s_own_script_and_style() -> None:
    page = page_of(view(SAMPLES))
    policy = next(tag["content"] for name, tag in page.tags if "http-equiv" in tag)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    script = next(
        text for (name, tag), text in zip(page.tags, page.texts, strict=True) if name == "script" and not tag
    )
    style = next(text for (name, _), text in zip(page.tags, page.texts, strict=True) if name == "style")

    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert rules == {
        "default-src": "'none'",
        "script-src": hashed(script),
        "style-src": hashed(style),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def test_the_markup_names_no_address_and_listens_to_nothing_by_attribute() -> None:
    page = page_of(view(SAMPLES))
    for name, attributes in page.tags:
        assert name not in ("link", "img", "iframe", "object", "embed", "base", "form"), name
        for attribute, value in attributes.items():
            assert not attribute.startswith("on")
            assert attribute != "style"
            assert attribute not in ("src", "action")
            assert not (value or "").startswith(("http", "data:"))
            assert attribute != "href" or (value or "").startswith("#/")


def test_the_script_never_makes_markup_of_a_text() -> None:
    script = "".join((html.PAGE / f"{name}.js").read_text("utf-8") for name in html.SCRIPTS)
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "DOMParser",
        "fetch(",
    ):
        assert way not in script
    assert "</script" not in script.lower()


def test_every_file_of_the_page_is_used() -> None:
    assert {path.stem for path in html.PAGE.glob("*.js")} == set(html.SCRIPTS)


def test_nothing_that_a_model_or_a_name_says_stands_in_the_markup() -> None:
    """Whatever the runs hold, the page is the same but for its packed data."""

    def markup(*runs: Any) -> str:
        return re.sub(
            r'(<script type="text/plain"[^>]*>)[A-Za-z0-9+/=]*</script>', r"\1", "".join(html.page(runs))
        )

    hostile = view(SAMPLES, suite="</script><b>toy", name="\u202erun\ud800")
    assert markup(hostile) == markup(view({"a": [[[Answer(P)]]]}))
    assert "onerror" not in "".join(html.page([hostile]))


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.html", "new/b.html"):
        html.write([view(SAMPLES), view(SAMPLES, name="other", terms="bbb")], tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "new/b.html").read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.html"]


def test_where_it_cannot_be_written_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        html.write([view(SAMPLES)], tmp_path / "file" / "a.html")
    with pytest.raises(UsageError, match="cannot be written"):
        html.write([view(SAMPLES)], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def shares(*passed: int, of: int = 40) -> Samples:
    """A model for each number of problems that are solved."""
    return {
        f"m{place}": [[[Answer(P if problem < each else W)]] for problem in range(of)]
        for place, each in enumerate(passed)
    }


def test_ranks_are_shared_where_intervals_do_not_separate() -> None:
    (board,) = boards_of(view(shares(38, 36, 10, 8, 0), turns=1))
    ranks = {row["model"]: (row["rank"], row["best"], row["worst"]) for row in board["rows"]}
    assert ranks == {"m0": (1, 1, 2), "m1": (2, 1, 2), "m2": (3, 3, 4), "m3": (4, 3, 4), "m4": (5, 5, 5)}


def test_rows_of_other_terms_are_set_apart_and_say_in_what_they_differ() -> None:
    main, other = view(shares(30, 20), name="main"), view(shares(40), name="other", terms="bbb")
    other.lock["judges"]["toy"] = "calls@2"  # type: ignore[index]
    first, second = boards_of(other, main)
    assert (first["terms"], first["differs"]) == ("aaaaaaaaaaaa", [])
    assert second["differs"] == ['judge: "calls@1" -> "calls@2"']
    assert [row["rank"] for row in second["rows"]] == [1]


def test_fewer_problems_make_a_board_of_their_own() -> None:
    first, second = boards_of(view(shares(30)), view(shares(10, of=20), name="short"))
    assert (first["problems"], second["problems"]) == (40, 20)
    assert second["differs"] == ["problems: all 40 -> all 20"]


def test_cost_per_solved_counts_tries_that_brought_nothing_and_is_unknown_with_any_of_it() -> None:
    samples: Samples = {
        "a": [
            [[Answer(P, microusd=600_000, lost_microusd=100_000)]],
            [[Answer(P)]],
            [[Answer(W, microusd=0)]],
        ],
        "b": [[[Answer(P)]], [[Answer(P, microusd=None)]], [[Answer(P)]]],
        "c": [[[Answer(W)]], [[Answer(W)]], [[Answer(W)]]],
    }
    (board,) = boards_of(view(samples, turns=1))
    costs = {row["model"]: row["cost_per_solved_usd"] for row in board["rows"]}
    assert costs == {"a": pytest.approx(0.350025), "b": None, "c": None}


def test_the_reference_is_shown_and_competes_with_none() -> None:
    (board,) = boards_of(view({"reference": [[[Answer(P)]]], "vendor/a": [[[Answer(W)]]]}, turns=1))
    assert [(row["model"], row["vendor"], row["best"]) for row in board["rows"]] == [
        ("vendor/a", "vendor", 1), ("reference", "", None),
    ]  # fmt: skip
