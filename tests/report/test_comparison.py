"""Who is better: numbers worked out by hand, what is missing taken at its worst, who may be compared."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from speed_runs import Answer, E, P, Sample, Samples, W, lock_of, view

from bench.errors import StoreError, UsageError
from bench.report.comparison import Compared, check_equal, compare, corrected, split, unequal
from bench.report.comparison_tables import LEGEND, as_json, lines, notes, render
from bench.report.leaderboard import RunView
from bench.report.sides import Side, labels, pairs, sides
from bench.report.terms import settings as settings_of
from bench.stats import Counts, compare_scores, tango
from bench.types import Outcome

YES, NO = [Answer(P)], [Answer(W)]


def coins(*passed: int) -> list[list[Sample]]:
    """One sample of each problem."""
    return [[YES if one else NO] for one in passed]


def several(k: int, *passed: int) -> list[list[Sample]]:
    return [[YES] * right + [NO] * (k - right) for right in passed]


def found(samples: Samples, **more: Any) -> list[Side]:
    return sides([view(samples, turns=1, **more)])


def compared(samples: Samples, **more: Any) -> Compared:
    """The first named against the second."""
    (pair,) = pairs(found(samples, **more), *samples)
    return compare(*pair)


def shown(whole: Sequence[Compared], splits: Sequence[Sequence[Compared]] = ()) -> str:
    """All that is printed and written of it; nothing in it is NaN or infinite."""
    out = io.StringIO()
    for table in render(whole, splits):
        Console(file=out, width=300).print(table)
    written = as_json(whole, splits)
    json.loads(written, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    whole_text = "\n".join([out.getvalue(), *lines(whole), *notes(whole, splits)])
    assert "nan" not in whole_text.lower().split()
    return whole_text


AIRWAYS = {
    "a": coins(*[1] * 1, *[1] * 1, *[0] * 7, *[0] * 12),
    "b": coins(*[1] * 1, *[0] * 1, *[1] * 7, *[0] * 12),
}
"""1 and 7 discordant of 21: Bentur et al. 2009, as in Fagerland, Lydersen and Laake 2014."""


# --- the numbers -------------------------------------------------------------------------------------------


def test_one_sample_a_problem_by_hand() -> None:
    """Of 8 discordant, 1 for the first: 2 * (1 + 8 / 2) / 256, and Tango's interval as printed there."""
    one = compared(AIRWAYS)
    assert one.value == pytest.approx(-6 / 21)
    assert (one.low, one.high) == pytest.approx((-0.517, -0.026), abs=5e-4)
    assert one.p == pytest.approx(10 / 256)
    assert one.better() == "second"
    assert one.missing == 0
    assert one.least is one.most is one.measured
    assert [each.problem for each in one.ahead[0]] == ["p001"]
    assert [each.problem for each in one.ahead[1]] == [f"p{number:03}" for number in range(2, 9)]
    assert one.ahead[0][0] == ("p001", (1, 1), (0, 1))


def test_five_samples_a_problem_by_hand() -> None:
    """Differences of 2, 1 and 1 fifths: 2 of 8 ways to set the signs are as extreme; mid-p is half of it."""
    one = compared({"a": several(5, 5, 3, 1, 4), "b": several(5, 3, 2, 0, 4)})
    assert one.value == pytest.approx(4 / 20)
    assert one.p == pytest.approx(0.125)
    assert one.better() == ""
    assert [each[1:] for each in one.ahead[0]] == [((5, 5), (3, 5)), ((3, 5), (2, 5)), ((1, 5), (0, 5))]
    assert one.ahead[1] == ()
    assert (one.first.epochs, one.second.epochs) == (5, 5)


def test_a_problem_counts_once_however_often_it_was_asked() -> None:
    """One sample of the one, five of the other: 1 - 3/5 and 0 - 1/5, not 1/2 - 4/10."""
    one = compared({"a": coins(1, 0), "b": several(5, 3, 1)})
    assert one.value == pytest.approx((2 / 5 - 1 / 5) / 2)
    assert "5 samples of a problem" in " ".join(notes([one]))


def test_a_ratio_is_of_the_scores() -> None:
    (pair,) = pairs(found({"a": coins(*[1] * 40, *[0] * 10), "b": coins(*[1] * 20, *[0] * 30)}))
    one = compare(*pair, scale="ratio")
    assert one.value == pytest.approx(2)
    assert 1 < one.low < 2 < one.high
    assert one.better() == "first"
    assert "A / B" in shown([one])
    nothing = compare(*pairs(found({"a": coins(1, 1), "b": coins(0, 0)}))[0], scale="ratio")
    assert json.loads(as_json([nothing]))["comparisons"][0]["value"] is None
    assert "unbounded" in shown([nothing])
    neither = compare(*pairs(found({"a": coins(0, 0), "b": coins(0, 0)}))[0], scale="ratio")
    assert (neither.better(), neither.p) == ("", 1)
    assert "unknown" in shown([neither])


def test_a_dialogue_counts_by_its_last_turn_and_an_unfinished_one_is_missing() -> None:
    mended: Sample = [Answer(W), Answer(P)]
    one = compare(*pairs(sides([view({"a": [[mended], [NO * 2]], "b": [[NO * 3], [NO * 3]]}, turns=3)]))[0])
    assert (one.measured.first.value, one.measured.second.value) == (1, 0)
    assert (one.missing, one.first.unmeasured) == (1, 1)


def test_three_models_are_corrected_by_holm() -> None:
    """Discordant 6:0, 5:0 and 0:1, so p is 1/64, 1/32 and 1/2: times 3, 2 and 1."""
    a, b, c = [1] * 6 + [0] * 6, [0] * 12, [1] + [0] * 11
    whole = [compare(*pair) for pair in pairs(found({"a": coins(*a), "b": coins(*b), "c": coins(*c)}))]
    assert [(one.first.model, one.second.model) for one in whole] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert [one.p for one in whole] == pytest.approx([1 / 64, 1 / 32, 1 / 2])
    assert corrected(whole) == pytest.approx([3 / 64, 2 / 32, 1 / 2])
    text = shown(whole)
    assert "A is better" in text
    assert "no difference shown, for so many comparisons; detectable: " in text
    told = json.loads(as_json(whole))["comparisons"]
    assert [one["better"] for one in told] == ["first", None, None]
    assert [one["p_holm"] for one in told] == pytest.approx([3 / 64, 2 / 32, 1 / 2], abs=1e-6)


def test_no_difference_stands_beside_what_could_have_been_found() -> None:
    one = compared({"a": coins(*[1, 0] * 20), "b": coins(*[1, 0] * 20)})
    assert (one.value, one.p, one.better()) == (0, 1, "")
    assert one.detectable > 0.05
    assert f"no difference shown; detectable: {100 * one.detectable:.1f} points" in shown([one])
    assert LEGEND in notes([one])
    assert LEGEND not in notes([compared(AIRWAYS)])


counts = st.lists(st.tuples(*[st.integers(0, 3)] * 2, st.sampled_from("nab ")), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(counts)
def test_any_two_sides_can_be_told_and_turned_round(problems: Any) -> None:
    """The last of each says which of the two has a sample that nobody measured there."""

    def samples(at: int, name: str) -> list[list[Sample]]:
        return [[*several(3, each[at])[0], *([E] if each[2] == name else [])] for each in problems]

    both = {"a": samples(0, "a"), "b": samples(1, "b")}
    (pair,) = pairs(found(both), "a", ["b"])
    one, other = compare(*pair), compare(*pair[::-1])
    assert one.low <= one.value <= one.high
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low), abs=1e-6)
    assert one.p == pytest.approx(other.p)
    assert {one.better(), other.better()} in ({""}, {"first", "second"})
    assert (one.ahead[0], one.ahead[1]) == tuple(
        tuple(replace_sides(each) for each in ahead) for ahead in reversed(other.ahead)
    )
    shown([one])


def replace_sides(one: Any) -> Any:
    return type(one)(one.problem, one.second, one.first)


# --- what is missing ---------------------------------------------------------------------------------------


def test_what_is_unmeasured_is_no_failure_and_is_taken_at_its_worst() -> None:
    """20 problems, 14 and 4 right; of two more of the first nobody knows."""
    a = [*coins(*[1] * 14, *[0] * 6), [E], [E]]
    b = coins(*[1] * 4, *[0] * 16, 0, 0)
    one = compared({"a": a, "b": b})
    assert one.value == pytest.approx(10 / 20)
    assert (one.bounds.low, one.bounds.high) == pytest.approx((14 / 22 - 4 / 22, 16 / 22 - 4 / 22))
    assert one.measured.interval == pytest.approx(tango(10, 0, 20))
    assert (one.low, one.high) == pytest.approx((tango(10, 0, 22).low, tango(12, 0, 22).high))
    assert one.p == pytest.approx(1 / 2**10), "with both wrong it is the same 10 to 0"
    assert (one.missing, one.better()) == (2, "first")
    assert "2 of 22 samples have no verdict" in shown([one])


def test_what_is_unmeasured_can_undecide() -> None:
    """6 to 0 of what is known, and 3 unknown of the first where the second is right."""
    a = [*coins(*[1] * 6, *[0] * 6), [E], [E], [E]]
    b = [*coins(*[0] * 12), *coins(1, 1, 1)]
    one = compared({"a": a, "b": b})
    assert one.measured.p == pytest.approx(1 / 64)
    assert one.measured.differs
    assert one.p == pytest.approx(compare_scores(one.first.counts.filled(passing=False), one.second.counts).p)
    assert one.better() == ""
    assert "undecided: 3 samples without a verdict could turn it; detectable: " in shown([one])
    told = json.loads(as_json([one]))["comparisons"][0]
    assert (told["unmeasured"], told["measured_only"]["p"]) == (3, pytest.approx(1 / 64))


def test_where_what_is_missing_could_make_either_the_better_one_there_is_no_evidence() -> None:
    """6 to 0 where both are known; 6 to 20 or 26 to 0 with the rest. Each is clear, and in between p is 1."""
    one = compared({"a": [*coins(*[1] * 6), *[[E]] * 40], "b": coins(*[0] * 6, *[1] * 20, *[0] * 20)})
    assert one.least.value < 0 < one.most.value
    assert all(end.p < 0.05 and end.differs for end in (one.least, one.measured, one.most))
    assert (one.p, one.better()) == (1, "")


def test_a_truncated_reply_failed_and_is_told() -> None:
    cut: Sample = [Answer(Outcome.TRUNCATED)]
    one = compared({"a": [[cut], [YES]], "b": coins(1, 1)})
    assert (one.value, one.missing) == (-0.5, 0)
    assert one.first.counts.truncated.tolist() == [1, 0]
    assert "1 of 2 samples were cut off by the token limit and count as failed" in shown([one])


def test_nothing_measured_is_said_with_the_way_out() -> None:
    with pytest.raises(
        UsageError, match=r"verdict for both: unmeasured are 2 of 2 of a and 0 of 2 of b"
    ) as why:
        compared({"a": [[E], [E]], "b": coins(1, 0)})
    assert "goes on" in why.value.hint
    unjudged: Sample = [Answer(Outcome.NOT_RUN)]
    with pytest.raises(UsageError) as why:
        compared({"a": [[unjudged], [unjudged]], "b": coins(1, 0)}, name="r7")
    assert "`bench grade` judges the answers that are stored in r7" in why.value.hint


# --- who is compared with whom -----------------------------------------------------------------------------


def test_only_problems_of_both_are_compared() -> None:
    runs = [view({"a": coins(1, 1, 0, 1)}, turns=1, name="r1"), view({"b": coins(0, 1)}, turns=1, name="r2")]
    (pair,) = pairs(sides(runs))
    one = compare(*pair)
    assert one.names == ("p000", "p001")
    assert (one.value, one.measured.first.value) == (0.5, 1)
    assert "compared on the 2 problems of both, of 4 and 2" in " ".join(notes([one]))


def test_no_problem_in_common_is_said() -> None:
    first, second = found({"a": coins(1), "b": coins(1)})
    with pytest.raises(UsageError, match="a and b have no problem of toy in common"):
        compare(first, replace(second, names=("other",)))


def test_every_suite_that_both_have_is_compared() -> None:
    runs = [
        view({"a": coins(1), "b": coins(0)}, turns=1, suite="one", name="r1"),
        view({"a": coins(1), "b": coins(0), "c": coins(0)}, turns=1, suite="two", name="r2"),
    ]
    chosen = pairs(sides(runs), "a", ["b"])
    assert [(pair[0].suite, pair[1].run) for pair in chosen] == [("one", "r1"), ("two", "r2")]
    assert [(one.suite, one.model, other.model) for one, other in pairs(sides(runs), "a")] == [
        ("one", "a", "b"),
        ("two", "a", "b"),
        ("two", "a", "c"),
    ]


def test_the_reference_is_compared_only_where_it_is_named() -> None:
    there = found({"reference": coins(1), "a": coins(0), "b": coins(0)})
    assert [(one.model, other.model) for one, other in pairs(there)] == [("a", "b")]
    assert [(one.model, other.model) for one, other in pairs(there, "reference")] == [
        ("reference", "a"),
        ("reference", "b"),
    ]
    assert len(pairs(there, "a", ["reference"])) == 1


def test_one_model_in_two_runs_is_named_by_run() -> None:
    runs = [view({"a": coins(number), "b": coins(1)}, turns=1, name=f"r{number}") for number in (0, 1)]
    there = sides(runs)
    assert sorted(labels(there).values()) == ["r0:a", "r0:b", "r1:a", "r1:b"]
    (pair,) = pairs(there, "r0:a", ["r1:a"])
    assert [side.run for side in pair] == ["r0", "r1"]
    assert len(pairs(there)) == 6
    with pytest.raises(UsageError, match="a ran toy in several runs") as why:
        pairs(there, "a", ["r0:b"])
    assert why.value.hint == "Runs are never pooled: write r0:a or r1:a."


@pytest.mark.parametrize(
    ("first", "others", "message"),
    [
        ("a", ["x"], "no model 'x' in these runs\n  They have: a, b."),
        ("x", [], "no model 'x' in these runs"),
        ("a", ["a"], "a is not compared with itself"),
        ("a", ["r:a"], "a is not compared with itself"),
        (None, ["b"], "b is compared with nothing\n  Name the other model with -a."),
    ],
)
def test_bad_names_are_errors(first: str | None, others: list[str], message: str) -> None:
    with pytest.raises(UsageError) as why:
        pairs(found({"a": coins(1), "b": coins(1)}), first, others)
    assert message in str(why.value)


def test_a_single_model_has_nothing_to_be_compared_with() -> None:
    with pytest.raises(UsageError, match="no two models to compare on one suite: these runs have a"):
        pairs(found({"a": coins(1)}))
    two = [view({name: coins(1)}, turns=1, suite=f"suite-{name}", name=name) for name in "ab"]
    with pytest.raises(UsageError, match="no suite has both a and b"):
        pairs(sides(two), "a", ["b"])


def test_a_result_that_its_lock_does_not_know_is_an_error() -> None:
    run = view({"a": coins(1)}, turns=1)
    with pytest.raises(StoreError, match="not in its run's lock"):
        sides([RunView(lock_of(["b"], turns=1), run.results)])


# --- equal terms -------------------------------------------------------------------------------------------


def two_runs(**changed: Any) -> list[Side]:
    """``a`` and ``b`` in runs of their own, whose locks differ in this."""
    one, other = (view({name: coins(1, 0)}, turns=1, name=f"r{name}", terms=name * 12) for name in ("a", "b"))
    base = {"mode": "chat", "params": {"effort": "low", "max_tokens": 100}, "system": None}
    return sides(
        [replace(one, lock={**one.lock, **base}), replace(other, lock={**other.lock, **base, **changed})]
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"params": {"effort": "high", "max_tokens": 100}}, 'params.effort: "low" -> "high"'),
        ({"turns": 3}, "turns: 1 -> 3"),
        ({"system": "Be terse."}, 'system: null -> "Be terse."'),
        ({"extractor": "rules@3"}, 'extractor: "rules@2" -> "rules@3"'),
        ({"judges": {"toy": "calls@2"}}, 'judge: "calls@1" -> "calls@2"'),
        ({"sandbox": {"engine": "podman"}}, 'sandbox.engine: "docker" -> "podman"'),
        ({"as_given": ["b"]}, 'prompt: "fix@1" -> "as given"'),
        ({}, "their locks do not say in what"),
    ],
)
def test_unequal_terms_are_refused_and_say_in_what(changed: Any, told: str) -> None:
    (pair,) = pairs(two_runs(**changed))
    with pytest.raises(UsageError, match="a \\(ra\\) and b \\(rb\\) on toy are not on equal terms") as why:
        check_equal(*pair)
    assert told in why.value.message
    assert "terms aaaaaaaaaaaa and bbbbbbbbbbbb" in why.value.message
    assert "--unequal" in why.value.hint


def test_unequal_terms_are_told_on_every_line() -> None:
    (pair,) = pairs(two_runs(turns=3))
    one = compare(*pair)
    assert one.differs == unequal(*pair) != ()
    assert all(line.startswith("UNEQUAL TERMS: toy") for line in lines([one]))
    parts = split(one, "kind", {"p000": "x", "p001": "y"})
    rows = [line for line in shown([one], [parts]).splitlines() if "A - B" in line]
    assert len(rows) == 3
    assert all("UNEQUAL" in row for row in rows)
    told = json.loads(as_json([one], [parts]))
    assert [each["equal_terms"] for each in told["comparisons"] + told["parts"]] == [False] * 3


def test_digests_are_told_short() -> None:
    first, second = two_runs()
    long = "0123456789abcdef" * 4
    other = replace(second, settings={**second.settings, "data": long})
    assert 'data: "d1" -> "0123456789ab"' in unequal(first, other)[0]


def test_equal_terms_are_equal_whatever_the_locks_say_besides() -> None:
    run = view({"a": coins(1), "b": coins(1)}, turns=1)
    check_equal(*pairs(sides([run]))[0])
    assert settings_of(run.lock, "toy", "a") == settings_of(run.lock, "toy", "b")


def test_several_models_under_one_name_are_refused() -> None:
    """Also where they were seen on another suite: the name is not one model's."""
    mixed = [[[Answer(P, served="m-1")]], [[Answer(W, served="m-2")]]]
    (pair,) = pairs(found({"a": mixed, "b": coins(1, 1)}))
    with pytest.raises(UsageError, match="a is not one model but m-1, m-2"):
        check_equal(*pair)
    same = [[[Answer(P, served="m-1")]], [[Answer(W, served="m-1")]]]
    check_equal(*pairs(found({"a": same, "b": coins(1, 1)}))[0])


# --- parts and families ------------------------------------------------------------------------------------


def test_parts_are_compared_by_themselves() -> None:
    """8 to 0 of one kind, 0 to 0 of the other: 1/256, corrected to 2/256."""
    one = compared({"a": coins(*[1] * 8, *[0] * 4), "b": coins(*[0] * 12)})
    kinds = {name: "easy" if name < "p008" else "hard" for name in one.names}
    easy, hard = split(one, "level", kinds)
    assert (easy.part, len(easy.names), easy.value) == ("level: easy", 8, 1)
    assert (hard.part, len(hard.names), hard.value) == ("level: hard", 4, 0)
    assert corrected([easy, hard]) == pytest.approx([2 / 256, 1])
    text = shown([one], [[easy, hard]])
    assert "toy (repair, by level)" in text
    told = json.loads(as_json([one], [[easy, hard]]))
    assert [part["part"] for part in told["parts"]] == ["level: easy", "level: hard"]


def test_parts_are_of_the_scale_of_the_whole() -> None:
    (pair,) = pairs(found({"a": coins(1, 1, 1, 1), "b": coins(1, 1, 0, 0)}))
    (part,) = split(compare(*pair, scale="ratio"), "k", dict.fromkeys(pair[0].names, "x"))
    assert (part.measured.scale, part.value) == ("ratio", 2)


def test_a_part_without_verdicts_or_without_a_name_is_left_out() -> None:
    one = compared({"a": [*coins(1, 0), [E]], "b": coins(0, 1, 1)})
    assert [part.part for part in split(one, "k", {"p000": "x", "p001": "", "p002": "y"})] == ["k: x"]


def test_problems_of_one_family_are_not_independent() -> None:
    """24 problems in 3 families that stand and fall together, against the same without families."""
    a, b = [1] * 16 + [0] * 8, [0] * 24
    (pair,) = pairs(found({"a": coins(*a), "b": coins(*b)}))
    apart = compare(*pair)
    families = {name: str(number // 8) for number, name in enumerate(apart.names)}
    together = compare(*pair, families=families)
    assert together.value == apart.value
    assert together.high - together.low > 1.5 * (apart.high - apart.low)
    assert apart.better() == "first"
    assert together.better() == ""
    counted = Counts.of(a, [1] * 24), Counts.of(b, [1] * 24)
    assert together.measured == compare_scores(*counted, clusters=[n // 8 for n in range(24)])
    assert compare(*pair, families={}).measured.interval == apart.measured.interval
