"""``bench.open``: a run as DataFrames that say what the leaderboard and the results say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from speed_runs import Answer as A
from speed_runs import E, P, W, write
from told_runs import HOSTILE, hostile

import bench
from bench.edits import Edit
from bench.errors import StoreError
from bench.frames import SAMPLE_COLUMNS, TURN_COLUMNS, Run
from bench.journal import Journal
from bench.records import VerdictRecord
from bench.report.leaderboard import COLUMNS
from bench.rundir import judgings, verdicts_path
from bench.types import CheckGroup, SampleKey


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two models on two problems, two epochs each: one mends in two turns; one lost a sample."""
    return write(
        tmp_path / "run",
        {
            "a": [[[A(P, lost_microusd=7)], [A(W), A(P, judged=0.5, waited=2.0)]], [[A(W), A(W)], [A(P)]]],
            "b": [[[A(P, output=None, microusd=None, seconds=None)], [A(P)]], [[A(P)], E]],
        },
        turns=2,
    )


def test_a_row_for_every_planned_sample_in_the_order_of_the_plan(path: Path) -> None:
    samples = bench.open(path).samples()
    assert list(samples.columns) == list(SAMPLE_COLUMNS)
    assert list(samples.model) == ["a"] * 4 + ["b"] * 4
    assert list(samples.problem) == ["p000", "p000", "p001", "p001"] * 2
    assert list(samples.epoch) == [0, 1] * 4
    assert list(samples.outcome) == [
        "pass", "pass", "wrong_answer", "pass", "pass", "pass", "pass", "provider_error",
    ]  # fmt: skip


def test_what_a_sample_took_is_the_sum_over_its_turns(path: Path) -> None:
    second = bench.open(path).samples().iloc[1]
    assert (second.turns, second.output_tokens, second.input_tokens) == (2, 20, 200)
    assert second.cost_usd == pytest.approx(100e-6)
    assert (second.seconds, second.judged_seconds) == (2.0, 0.5)
    assert second.waited_seconds == pytest.approx(2.0)


def test_unknown_is_missing_and_unmeasured_is_neither_right_nor_wrong(path: Path) -> None:
    samples = bench.open(path).samples()
    unknown, lost = samples.iloc[4], samples.iloc[7]
    assert all(pd.isna(unknown[name]) for name in ("output_tokens", "cost_usd", "seconds", "edit_lines"))
    assert (pd.isna(lost.passed), lost.fault, lost.turns) == (True, "timeout", 0)
    assert samples.groupby("model").passed.mean().to_dict() == {"a": 0.75, "b": 1.0}


def test_the_mean_over_problems_is_the_score(path: Path) -> None:
    run = bench.open(path)
    scores = run.scores().set_index("model").pass_at_1
    means = run.samples().groupby(["model", "problem"]).passed.mean().groupby("model").mean()
    assert scores.to_dict() == pytest.approx(means.to_dict())


def test_scores_are_the_leaderboard(path: Path) -> None:
    scores = bench.open(path).scores()
    assert list(scores.columns) == list(COLUMNS)
    by_model = scores.set_index("model")
    assert (by_model.loc["a", "n_pass"], by_model.loc["b", "n_provider_error"]) == (3, 1)
    assert pd.isna(by_model.loc["a", "pass_at_5"])
    assert (by_model.loc["b", "rank"], by_model.loc["b", "run"]) == (1, "run")
    kinds = {name: str(kind) for name, kind in scores.dtypes.items()}
    assert kinds["n_pass"] == kinds["problems"] == "int64"
    assert (kinds["rank"], kinds["pass_at_1"], kinds["limited"]) == ("Int64", "float64", "bool")


def test_a_row_for_every_turn_up_to_the_one_that_counts(path: Path) -> None:
    turns = bench.open(path).turns()
    assert list(turns.columns) == list(TURN_COLUMNS)
    of_second = turns[(turns.model == "a") & (turns.problem == "p000") & (turns.epoch == 1)]
    assert list(of_second.turn) == [1, 2]
    assert list(of_second.outcome) == ["wrong_answer", "pass"]
    assert len(turns) == 9
    assert turns.iloc[0].cost_lost_usd == pytest.approx(7e-6)


def test_checks_and_edits_are_those_of_the_turn_that_counts(path: Path) -> None:
    run = bench.open(path)
    judging = judgings(dict(run.lock))["toy"]  # type: ignore[arg-type]
    edit = Edit(4, 2, 0.5, 1.0, unchanged=False)
    groups = CheckGroup("base", 4, 4), CheckGroup("plus", 3, 2, failure="f(1) is 2, not 1")
    verdict = VerdictRecord(
        1, SampleKey("toy", "p000", "a", 1), 2, W, groups=groups, rule="fenced", edit=edit
    )
    journal = Journal(verdicts_path(path, judging))
    journal.append(verdict)
    journal.close()
    second = run.samples().iloc[1]
    assert (second.outcome, second.checks_run, second.checks_passed) == ("wrong_answer", 7, 6)
    assert (second.failure, second.rule) == ("f(1) is 2, not 1", "fenced")
    assert (second.edit_lines, second.needed_lines, second.edit_precision) == (4, 2, 0.5)
    assert (second.bug_recall, second.unchanged) == (1.0, False)


def test_columns_keep_their_kinds_where_a_run_has_no_rows(tmp_path: Path) -> None:
    run = bench.open(write(tmp_path / "run", {"a": [[E]]}))
    full = bench.open(write(tmp_path / "full", {"a": [[[A(P)]]]}))
    assert len(run.turns()) == 0
    assert run.turns().dtypes.to_dict() == full.turns().dtypes.to_dict()
    assert run.samples().dtypes.to_dict() == full.samples().dtypes.to_dict()


def test_rows_made_in_several_pieces_are_one_frame(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bench.open(path).samples()
    monkeypatch.setattr("bench.frames._CHUNK", 3)
    pd.testing.assert_frame_equal(bench.open(path).samples(), whole)


def test_texts_that_do_harm_make_a_frame_that_can_be_written(tmp_path: Path) -> None:
    samples = bench.open(hostile(tmp_path / "run")).samples()
    assert len(samples) == len(HOSTILE)
    details = set(samples.detail)
    assert "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b31m\x00end" in details, "texts are not changed"
    samples.to_csv(tmp_path / "out.csv")
    samples.to_json(tmp_path / "out.json")


def test_a_lone_surrogate_is_spelled_out(tmp_path: Path) -> None:
    made = write(tmp_path / "run", {"a": [[[A(P, served="lone \ud800")]]]})
    assert bench.open(made).samples().served_model[0] == "lone \\ud800"


def test_the_run_says_where_it_is_and_what_was_asked(path: Path) -> None:
    run = bench.open(str(path))
    assert isinstance(run, Run)
    assert run.path == path
    assert run.lock["models"] == ["a", "b"]
    assert repr(run) == f"bench.open({str(path)!r})"


def test_what_is_no_run_is_refused_as_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"is no run directory: it has no lock\.json"):
        bench.open(tmp_path)
    with pytest.raises(StoreError, match="is no run directory"):
        bench.open(tmp_path / "nowhere")


def test_without_pandas_the_error_says_what_brings_it(path: Path) -> None:
    code = (
        "import sys; sys.modules['pandas'] = None; import bench; from bench.errors import UsageError\n"
        f"try: bench.open({str(path)!r}).samples()\n"
        "except UsageError as error: print(error)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "pip install 'evenbench[pandas]'" in out


def test_importing_bench_loads_nothing_that_is_heavy_and_opens_no_file() -> None:
    """What Python itself opens to import a module is its source or what was compiled of it."""
    code = """
import sys
opened = []
def hook(event, given):
    if event in ("open", "socket.connect"):
        opened.append(str(given[0]))
sys.addaudithook(hook)
import bench
heavy = {'pandas', 'numpy', 'msgspec', 'rich', 'typer', 'scipy', 'httpx', 'docker'}
print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))
print([name for name in opened if not name.endswith(('.py', '.pyc'))])
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out == "[]\n[]\n"
