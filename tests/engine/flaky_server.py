"""A server of Chat Completions that fails in every way there is, by sample and try, and keeps count."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOOD = "good"
FAULTS = (
    "limited",
    "server",
    "html",
    "unavailable",
    "overloaded",
    "closed",
    "garbage",
    "empty",
    "cut",
    "slow",
    "error in 200",
)
SLOW_S = 1.2


@dataclass
class Given:
    """What the server did: by sample and by kind."""

    url: str = ""
    requests: Counter[str] = field(default_factory=Counter)
    good: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    mutex: threading.Lock = field(default_factory=threading.Lock)
    most_at_once: int = 0
    at_once: int = 0


Plan = Callable[[str, int], str]
"""What becomes of a sample's request, the first being number 1."""


def one_in(share: float, *, seed: int = 5) -> Plan:
    """That share of requests fails, each kind of fault as often as another; slow ones are few."""
    often = [fault for fault in FAULTS if fault != "slow"]

    def plan(sample: str, number: int) -> str:
        rng = random.Random(f"{seed} {sample} {number}")
        if rng.random() >= share:
            return GOOD
        return "slow" if rng.random() < 0.05 else rng.choice(often)

    return plan


@contextmanager
def serving(plan: Plan, *, latency_s: float = 0.0) -> Iterator[Given]:
    given = Given()
    http = _Server(("127.0.0.1", 0), _handler(given, plan, latency_s))
    given.url = f"http://127.0.0.1:{http.server_port}/v1"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield given
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def _handler(given: Given, plan: Plan, latency_s: float) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            found = re.search(r"def (f\d+)\(", body["messages"][-1]["content"])
            sample = found[1] if found else "?"
            with given.mutex:
                given.requests[sample] += 1
                kind = plan(sample, given.requests[sample])
                given.kinds[kind] += 1
                given.good[sample] += kind == GOOD
                given.at_once += 1
                given.most_at_once = max(given.most_at_once, given.at_once)
            time.sleep(SLOW_S if kind == "slow" else latency_s)
            with given.mutex:
                given.at_once -= 1
            self._answer(kind)

        def _answer(self, kind: str) -> None:
            if kind == "closed":
                self.close_connection = True
            elif kind == "limited":
                self._send(429, _error("slow down", "rate_limit_error"), {"retry-after": "0.02"})
            elif kind == "server":
                self._send(500, _error("oops", "server_error"))
            elif kind == "html":
                self._send(502, "<html><body>Bad gateway</body></html>")
            elif kind == "unavailable":
                self._send(503, _error("try later", "server_error"), {"retry-after": "0.02"})
            elif kind == "overloaded":
                self._send(529, _error("overloaded", "overloaded_error"))
            elif kind == "garbage":
                self._send(200, '{"choices": [{"message": {"content": "ha')
            elif kind == "empty":
                self._send(200, "")
            elif kind == "error in 200":
                self._send(200, json.dumps({"error": {"message": "upstream broke", "code": 502}}))
            else:
                self._send(200, _reply(), cut=kind in ("cut", "slow"))

        def _send(
            self, status: int, text: str, headers: dict[str, str] | None = None, *, cut: bool = False
        ) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text[: len(text) // 2 if cut else None].encode())
            self.close_connection = self.close_connection or cut

        def log_message(self, format: str, *args: object) -> None:
            pass

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:  # the client gave up
                self.close_connection = True

    return Handler


def _error(message: str, kind: str) -> str:
    return json.dumps({"error": {"message": message, "type": kind}})


def _reply() -> str:
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "model": "m-2026",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": "```python\ndef f(x):\n    return x\n```"},
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 30, "completion_tokens": 20},
        }
    )
