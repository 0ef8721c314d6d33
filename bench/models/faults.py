"""What a provider's failure means: from status, headers and body to a ProviderError. No I/O here.

The marks are the vendors' own codes and wordings (OpenAI, Anthropic, DeepSeek, OpenRouter, vLLM, llama.cpp,
Ollama), since "context too long" and "out of money" hide behind plain 400 and 429.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bench.errors import Fault, ProviderError
from bench.models import allowances
from bench.types import Completion, Json

SHOWN_CHARS = 300
"""How much of a provider's own text goes into a message; the whole of it is in ``raw_reply``."""

_QUOTA = (
    "insufficient_quota",
    "billing_",
    "credit balance is too low",
    "insufficient balance",
    "insufficient credits",
)
_CONTEXT = (
    "context_length_exceeded",
    "exceed_context_size_error",
    "maximum context length",
    "maximum_context_length",
    "prompt is too long",
    "input is too long",
    "exceed context limit",
    "exceeds the context",
    "exceeds the available context",
    "exceeds the model's context",
    "exceeds the maximum model length",
)
_FILTER = ("content_filter", "content_policy_violation", "content exists risk", "invalid_prompt")
_BY_TYPE = (
    ("rate_limit", Fault.RATE_LIMITED),
    ("authentication", Fault.AUTH),
    ("permission", Fault.AUTH),
    ("invalid_api_key", Fault.AUTH),
    ("invalid_request", Fault.INVALID_REQUEST),
    ("not_found", Fault.INVALID_REQUEST),
    ("timeout", Fault.TIMEOUT),
)
_BY_STATUS = {
    401: Fault.AUTH,
    402: Fault.QUOTA,
    403: Fault.AUTH,
    408: Fault.TIMEOUT,
    409: Fault.SERVER,
    413: Fault.CONTEXT_OVERFLOW,
    425: Fault.SERVER,
    429: Fault.RATE_LIMITED,
}
_HINTS = {
    Fault.AUTH: "Check the provider's API key and what it may use.",
    Fault.QUOTA: "Add credit with the provider, then run the same command again: it resumes.",
    Fault.CONTEXT_OVERFLOW: "The prompt and --max-tokens together do not fit this model.",
}


class EmptyReply(ProviderError):
    """The model stopped normally and wrote nothing; ``completion`` is that reply, its tokens and cost."""

    def __init__(self, completion: Completion) -> None:
        super().__init__(Fault.EMPTY, "the reply holds no text", raw_reply=completion.raw_reply)
        self.completion = completion


def error_object(body: str) -> dict[str, Json] | None:
    """The error a body tells of (``message``, ``type``, ``code``, ``param``); None where it tells of none."""
    try:
        reply = json.loads(body)
    except ValueError:
        return None
    if not isinstance(reply, dict):
        return None
    error = reply.get("error")
    if isinstance(error, dict):
        return error
    if isinstance(error, str) and error:
        return {"message": error}
    if reply.get("object") == "error":
        return reply
    return {"message": json.dumps(reply["detail"])} if "detail" in reply and "choices" not in reply else None


def from_reply(
    status: int, body: str, headers: Mapping[str, str], *, secrets: Iterable[str] = ()
) -> ProviderError:
    """The error behind a reply that is none: any status but 200, or 200 with an error in its body."""
    error = error_object(body) or {}
    said = str(error.get("message") or body.strip() or "no text")
    marks = " ".join(str(error.get(key, "")) for key in ("code", "type")) + " " + said
    own = _own_status(error) if status == 200 else status
    fault = _fault(own, marks.lower())
    return ProviderError(
        fault,
        f"HTTP {status}, {fault.value}: {redacted(said, secrets)[:SHOWN_CHARS]}",
        retry_after_s=retry_after_s(headers),
        allowances=allowances.read(headers),
        http_status=status,
        raw_reply=redacted(body, secrets),
        hint=_not_found_hint(own) or _HINTS.get(fault, ""),
    )


def retry_after_s(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds a provider asks us to wait: ``retry-after-ms``, or ``retry-after`` in seconds or as a date."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        seconds = _number(headers.get(name, ""))
        if seconds is not None:
            return seconds * scale
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except (TypeError, ValueError):
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (aware - (now or datetime.now(UTC))).total_seconds())


def redacted(text: str, secrets: Iterable[str]) -> str:
    """The text without the keys: some providers repeat a wrong key in their error."""
    for secret in secrets:
        text = text.replace(secret, "[key]")
    return text


def _fault(status: int | None, marks: str) -> Fault:
    if any(mark in marks for mark in _QUOTA):
        return Fault.QUOTA
    if status not in _BY_STATUS or status == 413:
        if any(mark in marks for mark in _CONTEXT):
            return Fault.CONTEXT_OVERFLOW
        if any(mark in marks for mark in _FILTER):
            return Fault.FILTERED
    if status is None:
        return next((fault for mark, fault in _BY_TYPE if mark in marks), Fault.SERVER)
    if status < 300:
        return Fault.INVALID_REPLY
    return _BY_STATUS.get(status, Fault.SERVER if status >= 500 else Fault.INVALID_REQUEST)


def _own_status(error: Mapping[str, Json]) -> int | None:
    """The HTTP status that an error under HTTP 200 gives itself (OpenRouter does), if it gives one."""
    for key in ("code", "status", "status_code"):
        value = error.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if isinstance(value, int) and 400 <= value < 600:
            return value
    return None


def _not_found_hint(status: int | None) -> str:
    if status is not None and 300 <= status < 400:
        return "The server redirects: give the address it redirects to."
    return "Check the model's name and the address (does it end in /v1?)." if status == 404 else ""


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
