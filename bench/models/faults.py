"""What a provider's failure means: from status, headers and body to a ProviderError. No I/O here.

The marks are the vendors' own codes and wordings (OpenAI, Azure, Anthropic, Google, DeepSeek, OpenRouter,
Mistral, xAI, vLLM, SGLang, llama.cpp, Ollama), since "context too long" and "out of money" hide behind plain
400 and 429.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bench.errors import Fault, ProviderError
from bench.models import allowances
from bench.secrets import without, without_in_json
from bench.types import Completion, Json

SHOWN_CHARS = 300
"""How much of a provider's own text goes into a message; the whole of it is in ``raw_reply``."""

_QUOTA = (
    "insufficient_quota",
    "billing_",
    "credit balance is too low",
    "insufficient balance",
    "insufficient credits",
    "used all available credits",
    "purchase credits",
    "openrouter_key_limit",
    "openrouter_guardrail_budget",
    "openrouter_workspace_budget",
    "perday",
    "enforced_spend_limit_reached",
    "api usage limits",
)
_BUSY = ("openrouter_in_flight_budget",)
"""Money that other calls in flight have set aside: it comes back."""
_CONTEXT = (
    "context_length_exceeded",
    "exceed_context_size_error",
    "maximum context length",
    "maximum_context_length",
    "maximum prompt length",
    "maximum model length",
    "prompt is too long",
    "input is too long",
    "exceed context limit",
    "exceeds the context",
    "exceeds the available context",
    "exceeds the model's context",
    "exceeds the maximum model length",
    "exceeds the maximum number of tokens allowed",
    "longer than the context length",
    "longer than the model's context length",
    "context the overflows",
)
_FILTER = (
    "content_filter",
    "policy_violation",
    "bio_policy",
    "cyber_policy",
    "content exists risk",
    "invalid_prompt",
)
_FLAGGED = ("flagged", "moderation", "refusal")
"""A 403 for what the prompt says, not for who asks."""
_BAD_KEY = ("incorrect api key", "api key not valid", "api_key_invalid")
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
_UNROUTED = "no endpoints found that can handle the requested parameters"
_UNPULLED = re.compile(r"model ['\"]([^'\"\s]+)['\"] not found")
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
    except (ValueError, RecursionError):
        return None
    if isinstance(reply, list) and len(reply) == 1:  # Google, where it speaks OpenAI's format
        reply = reply[0]
    if not isinstance(reply, dict):
        return None
    error = reply.get("error")
    if isinstance(error, dict) and error:
        return {**error, "message": _said(error)}
    if isinstance(error, str) and error:
        return {**reply, "message": error}
    if any(part in reply for part in ("choices", "output", "content")):
        return None
    if str(reply.get("object")).lower() == "error" or isinstance(reply.get("message"), str):
        return {**reply, "message": _said(reply)}
    return {"message": _text(reply["detail"])} if "detail" in reply else None


def from_reply(
    status: int, body: str, headers: Mapping[str, str], *, secrets: Iterable[str] = ()
) -> ProviderError:
    """The error behind a reply that is none: any status but 200, or 200 with an error in its body.

    It is without the keys (``secrets``), which some providers repeat in their errors.
    """
    error = error_object(body) or {}
    said = str(error.get("message") or body.strip() or "no text")
    marks = f"{_marks(error)} {said}".lower()
    own = _own_status(error) if status == 200 else status
    fault = _fault(own, marks)
    wait_s = retry_after_s(headers)
    return ProviderError(
        fault,
        f"HTTP {status}, {fault.value}: {without(said, secrets)[:SHOWN_CHARS]}",
        retry_after_s=_told_wait_s(error) if wait_s is None else wait_s,
        allowances=allowances.read(headers),
        http_status=status,
        raw_reply=without_in_json(body, secrets),
        hint=_hint(own, marks, error) or _HINTS.get(fault, ""),
    )


def is_unrouted(error: ProviderError) -> bool:
    """Whether a router has no upstream for all parameters together, without saying which is too many."""
    return error.fault is Fault.INVALID_REQUEST and _UNROUTED in error.raw_reply.lower()


def retry_after_s(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds a provider asks us to wait: ``retry-after-ms``, or ``retry-after`` in seconds or as a date."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        seconds = allowances.number(headers.get(name, ""))
        if seconds is not None:
            return seconds * scale
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except (TypeError, ValueError):
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (aware - (now or datetime.now(UTC))).total_seconds())


def _said(error: Mapping[str, Json]) -> str:
    """The error's words; behind a router also those of the upstream, which alone say what was wrong."""
    words, metadata = _text(error.get("message")), error.get("metadata")
    upstream = metadata.get("raw") if isinstance(metadata, dict) else None
    return f"{words}: {_text(upstream)}" if upstream else words


def _text(value: Json) -> str:
    """Words that may stand in a list of refused fields; without ``input``, which repeats the prompt."""
    if isinstance(value, str) or value is None:
        return value or ""
    if isinstance(value, dict) and "detail" in value:
        return _text(value["detail"])
    if isinstance(value, list) and all(isinstance(one, dict) and "msg" in one for one in value):
        return "; ".join(_refused_field(one) for one in value if isinstance(one, dict))
    return json.dumps(value)


def _refused_field(one: Mapping[str, Json]) -> str:
    place = one.get("loc")
    where = ".".join(str(part) for part in place) if isinstance(place, list) else ""
    return f"{where}: {one['msg']}"


def _marks(error: Mapping[str, Json]) -> str:
    """Everywhere but in the words that a provider says what is wrong."""
    found: list[Json] = [error.get(key) for key in ("code", "type", "status")]
    metadata, details = error.get("metadata"), error.get("details")
    if isinstance(metadata, dict):
        found += [*metadata, metadata.get("limit_source"), metadata.get("error_type")]
    if isinstance(details, dict):  # Anthropic
        found.append(details.get("error_code"))
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict):
            found += [detail.get("reason"), json.dumps(detail.get("violations"))]
    return " ".join(str(mark) for mark in found if mark is not None)


def _fault(status: int | None, marks: str) -> Fault:
    def told(words: Iterable[str]) -> bool:
        return any(word in marks for word in words)

    if told(_BUSY):
        return Fault.RATE_LIMITED
    if status in (None, 400, 402, 403, 429) and told(_QUOTA):
        return Fault.QUOTA
    if status in (403, 413) or status not in _BY_STATUS:
        if told(_CONTEXT):
            return Fault.CONTEXT_OVERFLOW
        if told(_FILTER) or (status == 403 and told(_FLAGGED)):
            return Fault.FILTERED
        if status == 400 and told(_BAD_KEY):
            return Fault.AUTH
    if status is None:
        return next((fault for mark, fault in _BY_TYPE if mark in marks), Fault.SERVER)
    if status < 300:
        return Fault.INVALID_REPLY
    return _BY_STATUS.get(status, Fault.SERVER if status >= 500 else Fault.INVALID_REQUEST)


def _told_wait_s(error: Mapping[str, Json]) -> float | None:
    """Seconds to wait that stand in the body: Google's ``retryDelay``, a header that OpenRouter passes on."""
    details, metadata = error.get("details"), error.get("metadata")
    told: list[Json] = []
    if isinstance(details, list):
        told += [one.get("retryDelay") for one in details if isinstance(one, dict)]
    headers = metadata.get("headers") if isinstance(metadata, dict) else None
    if isinstance(headers, dict):
        told += [value for name, value in headers.items() if name.lower() == "x-ratelimit-reset"]
    now = datetime.now(UTC)
    waits = [allowances.seconds(str(one), now=now) for one in told if one is not None]
    return next((wait for wait in waits if wait is not None), None)


def _own_status(error: Mapping[str, Json]) -> int | None:
    """The HTTP status that an error under HTTP 200 gives itself (OpenRouter does), if it gives one."""
    for key in ("code", "status", "status_code"):
        value = error.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if isinstance(value, int) and 400 <= value < 600:
            return value
    return None


def _hint(status: int | None, marks: str, error: Mapping[str, Json]) -> str:
    if status is not None and 300 <= status < 400:
        return "The server redirects: give the address it redirects to."
    if status != 404:
        return ""
    pulled = _UNPULLED.search(marks)
    if pulled:
        return f"ollama pull {pulled[1]}"
    if _UNROUTED in marks:
        return "No upstream takes all that was asked for: ask for less, or pin another one (NAME@UPSTREAM)."
    metadata = error.get("metadata")
    served = metadata.get("available_providers") if isinstance(metadata, dict) else None
    if isinstance(served, list):
        return f"Upstreams that serve it (NAME@UPSTREAM): {', '.join(map(str, served))}."
    if "v1/chat/completions" in marks:
        return "Ask it over OpenAI's other format: openai-responses/NAME."
    return "Check the model's name and the address (does it end in /v1?)."
