"""What is left of a provider's limits of rate, from the headers of its replies. No I/O here.

OpenAI and those like it: ``x-ratelimit-remaining-requests: 59``, ``x-ratelimit-reset-requests: 1m3s``.
Anthropic: ``anthropic-ratelimit-requests-remaining: 59``, ``...-reset: 2026-11-20T10:00:00Z``.
Mistral: ``x-ratelimit-remaining-req-minute: 59``, whole again within that minute.
OpenRouter and the IETF draft (draft-ietf-httpapi-ratelimit-headers-07): ``[x-]ratelimit-remaining: 59``,
``[x-]ratelimit-reset:`` seconds, or a moment in seconds or milliseconds since 1970.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from bench.types import Allowance

_KINDS = ("requests", "tokens", "input-tokens", "output-tokens")
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_MOMENT_S = 1e9
"""No limit takes so many seconds to reset: a number beyond it is a moment, not a duration."""


def read(headers: Mapping[str, str], *, now: datetime | None = None) -> tuple[Allowance, ...]:
    """The limits that these headers tell of; what cannot be read is left out."""
    moment = now or datetime.now(UTC)
    return tuple(_found(headers, moment))


def _found(headers: Mapping[str, str], now: datetime) -> Iterator[Allowance]:
    for kind, remaining, reset, limit in _names():
        left = number(headers.get(remaining, ""))
        until = seconds(headers.get(reset, ""), now=now)
        until = 60.0 if until is None and remaining.endswith("-minute") else until
        if left is not None and until is not None:
            yield Allowance(kind, left, until, number(headers.get(limit, "")))


def _names() -> Iterator[tuple[str, str, str, str]]:
    """The kind, and the names of the headers with what remains, when it is reset, and the limit."""
    for kind in _KINDS:
        field = kind.replace("-", "_")
        yield field, *_of("x-ratelimit-{}-" + kind)
        yield field, *_of(f"anthropic-ratelimit-{kind}-{{}}")
    yield "requests", *_of("x-ratelimit-{}-req-minute")
    yield "tokens", *_of("x-ratelimit-{}-tokens-minute")
    for prefix in ("x-ratelimit", "ratelimit"):
        yield "requests", *_of(f"{prefix}-{{}}")


def _of(pattern: str) -> tuple[str, str, str]:
    return pattern.format("remaining"), pattern.format("reset"), pattern.format("limit")


def seconds(text: str, *, now: datetime) -> float | None:
    """Seconds until a reset: ``1m3s``, ``12ms``, ``37``, a moment since 1970, or RFC 3339; None for none."""
    text = text.strip()
    value = number(text)
    if value is not None:
        since_1970 = value / 1000 if value > _MOMENT_S * 1000 else value
        return value if value < _MOMENT_S else max(0.0, since_1970 - now.timestamp())
    parts = _PART.findall(text)
    if parts and "".join(value + unit for value, unit in parts) == text:
        return sum(float(value) * _UNITS_S[unit] for value, unit in parts)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def number(text: str) -> float | None:
    """What a header says where it says a number: finite, and not below 0."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
