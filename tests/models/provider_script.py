"""A real HTTP server on this machine that answers as a test tells it to, one scripted answer a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from bench.types import Message, Mode, Params, Request, SampleKey

CLOSE = -1
"""As a status: close the connection without an answer."""


@dataclass
class Script:
    """Answers in order (the last one again and again), and every request that came."""

    url: str = ""
    answers: list[tuple[int, str, Mapping[str, str]]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def answer(self, status: int, body: object = "", **headers: str) -> Script:
        text = body if isinstance(body, str) else json.dumps(body)
        self.answers.append(
            (status, text, {name.replace("_", "-"): value for name, value in headers.items()})
        )
        return self


def handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            script.bodies.append(json.loads(body))
            script.headers.append({name.lower(): value for name, value in self.headers.items()})
            script.paths.append(self.path)
            status, text, headers = script.answers[min(len(script.bodies), len(script.answers)) - 1]
            if status == CLOSE:
                self.close_connection = True
                return
            data = text.encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def chat(content: object = "hello", finish: str | None = "stop", **message: object) -> dict[str, Any]:
    """A reply of Chat Completions."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795600000,
        "model": "gpt-5-mini-2025-08-07",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, **message},
                "finish_reason": finish,
            }
        ],
        "usage": {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
            "prompt_tokens_details": {"cached_tokens": 40},
            "completion_tokens_details": {"reasoning_tokens": 7},
        },
    }


def message(*blocks: dict[str, Any], stop: str = "end_turn", **fields: object) -> dict[str, Any]:
    """A reply of the Messages API."""
    return {
        "id": "msg_1",
        "type": "message",
        "model": "claude-opus-5-5",
        "content": list(blocks),
        "stop_reason": stop,
        "usage": {
            "input_tokens": 7,
            "cache_read_input_tokens": 24,
            "cache_creation_input_tokens": 3,
            "output_tokens": 11,
            "output_tokens_details": {"thinking_tokens": 5},
        },
        **fields,
    }


def request(text: str = "hi", *, mode: Mode = Mode.CHAT, **params: Any) -> Request:
    key = SampleKey("smoke", "smoke/1", "m", 0)
    return Request(key, (Message("user", text),), Params(**params), mode)
