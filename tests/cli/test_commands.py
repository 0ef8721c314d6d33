"""What the commands print and write when all is well, and how a run ends otherwise."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_support import BENCH, PLUGINS, SANDBOX, Bench, environment

CANNED, DOWN, SLOW = (f"{PLUGINS}:{name}" for name in ("Canned", "Down", "Slow"))


def smoke(*models: str) -> tuple[str, ...]:
    named = [argument for model in models for argument in ("-m", model)]
    return ("run", "-s", "smoke", "--sandbox", SANDBOX, "-o", "run", *named)


def test_a_run_prints_its_table_and_writes_what_is_derived(tmp_path: Path, bench: Bench) -> None:
    result = bench(*smoke(CANNED, "reference"))
    assert result.returncode == 0, result.stderr
    assert "canned" in result.stdout
    assert "reference" in result.stdout
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"config.toml", "lock.json", "plan.jsonl", "samples.jsonl", "verdicts"} <= names
    assert {"scores.json", "leaderboard.csv"} <= names
    assert (tmp_path / "sandbox-closed").exists()


def test_derived_files_can_be_deleted_and_made_again_byte_for_byte(tmp_path: Path, bench: Bench) -> None:
    bench(*smoke(CANNED))
    derived = [tmp_path / "run" / name for name in ("scores.json", "leaderboard.csv")]
    before = [path.read_bytes() for path in derived]
    for path in derived:
        path.unlink()
    bench(*smoke(CANNED))
    assert [path.read_bytes() for path in derived] == before


def test_json_is_all_there_is_on_stdout(bench: Bench) -> None:
    result = bench(*smoke(CANNED), "--json")
    assert json.loads(result.stdout)["outcomes"] == {"pass": json.loads(result.stdout)["planned"]}
    assert result.stderr == ""


def test_what_could_not_be_measured_is_said_with_how_to_go_on(bench: Bench) -> None:
    result = bench(*smoke(DOWN, CANNED))
    assert result.returncode == 1
    assert "down" in result.stderr
    assert "invalid_request" in result.stderr
    assert "same command" in result.stderr


def test_without_o_the_same_command_finds_its_run_again(tmp_path: Path, bench: Bench) -> None:
    arguments = ("run", "-s", "smoke", "-m", CANNED, "--sandbox", SANDBOX)
    bench(*arguments)
    calls = (tmp_path / "calls.txt").read_text()
    bench(*arguments)
    assert (tmp_path / "calls.txt").read_text() == calls
    bench(*arguments, "-n", "2")
    assert len(list((tmp_path / "results" / "runs").iterdir())) == 2


def test_limit_is_a_seeded_sample(tmp_path: Path, bench: Bench) -> None:
    for seed, out in (("1", "a"), ("1", "b"), ("2", "c")):
        assert bench(*smoke(CANNED), "--limit", "4", "--seed", seed, "-o", out).returncode == 0
    plans = [(tmp_path / name / "plan.jsonl").read_text() for name in ("a", "b", "c")]
    assert plans[0] == plans[1] != plans[2]
    assert plans[0].count("\n") == 4


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_how_to_go_on(tmp_path: Path, bench: Bench, number: signal.Signals) -> None:
    command = [*BENCH, *smoke(SLOW), "--concurrency", "2"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True)
    calls = tmp_path / "calls.txt"
    while not calls.exists() or calls.read_text().count("\n") < 6:
        time.sleep(0.05)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "same command" in stderr
    assert "Traceback" not in stderr
    assert (tmp_path / "sandbox-closed").exists(), "a sandbox must not be left behind"
    assert (tmp_path / "run" / "samples.jsonl").read_text().count("\n") == 4


def test_grade_judges_what_is_stored_without_asking(tmp_path: Path, bench: Bench) -> None:
    bench(*smoke(CANNED))
    calls = (tmp_path / "calls.txt").read_text()
    (next((tmp_path / "run" / "verdicts").glob("*.jsonl"))).unlink()
    result = bench("grade", "run", "--json")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["added"] == told["judged"] > 0
    assert told["changed"] == []
    assert (tmp_path / "calls.txt").read_text() == calls


def test_another_extractor_needs_grade_and_gets_its_own_file(tmp_path: Path, bench: Bench) -> None:
    bench(*smoke(CANNED))
    lock = tmp_path / "run" / "lock.json"
    lock.write_text(lock.read_text().replace('"extractor": "', '"extractor": "old-'))
    old = next((tmp_path / "run" / "verdicts").glob("*.jsonl"))
    old = old.rename(old.with_name(old.name.replace("+", "+old-")))
    kept = old.read_bytes()
    refused = bench(*smoke(CANNED))
    assert refused.returncode == 2
    assert "bench grade" in refused.stderr
    assert bench("grade", "run").returncode == 0
    assert old.read_bytes() == kept
    assert len(list((tmp_path / "run" / "verdicts").glob("*.jsonl"))) == 2
    assert bench(*smoke(CANNED)).returncode == 0


@pytest.mark.parametrize("ending", ["csv", "md", "json"])
def test_a_leaderboard_is_written_by_the_ending(tmp_path: Path, bench: Bench, ending: str) -> None:
    bench(*smoke(CANNED))
    result = bench("leaderboard", "run", "-o", f"board.{ending}")
    assert result.returncode == 0, result.stderr
    assert "canned" in (tmp_path / f"board.{ending}").read_text()


def test_suites_and_models_are_listed(bench: Bench) -> None:
    assert "smoke" in bench("suites").stdout.split()
    assert json.loads(bench("suites", "smoke", "--json").stdout)["problems"] >= 12
    listed = bench("models", OPENAI_API_KEY="sk-secret")
    assert "OPENAI_API_KEY is set" in listed.stdout
    assert "ANTHROPIC_API_KEY is not set" in listed.stdout
    assert "sk-secret" not in listed.stdout + listed.stderr


def test_check_shows_what_a_model_answers(bench: Bench) -> None:
    result = bench("models", "--check", CANNED)
    assert result.returncode == 0
    assert "text: # check" in result.stdout


def test_start_up_imports_nothing_heavy() -> None:
    heavy = "{'docker', 'httpx', 'numpy', 'pandas', 'scipy', 'rich', 'datasets'}"
    code = f"import sys, bench.cli; print(sorted({heavy} & sys.modules.keys()))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
