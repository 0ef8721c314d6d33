"""Bad input: one clear message that names the thing and what to do, exit status 2, no traceback."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cli_support import PLUGINS, SANDBOX, Bench

CANNED = f"{PLUGINS}:Canned"
SMOKE = ("run", "-s", "smoke", "--sandbox", SANDBOX)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rnu",), "Did you mean 'run'"),
        (("run", "--modle", "x"), "No such option: --modle"),
        (("run", "-s", "smoke"), "Missing option"),
        (("run", "-m", "reference"), "Missing option"),
        (("run", "-m", "refrence", "-s", "smoke"), "Did you mean 'reference'"),
        (("run", "-m", "reference", "-s", "smok"), "did you mean 'smoke'"),
        (
            ("run", "-m", "reference", "-s", "pypi-repair"),
            "`python scripts/build_repairs.py --all -o DIR` makes it",
        ),
        (("run", "-m", "openai/gpt-5", "-s", "smoke"), "OPENAI_API_KEY"),
        (("run", "-m", "anthropic/claude-opus-4-8", "-s", "smoke"), "ANTHROPIC_API_KEY"),
        (("run", "-m", "openai-compatible/x@not-a-url", "-s", "smoke"), "NAME@URL"),
        (("run", "-m", "replay/none.jsonl", "-s", "smoke"), "no such file"),
        (("run", "-m", "replay/bad.jsonl", "-s", "smoke"), "bad.jsonl, line 2"),
        (("run", "-m", "./none.py:Model", "-s", "smoke"), "does not exist"),
        (("run", "-m", f"{PLUGINS}:Nobody", "-s", "smoke"), "names no attribute"),
        ((*SMOKE, "-m", "reference", "-m", "reference"), "named twice"),
        ((*SMOKE, "-m", CANNED, "--sandbox", "dokcer"), "unknown sandbox"),
        ((*SMOKE, "-m", CANNED, "-o", "file.txt/run"), "cannot be written"),
        ((*SMOKE, "-m", CANNED, "-o", "/proc/run"), "cannot be written"),
        ((*SMOKE, "-m", CANNED, "-o", "."), "holds no run"),
        ((*SMOKE, "-m", CANNED, "--data", "nowhere"), "nowhere is not a folder"),
        ((*SMOKE, "-m", CANNED, "-n", "0"), "'-n'"),
        ((*SMOKE, "-m", CANNED, "--limit", "-3"), "'--limit'"),
        ((*SMOKE, "-m", CANNED, "--concurrency", "0"), "'--concurrency'"),
        ((*SMOKE, "-m", CANNED, "--temperature", "-1"), "'--temperature'"),
        ((*SMOKE, "-m", CANNED, "--temperature", "nan"), "--temperature"),
        ((*SMOKE, "-m", CANNED, "--budget", "inf"), "--budget inf"),
        ((*SMOKE, "-m", CANNED, "--max-tokens", "0"), "'--max-tokens'"),
        ((*SMOKE, "-m", CANNED, "--mode", "chatty"), "'--mode'"),
        (("grade", "nowhere"), "no run directory"),
        (("leaderboard", "nowhere"), "no run directory"),
        (("suites", "smok"), "did you mean 'smoke'"),
        (("suites", "--verify"), "needs the name of a suite"),
        (("models", "--check", "nobody/x"), "unknown model"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, tuple) else None,
)
def test_bad_input_is_told_in_one_message(
    tmp_path: Path, bench: Bench, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "file.txt").write_text("mine")
    (tmp_path / "bad.jsonl").write_text('{"task_id": "a", "completion": "b"}\n{"task_id": "a"\n')
    result = bench(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert result.stderr.lower().count("error:") == 1
    assert "Traceback" not in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.jsonl", "file.txt"]


def test_another_runs_directory_is_refused_before_the_sandbox_starts(tmp_path: Path, bench: Bench) -> None:
    assert bench(*SMOKE, "-m", CANNED, "-o", "run").returncode == 0
    (tmp_path / "sandbox-closed").unlink()
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    result = bench(*SMOKE, "-m", CANNED, "-o", "run", "--temperature", "0.5", "-n", "2")
    assert result.returncode == 2
    assert "params.temperature: null -> 0.5" in result.stderr
    assert "epochs: null -> 2" in result.stderr
    assert not (tmp_path / "sandbox-closed").exists()
    assert before == {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}


def test_a_paid_run_is_not_started_unasked(tmp_path: Path, bench: Bench) -> None:
    arguments = ("run", "-s", "smoke", "-m", "openai/gpt-4o-mini", "-o", "run")
    result = bench(*arguments, OPENAI_API_KEY="sk-not-a-key", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert result.returncode == 2
    assert "at most $" in result.stderr
    assert "--yes" in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_budget_needs_a_price(bench: Bench) -> None:
    arguments = ("run", "-s", "smoke", "-m", "openai/nobody-knows-this", "--budget", "1")
    result = bench(*arguments, OPENAI_API_KEY="sk-not-a-key")
    assert result.returncode == 2
    assert "no price is known" in result.stderr


def test_a_sandbox_that_does_not_start_is_no_usage_error_and_nothing_is_asked(
    tmp_path: Path, bench: Bench
) -> None:
    result = bench("run", "-s", "smoke", "-m", CANNED, "--sandbox", f"{PLUGINS}:no_engine", "-o", "run")
    assert result.returncode == 1
    assert result.stderr.endswith("error: no Docker Engine answers\n  start it\n")
    assert list(tmp_path.iterdir()) == []


BROKEN = """
class Box:
    slots = 1
    def __init__(self, options): pass
    def run(self, job): pass
    def describe(self): return 1 / 0
    def close(self): pass
"""


def test_a_fault_of_ours_is_one_line_and_a_traceback_on_request(tmp_path: Path, bench: Bench) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    arguments = ("run", "-s", "smoke", "-m", CANNED, "--sandbox", "./broken.py:Box", "-q")
    result = bench(*arguments)
    assert result.returncode == 1
    assert "ZeroDivisionError" in result.stderr
    assert "please report" in result.stderr
    assert "Traceback" not in result.stderr
    assert "Traceback" in bench(*arguments, BENCH_DEBUG="1").stderr


class Echoes(BaseHTTPRequestHandler):
    """Rejects every key, and says in its answer which one it was."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        said = {"error": {"message": f"Incorrect API key: {self.headers['authorization']}"}}
        body = json.dumps(said).encode()
        self.send_response(401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_no_secret_is_written_down_even_if_the_provider_says_it(tmp_path: Path, bench: Bench) -> None:
    secret = "sk-very-secret-0123456789"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echoes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    arguments = (*SMOKE, "-m", "openai/gpt-4o-mini", "-m", CANNED, "-o", "run", "--yes")
    result = bench(*arguments, OPENAI_API_KEY=secret, OPENAI_BASE_URL=url)
    server.shutdown()
    server.server_close()
    assert result.returncode == 1
    assert "asked no more (auth" in result.stderr
    files = [path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert any(b"Incorrect API key" in content for content in files)
    assert not any(secret.encode() in content for content in files)
    assert secret not in result.stderr + result.stdout
