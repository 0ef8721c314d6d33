"""Google's own types: what we send is checked against them, and what our server answers by them.

A level or a reason that they do not have is only a warning there; in our tests every warning is an error.
"""

from __future__ import annotations

from typing import Any

from google.genai import types


def check_body(body: dict[str, Any]) -> None:
    """Raises ValidationError for a field, a type or a value that generateContent does not have."""
    types.GenerationConfig.model_validate(body.get("generationConfig", {}))
    for content in (*body["contents"], body.get("systemInstruction", {})):
        types.Content.model_validate(content)


def reply(body: dict[str, Any]) -> dict[str, Any]:
    """The reply, if Google's client would take it."""
    types.GenerateContentResponse.model_validate(body)
    return body
