"""Google's own types: what we send is checked against them, and what our server answers by them."""

from __future__ import annotations

from typing import Any

from google.genai import types


def check_body(body: dict[str, Any]) -> None:
    """Raises ValidationError for a field, a type or a value that generateContent does not have."""
    types.GenerationConfig.model_validate(body.get("generationConfig", {}))
    for content in (*body["contents"], body.get("systemInstruction", {})):
        types.Content.model_validate(content)
    level = body.get("generationConfig", {}).get("thinkingConfig", {}).get("thinkingLevel", "HIGH")
    if level not in types.ThinkingLevel.__members__:
        raise ValueError(f"no thinking level: {level}")


def reply(body: dict[str, Any]) -> dict[str, Any]:
    """The reply, if Google's client would take it."""
    parsed = types.GenerateContentResponse.model_validate(body)
    for candidate in parsed.candidates or []:
        reason = candidate.finish_reason
        if reason is not None and reason.value not in types.FinishReason.__members__:
            raise ValueError(f"no finish reason: {reason}")
    return body
