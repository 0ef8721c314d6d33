"""Runs that cost money, at a provider that keeps its own books: never beyond the budget, never twice."""

from __future__ import annotations

import json
import random
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cli_support import BENCH, PLUGINS, SANDBOX, Bench, environment

KEY = "sk-planted-in-the-environment"
MODEL = "openai/gpt-5.4"
INPUT, OUTPUT = 2.5, 15
"""Dollars a million tokens of that model."""

SUITE = """
from bench.suites import Suite
from bench.types import Checks, Problem, Track


def problem(number):
    return Problem(
        suite="paid", id=f"paid/{number}", track=Track.GENERATION, language="python",
        prompt=f"# {number}\\ndef f():\\n", entry_point="f", checks=Checks("program", "f", tests="f()"),
        reference="def f(): return 1",
    )


def make():
    return Suite("paid", "1", "paid", Track.GENERATION, "python", tuple(map(problem, range(20))), 20)
"""


@dataclass
class Books:
    """What the provider has charged, and how it misbehaves."""

    seed: int = 0
    longest: float = 1.0
    """Answers are up to so many times as long as is allowed."""
    faulty: bool = True
    microusd: float = 0.0
    calls: int = 0
    url: str = ""
    mutex: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """A reply, charged for before it is sent: who is killed while waiting has paid."""
        with self.mutex:
            self.calls += 1
            kind = self.rng.random() if self.faulty else 1.0
            if kind < 0.1:
                return 500, {"error": {"message": "oops"}}
            tokens = sum(len(message["content"]) for message in body["messages"]) // 3
            written = int(body["max_completion_tokens"] * self.longest * self.rng.uniform(0.5, 1))
            self.microusd += tokens * INPUT + written * OUTPUT
            text = "" if kind < 0.25 else "```python\ndef f():\n    return 1\n```"
            reply = {
                "id": "1",
                "model": "gpt-5.4",
                "choices": [{"index": 0, "message": {"content": text}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": tokens, "completion_tokens": written},
            }
            if 0.25 <= kind < 0.35:
                del reply["usage"]
            return 200, reply


@pytest.fixture
def books() -> Iterator[Books]:
    books = Books()

    class Provider(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, reply = books.answer(body)
            time.sleep(0.02)
            data = json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.send_header("retry-after", "0.01")
            with suppress(BrokenPipeError):  # whoever asked was killed
                self.end_headers()
                self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    books.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield books
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def asked(tmp_path: Path) -> tuple[str, ...]:
    """The command without its directory."""
    (tmp_path / "paid.py").write_text(SUITE)
    suite = f"{tmp_path / 'paid.py'}:make"
    return ("run", "-m", MODEL, "-s", suite, "--sandbox", SANDBOX, "--max-tokens", "100", "-q")


def variables(books: Books) -> dict[str, str]:
    return {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": books.url}


def records(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "samples.jsonl").open()]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_budget_holds_through_kills_faults_and_answers_without_a_price(
    tmp_path: Path, bench: Bench, books: Books, asked: tuple[str, ...], seed: int
) -> None:
    books.rng = random.Random(seed)
    command = [*BENCH, *asked, "-o", "out", "-n", "4", "--budget"]
    for budget in ("0.03", "0.03", "0.05", "0.05"):
        before = books.calls
        process = subprocess.Popen(
            [*command, budget],
            cwd=tmp_path,
            env=environment() | variables(books),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while process.poll() is None and books.calls < before + 6:
            time.sleep(0.01)
        process.kill()
        process.wait()
        assert books.microusd <= float(budget) * 1e6
    assert books.calls >= 12, "killed before it had begun"
    last = bench(*asked, "-o", "out", "-n", "4", "--budget", "0.05", **variables(books))
    assert last.returncode == 1
    assert "not_run (budget)" in last.stderr
    assert "a larger --budget goes on from here" in last.stderr
    assert 0.01e6 < books.microusd <= 0.05e6
    told = re.search(r"spent: \$([\d.]+), and at most \$([\d.]+) more", last.stderr)
    assert told is not None
    known, unknown = (float(one) * 1e6 for one in told.groups())
    assert known <= books.microusd + 1000, "whole micro-dollars, a call"
    assert books.microusd <= known + unknown


def test_more_money_goes_on_with_the_same_run(
    tmp_path: Path, bench: Bench, books: Books, asked: tuple[str, ...]
) -> None:
    books.faulty = False
    assert bench(*asked, "-o", "out", "--budget", "0.01", **variables(books)).returncode == 1
    paid = books.calls
    assert 0 < paid < 20
    assert bench(*asked, "-o", "out", "--budget", "1", **variables(books)).returncode == 0
    assert books.calls == 20, "nothing was paid for twice"


def test_an_answer_dearer_than_can_be_stops_the_run(
    tmp_path: Path, bench: Bench, books: Books, asked: tuple[str, ...]
) -> None:
    books.faulty, books.longest = False, 4.0
    result = bench(*asked, "-o", "out", "--budget", "1", "--concurrency", "2", **variables(books))
    assert result.returncode == 1
    assert books.calls <= 2, "no more than was in flight"
    assert "it was taken to cost at most" in result.stderr
    assert "not_run (budget)" in result.stderr


def test_what_a_run_may_cost_is_said_before_it_is_asked(
    tmp_path: Path, bench: Bench, books: Books, asked: tuple[str, ...]
) -> None:
    result = bench(*asked, "-o", "out", **variables(books))
    assert result.returncode == 2
    assert re.search(r"gpt-5.4: 20 paid calls, \$0\.\d+ to \$0\.\d+ \(at most \$0\.\d+\)", result.stderr)
    assert "--yes" in result.stderr
    assert books.calls == 0


def test_a_price_file_decides_and_is_named_in_the_lock(
    tmp_path: Path, bench: Bench, books: Books, asked: tuple[str, ...]
) -> None:
    books.faulty = False
    entry = '[[price]]\nprovider = "openai"\nmodel = "gpt-5.4"\nfrom = 2026-01-01\ninput = 0\noutput = 1\n'
    (tmp_path / "mine.toml").write_text(entry)
    result = bench(*asked, "-o", "out", "--prices", "mine.toml", "--yes", **variables(books))
    assert result.returncode == 0, result.stderr
    for record in records(tmp_path / "out"):
        completion = record["completion"]
        assert completion["cost_microusd"] == completion["usage"]["output_total"]
    assert len(json.loads((tmp_path / "out" / "lock.json").read_text())["prices"]["own_sha256"]) == 64


def test_a_budget_needs_a_price_even_of_a_plug_in(
    tmp_path: Path, bench: Bench, books: Books, asked: tuple[str, ...]
) -> None:
    with_plugin = (*asked, "-m", f"{PLUGINS}:Canned", "-o", "out", "--budget", "1")
    refused = bench(*with_plugin, **variables(books))
    assert refused.returncode == 2
    assert "no price is known for canned" in refused.stderr
    assert "--prices" in refused.stderr
    free = '[[price]]\nmodel = "canned"\nfrom = 2026-01-01\ninput = 0\noutput = 0\n'
    (tmp_path / "free.toml").write_text(free)
    books.faulty = False
    allowed = bench(*with_plugin, **variables(books), BENCH_PRICES="free.toml")
    assert (allowed.returncode, books.calls) == (0, 20), allowed.stderr


def test_an_answer_is_paid_for_once_whatever_runs_ask_for_it(
    tmp_path: Path, bench: Bench, books: Books, asked: tuple[str, ...]
) -> None:
    books.faulty = False
    cached = (*asked, "--cache-dir", "kept")
    first = bench(*cached, "-o", "one", "--yes", **variables(books))
    assert (first.returncode, books.calls) == (0, 20), first.stderr
    second = bench(*cached, "-o", "two", **variables(books))  # not confirmed: there is nothing to confirm
    assert (second.returncode, books.calls) == (0, 20), second.stderr
    assert "from the cache: 20 answers" in second.stderr
    assert "spent" not in second.stderr
    more = bench(*cached, "-n", "2", "-o", "three", "--budget", "1", **variables(books))
    assert (more.returncode, books.calls) == (0, 40), "the second epoch is an answer of its own"
    assert "20 paid calls" in more.stderr

    one, two = ({r["index"]: r for r in records(tmp_path / name)} for name in ("one", "two"))
    for index, record in two.items():
        paid = one[index]
        assert record["completion"] == paid["completion"], "its tokens and its price stay"
        assert record["measured"]["cached_at"] == paid["measured"]["timing"]["asked_at"]
        assert (record["tries"], paid["measured"]["cached_at"]) == (0, "")
    costs = [(tmp_path / name / "scores.json").read_text() for name in ("one", "two")]
    assert [json.loads(text)["rows"][0]["cost_usd"] for text in costs] == [costs_of(one), costs_of(one)]
    entries = [path.read_bytes() for path in (tmp_path / "kept").rglob("*.json")]
    assert len(entries) == 40
    assert not any(KEY.encode() in entry for entry in entries)


def test_a_cache_that_cannot_be_is_refused_before_anything_is_paid(
    tmp_path: Path, bench: Bench, books: Books, asked: tuple[str, ...]
) -> None:
    (tmp_path / "file").write_text("in the way")
    result = bench(*asked, "--cache-dir", "file", "--yes", **variables(books))
    assert (result.returncode, books.calls) == (2, 0)
    assert "the cache file cannot be made" in result.stderr


def costs_of(found: dict[int, dict[str, Any]]) -> float:
    return sum(record["completion"]["cost_microusd"] for record in found.values()) / 1e6
