"""Ollama's own types: what we send is checked against them, and what our server answers by them."""

from __future__ import annotations

from typing import Any

from ollama import ChatResponse, GenerateResponse, Options
from ollama._types import ChatRequest, GenerateRequest

NEWER = frozenset({"truncate", "shift"})
"""What the server takes (``api/types.go``) and the client does not know yet."""


def check_body(body: dict[str, Any], *, chat: bool) -> None:
    """Raises ValueError for a field, a type or a value that the client does not have."""
    request = ChatRequest if chat else GenerateRequest
    for kind, names in ((request, set(body) - NEWER), (Options, set(body.get("options", {})))):
        unknown = sorted(names - set(kind.model_fields))
        if unknown:
            raise ValueError(f"{kind.__name__} has no {unknown}")
    request.model_validate(body, strict=True)
    Options.model_validate(body.get("options", {}), strict=True)


def reply(body: dict[str, Any]) -> dict[str, Any]:
    """The reply, if Ollama's client would take it."""
    (ChatResponse if "message" in body else GenerateResponse).model_validate(body, strict=True)
    return body
