"""``bench report`` as a user calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_support import PLUGINS, SANDBOX, Bench
from speed_runs import Answer, P, Samples, W, write

from bench.cli.leaderboard import leaderboard
from bench.report import html

SMALL: Samples = {"vendor/a": [[[Answer(W), Answer(P)]]], "vendor/b": [[[Answer(W)] * 3]]}


def test_a_run_of_bench_itself_gets_its_report_beside_it(tmp_path: Path, bench: Bench) -> None:
    made = bench("run", "-s", "smoke", "-m", f"{PLUGINS}:Canned", "--sandbox", SANDBOX, "-o", "run")
    assert made.returncode == 0, made.stderr
    result = bench("report", "run")
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert "written to run/report.html" in result.stderr
    assert (tmp_path / "run" / "report.html").read_text("utf-8").startswith("<!doctype html>")


def test_a_leaderboard_in_html_is_the_report(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", SMALL)
    for command in ("leaderboard", "report"):
        result = bench(command, "run", "-o", f"{command}.html")
        assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert (tmp_path / "leaderboard.html").read_bytes() == (tmp_path / "report.html").read_bytes()


def test_a_leaderboard_in_html_says_where_its_parts_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(html, "FILE_BYTES", 0)
    write(tmp_path / "run", SMALL)
    leaderboard([tmp_path / "run"], tmp_path / "board.html")
    assert f"{tmp_path / 'board.html'}, 2 parts in {tmp_path / 'board-parts'}" in capsys.readouterr().err


def test_records_for_others_are_written_beside_every_kind_of_file(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", SMALL)
    for ending in ("html", "csv"):
        result = bench("leaderboard", "run", "-o", f"board.{ending}", "--every-eval-ever", ending)
        assert (result.returncode, result.stdout) == (0, ""), result.stderr
        assert (tmp_path / f"board.{ending}").stat().st_size > 100
        assert len([*(tmp_path / ending).rglob("*.json")]) == len(SMALL)


def test_several_runs_make_one_file(tmp_path: Path, bench: Bench) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, SMALL)
    result = bench("report", "one", "two", "-o", "new/folder/all.html")
    assert result.returncode == 0, result.stderr
    assert [path.name for path in (tmp_path / "new/folder").iterdir()] == ["all.html"]


def test_a_name_without_an_ending_is_a_folder(tmp_path: Path, bench: Bench) -> None:
    write(tmp_path / "run", SMALL)
    result = bench("report", "run", "-o", "made", "--single")
    assert result.returncode == 0, result.stderr
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["index.html"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "other"), "Say where with -o FILE.html"),
        (("run", "-o", "report.pdf"), "ends in .html"),
        (("nowhere",), "nowhere is no run directory"),
        (("run", "-o", "run/lock.json/a.html"), "cannot be written"),
    ],
)
def test_bad_usage_ends_with_a_hint(
    tmp_path: Path, bench: Bench, arguments: tuple[str, ...], told: str
) -> None:
    for name in ("run", "other"):
        write(tmp_path / name, SMALL)
    result = bench("report", *arguments)
    assert result.returncode in (1, 2)
    assert told in result.stderr
    assert "Traceback" not in result.stderr
