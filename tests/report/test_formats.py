"""Leaderboard files: the same rows give the same bytes, safe to open, all columns documented."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from bench.errors import UsageError
from bench.report.leaderboard import COLUMNS, Row, as_csv, as_json, as_markdown, render, write
from bench.types import Outcome

DOCS = Path(__file__).parents[2] / "docs" / "leaderboard.md"


def row(**changes: object) -> Row:
    values: dict[str, object] = {
        "rank": 1, "rank_best": 1, "rank_worst": 3, "model": "vendor/m",
        "suite": "toy", "suite_version": "1", "track": "generation",
        "problems": 3, "problems_total": 164, "limited": True, "epochs": 1, "turns": 1,
        "samples_planned": 3, "samples_scored": 3, "samples_unmeasured": 0, "unmeasured_share": 0.0,
        "pass_at_1": 2 / 3, "ci_low": 0.2, "ci_high": 0.9, "ci_method": "wilson",
        "bound_low": 2 / 3, "bound_high": 2 / 3, "pass_at_1_base": None,
        "pass_at_1_visible": None, "hidden_gap": None,
        "pass_at_5": None, "pass_at_10": None, "pass_at_100": None,
        "pass_at_turn_1": 2 / 3, "solved_by_turn": "0.666667",
        "truncated_share": 0.0, "refused_share": 0.0,
        "malformed_edit_share": None, "unchanged_share": None, "edit_precision": None, "bug_recall": None,
        "median_edit_lines": None, "median_needed_lines": None, "regression_share": None,
        "outcomes": {Outcome.PASS: 2, Outcome.WRONG_ANSWER: 1},
        "tries": 3, "answers_cached": 0, "answers_batched": 0, "cached_input_tokens": None,
        "median_first_byte_seconds": 0.1, "median_queue_seconds": None,
        "input_tokens": 10, "output_tokens": 2000, "reasoning_tokens": None,
        "cost_usd": 0.000007, "cost_lost_usd": None, "cost_per_solved_usd": None,
        "cost_per_solved_low": None, "cost_per_solved_high": None, "median_seconds": 1.23456,
        "prices": "genai-prices 1", "price_date": "2026-11-25", "evidence": "asked",
        "isolation": "tamper_proof", "judge": "calls@1",
        "extractor": "rules@2", "prompt": "chat@1", "sandbox": "docker", "data_sha256": "d1",
        "terms": "aaaaaaaaaaaa", "system": "", "params_asked": "", "params_sent": "",
        "dropped_params": "", "served_model": "", "provider": "", "drift": "",
        "bench_version": "0.1.0", "run": "r",
    }  # fmt: skip
    return Row(**{**values, **changes})  # type: ignore[arg-type]


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_every_column_in_order() -> None:
    assert next(csv.reader(io.StringIO(as_csv([])))) == list(COLUMNS)
    assert list(row().cells()) == list(COLUMNS)
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_people_see_the_ranks_that_intervals_leave_open() -> None:
    assert "| 1–3 |" in as_markdown([row()])
    assert "| 2 |" in as_markdown([row(rank_best=2, rank_worst=2)])
    assert as_markdown([row(rank=None, rank_best=None, rank_worst=None)]).splitlines()[2].startswith("|  |")


def test_people_see_which_rows_are_self_reported() -> None:
    plain, mixed = (
        as_markdown([row()]),
        as_markdown(
            [
                row(evidence="given", model="reference", prompt="as given"),
                row(evidence="given", prompt="as given"),
                row(evidence="verified"),
                row(evidence="verified", prompt="as given"),
            ]
        ),
    )
    assert "evidence" not in plain
    names, _, *lines = ([cell.strip() for cell in line.split(" | ")] for line in mixed.splitlines())
    assert [line[names.index("evidence")] for line in lines] == [
        "", "self-reported", "verified", "self-reported, verified",
    ]  # fmt: skip


def test_csv_numbers_have_fixed_decimals_and_unknown_is_empty() -> None:
    (line,) = cells(as_csv([row(median_edit_lines=7.5)]))
    assert (line["median_edit_lines"], line["median_needed_lines"]) == ("7.5", "")
    assert line["pass_at_1"] == "0.666667"
    assert line["cost_usd"] == "0.000007"
    assert line["median_seconds"] == "1.235"
    assert line["limited"] == "true"
    assert line["reasoning_tokens"] == line["pass_at_10"] == ""
    assert cells(as_csv([row(cost_usd=0.0)]))[0]["cost_usd"] == "0.000000"


@pytest.mark.parametrize("name", ['=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\t=1"])
def test_csv_names_are_no_formulas(name: str) -> None:
    """A model's name is what its server says: a spreadsheet must not run it."""
    (line,) = cells(as_csv([row(model=name, served_model=name)]))
    assert line["model"] == line["served_model"] == f"'{name}"


def test_csv_quotes_what_would_break_a_line() -> None:
    name = 'a,"b"\nc'
    text = as_csv([row(model=name)])
    assert cells(text)[0]["model"] == name
    assert "\r" not in text


def test_json_is_typed_and_says_its_schema() -> None:
    found = json.loads(as_json([row()]))
    assert found["schema"] == "evenbench/leaderboard@1"
    assert list(found["rows"][0]) == list(COLUMNS)
    assert found["rows"][0]["pass_at_1"] == 0.666667
    assert found["rows"][0]["limited"] is True
    assert found["rows"][0]["reasoning_tokens"] is None


def test_markdown_is_one_line_a_row_whatever_the_name() -> None:
    text = as_markdown([row(model="a|b\n<img src=x> [c](d) `e` \x1b\u202e")])
    assert len(text.splitlines()) == 3
    assert r"a\|b \<img src=x\> \[c\](d) \`e\` \\e\\u{202e}" in text
    unescaped = [len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines()]
    assert len(set(unescaped)) == 1


def test_a_limited_score_says_so_wherever_people_read() -> None:
    assert "3 of 164 (limited)" in as_markdown([row()])
    assert "(limited)" not in as_markdown([row(limited=False)])


def test_the_terminal_table_takes_names_literally() -> None:
    out = io.StringIO()
    Console(file=out, width=300).print(render([row(model="[red]m[/red]", pass_at_1=None, rank=None)]))
    assert "[red]m[/red]" in out.getvalue()


@pytest.mark.parametrize("ending", [".csv", ".json", ".md", ".CSV"])
def test_writing_twice_gives_the_same_bytes(ending: str, tmp_path: Path) -> None:
    first, second = tmp_path / f"a{ending}", tmp_path / "new" / f"b{ending}"
    write([row(), row(model="é\udcff")], first)
    write([row(), row(model="é\udcff")], second)
    assert first.read_bytes() == second.read_bytes()
    assert "é" in first.read_text(encoding="utf-8") or ending == ".json"


@pytest.mark.parametrize("name", ["board.xlsx", "board"])
def test_an_unknown_ending_names_the_known_ones(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.csv, \.json, \.md; or \.html"):
        write([row()], tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write([row()], tmp_path / "file" / "board.csv")


def test_the_docs_name_every_column_and_no_other() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert documented == list(COLUMNS)
