"""A server that does everything servers do wrong, through the real command: no fault is a wrong answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench.results import Result, results

pytestmark = pytest.mark.docker

GOOD = "```python\ndef answer():\n    return 42\n```"
SUITE = """
from bench.suites import Suite
from bench.types import Checks, Problem, Track


def problem(name):
    return Problem(
        suite="faults", id=f"faults/{name}", track=Track.GENERATION, language="python",
        prompt=f"# {name}\\ndef answer():\\n", entry_point="answer",
        checks=Checks("program", "answer", tests="assert answer() == 42"),
        reference="def answer(): return 42",
    )


def make():
    names = "good rate_limited_once limited server down closed garbage empty length refusal filter wrong"
    problems = tuple(problem(name) for name in names.split())
    return Suite("faults", "1", "faults of servers", Track.GENERATION, "python", problems, len(problems))
"""


class Server(BaseHTTPRequestHandler):
    """What it does wrong is named in the question."""

    asked: dict[str, int]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = body["messages"][-1]["content"].split("# ")[1].split("\n")[0]
        self.asked[name] = self.asked.get(name, 0) + 1
        if name == "closed":
            self.connection.close()
            return
        if name in ("limited", "rate_limited_once") and (name == "limited" or self.asked[name] == 1):
            self._send(429, json.dumps({"error": {"message": "slow down"}}), {"Retry-After": "0.05"})
        elif name in ("server", "down"):
            self._send(500 if name == "server" else 503, "oops", {"Retry-After": "0.05"})
        elif name == "garbage":
            self._send(200, "<html>not json</html>")
        else:
            self._send(200, json.dumps(_reply(name)))

    def _send(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for header, value in (headers or {}).items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        return


def _reply(name: str) -> dict[str, object]:
    content: str | None = GOOD
    finish, refusal = "stop", None
    if name == "empty":
        content = ""
    elif name == "length":
        content, finish = GOOD[:30], "length"
    elif name == "refusal":
        content, refusal = None, "I cannot help with that."
    elif name == "filter":
        content, finish = "", "content_filter"
    elif name == "wrong":
        content = GOOD.replace("42", "41")
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return {
        "id": "1",
        "model": "served",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


@contextmanager
def serving() -> Iterator[tuple[str, dict[str, int]]]:
    handler = type("Handler", (Server,), {"asked": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", handler.asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


EXPECTED = {
    "good": ("pass", ""),
    "rate_limited_once": ("pass", ""),
    "limited": ("provider_error", "rate_limited"),
    "server": ("provider_error", "server"),
    "down": ("provider_error", "server"),
    "closed": ("provider_error", "transport"),
    "garbage": ("provider_error", "invalid_reply"),
    "empty": ("no_code", ""),
    "length": ("truncated", ""),
    "refusal": ("refused", ""),
    "filter": ("provider_error", "filtered"),
    "wrong": ("wrong_answer", ""),
}


@pytest.mark.slow
def test_each_fault_ends_as_its_own_outcome_and_resume_pays_only_for_those(tmp_path: Path) -> None:
    (tmp_path / "faults.py").write_text(SUITE, "utf-8")
    out = tmp_path / "run"
    with serving() as (url, asked):
        command = [sys.executable, "-m", "bench", "run", "-m", f"openai-compatible/m@{url}"]
        command += ["-s", f"{tmp_path / 'faults.py'}:make", "-o", str(out), "--concurrency", "12", "--yes"]
        first = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), check=False)
        found = {result.key.problem.partition("/")[2]: result for result in results(out)}
        assert {name: (str(r.outcome), r.fault) for name, r in found.items()} == EXPECTED, first.stderr
        assert first.returncode == 1, "something could not be measured"
        assert "Traceback" not in first.stderr
        assert asked["limited"] > 1 < asked["garbage"]
        paid = {name: asked[name] for name in ("good", "wrong", "length", "refusal", "empty")}
        subprocess.run(command, capture_output=True, text=True, env=dict(os.environ), check=False)
        assert {name: asked[name] for name in paid} == paid, "what was answered is not asked again"
    _raw_replies_are_kept(out, found["good"])


def _raw_replies_are_kept(out: Path, result: Result) -> None:
    for line in (out / "samples.jsonl").read_text("utf-8").split("\n"):
        record = json.loads(line) if line else {}
        if record.get("key", {}).get("problem") == result.key.problem:
            blobs = list((out / "blobs").rglob(f"{record['completion']['reply_blob']}*"))
            assert len(blobs) == 1
            return
    pytest.fail("the sample has no record")
