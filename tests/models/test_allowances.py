"""What is left of a limit of rate is read from every vendor's headers, and never guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bench.models.allowances import read, seconds
from bench.types import Allowance

NOW = datetime(2026, 11, 20, 10, 0, 0, tzinfo=UTC)


def test_openai_tells_of_requests_and_tokens() -> None:
    headers = {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "150000",
        "x-ratelimit-remaining-tokens": "149984",
        "x-ratelimit-reset-tokens": "6m0s",
    }
    assert read(headers, now=NOW) == (
        Allowance("requests", 59, 1, 60),
        Allowance("tokens", 149984, 360, 150000),
    )


def test_anthropic_tells_of_input_and_output_apart() -> None:
    headers = {
        "anthropic-ratelimit-input-tokens-limit": "40000",
        "anthropic-ratelimit-input-tokens-remaining": "39000",
        "anthropic-ratelimit-input-tokens-reset": "2026-11-20T10:00:02Z",
        "anthropic-ratelimit-output-tokens-remaining": "8000",
        "anthropic-ratelimit-output-tokens-reset": "2026-11-20T09:59:58Z",
    }
    assert read(headers, now=NOW) == (
        Allowance("input_tokens", 39000, 2, 40000),
        Allowance("output_tokens", 8000, 0, None),
    )


def test_mistral_counts_by_the_minute() -> None:
    headers = {
        "x-ratelimit-limit-req-minute": "720",
        "x-ratelimit-remaining-req-minute": "717",
        "x-ratelimit-remaining-tokens-minute": "4999911",
        "x-ratelimit-tokens-query-cost": "52",
    }
    assert read(headers, now=NOW) == (
        Allowance("requests", 717, 60, 720),
        Allowance("tokens", 4999911, 60, None),
    )


@pytest.mark.parametrize("reset", ["1795168830", "1795168830000", "30"])
def test_openrouter_and_the_draft_tell_a_moment_or_seconds(reset: str) -> None:
    for prefix in ("x-ratelimit", "ratelimit"):
        headers = {f"{prefix}-remaining": "3", f"{prefix}-reset": reset, f"{prefix}-limit": "20"}
        assert read(headers, now=NOW) == (Allowance("requests", 3, 30, 20),)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-remaining-requests": "59"},
        {"x-ratelimit-reset-requests": "1s"},
        {"x-ratelimit-remaining-requests": "many", "x-ratelimit-reset-requests": "1s"},
        {"x-ratelimit-remaining-requests": "-1", "x-ratelimit-reset-requests": "1s"},
        {"x-ratelimit-remaining-requests": "nan", "x-ratelimit-reset-requests": "1s"},
        {"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "soon"},
        {"x-ratelimit-remaining-requests": "5", "x-ratelimit-reset-requests": "1s and more"},
    ],
)
def test_half_a_limit_is_none(headers: dict[str, str]) -> None:
    assert read(headers, now=NOW) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12ms", 0.012),
        ("1m3s", 63.0),
        ("1h0m5s", 3605.0),
        ("1d", 86400.0),
        ("0s", 0.0),
        ("6.5s", 6.5),
        ("37", 37.0),
        (" 37s ", 37.0),
        ("2026-11-20T10:00:01.5+00:00", 1.5),
        ("2026-11-20T10:00:01", 1.0),
        ("1970-01-01T00:00:00Z", 0.0),
        ("", None),
        ("inf", None),
        ("s", None),
    ],
)
def test_every_spelling_of_a_wait(text: str, expected: float | None) -> None:
    found = seconds(text, now=NOW)
    assert found == (None if expected is None else pytest.approx(expected))
