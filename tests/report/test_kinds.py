"""A board by kinds of problems: scores, intervals, and which kinds there are."""

from __future__ import annotations

from typing import Any

import pytest
from speed_runs import Answer, E, P, Samples, W, view

from bench.report import kinds
from bench.report.kinds import kinds as kinds_of
from bench.report.leaderboard import interval_of
from bench.report.sides import Side, sides

RIGHT, WRONG = [Answer(P)], [Answer(W)]
SAMPLES: Samples = {"v/m": [[RIGHT, WRONG, RIGHT], [WRONG, WRONG, E], [RIGHT, RIGHT, RIGHT]] * 7}
NAMES = [f"p{number:03}" for number in range(21)]


@pytest.fixture
def side() -> Side:
    (only,) = sides([view(SAMPLES, turns=1)])
    return only


def parts(found: dict[str, Any]) -> dict[tuple[tuple[str, str], ...], list[Any]]:
    return {tuple((name, value) for name, value in part["kind"]): part["rows"] for part in found["parts"]}


def test_a_kind_has_the_interval_of_its_problems_alone(side: Side) -> None:
    labels = {name: {"level": "easy" if at % 3 == 2 else "hard"} for at, name in enumerate(NAMES)}
    found = parts(kinds_of([side], [labels]))
    (row,) = found[(("level", "hard"),)]
    interval, _ = interval_of(side.counts.passed[[*range(0, 21, 3), *range(1, 21, 3)]], *_of(side))
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((interval.low, interval.high), abs=1e-6)
    assert row["pass_at_1"] == pytest.approx(1 / 3, abs=1e-6)
    # A third of the samples of every second problem has no verdict.
    assert (row["samples_planned"], row["samples_scored"], row["samples_unmeasured"]) == (42, 35, 7)
    assert (row["bound_low"], row["bound_high"]) == pytest.approx((14 / 42, 21 / 42), abs=1e-6)
    (easy,) = found[(("level", "easy"),)]
    assert (easy["problems"], easy["pass_at_1"], easy["ci_high"]) == (7, 1.0, 1.0)


def _of(side: Side) -> tuple[Any, Any]:
    chosen = [*range(0, 21, 3), *range(1, 21, 3)]
    return side.counts.measured[chosen], side.counts.planned[chosen]


def test_what_all_problems_share_is_no_kind_and_a_name_is_none(side: Side) -> None:
    labels = {name: {"language": "python", "track": "repair", "source": f"{name}/41"} for name in NAMES}
    found = kinds_of([side], [labels])
    # Of 41 problems a source each would be a name; of 21 it is a label.
    assert found["same"] == [["language", "python"]]
    assert len(parts(found)) == 21
    assert parts(kinds_of([side], [{}])) == {}


def test_a_label_of_too_many_values_is_a_name() -> None:
    (many,) = sides([view({"v/m": [[RIGHT]] * 41}, turns=1)])
    found = kinds_of([many], [{name: {"source": name} for name in many.names}])
    assert found == {"same": [], "parts": []}


def test_a_label_that_only_some_have_is_a_kind(side: Side) -> None:
    found = kinds_of([side], [{NAMES[0]: {"topic": "text"}}])
    assert found["same"] == []
    assert [len(rows) for rows in parts(found).values()] == [1]
    assert parts(found)[(("topic", "text"),)][0]["problems"] == 1


def test_kinds_are_combined_until_there_are_too_many(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = {name: {"a": str(at % 2), "b": str(at % 3)} for at, name in enumerate(NAMES)}
    found = parts(kinds_of([side], [labels]))
    assert len(found) == 2 + 3 + 6
    (both,) = found[(("a", "0"), ("b", "0"))]
    assert both["problems"] == 4
    monkeypatch.setattr(kinds, "_KINDS", 10)
    assert len(parts(kinds_of([side], [labels]))) == 2 + 3


def test_a_row_whose_problems_nobody_knows_one_by_one_is_left_out(side: Side) -> None:
    labels = {name: {"a": str(at % 2)} for at, name in enumerate(NAMES)}
    found = parts(kinds_of([side, None, side], [labels, {}, {}]))
    assert [[row is None for row in rows] for rows in found.values()] == [[False, True, False]] * 2
