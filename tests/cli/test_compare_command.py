"""``bench compare`` as a user calls it: a table that pipes, JSON, parts of a suite; how it ends otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_support import SANDBOX, Bench
from speed_runs import Answer, E, P, Sample, Samples, W, write

from bench.suites import load_suite

YES, NO = [Answer(P)], [Answer(W)]


def coins(*passed: int) -> list[list[Sample]]:
    return [[YES if one else NO] for one in passed]


AIRWAYS: Samples = {
    "vendor/a": coins(*[1] * 2, *[0] * 7, *[0] * 12),
    "vendor/b": coins(1, 0, *[1] * 7, *[0] * 12),
}
"""1 and 7 discordant of 21; p and interval are in print (Fagerland, Lydersen and Laake 2014)."""


def told(bench: Bench, *arguments: object) -> dict[str, Any]:
    result = bench("compare", *arguments, "--json")
    assert result.returncode == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_printed_example_as_json_and_as_a_table(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", AIRWAYS, turns=1)
    found = told(bench, "run", "-a", "vendor/a", "-b", "vendor/b")
    assert found["schema"] == "evenbench/comparison@1"
    (one,) = found["comparisons"]
    assert (one["low"], one["high"]) == pytest.approx((-0.517, -0.026), abs=5e-4)
    assert one["p"] == one["p_holm"] == pytest.approx(10 / 256)
    assert (one["better"], one["unmeasured"], one["equal_terms"]) == ("second", 0, True)
    assert [each["problem"] for each in one["first_ahead"]] == ["p001"]
    assert len(one["second_ahead"]) == 7
    table = bench("compare", "run", "-a", "vendor/a", "-b", "vendor/b")
    assert table.returncode == 0
    assert table.stderr == ""
    (row,) = [line for line in table.stdout.splitlines() if "A - B" in line]
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells == ["A - B", "B is better", "-28.6", "-51.7 – -2.6", "0.039", "1 : 7 of 21"]
    assert "toy: A ahead of B on 1 of 21 problems: p001\n" in table.stdout


def test_one_run_or_two_give_the_same_numbers(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", AIRWAYS, turns=1)
    for name in AIRWAYS:
        write(tmp_path / name, {name: AIRWAYS[name]}, turns=1)
    (one,) = told(bench, "run")["comparisons"]
    (two,) = told(bench, "vendor/a", "vendor/b")["comparisons"]
    assert [two[side].pop("run") for side in ("first", "second")] == ["a", "b"]
    assert [one[side].pop("run") for side in ("first", "second")] == ["run", "run"]
    assert one == two


def test_no_difference_comes_with_what_could_have_been_found(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", {"a": coins(1, 1, 0), "b": coins(1, 0, 0), "c": coins(0, 1, 0)}, turns=1)
    result = bench("compare", "run")
    rows = [line for line in result.stdout.splitlines() if " - " in line]
    assert len(rows) == 3
    assert all("no difference shown; detectable: " in row for row in rows)
    assert "p, Holm" in result.stdout
    assert "four times in five" in result.stderr


def test_narrow_terminals_lose_no_number(tmp_path: Path, bench: Bench) -> None:
    long = {f"vendor/a-model-with-a-long-name-{name}": AIRWAYS[name] for name in AIRWAYS}
    write(tmp_path / "run", long, turns=1)
    result = bench("compare", "run", COLUMNS="80", FORCE_COLOR="1")
    assert result.returncode == 0
    assert all(number in result.stdout for number in ("-28.6", "-51.7 – -2.6", "0.039", "1 : 7 of 21"))


def test_unequal_terms_are_refused_unless_asked_for(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "one", {"a": AIRWAYS["vendor/a"]}, turns=1)
    write(tmp_path / "three", {"a": AIRWAYS["vendor/b"]}, turns=3, terms="b" * 12)
    both = ("one", "three", "-a", "one:a", "-b", "three:a")
    refused = bench("compare", *both)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "are not on equal terms: terms aaaaaaaaaaaa and bbbbbbbbbbbb (turns: 1 -> 3)" in refused.stderr
    asked = bench("compare", *both, "--unequal")
    assert asked.returncode == 0
    for line in asked.stdout.splitlines():
        if line.startswith("│ A - B"):
            assert "UNEQUAL" in line
        elif "A ahead" in line or "B ahead" in line:
            assert line.startswith("UNEQUAL TERMS: ")
    assert "turns: 1 -> 3" in asked.stdout
    (one,) = told(bench, *both, "--unequal")["comparisons"]
    assert not one["equal_terms"]


def test_what_is_missing_is_said(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", {"a": [*coins(1, 1), [E]], "b": coins(1, 1, 1)}, turns=1)
    result = bench("compare", "run")
    assert result.returncode == 0
    assert "a on toy: 1 of 3 samples have no verdict" in result.stderr
    (one,) = told(bench, "run")["comparisons"]
    assert (one["value"], one["bounds"]) == (0, {"low": pytest.approx(-1 / 3, abs=1e-5), "high": 0})
    assert one["low"] < one["measured_only"]["low"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "-a", "a", "-b", "x"), "no model 'x' in these runs\n  They have: a, b."),
        (("run", "-b", "b"), "b is compared with nothing\n  Name the other model with -a."),
        (("run", "-s", "mbpp"), "no suite 'mbpp' in these runs\n  They have: toy."),
        (("nowhere",), "is no run directory"),
        (("run", "--by", "level"), "unknown suite 'toy'"),
        (("lost",), "no problem of toy has a verdict for both"),
    ],
)
def test_what_cannot_be_compared_ends_with_2(
    tmp_path: Path, bench: Bench, arguments: tuple[str, ...], message: str
) -> None:
    write(tmp_path / "run", {"a": coins(1, 0), "b": coins(0, 0)}, turns=1)
    write(tmp_path / "lost", {"a": [[E], [E]], "b": coins(0, 0)}, turns=1)
    result = bench("compare", *arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_suite_is_split_by_what_its_problems_are(tmp_path: Path, bench: Bench) -> None:
    """``smoke`` has problems of two tracks; the sandbox of the tests fails what has ``wrong`` in it."""
    problems = load_suite("smoke").problems
    for name, fails in (("good", ()), ("bad", ("generation",))):
        lines = [
            {"task_id": problem.id, "solution": f"# {'wrong' if problem.track in fails else 'fine'}"}
            for problem in problems
        ]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    models = ("-m", "replay/good.jsonl", "-m", "replay/bad.jsonl")
    ran = bench("run", *models, "-s", "smoke", "-o", "run", "--sandbox", SANDBOX)
    assert ran.returncode == 0, ran.stderr
    named = ("run", "-a", "replay/good.jsonl", "-b", "replay/bad.jsonl")
    found = told(bench, *named, "--by", "track", "--by", "language")
    parts = {part["part"]: part for part in found["parts"]}
    generation = sum(problem.track == "generation" for problem in problems)
    assert parts["track: generation"]["problems"] == generation
    assert (parts["track: generation"]["value"], parts["track: repair"]["value"]) == (1, 0)
    assert parts["track: generation"]["p"] == pytest.approx(0.5**generation)
    assert parts["track: generation"]["p_holm"] == pytest.approx(2 * 0.5**generation)
    assert parts["language: python"]["value"] == found["comparisons"][0]["value"]
    table = bench("compare", *named, "--by", "track")
    assert "smoke (generation, by track)" in table.stdout
    unknown = bench("compare", *named, "--cluster", "repo")
    assert unknown.returncode == 2
    assert "no problem of these suites has a tag 'repo'\n  They have: language, track." in unknown.stderr
    clustered = told(bench, *named, "--cluster", "track")["comparisons"][0]
    assert clustered["p"] > found["comparisons"][0]["p"]


def test_what_a_run_noted_of_its_problems_is_read_instead_of_the_suite(tmp_path: Path, bench: Bench) -> None:
    """With a suite that has changed, or data that is gone, an old run can still be split."""
    write(tmp_path / "run", {"a": coins(1, 0), "b": coins(0, 0)}, turns=1)
    kinds = {"toy": {"p000": {"level": "easy"}, "p001": {"level": "hard"}}}
    (tmp_path / "run" / "labels.json").write_text(json.dumps(kinds), "utf-8")
    found = told(bench, "run", "--by", "level")
    assert {part["part"]: part["value"] for part in found["parts"]} == {"level: easy": 1, "level: hard": 0}
    (tmp_path / "run" / "labels.json").write_text('{"toy": 3}', "utf-8")
    result = bench("compare", "run", "--by", "level")
    assert result.returncode == 2
    assert "labels.json cannot be read" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_run_notes_what_kinds_of_problems_it_has(tmp_path: Path, bench: Bench) -> None:
    ran = bench("run", "-m", "reference", "-s", "smoke", "-o", "run", "--sandbox", SANDBOX)
    assert ran.returncode == 0, ran.stderr
    noted = json.loads((tmp_path / "run" / "labels.json").read_text("utf-8"))
    assert noted == {
        "smoke": {
            problem.id: {"language": "python", "track": problem.track.value, **problem.tags}
            for problem in load_suite("smoke").problems
        }
    }


def test_a_suite_that_has_changed_is_not_split(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", {"a": coins(1, 0), "b": coins(0, 0)}, turns=1, suite="smoke")
    result = bench("compare", "run", "--by", "track")
    assert result.returncode == 2
    assert "suite 'smoke' is not what it was in run run: problem p000 is no more in it" in result.stderr
    assert "without --by and --cluster" in result.stderr
