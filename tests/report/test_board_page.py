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
from bench.stats import Counts, compare_scores, score_of, wilson

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
    labels = {
        problem: {
            "language": "python",
            "difficulty": "hard" if at < 10 else EVIL,
            "topic": "text" if at % 2 else "numbers",
        }
        for at, problem in enumerate(names_of(run))
    }
    (run / "labels.json").write_text(json.dumps({"toy": labels}), "utf-8")
    return run


def names_of(run: Path) -> list[str]:
    return sorted({key.problem for key in plan_of(run)})


@pytest.fixture(scope="module")
def board(made: Path) -> str:
    return report(made.parent, made)


def right_on(made: Path, names: list[str]) -> dict[str, int]:
    found = [one for one in results(made) if one.key.problem in names and one.outcome == "pass"]
    return {model: sum(one.key.model == model for one in found) for model in ONE}


def shown(page: Page, column: int) -> dict[str, str]:
    return dict(zip(models(page), texts(page, f"tr.row td:nth-child({column})"), strict=True))


def test_a_kind_of_problem_has_scores_of_its_own(page: Page, board: str, made: Path) -> None:
    opened(page, board)
    assert texts(page, "select[name='problems: difficulty'] option") == ["all", EVIL, "hard"]
    assert texts(page, "select[name='problems: language']") == [], "all are in Python"
    choose(page, "problems: difficulty", "hard")
    right = right_on(made, names_of(made)[:10])
    assert shown(page, 3) == {model: f"{100 * count / 10:.1f} %" for model, count in right.items()}
    low, high = wilson(right["vllm/mine"], 10)
    assert shown(page, 4)["vllm/mine"] == f"{100 * low:.1f} – {100 * high:.1f} %"
    assert texts(page, "tr.row td:first-child") == ["–", "–", "–"]
    assert "Only its 10 problems of difficulty: hard." in texts(page, "tr.board .apart")[0]
    choose(page, "problems: difficulty", "all")
    assert texts(page, "tr.row td:nth-child(3)")[0] == "90.0 %"
    check_quiet(page, board)


def test_kinds_can_be_combined(page: Page, board: str, made: Path) -> None:
    opened(page, board)
    choose(page, "problems: difficulty", "hard")
    choose(page, "problems: topic", "text")
    names = [name for at, name in enumerate(names_of(made)) if at < 10 and at % 2]
    right = right_on(made, names)
    assert shown(page, 3) == {model: f"{100 * count / 5:.1f} %" for model, count in right.items()}
    assert "Only its 5 problems of difficulty: hard, topic: text." in texts(page, "tr.board .apart")[0]
    choose(page, "problems: topic", "numbers")
    assert "Only its 5 problems of" in texts(page, "tr.board .apart")[0]
    choose(page, "problems: difficulty", "all")
    assert "Only its 20 problems of topic: numbers." in texts(page, "tr.board .apart")[0]


def test_an_opened_row_of_a_kind_says_nothing_of_the_whole(page: Page, board: str) -> None:
    opened(page, board)
    choose(page, "problems: difficulty", "hard")
    click(page, ".model", "vllm/mine")
    told = dict(zip(texts(page, ".details dt"), texts(page, ".details dd"), strict=True))
    assert (told["model"], told["problems"], told["samples_scored"]) == ("vllm/mine", "10", "10")
    whole = {"tries", "n_pass", "output_tokens", "cost_usd", "rank", "median_seconds", "pass_at_1_base"}
    assert whole.isdisjoint(told)


def test_a_run_without_labels_has_those_of_the_board(page: Page, made: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other", {"acme/late": ONE["vllm/mine"]}, turns=1)
    address = report(tmp_path, other, made)
    opened(page, address)
    choose(page, "problems: difficulty", "hard")
    assert shown(page, 3)["acme/late"] == shown(page, 3)["vllm/mine"]


def test_a_run_without_labels_offers_no_kinds_and_says_why(page: Page, tmp_path: Path) -> None:
    opened(page, report(tmp_path, write(tmp_path / "old", ONE, turns=1)))
    assert texts(page, "select[name^=problems]") == []
    assert any("these runs have no labels.json" in text for text in texts(page, "p.note"))


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
    assert found.p is not None
    assert found.p < 0.001
    assert f"{value}{low} to {high}< 0.0010 / 26worse" in line
    assert "cannot tell;" in next(text for text in texts(page, "table.paired tbody tr") if "acme" in text)
    choose(page, "against", "vllm/mine")
    turned = next(text for text in texts(page, "table.paired tbody tr") if text.startswith("openai"))
    assert "26 / 0better" in turned
    check_quiet(page, board)


def test_a_pair_that_nobody_can_tell_apart_has_its_p(page: Page, board: str, made: Path) -> None:
    opened(page, f"{board}#/plots", "table.paired")
    by_model = {side.model: side for side in sides([RunView(read_lock(made), results(made), "run")])}
    found = compare_scores(by_model["acme/own"].counts, by_model["openai/gpt-5.5"].counts)
    assert found.p is not None
    line = next(text for text in texts(page, "table.paired tbody tr") if text.startswith("acme/own"))
    assert f"{found.p:.3f}0 / 3cannot tell" in line


def test_the_same_price_added_up_otherwise_is_no_cheaper(page: Page, tmp_path: Path) -> None:
    """0.1 + 0.2 is more than 0.3 in a computer."""
    plain, summed = {"microusd": 150_000}, {"microusd": 50_000, "lost_microusd": 100_000}
    run = write(
        tmp_path / "run",
        {
            "a/worse": [[[Answer(P, **plain)]], [[Answer(W, **plain)]]],
            "b/better": [[[Answer(P, **summed)]]] * 2,
        },
        turns=1,
    )
    opened(page, f"{report(tmp_path, run)}#/plots", "svg.plot .point")
    lines = texts(page, ".legend li")
    assert [line.split(" ")[0] for line in lines if "on the front" in line] == ["b/better"]


def test_a_row_of_given_answers_is_marked(page: Page, tmp_path: Path) -> None:
    run = write(tmp_path / "run", {"a/given": [[[RIGHT]]], "b/asked": [[[RIGHT]]]}, turns=1)
    lock = json.loads((run / "lock.json").read_text("utf-8"))
    (run / "lock.json").write_text(json.dumps(lock | {"as_given": ["a/given"]}), "utf-8")
    opened(page, report(tmp_path, run))
    assert sorted(models(page)) == ["a/given self-reported", "b/asked"]


def test_a_row_of_the_heat_map_is_read_by_keys(page: Page, board: str) -> None:
    opened(page, f"{board}#/plots", "svg.heat")
    page.value("document.querySelector('svg.heat').focus()")
    told = "figure p[role=status]"
    page.press("End")
    last = texts(page, told)
    page.press("Home")
    first = texts(page, told)
    page.press("ArrowRight")
    second = texts(page, told)
    page.press("ArrowLeft")
    assert texts(page, told) == first != second != last
    assert "openai/gpt-5.5: 1 of 1 passed" in first[-1]
    assert "0 of 1 passed" in last[-1]
    page.press("Enter")
    page.until("document.querySelector('.answer')")
    assert first[-1].split(",")[0] in texts(page, ".sample h2")[0]


def test_plots_fit_a_phone(page: Page, board: str) -> None:
    page.look(width=390, height=844)
    page.open(f"{board}#/plots")
    page.until("document.querySelector('table.paired tbody tr')")
    assert page.value("document.documentElement.scrollWidth") <= 390
    assert page.value("document.querySelector('table.paired').scrollWidth") <= 390
    sizes = page.value(
        "[...document.querySelectorAll('svg.plot')].map((one) => one.getBoundingClientRect().width / "
        "one.viewBox.baseVal.width)"
    )
    assert all(size > 0.9 for size in sizes), "texts keep their size"


def test_two_runs_of_a_model_are_told_apart_in_plots(page: Page, made: Path, tmp_path: Path) -> None:
    again = write(tmp_path / "again", {"vllm/mine": ONE["vllm/mine"]}, turns=1)
    opened(page, f"{report(tmp_path, made, again)}#/plots", "table.heatmap")
    named = texts(page, "table.heatmap th")
    assert {"run: vllm/mine", "again: vllm/mine", "acme/own"} <= set(named)


def test_pass_at_k_is_drawn_where_there_are_several_samples(page: Page, board: str, tmp_path: Path) -> None:
    opened(page, report(tmp_path, write(tmp_path / "run", TWICE, turns=1)) + "#/plots", "path.curve")
    one, two = score_of(Counts.of([1] * 10 + [0] * 10, [2] * 20)), wilson(10, 20)
    ends = [f"({100 * found.low:.1f} – {100 * found.high:.1f})" for found in (one, two)]
    assert f"pass@1 25.0 % {ends[0]}, pass@2 50.0 % {ends[1]}" in "".join(texts(page, ".legend"))
    opened(page, f"{board}#/plots", "table.paired")
    assert texts(page, "path.curve") == []
    assert any("two or more measured samples" in text for text in texts(page, "p.note"))
