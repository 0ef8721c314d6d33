"""A server that does what Ollama does, also with a prompt that is too long: by default, and when told not to.

Ollama itself ignores what it does not know; here that is an error, found with the types of Ollama's client.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import ollama_sdk
from strict import Came, Given

ANSWER = "def f(): pass"
DEFAULT_CONTEXT = 4096
_BYTES_A_TOKEN = 3
TRAINED = {
    "qwen2.5-coder:7b": 32768,
    "qwen3:8b": 40960,
    "gpt-oss:20b": 131072,
    "tiny": 256,
    "glm-5:cloud": 4096,
}
_THINKS = ("qwen3:8b", "gpt-oss:20b")


def chat(text: str = ANSWER, *, thinking: str = "", **fields: Any) -> dict[str, Any]:
    """A reply of ``/api/chat`` that Ollama's client takes."""
    said = {"role": "assistant", "content": text, **({"thinking": thinking} if thinking else {})}
    return ollama_sdk.reply({**_ended(), "message": said, **fields})


def generated(text: str = ANSWER, **fields: Any) -> dict[str, Any]:
    """A reply of ``/api/generate`` that Ollama's client takes."""
    return ollama_sdk.reply({**_ended(), "response": text, "context": [1, 2], **fields})


def _ended() -> dict[str, Any]:
    return {
        "model": "qwen2.5-coder:7b",
        "created_at": "2026-11-25T14:00:00.123456789Z",
        "done": True,
        "done_reason": "stop",
        "total_duration": 5_000_000_000,
        "load_duration": 4_000_000_000,
        "prompt_eval_count": 31,
        "prompt_eval_duration": 100_000_000,
        "eval_count": 12,
        "eval_duration": 900_000_000,
    }


def refused(words: str, *, status: int = 400) -> Given:
    return Given(status, {"error": words})


@dataclass
class Ollama:
    """Keeps what came; answers with ``reply`` where one is set. An old one knows no ``truncate``."""

    reply: dict[str, Any] | None = None
    old: bool = False
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def __call__(self, came: Came) -> Given:
        given = self._answer(came)
        self.bodies.append(came.json)
        self.headers.append(dict(came.headers))
        if given.status != 200:
            self.refusals.append(str(given.body))
        return given

    def _answer(self, came: Came) -> Given:
        if came.method != "POST" or came.path not in ("/api/chat", "/api/generate"):
            return Given(404, "404 page not found")
        body, talks = came.json, came.path == "/api/chat"
        if body["model"] not in TRAINED:
            return refused(f"model '{body['model']}' not found", status=404)
        ollama_sdk.check_body(body, chat=talks)
        wrong = _wrong_think(body["model"], body.get("think"))
        if wrong:
            return refused(wrong)
        seen = self._seen(body)
        if seen is None:
            return refused("the prompt is longer than the context length currently available to the model")
        make = chat if talks else generated
        return Given(200, self.reply or make(model=body["model"], prompt_eval_count=seen))

    def _seen(self, body: dict[str, Any]) -> int | None:
        """How many tokens of the prompt the model sees; None where all or nothing was asked for."""
        texts = [one["content"] for one in body.get("messages", [])] or [body.get("prompt", "")]
        tokens = sum(len(one.encode()) for one in texts) // _BYTES_A_TOKEN
        asked = body.get("options", {}).get("num_ctx", DEFAULT_CONTEXT)
        context = min(asked, TRAINED[body["model"]])
        if tokens <= context:
            return tokens
        cuts = self.old or body.get("truncate", True) or body.get("shift", True)
        return context // 2 if cuts else None


def _wrong_think(model: str, think: object) -> str:
    if think is None or (think is False and model not in _THINKS):
        return ""
    if model not in _THINKS:
        return f'"{model}" does not support thinking'
    if isinstance(think, str) and not model.startswith("gpt-oss"):
        return f'think value "{think}" is not supported for this model'
    return ""
