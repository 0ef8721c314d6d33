"""Servers that speak OpenAI's two formats as strictly as the vendors document them.

Each knows of its own which fields a model takes: nothing here is read from the table under test. Every body
is checked against the types of OpenAI's client as well, and every reply parses as one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import openai_sdk
from strict import Came, Given

KEY = "sk-strict-1f0c"

_LEVELS = {
    "gpt-6.2-sol": ("low", "medium", "high", "xhigh"),
    "gpt-5.6-luna": ("none", "low", "medium", "high", "xhigh"),
    "gpt-5.1": ("none", "low", "medium", "high"),
    "gpt-5-mini": ("minimal", "low", "medium", "high"),
    "o3": ("low", "medium", "high"),
    "gpt-4o": (),
    "gpt-5-chat-latest": (),
    "sphinx-2": ("low", "high"),
}
"""The last one stands for a model that nobody heard of yet."""

MODELS = tuple(_LEVELS)
THINKS_UNASKED = frozenset(MODELS) - {"gpt-5.1", "gpt-4o", "gpt-5-chat-latest"}


def chat_reply(model: str, text: str = "def f(): pass", **message: Any) -> dict[str, Any]:
    """A reply of Chat Completions that OpenAI's client takes."""
    return openai_sdk.chat_reply(
        {
            "id": "chatcmpl-7",
            "object": "chat.completion",
            "created": 1795600000,
            "model": f"{model}-2026-11-17",
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": text, "refusal": None, **message},
                    "logprobs": None,
                    "finish_reason": "stop",
                }
            ],
            "usage": {
                "prompt_tokens": 100,
                "completion_tokens": 20,
                "total_tokens": 120,
                "prompt_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 8},
                "completion_tokens_details": {"reasoning_tokens": 7},
            },
        }
    )


def responses_reply(model: str, *output: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A reply of the Responses API that OpenAI's client takes."""
    return openai_sdk.responses_reply(
        {
            "id": "resp_7",
            "object": "response",
            "created_at": 1795600000,
            "status": "completed",
            "error": None,
            "incomplete_details": None,
            "model": f"{model}-2026-11-17",
            "output": list(output),
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": {
                "input_tokens": 100,
                "input_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 8},
                "output_tokens": 20,
                "output_tokens_details": {"reasoning_tokens": 7},
                "total_tokens": 120,
            },
            **fields,
        }
    )


def message(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An output item with these parts."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": list(parts),
        **fields,
    }


def text(words: str) -> dict[str, Any]:
    return {"type": "output_text", "text": words, "annotations": []}


def refused(status: int, words: str, *, param: str | None = None, code: str | None = None) -> Given:
    """An error as OpenAI words it."""
    error = {"message": words, "type": "invalid_request_error", "param": param, "code": code}
    return Given(status, {"error": error})


@dataclass
class Vendor:
    """Keeps what came and what was refused."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def __call__(self, came: Came) -> Given:
        given = self.unauthorised(came) or self.answer(came, came.json)
        self.bodies.append(came.json)
        if given.status != 200:
            self.refusals.append(str(given.body))
        return given

    def unauthorised(self, came: Came) -> Given | None:
        if came.headers.get("authorization") == f"Bearer {KEY}":
            return None
        return refused(401, "You didn't provide an API key.", code="invalid_api_key")

    def answer(self, came: Came, body: dict[str, Any]) -> Given:
        raise NotImplementedError


@dataclass
class OpenAI(Vendor):
    """Both of OpenAI's formats."""

    def answer(self, came: Came, body: dict[str, Any]) -> Given:
        formats = {"/v1/chat/completions": self._chat, "/v1/responses": self._responses}
        if came.method != "POST" or came.path not in formats:
            return refused(404, f"Invalid URL ({came.method} {came.path})")
        if body.get("model") not in MODELS:
            words = f"The model `{body.get('model')}` does not exist or you do not have access to it."
            return refused(404, words, code="model_not_found")
        return formats[came.path](body["model"], body)

    def _chat(self, model: str, body: dict[str, Any]) -> Given:
        openai_sdk.check_chat_body(body)
        levels, level = _LEVELS[model], body.get("reasoning_effort")
        if levels and "max_tokens" in body:
            words = "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
            return refused(
                400, f"Unsupported parameter: {words}", param="max_tokens", code="unsupported_parameter"
            )
        if level is not None and not levels:
            return refused(400, "Unrecognized request argument supplied: reasoning_effort")
        return (
            _refused_level("reasoning_effort", level, levels)
            or _refused_sampling(model, level, body)
            or Given(200, chat_reply(model), {"x-request-id": "req_7"})
        )

    def _responses(self, model: str, body: dict[str, Any]) -> Given:
        for name in ("seed", "stop", "messages", "max_tokens", "max_completion_tokens", "reasoning_effort"):
            if name in body:
                return refused(400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
        openai_sdk.check_responses_body(body)
        levels, level = _LEVELS[model], body.get("reasoning", {}).get("effort")
        if level is not None and not levels:
            words = "Unsupported parameter: 'reasoning.effort' is not supported with this model."
            return refused(400, words, param="reasoning.effort", code="unsupported_parameter")
        return (
            _refused_level("reasoning.effort", level, levels)
            or _refused_sampling(model, level, body)
            or Given(200, responses_reply(model, message(text("def f(): pass"))), {"x-request-id": "req_7"})
        )


def _refused_level(param: str, level: str | None, levels: tuple[str, ...]) -> Given | None:
    if level is None or level in levels:
        return None
    listed = ", ".join(f"'{one}'" for one in levels)
    words = f"Unsupported value: '{level}' is not supported with this model. Supported values are: {listed}."
    return refused(400, words, param=param, code="unsupported_value")


def _refused_sampling(model: str, level: str | None, body: Mapping[str, Any]) -> Given | None:
    thinks = model in THINKS_UNASKED if level is None else level != "none"
    if not _LEVELS[model] or not thinks:
        return None
    if body.get("temperature", 1) != 1:
        words = f"'temperature' does not support {body['temperature']} with this model."
        offer = "Only the default (1) value is supported."
        return refused(
            400, f"Unsupported value: {words} {offer}", param="temperature", code="unsupported_value"
        )
    if "stop" in body:
        words = "Unsupported parameter: 'stop' is not supported with this model."
        return refused(400, words, param="stop", code="unsupported_parameter")
    return None
