"""A server on this machine that answers as it is told to: for tests of adapters that speak HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.types import Json


@dataclass(frozen=True, slots=True)
class ServerRequest:
    """A request as it came. Names of headers are in lower case; ``json`` is None for a body that is none."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class ServerReply:
    """What is answered: a text as it is, anything else as JSON."""

    status: int
    body: Json = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()

    def with_key(self, key: str) -> ServerReply:
        """The same with the key in place of ``{key}``."""
        quoted = json.dumps(key)[1:-1]
        text = self.data.decode().replace("{key}", key if isinstance(self.body, str) else quoted)
        headers = {name: value.replace("{key}", key) for name, value in self.headers.items()}
        return replace(self, body=text, headers=headers)


@dataclass(slots=True)
class ScriptedServer:
    """Where it is, and what it was asked so far."""

    url: str
    requests: list[ServerRequest] = field(default_factory=list)


Script = Callable[[ServerRequest], "ServerReply | None"]


@contextmanager
def scripted_server(script: Script) -> Iterator[ScriptedServer]:
    """A server that answers with what ``script`` returns; for None it closes the connection."""
    server = ScriptedServer("")
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(script, server.requests))
    server.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def chat_reply(request: ServerRequest) -> ServerReply:
    """A good reply of Chat Completions (or Completions), cut off where the limit is very low."""
    asked = request.json if isinstance(request.json, dict) else {}
    limits = (asked.get(name) for name in ("max_completion_tokens", "max_tokens"))
    limit = next((value for value in limits if isinstance(value, int)), 100)
    written = min(limit, 20)
    text = "def add(a, b):\n    return a + b\n"[: 4 * written]
    choice: dict[str, Json] = {"index": 0, "finish_reason": "length" if limit < 20 else "stop"}
    raw = request.path.endswith("/completions") and "prompt" in asked
    choice |= {"text": text} if raw else {"message": {"role": "assistant", "content": text}}
    usage: dict[str, Json] = {
        "prompt_tokens": 30,
        "completion_tokens": written,
        "total_tokens": 30 + written,
        "prompt_tokens_details": {"cached_tokens": 10},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    body: dict[str, Json] = {"id": "chatcmpl-1", "object": "chat.completion", "model": "scripted-1"}
    return ServerReply(200, {**body, "choices": [choice], "usage": usage})


def _handler(script: Script, requests: list[ServerRequest]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            came = ServerRequest(self.command, self.path, headers, self.rfile.read(length))
            requests.append(came)
            reply = script(came)
            if reply is None:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {"content-type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.data)))
            self.end_headers()
            self.wfile.write(reply.data)

        do_GET = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on stderr."""

    return Handler
