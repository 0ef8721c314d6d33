"""``bench speed`` as a user calls it: runs on the disk, a table, JSON, files; and how it ends otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_support import PLUGINS, SANDBOX, Bench
from speed_runs import Answer, P, Sample, Samples, W, write

TRUTH = 1.8
PROBLEMS, EPOCHS = 60, 2


def fixers(truth: float) -> Samples:
    """Two that differ only in how long a turn takes; how hard a problem is holds for both.

    A problem takes one, two or three turns, and all are solved: so nothing is cut off, and the means of
    those that were drawn from have the ratio ``truth`` exactly.
    """
    draws = np.random.default_rng(20261125)
    hard = np.exp(draws.normal(0, 0.5, PROBLEMS))

    def sample(turns: int, seconds: float) -> Sample:
        took = seconds * np.exp(draws.normal(0, 0.5, turns))
        return [
            Answer(
                P if turn == turns else W,
                output=round(1000 * float(s)),
                seconds=float(s),
                microusd=round(1e5 * float(s)),
            )
            for turn, s in enumerate(took, 1)
        ]

    return {
        name: [
            [sample(1 + problem % 3, 20 * scale * each) for _ in range(EPOCHS)]
            for problem, each in enumerate(hard)
        ]
        for name, scale in (("vendor/slow", truth), ("vendor/fast", 1.0))
    }


def compared(bench: Bench, *arguments: object) -> dict[str, Any]:
    result = bench("speed", *arguments, "-a", "vendor/slow", "-b", "vendor/fast", "--json")
    assert result.returncode == 0, result.stderr
    return {one["clock"]: one for one in json.loads(result.stdout)["ratios"]}


@pytest.mark.parametrize("truth", [TRUTH, 1.0])
def test_the_interval_holds_the_true_ratio_of_simulated_fixers(
    tmp_path: Path, bench: Bench, truth: float
) -> None:
    write(tmp_path / "run", fixers(truth))
    found = compared(bench, "run")
    for clock in ("output_tokens", "model_s", "usd"):
        assert found[clock]["ratio_low"] < truth < found[clock]["ratio_high"], clock
        assert found[clock]["ratio_high"] / found[clock]["ratio_low"] < 1.5
        assert found[clock]["problems"] == found[clock]["only_both_solved"]["problems"] == PROBLEMS
        assert (found[clock]["log_rank_p"] < 0.001) == (truth > 1)
    assert (found["turns"]["ratio"], found["turns"]["ratio_low"]) == (1, None), "no problem differs in turns"


def test_one_run_or_two_give_the_same_numbers(tmp_path: Path, bench: Bench) -> None:
    both = fixers(TRUTH)
    write(tmp_path / "run", both)
    for name in both:
        write(tmp_path / name, {name: both[name]})
    one, two = compared(bench, "run"), compared(bench, "vendor/slow", "vendor/fast")
    for clock, found in two.items():
        assert (found.pop("first_run"), found.pop("second_run")) == ("slow", "fast")
        assert found == {name: one[clock][name] for name in found}


SMALL: Samples = {
    "a": [[[Answer(W, seconds=None), Answer(P, seconds=None)]], [[Answer(P, seconds=None)]]],
    "b": [[[Answer(P)]], [[Answer(W)] * 3]],
}


def test_the_tables_are_for_people_and_notes_go_to_stderr(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", SMALL)
    result = bench("speed", "run", "-a", "a", "-b", "b")
    assert result.returncode == 0, result.stderr
    for text in ("toy: solved", "by turn 3", "how many times as fast b (run) is as a (run)", "unknown for a"):
        assert text in result.stdout
    assert "50.0 % (9 – 91)" in result.stdout
    assert result.stderr == ""


def test_files_and_plots_are_the_same_bytes_each_time(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", SMALL)
    for out in ("one", "new/two"):
        result = bench("speed", "run", "-o", out)
        assert result.returncode == 0, result.stderr
        assert f"written to {out}" in result.stderr
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / out).iterdir()} for out in ("one", "new/two")
    )
    assert one == two
    assert {"speed.csv", "speed.json", "toy-turns.png", "toy-turns.svg", "toy-model_s.svg"} <= one.keys()
    assert json.loads(one["speed.json"])["models"][0]["clocks"]["model_s"]["mean"] is None


def test_without_matplotlib_the_tables_are_written_and_it_is_said(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", SMALL)
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "matplotlib.py").write_text(
        "raise ModuleNotFoundError('No module named matplotlib')"
    )
    result = bench("speed", "run", "-o", "out", PYTHONPATH=str(tmp_path / "none"))
    assert result.returncode == 0, result.stderr
    assert "pip install 'evenbench[plots]'" in result.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["speed.csv", "speed.json"]


def test_a_budget_is_for_one_clock(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", SMALL)
    result = bench("speed", "run", "--budget", "turns=1", "--budget", "usd=0.5", "--json")
    clocks = json.loads(result.stdout)["models"][0]["clocks"]
    assert {name: one["budget"] for name, one in clocks.items()} == {
        "turns": 1, "output_tokens": 30, "total_tokens": 330, "model_s": 3, "end_to_end_s": 3, "usd": 0.5,
    }  # fmt: skip


def test_unequal_terms_are_refused_and_then_said(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", SMALL, terms={"a": "aaa", "b": "bbb"})
    asked = ("speed", "run", "-a", "a", "-b", "b")
    refused = bench(*asked)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "not on equal terms: terms aaa and bbb" in refused.stderr
    result = bench(*asked, "--unequal")
    assert result.returncode == 0
    assert result.stdout.count(" UNEQUAL ") == 6
    assert "UNEQUAL: terms aaa and bbb" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "-a", "a"), "Give both -a and -b"),
        (("run", "-a", "a", "-b", "a"), "not compared with itself"),
        (("run", "-a", "a", "-b", "c"), "no model 'c' in these runs"),
        (("run", "-s", "other"), "no suite 'other' in these runs"),
        (("run", "--budget", "seconds=3"), "CLOCK is one of turns, output_tokens"),
        (("run", "--budget", "usd=nan"), "not CLOCK=AMOUNT"),
        (("run", "--budget", "usd"), "not CLOCK=AMOUNT"),
        (("run", "--budget", "turns=4"), "at most 3 turns"),
        (("run", "-o", "run/lock.json"), "cannot be written"),
        (("nowhere",), "nowhere is no run directory"),
    ],
)
def test_bad_usage_ends_with_a_hint(
    tmp_path: Path, bench: Bench, arguments: tuple[str, ...], told: str
) -> None:
    write(tmp_path / "run", SMALL)
    result = bench("speed", *arguments)
    assert result.returncode == 2
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_a_run_of_bench_itself_is_read(tmp_path: Path, bench: Bench) -> None:
    made = bench("run", "-s", "smoke", "-m", f"{PLUGINS}:Canned", "--sandbox", SANDBOX, "-o", "run")
    assert made.returncode == 0, made.stderr
    (one,) = json.loads(bench("speed", "run", "--json").stdout)["models"]
    assert (one["model"], one["suite"], one["turns"], one["unmeasured"]) == ("canned", "smoke", 1, 0)
    assert [each["share"] for each in one["solved"]] == [1]
    assert one["clocks"]["turns"]["mean"] == 1
    assert one["clocks"]["usd"]["mean"] is None
