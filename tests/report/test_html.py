"""The report's file: what its markup holds and what it does not, its policy, its bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tracemalloc
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from speed_runs import Answer, E, P, Samples, W, write
from told_runs import HOSTILE, Builder, hostile, large

from bench.errors import StoreError, UsageError
from bench.report import chunks, html, parts, shell
from bench.report.packed import packed, unpacked
from bench.report.parts import TEXT_CHARS
from bench.report.story import Story
from bench.types import Outcome, SampleKey, Try

SCRIPTS = (*shell.SCRIPTS, *shell.PART_SCRIPTS)
SAMPLES: Samples = {
    "vendor/good": [[[Answer(P)]], [[Answer(P)]], [[Answer(W)]]],
    "vendor/bad": [[[Answer(P)]], [[Answer(W)]], [[Answer(W)]]],
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


def text_of(*directories: Path) -> str:
    return b"".join(html.page(html.runs_in(directories))).decode()


def page_of(*directories: Path) -> Parts:
    return Parts(text_of(*directories))


def boards_of(*directories: Path) -> Any:
    return unpacked(page_of(*directories).text_of(id="boards"))


def index_of(page: Parts) -> Any:
    return unpacked(page.text_of(id="samples"))


def chunks_of(page: Parts) -> list[Any]:
    each = zip(page.tags, page.texts, strict=True)
    return [unpacked(text) for (_, tag), text in each if tag.get("class") == "chunk"]


def stories_of(*directories: Path) -> list[tuple[Any, Any]]:
    """Of each sample in the list's order: the parts of its question, and those of what came of it."""
    return [
        (chunk["questions"][story["question"]], story["parts"])
        for chunk in chunks_of(page_of(*directories))
        for story in chunk["stories"]
    ]


def texts(parts: Any) -> dict[str, Any]:
    return {part[1]: part[2] for part in parts if part[0] == "text"}


def facts(parts: Any) -> dict[str, Any]:
    return {name: value for part in parts if part[0] == "facts" for name, value in part[2]}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write(tmp_path / "run", SAMPLES)


def test_data_comes_back_as_it_was_whatever_it_holds() -> None:
    data = {"</script>": ["\ud800", "\x00\x1b", "é" * 1000, None, 1.5, True]}
    assert unpacked(packed(data)) == data
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", packed(data))


def test_the_policy_lets_nothing_run_or_load_but_the_page_s_own_script_and_style(run: Path) -> None:
    page = page_of(run)
    policy = next(tag["content"] for _, tag in page.tags if "http-equiv" in tag)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    own = {name: text for (name, tag), text in zip(page.tags, page.texts, strict=True) if not tag}

    def hashed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert rules == {
        "default-src": "'none'",
        "script-src": hashed(own["script"]),
        "style-src": hashed(own["style"]),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def test_the_markup_names_no_address_and_listens_to_nothing_by_attribute(run: Path) -> None:
    for name, attributes in page_of(run).tags:
        assert name not in ("link", "img", "iframe", "object", "embed", "base", "form"), name
        for attribute, value in attributes.items():
            assert not attribute.startswith("on")
            assert attribute not in ("style", "src", "action")
            assert not (value or "").startswith(("http", "data:"))
            assert attribute != "href" or (value or "").startswith("#/")


def test_the_script_never_makes_markup_of_a_text() -> None:
    script = "".join((shell.PAGE / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    ways = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "DOMParser", "fetch(")
    for way in ways:
        assert way not in script
    assert "</script" not in script.lower()


def test_every_file_of_the_page_is_used() -> None:
    assert {path.stem for path in shell.PAGE.glob("*.js")} == set(SCRIPTS)


def test_nothing_that_a_model_or_a_name_says_stands_in_the_markup(tmp_path: Path) -> None:
    """Whatever the runs hold, the page is the same but for its packed data."""
    packed_data = re.compile(r'(<script type="text/plain" (?:id|class)="\w+">)[A-Za-z0-9+/=]+</script>')
    harmless = write(tmp_path / "run", {"a": [[[Answer(P)]]]})
    worst, mild = (packed_data.sub(r"\1", text_of(path)) for path in (hostile(tmp_path / "bad"), harmless))
    once = re.compile(r'(<script type="text/plain" class="chunk">\n)+')
    assert once.sub("", worst) == once.sub("", mild)


def test_hostile_texts_are_all_there_in_the_data(tmp_path: Path) -> None:
    said = {json.dumps(texts(parts)["Reply"]) for _, parts in stories_of(hostile(tmp_path / "bad"))}
    assert {json.dumps(text) for name, text in HOSTILE.items() if name != "long line"} < said
    assert len(said) == len(HOSTILE)


def test_the_same_runs_give_the_same_bytes(tmp_path: Path, run: Path) -> None:
    runs = html.runs_in([run, write(tmp_path / "other", SAMPLES, terms="bbb")])
    for name in ("a.html", "new/b.html"):
        html.write(runs, tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "new/b.html").read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.html"]


def test_where_it_cannot_be_written_nothing_is_left_behind(tmp_path: Path, run: Path) -> None:
    for path in (run / "lock.json" / "a.html", tmp_path):
        with pytest.raises(UsageError, match="cannot be written"):
            html.write(html.runs_in([run]), path)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_damaged_run_is_said_and_no_half_page_is_left(tmp_path: Path, run: Path) -> None:
    with (run / "samples.jsonl").open("a") as file:
        file.write("not a record\n")
    with pytest.raises(StoreError, match="not a record"):
        html.write(html.runs_in([run]), tmp_path / "a.html")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_runs_of_one_name_are_called_by_their_paths(tmp_path: Path, run: Path) -> None:
    other = write(tmp_path / "more" / "run", SAMPLES)
    assert [one.name for one in html.runs_in([run, other, run])] == [str(run), str(other)]


def shares(*passed: int, of: int = 40) -> Samples:
    """A model for each number of problems that are solved."""
    return {
        f"m{place}": [[[Answer(P if problem < each else W)]] for problem in range(of)]
        for place, each in enumerate(passed)
    }


def test_ranks_are_shared_where_intervals_do_not_separate(tmp_path: Path) -> None:
    (board,) = boards_of(write(tmp_path / "run", shares(38, 36, 10, 8, 0), turns=1))
    ranks = {row["model"]: (row["rank"], row["rank_best"], row["rank_worst"]) for row in board["rows"]}
    assert ranks == {"m0": (1, 1, 2), "m1": (2, 1, 2), "m2": (3, 3, 4), "m3": (4, 3, 4), "m4": (5, 5, 5)}


def test_rows_of_other_terms_are_set_apart_and_say_in_what_they_differ(tmp_path: Path) -> None:
    main = write(tmp_path / "main", shares(30, 20), turns=1)
    other = write(tmp_path / "other", shares(40), turns=2, terms="bbb")
    first, second = boards_of(other, main)
    assert (first["terms"], first["differs"]) == ("aaaaaaaaaaaa", [])
    assert second["differs"] == ["turns: 1 -> 2"]
    assert [row["rank"] for row in second["rows"]] == [1]


def test_fewer_problems_make_a_board_of_their_own(tmp_path: Path) -> None:
    first, second = boards_of(
        write(tmp_path / "long", shares(30), turns=1), write(tmp_path / "short", shares(10, of=20), turns=1)
    )
    assert (first["problems"], second["problems"]) == (40, 20)
    assert second["differs"] == ["problems: all 40 -> all 20"]


def test_cost_per_solved_counts_tries_that_brought_nothing_and_is_unknown_with_any_of_it(
    tmp_path: Path,
) -> None:
    lost = Answer(P, microusd=600_000, lost_microusd=100_000)
    samples: Samples = {
        "a": [[[lost]], [[Answer(P)]], [[Answer(W, microusd=0)]]],
        "b": [[[Answer(P)]], [[Answer(P, microusd=None)]], [[Answer(P)]]],
        "c": [[[Answer(W)]], [[Answer(W)]], [[Answer(W)]]],
    }
    (board,) = boards_of(write(tmp_path / "run", samples, turns=1))
    costs = {row["model"]: row["cost_per_solved_usd"] for row in board["rows"]}
    assert costs == {"a": pytest.approx(0.350025), "b": None, "c": None}


def test_the_reference_is_shown_and_competes_with_none(tmp_path: Path) -> None:
    run = write(tmp_path / "run", {"reference": [[[Answer(P)]]], "vendor/a": [[[Answer(W)]]]}, turns=1)
    (board,) = boards_of(run)
    assert [(row["model"], row["vendor"], row["rank_best"]) for row in board["rows"]] == [
        ("vendor/a", "vendor", 1), ("reference", "", None),
    ]  # fmt: skip


def test_every_sample_has_a_line_in_an_order_that_puts_answers_to_one_problem_together(
    tmp_path: Path,
) -> None:
    keys = [
        SampleKey("toy", name, model, 0) for model in "ba" for name in ("T/10", "T/9", "T/007", "T/x", "T/0")
    ]
    run = Builder(tmp_path / "run", keys)
    for index in range(len(keys)):
        run.add(index, f"answer {index}")
    run.close()
    page = page_of(tmp_path / "run")
    index = index_of(page)
    names = index["names"]
    listed = [
        (names["problem"][p], names["model"][m])
        for p, m in zip(index["problem"], index["model"], strict=True)
    ]
    order = ("T/0", "T/007", "T/9", "T/10", "T/x")
    assert sorted(listed, key=lambda one: (order.index(one[0]), one[1])) == listed
    replies = [texts(parts)["Reply"] for _, parts in stories_of(tmp_path / "run")]
    assert replies == [f"answer {[(k.problem, k.model) for k in keys].index(one)}" for one in listed]


def test_what_went_wrong_stands_in_the_line_and_unmeasured_is_no_failure(tmp_path: Path) -> None:
    index = index_of(page_of(write(tmp_path / "run", {"a": [[[Answer(P)]], [[Answer(W)]], [E]]}, turns=1)))
    outcomes = [index["names"]["outcome"][at] for at in index["outcome"]]
    assert outcomes == ["pass", "wrong_answer", "provider_error"]
    assert [index["scored"][at] for at in index["outcome"]] == [True, True, False]


def test_a_story_has_every_turn_and_every_attempt_with_its_cause(tmp_path: Path) -> None:
    run = Builder(tmp_path / "run", [SampleKey("toy", "p", "m", 0)], turns=2)
    run.lose(0, detail="slow down")
    tried = Try("2026-11-25T12:00:00+00:00", 1.0, "server_error", 503, wait_s=4.0)
    run.add(
        0, "first", question="Mend it.", reasoning="hm", code="x = 1", outcome=Outcome.WRONG_ANSWER,
        failure="f(1) is 2, not 3", attempt=2, tries=[tried],
    )  # fmt: skip
    run.add(0, "second", told="f(1) is wrong", turn=2, attempt=3, question="Mend it. Again.")
    run.close()
    ((question, parts),) = stories_of(tmp_path / "run")
    assert texts(question) == {"Question (user)": "Mend it."}
    headings = [part[1] for part in parts if part[0] == "heading"]
    assert headings == ["Turn 1, attempt 1, a later one counts", "Turn 1, attempt 2", "Turn 2, attempt 3"]
    said = [(part[1], part[2]) for part in parts if part[0] == "text"]
    assert said == [
        ("What happened", "slow down"), ("Reasoning", "hm"), ("Reply", "first"),
        ("Code that was taken out", "x = 1"), ("First failed check in base", "f(1) is 2, not 3"),
        ("Told before this turn", "f(1) is wrong"), ("Reply", "second"),
        ("Code that was taken out", "second"),
    ]  # fmt: skip
    folded = {part[1] for part in parts if part[0] == "text" and not part[3]}
    assert folded == {"Reasoning", "Code that was taken out"}
    tables = [(part[1], part[3]) for part in parts if part[0] == "table"]
    assert tables == [
        ("Tries without an answer", [["2026-11-25T12:00:00+00:00", "rate_limited", 429, "1.00 s", "2.00 s"]]),
        ("Checks", [["base", 3, 3, 2]]),
        ("Tries without an answer", [["2026-11-25T12:00:00+00:00", "server_error", 503, "1.00 s", "4.00 s"]]),
        ("Checks", [["base", 3, 3, 3]]),
    ]
    assert facts(parts)["rule"] == "fence"
    assert facts(parts)["cost"] == "$0.000250"


def test_what_was_thought_aloud_in_a_reply_is_folded_apart(tmp_path: Path) -> None:
    replies = {
        "once": "<think>\nso and so\n</think>\nHere: `x = 1`",
        "twice": "<think>a</think>b\n<think>c</think>d",
        "all": "<think>never ends",
        "none": "I think so.",
    }
    run = Builder(tmp_path / "run", [SampleKey("toy", name, "m", 0) for name in replies])
    for index, reply in enumerate(replies.values()):
        run.add(index, reply, code="x = 1")
    run.close()
    found = {}
    for name, (_, told) in zip(sorted(replies), stories_of(tmp_path / "run"), strict=True):
        said = [(part[1], part[2], part[3]) for part in told if part[0] == "text"]
        found[name] = [one for one in said if one[0] != "Code that was taken out"]
        assert (facts(told).get("reply") == "nothing after the reasoning") == (name == "all")
    thought = "Reasoning in the reply"
    assert found == {
        "all": [(thought, "<think>never ends", False)],
        "none": [("Reply", "I think so.", True)],
        "once": [(thought, "<think>\nso and so\n</think>", False), ("Reply", "Here: `x = 1`", True)],
        "twice": [(thought, replies["twice"], False), ("Reply", "b\nd", True)],
    }


def test_a_limit_that_was_hit_and_what_the_code_printed_are_told(tmp_path: Path) -> None:
    run = Builder(tmp_path / "run", [SampleKey("toy", name, "m", 0) for name in "pq"])
    run.add(0, "x", outcome=Outcome.TIME_LIMIT, detail="cpu limit", output="step 1\n")
    run.add(
        1,
        "x",
        outcome=Outcome.WRONG_ANSWER,
        detail="base: f(1): 2 instead of 3",
        failure="f(1): 2 instead of 3",
    )
    run.close()
    (_, slow), (_, wrong) = stories_of(tmp_path / "run")
    assert facts(slow)["limit hit"] == "cpu limit"
    assert texts(slow)["Output of the code"] == "step 1\n"
    assert "limit hit" not in facts(wrong)
    assert "Why" not in texts(wrong), "the failed check says it"


@pytest.mark.parametrize(
    ("failure", "row"),
    [
        ("f([1, 2], 'a'): 3 instead of [4]", ["f([1, 2], 'a')", "[4]", "3"]),
        ("f(1): ' instead of ' instead of 2", None),
        ("f('): ', 1): 3 instead of 4", None),
        ("assert f(1) == 2: 3 against 2", None),
        ("f(1) is 2 instead of 3", None),
        ("f(1): ", None),
    ],
)
def test_what_was_called_expected_and_got_is_told_apart_where_it_is_sure(
    tmp_path: Path, failure: str, row: list[str] | None
) -> None:
    """A value may say anything, also what stands between values."""
    run = Builder(tmp_path / "run", [SampleKey("toy", "p", "m", 0)])
    run.add(0, "x", outcome=Outcome.WRONG_ANSWER, failure=failure)
    run.close()
    ((_, said),) = stories_of(tmp_path / "run")
    title = "First failed check in base"
    tables = [part for part in said if part[0] == "table" and part[1] == title]
    assert tables == ([["table", title, ["call", "expected", "got"], [row]]] if row else [])
    assert texts(said).get(title) == (None if row else failure)


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every report is too large for one file, and every problem fills a chunk."""
    monkeypatch.setattr(html, "FILE_BYTES", 0)
    monkeypatch.setattr(chunks, "CHUNK_CHARS", 0)


def test_a_report_that_is_too_large_has_its_texts_in_parts_that_it_names(
    tmp_path: Path, run: Path, small_files: None
) -> None:
    page = page_of(run)
    index, *files = html.write(html.runs_in([run]), tmp_path / 'a"b.html')
    divided = Parts(index.read_text("utf-8"))
    assert {file.parent for file in files} == {tmp_path / 'a"b-parts'}
    named = [tag["data-file"] for _, tag in divided.tags if "data-file" in tag]
    held = [Parts((tmp_path / unquote(name or "")).read_text("utf-8")).text_of(id="data") for name in named]
    assert [unpacked(text) for text in held] == [*chunks_of(page), index_of(page)]
    assert len(files) == len(set(named)) < len(named), "texts that are equal are there once"
    policies = [
        next(tag["content"] or "" for _, tag in one.tags if "http-equiv" in tag) for one in (page, divided)
    ]
    assert policies[1].replace("frame-src 'self' file:; ", "") == policies[0]


def test_a_part_lets_nothing_run_but_what_tells_it_to_the_report(
    tmp_path: Path, run: Path, small_files: None
) -> None:
    for part in html.write(html.runs_in([run]), tmp_path / "a.html")[1:]:
        page = Parts(part.read_text("utf-8"))
        own = next(
            text
            for (name, tag), text in zip(page.tags, page.texts, strict=True)
            if name == "script" and not tag
        )
        policy = next(tag["content"] for _, tag in page.tags if "http-equiv" in tag)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert policy == (
            f"default-src 'none'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )
        assert [tag["href"] for name, tag in page.tags if name == "a"] == ["../a.html"]


def test_parts_of_an_earlier_report_are_removed_and_files_of_others_stay(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, path = write(tmp_path / "other", {"m": [[[Answer(W)]]]}), tmp_path / "a.html"
    with monkeypatch.context() as small:
        small.setattr(html, "FILE_BYTES", 0)
        before = html.write(html.runs_in([run]), path)
        (tmp_path / "a-parts" / "notes.html").write_text("mine")
        now = html.write(html.runs_in([other]), path)
        assert not set(before) & set(now[1:])
        assert {path.name for path in (tmp_path / "a-parts").iterdir()} == {
            *(p.name for p in now[1:]),
            "notes.html",
        }
    (tmp_path / "a-parts" / "notes.html").unlink()
    assert html.write(html.runs_in([other]), path) == [path]
    assert not (tmp_path / "a-parts").exists()


def test_a_damaged_run_leaves_a_divided_report_as_it_was(
    tmp_path: Path, run: Path, small_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    was = {path: path.read_bytes() for path in html.write(html.runs_in([run]), tmp_path / "a.html")}
    other = write(tmp_path / "other", {"m": [[[Answer(W)]], [[Answer(P)]]]})

    def damaged(story: Story) -> Any:
        if story.index:
            raise StoreError("damaged")
        return parts.question(story)

    monkeypatch.setattr(chunks, "question", damaged)
    with pytest.raises(StoreError, match="damaged"):
        html.write(html.runs_in([other]), tmp_path / "a.html")
    assert {path: path.read_bytes() for path in tmp_path.glob("a*/*")} | {
        tmp_path / "a.html": (tmp_path / "a.html").read_bytes()
    } == was


def test_one_file_however_large_where_that_is_asked_for(tmp_path: Path, run: Path, small_files: None) -> None:
    assert html.write(html.runs_in([run]), tmp_path / "a.html", single=True) == [tmp_path / "a.html"]
    assert (tmp_path / "a.html").read_text("utf-8") == text_of(run)


def test_a_text_that_is_too_long_says_how_much_of_it_is_left_out(tmp_path: Path) -> None:
    run = Builder(tmp_path / "run", [SampleKey("toy", "p", "m", 0)])
    run.add(0, "a" * TEXT_CHARS + "b" * 10, code="x")
    run.close()
    ((_, parts),) = stories_of(tmp_path / "run")
    head, left, tail = texts(parts)["Reply"]
    assert (len(head) + len(tail), left, tail[-11:]) == (TEXT_CHARS, 10, "a" + "b" * 10)


def test_a_sample_that_was_not_asked_and_one_that_was_given_say_so(tmp_path: Path) -> None:
    run = Builder(tmp_path / "run", [SampleKey("toy", name, "m", 0) for name in "pq"])
    run.add(0, "given")
    run.close()
    (given, _), (unasked, nothing) = stories_of(tmp_path / "run")
    assert "the run has no request" in facts(given)["question"]
    assert (facts(unasked)["question"], nothing) == ("not asked yet", [])


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_thousand_samples_take_less_than_five_megabytes_and_little_memory(tmp_path: Path) -> None:
    run = large(tmp_path / "run", problems=250, models=4, epochs=10)
    tracemalloc.start()
    html.write(html.runs_in([run]), tmp_path / "a.html")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "a.html").stat().st_size < 5_000_000
    assert most < 64 << 20, "a chunk at a time, and a line a sample"
    index = index_of(Parts((tmp_path / "a.html").read_text("utf-8")))
    assert len(index["run"]) == 10_000
    assert len(index["chunks"]) > 10
