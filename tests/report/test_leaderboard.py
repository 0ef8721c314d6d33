"""Rows from results: what counts, what is only missing, who is ranked beside whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from bench.errors import StoreError
from bench.report.leaderboard import Row, RunView, rows
from bench.results import Result
from bench.stats import Counts, cost_per_solved, wilson
from bench.types import CheckGroup, Outcome, SampleKey, Stop, Usage

P, W, E = Outcome.PASS, Outcome.WRONG_ANSWER, Outcome.PROVIDER_ERROR


def lock(
    *models: str, suite: str = "toy", total: int = 4, limited: bool = False, terms: str = "aaaaaaaaaaaa"
) -> Any:
    return {
        "bench": "0.1.0",
        "suites": [
            {
                "name": suite,
                "version": "1",
                "track": "generation",
                "problems": 4,
                "total": total,
                "limited": limited,
                "data": {"sha256": "d1"},
                "prompts": ["chat@1", "complete@1"],
                "prompt": "chat@1",
            }
        ],
        "models": list(models),
        "as_given": [model for model in models if model == "reference"],
        "epochs": 1,
        "extractor": "rules@2",
        "judges": {suite: "calls@1"},
        "sandbox": {"engine": "docker", "image": "sha256:1"},
        "terms": {suite: dict.fromkeys(models, terms)},
    }


def results(model: str, outcomes: Sequence[Sequence[Outcome]], **more: Any) -> Iterator[Result]:
    """``outcomes[problem][epoch]``."""
    for problem, epochs in enumerate(outcomes):
        for epoch, outcome in enumerate(epochs):
            stop = None if outcome.cause in ("provider", "budget") else Stop.END
            given = more if stop else {}
            yield Result(SampleKey("toy", f"p{problem}", model, epoch), outcome, stop=stop, **given)


def row_of(outcomes: Sequence[Sequence[Outcome]], **more: Any) -> Row:
    (row,) = rows([RunView(lock("m"), results("m", outcomes, **more))])
    return row


def test_one_sample_a_problem_has_wilsons_interval() -> None:
    row = row_of([[P], [P], [P], [W]])
    assert (row.pass_at_1, row.ci_method, row.epochs) == (0.75, "wilson", 1)
    assert (row.ci_low, row.ci_high) == wilson(3, 4)
    assert (row.bound_low, row.bound_high) == (0.75, 0.75)


def test_several_samples_a_problem_count_as_fewer_as_they_are_alike() -> None:
    row = row_of([[P, P, W], [W, W, W], [P, P, P], [P, W, W]])
    assert row.pass_at_1 == pytest.approx((2 / 3 + 0 + 1 + 1 / 3) / 4)
    assert row.ci_method == "wilson, effective n"
    assert row.ci_low < row.pass_at_1 < row.ci_high
    alike, mixed = row_of([[P, P], [W, W]] * 20), row_of([[P, W], [W, P]] * 20)
    assert (alike.pass_at_1, mixed.pass_at_1) == (0.5, 0.5)
    assert alike.ci_low <= wilson(20, 40).low < mixed.ci_low
    assert mixed.ci_low == pytest.approx(wilson(40, 80).low, abs=0.001)


def test_an_infrastructure_fault_is_not_a_wrong_answer() -> None:
    """36 of 730 runs ended by a rate limit were once counted as failures: 1.3 points."""
    row = row_of([[P], [P], [W], [E]])
    assert row.pass_at_1 == pytest.approx(2 / 3)
    assert (row.samples_planned, row.samples_scored, row.samples_unmeasured) == (4, 3, 1)
    assert (row.bound_low, row.bound_high) == (0.5, 0.75)


def test_what_is_unmeasured_widens_the_interval_both_ways() -> None:
    row = row_of([[P], [P], [W], [E]])
    assert (row.ci_low, row.ci_high) == (wilson(2, 4).low, wilson(3, 4).high)
    several = row_of([[P, P], [P, W], [W, W], [P, E]] * 8)
    complete = row_of([[P, P], [P, W], [W, W], [P, P]] * 8)
    assert several.ci_low < complete.ci_low
    assert several.ci_high == complete.ci_high


def test_the_denominator_is_the_plan_not_what_finished() -> None:
    row = row_of([[Outcome.NOT_RUN], [Outcome.NOT_RUN], [Outcome.NOT_RUN], [Outcome.NOT_RUN]])
    assert (row.pass_at_1, row.rank, row.samples_planned) == (None, None, 4)
    assert (row.bound_low, row.bound_high, row.ci_low, row.ci_high) == (
        0.0,
        1.0,
        wilson(0, 4).low,
        wilson(4, 4).high,
    )


def test_every_outcome_has_its_count() -> None:
    row = row_of([[outcome] for outcome in Outcome])
    cells = row.cells()
    assert {name: cells[name] for name in cells if name.startswith("n_")} == {
        f"n_{o.value}": 1 for o in Outcome
    }
    assert row.truncated_share == row.refused_share == pytest.approx(1 / 10)


def test_pass_at_k_is_there_only_where_every_problem_has_k_measured_samples() -> None:
    ten = row_of([[P] + [W] * 9, [W] * 10])
    assert (ten.pass_at_5, ten.pass_at_10, ten.pass_at_100) == (pytest.approx(0.25), 0.5, None)
    one_lost = row_of([[P] + [W] * 9, [W] * 9 + [E]])
    assert (one_lost.pass_at_5, one_lost.pass_at_10) == (pytest.approx(0.25), None)


def test_base_checks_have_a_score_of_their_own() -> None:
    def sample(number: int, outcome: Outcome, *groups: CheckGroup) -> Result:
        return Result(SampleKey("toy", f"p{number}", "m", 0), outcome, stop=Stop.END, groups=groups)

    both = sample(0, P, CheckGroup("base", 3, 3, 3), CheckGroup("plus", 9, 9, 9))
    base_only = sample(1, W, CheckGroup("base", 3, 3, 3), CheckGroup("plus", 4, 3, 9))
    neither = sample(2, W, CheckGroup("base", 2, 1, 3))
    cut_short = sample(3, Outcome.TIME_LIMIT, CheckGroup("base", 2, 2, 3))
    no_code = sample(4, Outcome.NO_CODE)
    (row,) = rows([RunView(lock("m"), [both, base_only, neither, cut_short, no_code])])
    assert (row.pass_at_1, row.pass_at_1_base) == (0.2, 0.4)
    assert row_of([[P]]).pass_at_1_base is None


def test_an_unknown_price_is_unknown_and_a_known_zero_is_zero() -> None:
    assert row_of([[P], [W]]).cost_usd is None
    assert row_of([[P], [W]], cost_microusd=0).cost_usd == 0.0
    assert row_of([[P], [W]], cost_microusd=250_000).cost_usd == 0.5


def test_half_a_bill_is_unknown_but_what_was_never_answered_costs_nothing() -> None:
    priced = Result(
        SampleKey("toy", "p0", "m", 0), P, stop=Stop.END, cost_microusd=7, usage=Usage(1, output_total=2)
    )
    unpriced = Result(SampleKey("toy", "p1", "m", 0), P, stop=Stop.END)
    failed = Result(SampleKey("toy", "p2", "m", 0), E)
    (half,) = rows([RunView(lock("m"), [priced, unpriced])])
    (whole,) = rows([RunView(lock("m"), [priced, failed])])
    assert (half.cost_usd, half.output_tokens) == (None, None)
    assert (whole.cost_usd, whole.input_tokens, whole.output_tokens, whole.reasoning_tokens) == (
        7e-6,
        1,
        2,
        None,
    )


def test_what_was_served_and_dropped_is_shown() -> None:
    row = row_of(
        [[P], [W]],
        served_model="m-0613",
        dropped=("seed", "temperature"),
        isolation="tamper_proof",
        seconds=2.5,
    )
    assert (row.served_model, row.dropped_params) == ("m-0613", "seed; temperature")
    assert (row.isolation, row.median_seconds) == ("tamper_proof", 2.5)


def ranks(*runs: RunView) -> dict[tuple[str, str], int | None]:
    return {(row.model, row.terms): row.rank for row in rows(runs)}


def run_of(model: str, passed: int, **more: Any) -> RunView:
    return RunView(lock(model, **more), list(results(model, [[P]] * passed + [[W]] * (4 - passed))))


def test_equal_scores_share_a_rank() -> None:
    found = ranks(run_of("a", 2), run_of("b", 3), run_of("c", 3), run_of("d", 4))
    assert list(found.items()) == [
        (("d", "aaaaaaaaaaaa"), 1),
        (("b", "aaaaaaaaaaaa"), 2),
        (("c", "aaaaaaaaaaaa"), 2),
        (("a", "aaaaaaaaaaaa"), 4),
    ]


def test_a_rank_says_which_others_the_intervals_leave_open() -> None:
    """1 and 2 with intervals that overlap are no first and second."""
    views = [
        RunView(lock(model), list(results(model, [[P]] * passed + [[W]] * (100 - passed))))
        for model, passed in (("a", 90), ("b", 85), ("c", 40), ("reference", 100))
    ]
    assert {row.model: (row.rank, row.rank_best, row.rank_worst) for row in rows(views)} == {
        "a": (1, 1, 2),
        "b": (2, 1, 2),
        "c": (3, 3, 3),
        "reference": (None, None, None),
    }


def test_answers_that_came_from_a_file_are_marked() -> None:
    asked, given = rows([run_of("m", 3), run_of("reference", 4)])
    assert (asked.evidence, given.evidence) == ("asked", "given")


def test_a_solved_problem_costs_what_all_samples_did() -> None:
    priced = row_of([[P], [P], [P], [W]], cost_microusd=3_000_000, lost_microusd=1_000_000)
    assert priced.cost_per_solved_usd == pytest.approx(16 / 3)
    assert row_of([[W], [W]], cost_microusd=1).cost_per_solved_usd is None
    assert row_of([[P], [W]], cost_microusd=None).cost_per_solved_usd is None


def test_what_a_solved_problem_costs_has_an_interval() -> None:
    outcomes = [[P, P], [P, W], [W, W], [P, W]] * 8
    row = row_of(outcomes, cost_microusd=1_000_000, lost_microusd=500_000)
    counts = Counts.of([2, 1, 0, 1] * 8, [2] * 32)
    found = cost_per_solved([3.0] * 32, counts)
    assert row.cost_per_solved_usd == pytest.approx(found.value) == pytest.approx(3)
    assert (row.cost_per_solved_low, row.cost_per_solved_high) == pytest.approx((found.low, found.high))
    assert found.low < 2.9 < 3.1 < found.high


def test_the_interval_of_a_cost_takes_what_is_unmeasured_both_ways() -> None:
    lost = Outcome.SANDBOX_ERROR
    whole = row_of([[P], [W], [P], [P]] * 8, cost_microusd=100, lost_microusd=0)
    row = row_of([[P], [W], [P], [lost]] * 8, cost_microusd=100, lost_microusd=0)
    wrong = row_of([[P], [W], [P], [W]] * 8, cost_microusd=100, lost_microusd=0)
    assert row.cost_per_solved_low == whole.cost_per_solved_low
    assert row.cost_per_solved_high == wrong.cost_per_solved_high
    waiting = row_of([[P], [W], [Outcome.NOT_RUN]] * 8, cost_microusd=100, lost_microusd=0)
    assert waiting.cost_per_solved_usd is not None
    assert (waiting.cost_per_solved_low, waiting.cost_per_solved_high) == (None, None)
    assert row_of([[P]], cost_microusd=100, lost_microusd=0).cost_per_solved_high is None


def test_prices_have_the_days_of_the_answers() -> None:
    days = ["2026-11-25T23:59:59.999+00:00", "2026-11-27T00:00:00.000+00:00", "2026-11-26T12:00:00.000+00:00"]
    found = [result for day in days for result in results("m", [[P]], asked_at=(day,))]
    assert rows([RunView(lock("m"), found)])[0].price_date == "2026-11-25/2026-11-27"
    assert rows([RunView(lock("m"), found[:1])])[0].price_date == "2026-11-25"
    assert row_of([[P]]).price_date == ""


def test_the_price_list_is_named_with_the_files_that_come_first() -> None:
    run = RunView(lock("m"), list(results("m", [[P]])))
    assert rows([run])[0].prices == ""
    prices = {"library": "genai-prices", "version": "1.2", "own_sha256": "", "overrides_sha256": "ab" * 32}
    priced = RunView({**run.lock, "prices": prices}, run.results)
    assert rows([priced])[0].prices == "overrides abababababab; genai-prices 1.2"


def test_rows_of_other_terms_are_not_ranked_together() -> None:
    assert ranks(run_of("a", 4), run_of("b", 1, terms="bbbbbbbbbbbb")) == {
        ("a", "aaaaaaaaaaaa"): 1,
        ("b", "bbbbbbbbbbbb"): 1,
    }


def test_a_limited_score_is_marked_and_not_ranked_beside_a_full_one() -> None:
    """The first 40 problems of HumanEval show 80 % where the whole shows 57 %."""
    full, limited = rows([run_of("full", 1), run_of("part", 4, limited=True, total=164)])
    assert (full.model, full.rank, full.limited) == ("full", 1, False)
    assert (limited.model, limited.rank, limited.limited, limited.problems_total) == ("part", 1, True, 164)


def test_the_reference_is_shown_below_and_not_ranked() -> None:
    found = rows([run_of("reference", 4), run_of("a", 1)])
    assert [(row.model, row.rank, row.prompt) for row in found] == [
        ("a", 1, "chat@1"),
        ("reference", None, "as given"),
    ]


def test_runs_are_never_pooled_under_one_name() -> None:
    """``replay/samples.jsonl`` may be another file in another run."""
    first, second = run_of("m", 4), run_of("m", 2)
    found = rows([RunView(second.lock, second.results, "two"), RunView(first.lock, first.results, "one")])
    assert [(row.run, row.rank, row.samples_planned) for row in found] == [("one", 1, 4), ("two", 2, 4)]


def test_the_order_of_runs_does_not_show() -> None:
    runs = [run_of("a", 2), run_of("b", 3), run_of("c", 3, terms="cccccccccccc"), run_of("reference", 4)]
    assert rows(runs) == rows(reversed(runs))


def test_a_result_that_the_lock_does_not_know_is_an_error() -> None:
    with pytest.raises(StoreError, match="'stranger'"):
        rows([RunView(lock("m"), results("stranger", [[P]]))])


def test_no_results_give_no_rows() -> None:
    assert rows([]) == rows([RunView(lock("m"), [])]) == []


def test_results_are_streamed_not_kept() -> None:
    """Memory must not grow with the samples: no more than one result is alive at a time."""
    import gc
    import weakref

    class Tracked(str):
        __slots__ = ("__weakref__",)

    alive: weakref.WeakSet[Tracked] = weakref.WeakSet()
    most = 0

    def stream() -> Iterator[Result]:
        nonlocal most
        for epoch in range(50):
            detail = Tracked(f"detail {epoch}")
            alive.add(detail)
            most = max(most, len(alive))
            yield Result(SampleKey("toy", "p0", "m", epoch), W, detail=detail, stop=Stop.END)
            del detail
            gc.collect()

    assert rows([RunView(lock("m"), stream())])[0].samples_planned == 50
    assert most <= 2


def test_tries_times_and_answers_that_were_not_asked_for_alone_are_counted() -> None:
    def sample(number: int, **more: Any) -> Result:
        return Result(SampleKey("toy", f"p{number}", "m", 0), P, stop=Stop.END, **more)

    samples = [
        sample(0, tries=3, seconds=1.0, first_byte_s=0.5, queue_s=0.0, usage=Usage(10, 4)),
        sample(1, cached=True, seconds=3.0, first_byte_s=0.7, queue_s=2.0, usage=Usage(10, 6)),
        sample(2, batched=True, usage=Usage(10, 0)),
        Result(SampleKey("toy", "p3", "m", 0), E, tries=6),
    ]
    (row,) = rows([RunView(lock("m"), samples)])
    assert (row.tries, row.answers_cached, row.answers_batched) == (11, 1, 1)
    assert (row.median_seconds, row.median_first_byte_seconds, row.median_queue_seconds) == (2.0, 0.6, 1.0)
    assert (row.input_tokens, row.cached_input_tokens) == (30, 10)
