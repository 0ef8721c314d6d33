"""One name, several models: what answered under it is told apart, counted apart, and not ranked."""

from __future__ import annotations

from collections.abc import Sequence

from test_leaderboard import E, P, W, lock

from bench.report.leaderboard import Row, RunView, as_markdown, rows
from bench.results import Result
from bench.types import Outcome, Params, SampleKey, Stop, Usage

Sample = tuple[Outcome, str, str]
"""Outcome, served model, provider."""


def results(samples: Sequence[Sample], *, model: str = "m", suite: str = "toy") -> list[Result]:
    """One problem each."""
    return [
        Result(
            SampleKey(suite, f"p{number}", model, 0),
            outcome,
            stop=None if outcome is E else Stop.END,
            served_model=served,
            provider=provider,
            usage=Usage(10, output_total=number),
            cost_microusd=1_000_000,
        )
        for number, (outcome, served, provider) in enumerate(samples)
    ]


def found(samples: Sequence[Sample]) -> list[Row]:
    return rows([RunView(lock("m"), results(samples))])


def test_another_model_under_the_same_name_has_a_row_of_its_own() -> None:
    """DeepSeek let other weights answer under an id within five weeks: pooled, neither would be measured."""
    first, second = found([(P, "m-0613", "v"), (P, "m-0613", "v"), (W, "m-0910", "v"), (P, "m-0910", "v")])
    assert (first.served_model, first.pass_at_1, first.samples_planned, first.problems) == (
        "m-0613",
        1.0,
        2,
        2,
    )
    assert (second.served_model, second.pass_at_1, second.samples_planned) == ("m-0910", 0.5, 2)
    assert (first.drift, second.drift) == ("m-0910 (v)", "m-0613 (v)")
    assert (first.rank, second.rank) == (None, None)
    assert (first.cost_usd, first.output_tokens, second.output_tokens) == (2.0, 1, 5)


def test_another_upstream_of_the_same_model_is_drift_too() -> None:
    """Unpinned upstreams of one open-weights model were 16.6 points apart."""
    first, second = found([(P, "org/m", "DeepInfra"), (W, "org/m", "Novita")])
    assert (first.provider, second.provider) == ("DeepInfra", "Novita")
    assert (first.drift, second.drift) == ("org/m (Novita)", "org/m (DeepInfra)")


def test_names_are_compared_as_they_stand() -> None:
    assert len(found([(P, "gpt-5", "v"), (P, "gpt-5-2025-08-07", "v")])) == 2
    assert len(found([(P, "gpt-5", "v"), (P, "gpt-5", "v")])) == 1


def test_what_nobody_answered_belongs_to_none_of_several() -> None:
    """The rows add up to the plan, and no model is charged with another one's outage."""
    several = found([(P, "a", "v"), (E, "", ""), (W, "b", "v"), (P, "", "v"), (Outcome.NOT_RUN, "", "")])
    assert sum(row.samples_planned for row in several) == 5
    nobody = next(row for row in several if not row.served_model)
    assert (nobody.samples_planned, nobody.samples_scored, nobody.samples_unmeasured) == (3, 1, 2)
    assert nobody.drift == "a (v); b (v)"
    assert all(row.samples_unmeasured == 0 for row in several if row.served_model)


def test_one_model_that_failed_to_say_so_now_and_then_is_one_row_as_before() -> None:
    (row,) = found([(P, "a", "v"), (E, "", ""), (W, "", "v"), (P, "a", "v")])
    assert (row.served_model, row.drift, row.rank) == ("a", "", 1)
    assert (row.samples_planned, row.samples_scored, row.pass_at_1) == (4, 3, 2 / 3)
    assert (row.bound_low, row.bound_high) == (0.5, 0.75)


def test_pooling_keeps_the_order_of_the_plan() -> None:
    """The bootstrap draws by place: a row must not change with who happened to answer first."""
    outcomes = [P, W, E, P, W, P]
    named = [(outcome, "" if outcome is E else "a", "v") for outcome in outcomes]
    unnamed = [(outcome, "", "v") for outcome in outcomes]
    first, second = found(named)[0], found(unnamed)[0]
    assert (first.ci_low, first.ci_high, first.pass_at_1) == (second.ci_low, second.ci_high, second.pass_at_1)


def test_a_model_that_drifted_between_suites_is_marked_in_both_and_ranked_in_neither() -> None:
    both = {**lock("m"), "suites": [*lock("m")["suites"], *lock("m", suite="other")["suites"]]}
    both["judges"] = {"toy": "calls@1", "other": "calls@1"}
    both["terms"] = {"toy": {"m": "t"}, "other": {"m": "t"}}
    samples = [*results([(P, "a", "v")]), *results([(P, "b", "v")], suite="other")]
    found = rows([RunView(both, samples)])
    assert [(row.suite, row.served_model, row.drift, row.rank) for row in found] == [
        ("other", "b", "a (v)", None),
        ("toy", "a", "b (v)", None),
    ]


def test_a_neighbour_without_drift_keeps_its_rank() -> None:
    samples = results([(W, "a", "v"), (P, "b", "v")]) + results([(P, "s", "v")] * 2, model="steady")
    found = rows([RunView(lock("m", "steady"), samples)])
    assert {row.model: row.rank for row in found} == {"m": None, "steady": 1}


def test_two_runs_with_different_models_behind_a_name_are_two_runs_not_drift() -> None:
    first, second = ([(P, name, "v")] for name in ("a", "b"))
    found = rows([RunView(lock("m"), results(one), run) for run, one in (("1", first), ("2", second))])
    assert [row.drift for row in found] == ["", ""]


def test_people_see_it_where_they_read_the_name() -> None:
    text = as_markdown(found([(P, "a", "v"), (P, "b", "v"), (E, "", "")]))
    assert "m as a (drift)" in text
    assert "m as nobody (drift)" in text


def test_asked_sent_and_dropped_parameters_stand_in_the_row() -> None:
    asked = {**lock("m", "reference"), "system": "Be brief."}
    asked["params"] = {"max_tokens": 64, "temperature": None, "seed": 7, "effort": "xhigh", "stop": []}
    sent = [{"max_completion_tokens": 64, "reasoning": {"effort": "high"}, "seed": seed} for seed in range(6)]
    answers = [
        Result(SampleKey("toy", "p0", "m", epoch), P, stop=Stop.END, sent=one, dropped=("temperature",))
        for epoch, one in enumerate(sent)
    ]
    answers.append(Result(SampleKey("toy", "p0", "reference", 0), P, stop=Stop.END))
    row, reference = rows([RunView(asked, answers)])
    assert row.params_asked == 'effort="xhigh"; max_tokens=64; seed=7'
    assert row.params_sent == 'max_completion_tokens=64; reasoning={"effort":"high"}; seed=0|1|2|3|...'
    assert row.dropped_params == "temperature"
    assert row.system.startswith("sha256:")
    assert (reference.params_asked, reference.params_sent, reference.system) == ("", "", "")


def test_what_was_asked_has_names() -> None:
    assert Params(max_tokens=1, temperature=0.0, stop=("a",)).asked == ("max_tokens", "stop", "temperature")
    assert Params().asked == ()
