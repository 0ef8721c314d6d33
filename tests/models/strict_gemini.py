"""A server that speaks Google's generateContent as strictly as the vendor documents it.

It knows of its own what each model takes: nothing here is read from the table under test. Every body is
checked against the types of Google's client as well, and every reply parses as one of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import gemini_sdk
from google.genai import types
from strict import Came, Given

KEY = "AIza-strict-93d0"
ANSWER = "def f(): pass"


@dataclass(frozen=True)
class Takes:
    """What a model takes to think: levels, or a budget of at least so many tokens; and whether sampling."""

    levels: tuple[str, ...] = ()
    least_budget: int | None = None
    sampling: bool = True


_ALL = ("MINIMAL", "LOW", "MEDIUM", "HIGH")
MODELS = {
    "gemini-4-argon": Takes(_ALL[1:], sampling=False),
    "gemini-3.8-flash": Takes(_ALL[1:], sampling=False),
    "gemini-3.7-flash": Takes(_ALL[1:], sampling=False),
    "gemini-3.6-flash": Takes(_ALL, sampling=False),
    "gemini-3.5-flash-lite": Takes(_ALL, sampling=False),
    "gemini-3.5-flash": Takes(_ALL),
    "gemini-3.1-flash-lite": Takes(_ALL),
    "gemini-3.1-pro-preview": Takes(_ALL[1:]),
    "gemini-3-flash-preview": Takes(_ALL),
    "gemini-3-pro-preview": Takes(("LOW", "HIGH")),
    "gemini-2.5-pro": Takes(least_budget=128),
    "gemini-2.5-flash": Takes(least_budget=0),
    "gemini-2.5-flash-lite": Takes(least_budget=0),
    "gemini-2.0-flash": Takes(),
    "gemma-3-27b-it": Takes(),
}
_BODY = frozenset(
    {"contents", "systemInstruction", "generationConfig", "safetySettings", "tools", "toolConfig"}
)
_CONFIG = frozenset(one.alias for one in types.GenerationConfig.model_fields.values())


def answer(*parts: dict[str, Any], finish: str | None = "STOP", **fields: Any) -> dict[str, Any]:
    """A reply that Google's client takes."""
    content: dict[str, Any] = {"role": "model", **({"parts": list(parts)} if parts else {})}
    candidate: dict[str, Any] = {"content": content, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    return gemini_sdk.reply(
        {
            "candidates": [candidate],
            "usageMetadata": {
                "promptTokenCount": 100,
                "cachedContentTokenCount": 40,
                "candidatesTokenCount": 20,
                "thoughtsTokenCount": 7,
                "totalTokenCount": 127,
            },
            "modelVersion": "gemini-3.8-flash",
            "responseId": "resp_strict",
            **fields,
        }
    )


def refused(
    words: str, *, code: int = 400, status: str = "INVALID_ARGUMENT", details: list[Any] | None = None
) -> Given:
    """An error as Google words it."""
    error = {"code": code, "message": words, "status": status}
    return Given(code, {"error": {**error, **({"details": details} if details else {})}})


def detail(kind: str, **fields: Any) -> dict[str, Any]:
    return {"@type": f"type.googleapis.com/google.rpc.{kind}", **fields}


@dataclass
class Gemini:
    """Keeps what came and what was refused; answers with ``reply`` where one is set."""

    reply: dict[str, Any] | None = None
    bodies: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def __call__(self, came: Came) -> Given:
        given = self._answer(came)
        self.bodies.append(came.json)
        if given.status != 200:
            self.refusals.append(str(given.body))
        return given

    def _answer(self, came: Came) -> Given:
        found = re.fullmatch(r"/v1beta/models/([\w.-]+):generateContent", came.path)
        if came.method != "POST" or found is None:
            return refused("not found", code=404, status="NOT_FOUND")
        if came.headers.get("x-goog-api-key") != KEY or "authorization" in came.headers:
            reason = detail("ErrorInfo", reason="API_KEY_INVALID", domain="googleapis.com")
            return refused("API key not valid. Please pass a valid API key.", details=[reason])
        takes = MODELS.get(found[1])
        if takes is None:
            words = f"models/{found[1]} is not found for API version v1beta"
            return refused(words, code=404, status="NOT_FOUND")
        body = came.json
        wrong = (
            _wrong_fields(body)
            or _wrong_roles(body)
            or _wrong_thinking(takes, body)
            or _wrong_sampling(takes, body)
        )
        if wrong:
            return refused(wrong)
        gemini_sdk.check_body(body)
        return Given(200, self.reply or answer({"text": ANSWER}, modelVersion=found[1]))


def _wrong_fields(body: Mapping[str, Any]) -> str:
    places = (("", set(body) - _BODY), ("generation_config", set(body.get("generationConfig", {})) - _CONFIG))
    for place, unknown in places:
        if unknown:
            at = f" at '{place}'" if place else ""
            return f'Invalid JSON payload received. Unknown name "{min(unknown)}"{at}: Cannot find field.'
    return ""


def _wrong_roles(body: Mapping[str, Any]) -> str:
    contents = body.get("contents") or []
    if not contents:
        return "contents is not specified"
    if any(one.get("role") not in ("user", "model") for one in contents):
        return "Please use a valid role: user, model."
    return ""


def _wrong_sampling(takes: Takes, body: Mapping[str, Any]) -> str:
    """Google says that it ignores them for now, and will refuse them."""
    named = {"temperature", "topP", "topK"} & set(body.get("generationConfig", {}))
    return f"{min(named)} is not supported for this model." if named and not takes.sampling else ""


def _wrong_thinking(takes: Takes, body: Mapping[str, Any]) -> str:
    config = types.ThinkingConfig.model_validate(body.get("generationConfig", {}).get("thinkingConfig", {}))
    level, budget = config.thinking_level, config.thinking_budget
    if level is not None and budget is not None:
        return "You can only set one of thinking budget and thinking level."
    if level is not None and not takes.levels:
        return "Thinking level is not supported for this model."
    if level is not None and level.value not in takes.levels:
        return f"Thinking level {level.value} is not supported for this model."
    if budget is None:
        return ""
    if takes.least_budget is None:
        return "Thinking budget is not supported for this model."
    return "" if budget >= takes.least_budget else f"Budget {budget} is invalid."
