"""How fast: every number of the report worked out by hand, and models that are at an end of the scale."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from speed_runs import Answer, E, P, Sample, Samples, W, view

from bench.errors import StoreError, UsageError
from bench.report import leaderboard
from bench.report.clocks import CLOCKS, attempts
from bench.report.comparison import unequal
from bench.report.leaderboard import RunView
from bench.report.speed import ClockSpeed, Speed, curve, speeds
from bench.report.speed_ratio import SpeedRatio, paired, speed_ratios
from bench.report.speed_tables import as_csv, as_json, notes, render
from bench.stats import Interval, cluster_bootstrap, log_rank, ratio_of_means, wilson
from bench.types import Outcome

DOCS = Path(__file__).parents[2] / "docs" / "debugging.md"
FAIL, FIX = Answer(W), Answer(P)
HOPELESS: Sample = [FAIL, FAIL, FAIL]
INSTANT: Sample = [Answer(P, output=0, input=0, seconds=0.0, microusd=0)]
NEVER_APPLIES: Sample = [Answer(Outcome.NO_CODE, rule="blocks")] * 3


def one_model(*problems: Sequence[Sample], turns: int = 3, **budgets: float) -> Speed:
    (only,) = speeds(attempts([view({"m": problems}, turns=turns)]), budgets)
    return only


def by(one: Speed, clock: str) -> ClockSpeed:
    return next(speed for speed in one.clocks if speed.clock.name == clock)


def ratios_of(samples: Samples, *, turns: int = 3, **budgets: float) -> dict[str, SpeedRatio]:
    """Of the first model named and the second one."""
    found = attempts([view(samples, turns=turns)])
    (pair,) = paired(found, *samples)
    return {one.clock.name: one for one in speed_ratios(*pair, budgets)}


def everywhere(samples: Samples, *, turns: int = 3) -> str:
    """All that is written and shown of it; nothing in it is NaN or infinite."""
    found = attempts([view(samples, turns=turns)])
    models = speeds(found, {})
    ratios = speed_ratios(*paired(found, *samples)[0], {}) if len(samples) == 2 else []
    out = io.StringIO()
    for table in render(models, ratios):
        Console(file=out, width=300).print(table)
    texts = [as_csv(models), as_json(models, ratios), out.getvalue(), *notes(models)]
    json.loads(texts[1], parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    whole = "\n".join(texts)
    words = {word.strip('",()[]│ ').lower() for word in whole.replace(",", " ").split()}
    assert not words & {"nan", "inf", "-inf", "infinity", "$nan", "$inf"}
    return whole


# --- one model ---------------------------------------------------------------------------------------------


def test_the_numbers_of_one_model_by_hand() -> None:
    """Solved in turn 2, in turn 1, never, and one that nobody measured."""
    one = one_model(
        [[Answer(W, output=10, seconds=1.0), Answer(P, output=20, seconds=3.0)]],
        [[Answer(P, output=5, seconds=0.5)]],
        [[Answer(W, output=8), Answer(W, output=8), Answer(W, output=8)]],
        [E],
    )
    assert [share.value for share in one.solved] == [1 / 3, 2 / 3, 2 / 3]
    assert one.solved[0][1:] == (wilson(1, 4).low, wilson(2, 4).high)
    assert one.solved[2][1:] == (wilson(2, 4).low, wilson(3, 4).high)
    turns, tokens, seconds = (by(one, name) for name in ("turns", "output_tokens", "model_s"))
    assert (turns.budget, tokens.budget, seconds.budget) == (3, 30, 4.0)
    assert turns.mean.value == pytest.approx((2 + 1 + 3) / 3)
    assert tokens.mean.value == pytest.approx((30 + 5 + 30) / 3)
    assert seconds.mean.value == pytest.approx((4.0 + 0.5 + 4.0) / 3)
    least, most = [1.0, 5 / 30, 1.0, 0.0], [1.0, 5 / 30, 1.0, 1.0]
    low, high = cluster_bootstrap(least).low, cluster_bootstrap(most).high
    assert tokens.mean[1:] == pytest.approx((30 * low, 30 * high))
    assert one.attempts.side.unmeasured == 1


def test_the_interval_of_a_mean_has_no_time_that_cannot_be() -> None:
    """Nothing is solved in less than a turn, whatever nobody measured; of one turn the mean is known."""
    one = by(one_model([[FIX]], [[FAIL, FIX]], [[FAIL, FAIL, FAIL]], [[FIX]], [E]), "turns")
    assert one.mean.value == pytest.approx((1 + 2 + 3 + 1) / 4)
    assert one.mean.low == pytest.approx(1 + 2 * cluster_bootstrap([0, 0.5, 1, 0, 0]).low)
    assert one.mean.high == pytest.approx(1 + 2 * cluster_bootstrap([0, 0.5, 1, 0, 1]).high)
    assert by(one_model([[FIX]], [[FAIL]], [[FAIL]], turns=1), "turns").mean == (1, 1, 1)


def test_each_clock_has_its_own_time() -> None:
    answers = [
        Answer(W, output=7, input=100, seconds=2.0, waited=8.0, judged=0.5, microusd=300),
        Answer(P, output=3, input=200, seconds=1.0, waited=4.0, judged=0.25, microusd=500),
    ]
    one = one_model([answers])
    assert {speed.clock.name: speed.budget for speed in one.clocks} == {
        "turns": 3, "output_tokens": 10, "total_tokens": 310, "model_s": 3.0,
        "end_to_end_s": 15.75, "usd": 0.0008,
    }  # fmt: skip
    assert {speed.clock.name: speed.mean.value for speed in one.clocks if speed.clock.name != "turns"} == {
        "output_tokens": 10, "total_tokens": 310, "model_s": 3.0, "end_to_end_s": 15.75, "usd": 0.0008,
    }  # fmt: skip
    assert by(one, "turns").mean.value == 2


def test_what_a_lost_try_cost_is_money_too() -> None:
    one = one_model([[Answer(W, microusd=300, lost_microusd=40), Answer(P, microusd=500)]])
    assert by(one, "usd").mean.value == pytest.approx(0.00084)


def test_an_unknown_clock_is_unknown_and_a_known_zero_is_zero() -> None:
    replayed = Answer(P, seconds=None, microusd=None)
    one = one_model([[replayed]], [[replayed]])
    for name in ("model_s", "end_to_end_s", "usd"):
        assert (by(one, name).budget, by(one, name).mean.value) == (None, None)
    assert by(one, "output_tokens").mean.value == 10
    free = one_model([[Answer(P, microusd=0)]])
    assert (by(free, "usd").budget, by(free, "usd").mean.value) == (0, 0)


def test_half_known_is_unknown() -> None:
    """A mean over the answers that happen to have a price is nobody's price."""
    one = one_model([[Answer(P)]], [[Answer(P, microusd=None)]], [[Answer(W, seconds=None), Answer(P)]])
    assert by(one, "usd").mean.value is None
    assert by(one, "model_s").mean.value is None
    assert by(one, "turns").mean.value == pytest.approx(4 / 3)


def test_budgets_are_the_same_for_all_models_of_a_suite_and_for_no_other() -> None:
    toy = view({"a": [[[Answer(P, output=10)]]], "b": [[[Answer(P, output=90)]]]})
    other = view({"a": [[[Answer(P, output=7)]]]}, suite="other", name="q")
    found = speeds(attempts([toy, other]), {})
    assert [
        (one.attempts.side.suite, one.attempts.side.model, by(one, "output_tokens").budget) for one in found
    ] == [
        ("other", "a", 7),
        ("toy", "a", 90),
        ("toy", "b", 90),
    ]


def test_a_smaller_budget_makes_what_came_later_unsolved() -> None:
    one = one_model([[Answer(P, output=10)]], [[Answer(P, output=40)]], output_tokens=20, turns=3)
    tokens = by(one, "output_tokens")
    assert (tokens.budget, tokens.mean.value, tokens.within.value) == (20, 15, 0.5)
    assert one.solved[-1].value == 1


def test_nobody_knows_what_more_turns_had_brought() -> None:
    with pytest.raises(UsageError, match="at most 2 turns"):
        speeds(attempts([view({"m": [[[FAIL, FAIL]]]}, turns=2)]), {"turns": 3})


@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.integers(0, 9)), min_size=1, max_size=3),
        min_size=1,
        max_size=6,
    )
)
def test_the_mean_is_the_area_above_the_curve_and_the_curve_ends_at_pass_at_1(problems: Any) -> None:
    def sample(turns: int, solved: bool, tokens: int) -> Sample:
        if not solved:
            return [Answer(W, output=tokens)] * 3
        return [Answer(W, output=tokens)] * (turns - 1) + [Answer(P, output=tokens)]

    run = view({"m": [[sample(*each) for each in epochs] for epochs in problems]})
    (one,) = speeds(attempts([run]), {})
    (row,) = leaderboard.rows([run])
    assert one.solved[-1].value == pytest.approx(row.pass_at_1)
    for name in ("turns", "output_tokens"):
        speed = by(one, name)
        steps = curve(one.attempts, speed.clock)
        assert steps is not None
        assert speed.budget is not None
        widths = np.diff([*steps.at, speed.budget])
        assert speed.mean.value == pytest.approx(float(widths @ (1 - steps.share)))
        assert steps.share[-1] == pytest.approx(row.pass_at_1)


def test_problems_weigh_the_same_whatever_was_measured_of_them() -> None:
    one = one_model([[FIX], [FIX], [FIX]], [HOPELESS, E, E])
    assert one.solved[0].value == 0.5
    assert by(one, "turns").mean.value == (1 + 3) / 2


def test_the_curve_by_hand() -> None:
    one = one_model([[Answer(P, output=4)]], [[Answer(P, output=4)]], [[Answer(P, output=9)]], [HOPELESS])
    steps = curve(one.attempts, CLOCKS[1])
    assert steps is not None
    assert (steps.at.tolist(), steps.share.tolist()) == ([0, 4, 9], [0, 0.5, 0.75])
    intervals = [wilson(count, 4) for count in (0, 2, 3)]
    assert [Interval(*ends) for ends in zip(steps.low, steps.high, strict=True)] == intervals
    assert curve(one_model([[Answer(P, output=None)]]).attempts, CLOCKS[1]) is None


# --- the ends of the scale ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", [HOPELESS, NEVER_APPLIES])
def test_a_model_that_never_fixes_takes_the_whole_budget_of_every_clock(sample: Sample) -> None:
    """Neither does one whose edits never apply: code was meant, and none came of it."""
    one = one_model(*[[sample]] * 10)
    assert [share.value for share in one.solved] == [0, 0, 0]
    assert one.solved[2].high == wilson(0, 10).high
    means = {speed.clock.name: (speed.mean.value, speed.budget) for speed in one.clocks}
    assert means == {
        "turns": (3, 3), "output_tokens": (30, 30), "total_tokens": (330, 330), "model_s": (3, 3),
        "end_to_end_s": (3, 3), "usd": (0.00015, 0.00015),
    }  # fmt: skip
    everywhere({"m": [[sample]] * 10})


def test_a_model_that_fixes_at_once_takes_nothing_but_its_turn() -> None:
    one = one_model(*[[INSTANT]] * 10)
    assert [share.value for share in one.solved] == [1, 1, 1]
    assert {speed.clock.name: speed.mean.value for speed in one.clocks} == {
        "turns": 1, "output_tokens": 0, "total_tokens": 0, "model_s": 0, "end_to_end_s": 0, "usd": 0,
    }  # fmt: skip
    everywhere({"m": [[INSTANT]] * 10})


def test_what_is_unmeasured_is_unknown_not_failed() -> None:
    one = one_model([E], [E, E])
    assert [share.value for share in one.solved] == [None] * 3
    low, high = cluster_bootstrap([0, 0]).low, cluster_bootstrap([1, 1]).high
    assert one.solved[2][1:] == (low, high) == (0, 1)
    assert all(speed.mean.value is None for speed in one.clocks)
    assert one.attempts.side.unmeasured == 3
    assert "unknown" in everywhere({"m": [[E], [E, E]]})
    assert "unknown" in everywhere({"m": [[E]], "n": [[E]]})


def test_one_problem_alone_has_numbers_and_hardly_an_interval() -> None:
    one = one_model([[FAIL, FIX]])
    assert [share.value for share in one.solved] == [0, 1, 1]
    assert one.solved[2][1:] == (wilson(1, 1).low, 1.0)
    assert by(one, "turns").mean.value == 2
    found = ratios_of({"a": [[[FAIL, FIX]]], "b": [[[FIX]]]})["turns"]
    assert (found.all.ratio[1:], found.all.problems) == ((None, None), 1)
    assert found.all.ratio.value == pytest.approx(2)
    assert found.all.why == "one problem has no interval"
    assert "one problem has no interval" in everywhere({"a": [[[FAIL, FIX]]], "b": [[[FIX]]]})


@pytest.mark.parametrize("first", [HOPELESS, INSTANT, NEVER_APPLIES, E, [FAIL, FIX]])
@pytest.mark.parametrize("second", [HOPELESS, INSTANT, NEVER_APPLIES, E, [FAIL, FIX]])
@pytest.mark.parametrize("problems", [1, 12])
def test_any_two_ends_are_compared_without_an_accident(first: Sample, second: Sample, problems: int) -> None:
    everywhere({"a": [[first]] * problems, "b": [[second]] * problems})


def test_a_run_of_one_turn_is_a_run_too() -> None:
    one = one_model([[FIX]], [[FAIL]], turns=1)
    assert [share.value for share in one.solved] == [0.5]
    assert (by(one, "turns").budget, by(one, "turns").mean.value) == (1, 1)


# --- two models --------------------------------------------------------------------------------------------


def tokens(*amounts: int) -> Sample:
    """Fails until the last; a negative one is not solved in it either."""
    return [
        Answer(W if amount is not amounts[-1] or amount < 0 else P, output=abs(amount)) for amount in amounts
    ]


def test_a_ratio_by_hand() -> None:
    slow = [[tokens(20)], [tokens(60)], [tokens(-40, -40, -41)], [tokens(10)]]
    fast = [[tokens(10)], [tokens(50)], [tokens(70)], [tokens(-1, -1, -2)]]
    found = ratios_of({"slow": slow, "fast": fast})["output_tokens"]
    x, y = [20, 60, 121, 10], [10, 50, 70, 121]
    assert found.budget == 121
    assert found.all.ratio == ratio_of_means(x, y, paired=True)[:3]
    assert found.all.ratio.value == pytest.approx(sum(x) / sum(y))
    assert (found.all.problems, found.all.why) == (4, "")
    assert found.solved.ratio == pytest.approx(ratio_of_means([20, 60], [10, 50], paired=True)[:3])
    assert found.solved.problems == 2


def test_the_log_rank_test_by_hand() -> None:
    """The second is first in all of four problems: 0 of 2 expected each time, a variance of 1/4 each."""
    both = {"slow": [[tokens(20)]] * 4, "fast": [[tokens(10)]] * 4}
    found = ratios_of(both)["output_tokens"]
    expected = log_rank([20] * 4 + [10] * 4, [True] * 8, [True] * 4 + [False] * 4, [0, 1, 2, 3] * 2)
    assert expected.chi2 == pytest.approx(4)
    assert found.p == pytest.approx(expected.p) == pytest.approx(0.0455, abs=5e-5)


def test_giving_up_early_is_no_excuse() -> None:
    """A model that fails in few tokens is still unsolved when the other one solves."""
    found = ratios_of({"terse": [[tokens(-1, -1, -2)]] * 8, "able": [[tokens(50)]] * 8})["output_tokens"]
    assert found.p is not None
    assert found.p < 0.01
    assert found.budget == 50
    assert found.all.ratio.value == 1, "with this budget both have used it all"
    assert ratios_of({"terse": [[HOPELESS]] * 8, "able": [[tokens(5)]] * 8})[
        "turns"
    ].all.ratio.value == pytest.approx(3)


def test_where_no_problem_differs_there_is_no_interval() -> None:
    found = ratios_of({"a": [[HOPELESS]] * 12, "b": [[[FIX]]] * 12})["turns"]
    assert (found.all.ratio.value, found.all.ratio.low) == (pytest.approx(3), None)
    assert found.all.why == "too few problems differ for an interval"
    assert (found.solved.ratio.value, found.solved.why) == (None, "no problem is solved for both")


def test_there_is_no_ratio_to_nothing() -> None:
    found = ratios_of({"a": [[[FIX]]] * 4, "b": [[INSTANT]] * 4})
    assert found["usd"].all.ratio.value is None
    assert found["usd"].all.why == "there is no ratio where one took nothing"
    assert found["turns"].all.ratio.value == 1


def test_a_clock_that_one_lacks_is_compared_on_no_account() -> None:
    found = ratios_of({"a": [[[Answer(P, seconds=None)]]] * 4, "b": [[[FIX]]] * 4})
    assert (found["model_s"].all.why, found["model_s"].p) == ("unknown for a", None)
    assert found["model_s"].solved.ratio.value is None
    assert found["output_tokens"].all.ratio.value == 1


def test_what_is_unmeasured_widens_the_interval_of_a_ratio() -> None:
    slow = [[tokens(20 + number)] for number in range(20)]
    fast = [[tokens(10 + number % 5)] for number in range(20)]
    whole = ratios_of({"slow": slow, "fast": fast})["output_tokens"].all
    lost = ratios_of({"slow": [*slow[:18], [E], [tokens(39)]], "fast": fast})["output_tokens"].all
    assert (whole.problems, lost.problems) == (20, 19)
    x, y = [20 + n for n in range(18)] + [39], [10 + n % 5 for n in range(18)] + [14]
    assert lost.ratio.value == pytest.approx(sum(x) / sum(y))
    least = ratio_of_means([*x[:18], 0, 39], [*y[:18], 13, 14], paired=True).low
    most = ratio_of_means([*x[:18], 39, 39], [*y[:18], 13, 14], paired=True).high
    assert lost.ratio[1:] == pytest.approx((least, most))
    assert whole.ratio.low is not None
    assert lost.ratio.low is not None
    assert lost.ratio.low < whole.ratio.low


def test_what_is_unmeasured_gives_even_one_problem_an_interval() -> None:
    """Of three problems one is known: twice as fast; the others say what could be."""
    slow, fast = [[tokens(20)], [tokens(30)], [tokens(25)]], [[tokens(10)], [E], [E]]
    found = ratios_of({"slow": slow, "fast": fast})["output_tokens"].all
    assert (found.ratio.value, found.problems) == (pytest.approx(2), 1)
    least = ratio_of_means([20, 30, 25], [10, 30, 30], paired=True)
    most = ratio_of_means([20, 30, 25], [10, 0, 0], paired=True)
    assert found.ratio.low == pytest.approx(min(least.low, most.low))
    assert found.ratio.high == pytest.approx(max(least.high, most.high))


def test_unequal_terms_are_said_in_every_line() -> None:
    found = attempts([view({"a": [[[FIX]]] * 4, "b": [[[FIX]]] * 4}, terms={"a": "aaa", "b": "bbb"})])
    ratios = speed_ratios(*paired(found, "a", "b")[0], {})
    assert {one.differs for one in ratios} == {unequal(found[0].side, found[1].side)} != {()}
    told = json.loads(as_json(speeds(found, {}), ratios))
    assert {one["equal_terms"] for one in told["ratios"]} == {False}
    *_, table = render(speeds(found, {}), ratios)
    out = io.StringIO()
    Console(file=out, width=300).print(table)
    assert out.getvalue().count(" UNEQUAL ") == len(CLOCKS)
    assert "UNEQUAL: terms aaa and bbb" in out.getvalue()


def test_a_name_that_several_models_answered_under_is_noted() -> None:
    drifted = view({"a": [[[Answer(P, served="x")]], [[Answer(P, served="y")]]]})
    (note,) = notes(speeds(attempts([drifted]), {}))
    assert note == "a on toy: not one model answered under this name but x, y"


def test_a_pair_may_be_in_two_runs_and_is_never_pooled() -> None:
    samples: Samples = {"a": [[[FIX]]], "b": [[[FAIL, FIX]]]}
    found = attempts([view(samples, name="one"), view({"a": [[[FIX]]]}, name="two")])
    with pytest.raises(UsageError, match="a ran toy in several runs"):
        paired(found, "a", "b")
    ((first, second),) = paired(found, "b", "two:a")
    assert (first.side.run, second.side.run) == ("one", "two")
    assert speed_ratios(first, second, {})[0].all.ratio.value == pytest.approx(2)


def test_a_result_that_the_lock_does_not_know_is_an_error() -> None:
    run = view({"a": [[[FIX]]]})
    with pytest.raises(StoreError, match="'a'"):
        attempts([RunView({**run.lock, "terms": {}}, run.results)])


# --- files -------------------------------------------------------------------------------------------------


def test_csv_has_a_line_for_each_clock_and_unknown_is_empty() -> None:
    short = view({"m": [[[Answer(P, seconds=None)]]]}, turns=1, suite="short", name="q")
    text = as_csv(speeds(attempts([view({"=m": [[[FAIL, FIX]], [HOPELESS]]}), short]), {}))
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(line["suite"], line["clock"]) for line in lines] == [
        (suite, clock.name) for suite in ("short", "toy") for clock in CLOCKS
    ]
    known, unknown = lines[len(CLOCKS)], lines[3]
    assert (known["model"], known["budget"], known["mean"]) == ("'=m", "3", "2.5")
    assert [known[f"solved_turn_{turn}"] for turn in (1, 2, 3)] == ["0", "0.5", "0.5"]
    assert (unknown["clock"], unknown["budget"], unknown["mean"]) == ("model_s", "", "")
    assert (unknown["solved_turn_1"], unknown["solved_turn_3"]) == ("1", "")


def test_the_docs_name_every_column_and_clock() -> None:
    text = DOCS.read_text(encoding="utf-8")
    header = next(csv.reader(io.StringIO(as_csv([one_model([[FIX]], turns=1)]))))
    named = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert named == [*(clock.name for clock in CLOCKS), *header]


def test_a_narrow_terminal_cuts_no_name_off() -> None:
    models = speeds(attempts([view({"vendor/a-model-of-a-long-name-2026-11-25": [[[FAIL, FIX]]]})]), {})
    out = io.StringIO()
    for table in render(models):
        Console(file=out, width=80).print(table)
    assert "…" not in out.getvalue()


def test_json_says_what_it_rests_on() -> None:
    samples: Samples = {"a": [[[FAIL, FIX]], [[FIX]], [HOPELESS]], "b": [[[FIX]], [[FAIL, FIX]], [[FIX]]]}
    found = attempts([view(samples)])
    told = json.loads(as_json(speeds(found, {}), speed_ratios(*paired(found, "a", "b")[0], {})))
    assert told["schema"] == "evenbench/speed@1"
    assert [(one["model"], one["run"], one["terms"]) for one in told["models"]] == [
        ("a", "r", "aaaaaaaaaaaa"),
        ("b", "r", "aaaaaaaaaaaa"),
    ]
    assert told["models"][0]["clocks"]["turns"]["mean"] == 2
    turns = told["ratios"][0]
    assert (turns["clock"], turns["first"], turns["second"], turns["ratio"]) == ("turns", "a", "b", 1.5)
    assert turns["only_both_solved"]["problems"] == 2
    assert turns["equal_terms"] is True


def test_answers_from_the_cache_are_marked() -> None:
    one = one_model([[Answer(P, cached=True)]], [[FIX]], [E])
    assert (one.attempts.cached, one.attempts.side.unmeasured) == (1, 1)
    unmeasured, cached = notes([one])
    assert "1 of 3 samples are unmeasured" in unmeasured
    assert "1 answers are from the cache" in cached
