"""The leaderboard of a report in the browser: kinds of problems, pairs of models, and more samples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browsing import check_quiet, choose, click, models, opened, report, texts
from chromium import Page
from speed_runs import Answer, P, Samples, W, write

from bench.report.leaderboard import RunView
from bench.report.sides import sides
from bench.results import results
from bench.rundir import plan_of, read_lock
from bench.stats import compare_scores, wilson

pytestmark = pytest.mark.browser

RIGHT, WRONG = Answer(P), Answer(W)
EVIL = "<img src=x onerror=alert(1)>"
ONE: Samples = {
    "openai/gpt-5.5": [[[RIGHT]]] * 36 + [[[WRONG]]] * 4,
    "vllm/mine": [[[RIGHT]]] * 10 + [[[WRONG]]] * 30,
    "acme/own": [[[RIGHT]]] * 33 + [[[WRONG]]] * 7,
}
TWICE: Samples = {"acme/own": [[[RIGHT], [WRONG]]] * 10 + [[[WRONG], [WRONG]]] * 10}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose first ten problems are hard, as it noted, and whose labels are of anybody."""
    run = write(tmp_path_factory.mktemp("kinds") / "run", ONE, turns=1)
    names = sorted({(key.suite, key.problem) for key in plan_of(run)})
    labels = {
        problem: {"language": "python", "difficulty": "hard" if at < 10 else EVIL}
        for at, (_, problem) in enumerate(names)
    }
    (run / "labels.json").write_text(json.dumps({names[0][0]: labels}), "utf-8")
    return run


@pytest.fixture(scope="module")
def board(made: Path) -> str:
    return report(made.parent, made)


def test_a_kind_of_problem_has_scores_of_its_own(page: Page, board: str, made: Path) -> None:
    opened(page, board)
    options = texts(page, "select[name=problems] option")
    assert options == ["all", f"difficulty: {EVIL}", "difficulty: hard", "language: python"]
    choose(page, "problems", "difficulty: hard")
    names = sorted({key.problem for key in plan_of(made)})[:10]
    right = {
        model: sum(
            one.outcome == "pass"
            for one in results(made)
            if one.key.problem in names and one.key.model == model
        )
        for model in ONE
    }
    shown = dict(zip(models(page), texts(page, "tr.row td:nth-child(3)"), strict=True))
    assert shown == {model: f"{100 * count / 10:.1f} %" for model, count in right.items()}
    low, high = wilson(right["vllm/mine"], 10)
    interval = dict(zip(models(page), texts(page, "tr.row td:nth-child(4)"), strict=True))
    assert interval["vllm/mine"] == f"{100 * low:.1f} – {100 * high:.1f} %"
    assert texts(page, "tr.row td:first-child") == ["–", "–", "–"]
    assert "Only its 10 problems of difficulty: hard." in texts(page, "tr.board .apart")[0]
    choose(page, "problems", "language: python")
    assert texts(page, "tr.row td:nth-child(3)")[0] == "90.0 %"
    check_quiet(page, board)


def test_a_run_without_labels_offers_no_kinds(page: Page, tmp_path: Path) -> None:
    opened(page, report(tmp_path, write(tmp_path / "old", ONE, turns=1)))
    assert texts(page, "select[name=problems]") == []


def test_weights_that_are_open_are_told_from_others(page: Page, board: str) -> None:
    opened(page, board)
    for chosen, left in (("open", "vllm/mine"), ("closed", "openai/gpt-5.5"), ("unknown", "acme/own")):
        choose(page, "weights", chosen)
        assert models(page) == [left]


def test_the_choice_of_order_follows_a_click_on_a_column(page: Page, board: str) -> None:
    opened(page, board)
    click(page, "th button", "model")
    field = "document.querySelector('select[name=\"sort by\"]')"
    assert page.value(f"{field}.options[{field}.selectedIndex].text") == "model"


def test_pairs_are_those_of_the_comparison(page: Page, board: str, made: Path) -> None:
    opened(page, f"{board}#/plots", "table.paired")
    by_model = {side.model: side for side in sides([RunView(read_lock(made), results(made), "run")])}
    best = by_model["openai/gpt-5.5"]
    found = compare_scores(by_model["vllm/mine"].counts, best.counts)
    line = next(text for text in texts(page, "table.paired tbody tr") if text.startswith("vllm/mine"))
    value, low, high = (
        f"{100 * each:+.1f}".replace("-", "−") for each in (found.value, found.low, found.high)
    )
    assert f"{value}{low} to {high}0 / 26worse" in line
    assert "cannot tell;" in next(text for text in texts(page, "table.paired tbody tr") if "acme" in text)
    choose(page, "against", "vllm/mine")
    turned = next(text for text in texts(page, "table.paired tbody tr") if text.startswith("openai"))
    assert "26 / 0better" in turned
    check_quiet(page, board)


def test_pass_at_k_is_drawn_where_there_are_several_samples(page: Page, board: str, tmp_path: Path) -> None:
    opened(page, report(tmp_path, write(tmp_path / "run", TWICE, turns=1)) + "#/plots", "path.curve")
    assert "pass@1 25.0 %, pass@2 50.0 %" in "".join(texts(page, ".legend"))
    opened(page, f"{board}#/plots", "table.paired")
    assert texts(page, "path.curve") == []
    assert any("two or more measured samples" in text for text in texts(page, "p.note"))
