"""What a model takes is data; what it does not take is dropped in the open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.models.capabilities import rule_for
from bench.models.params import wire
from bench.types import Params

ALL = Params(max_tokens=9, temperature=0.2, seed=1, effort="high", stop=("x",))


@pytest.mark.parametrize(
    ("provider", "model", "sent", "dropped"),
    [
        (
            "openai",
            "gpt-6.2-sol",
            {"max_completion_tokens": 9, "seed": 1, "reasoning_effort": "high"},
            ("stop", "temperature"),
        ),
        (
            "openai",
            "o3-mini",
            {"max_completion_tokens": 9, "seed": 1, "reasoning_effort": "high"},
            ("stop", "temperature"),
        ),
        (
            "openai",
            "gpt-4o",
            {"max_completion_tokens": 9, "temperature": 0.2, "seed": 1, "stop": ["x"]},
            ("effort",),
        ),
        (
            "openai",
            "gpt-5-chat-latest",
            {"max_completion_tokens": 9, "temperature": 0.2, "seed": 1, "stop": ["x"]},
            ("effort",),
        ),
        (
            "anthropic",
            "claude-opus-5-5",
            {
                "max_tokens": 9,
                "output_config": {"effort": "high"},
                "thinking": {"type": "adaptive"},
                "stop_sequences": ["x"],
            },
            ("seed", "temperature"),
        ),
        (
            "anthropic",
            "claude-opus-4-1-20250805",
            {"max_tokens": 9, "temperature": 0.2, "stop_sequences": ["x"]},
            ("effort", "seed"),
        ),
        (
            "llamacpp",
            "any",
            {"max_tokens": 9, "temperature": 0.2, "seed": 1, "stop": ["x"]},
            ("effort",),
        ),
        (
            "some-plug-in",
            "any",
            {
                "max_tokens": 9,
                "temperature": 0.2,
                "seed": 1,
                "reasoning_effort": "high",
                "stop": ["x"],
            },
            (),
        ),
    ],
)
def test_asked_is_sent_or_dropped(
    provider: str, model: str, sent: dict[str, Any], dropped: tuple[str, ...]
) -> None:
    result = wire(rule_for(provider, model), ALL)
    assert (result.sent, result.dropped) == (sent, dropped)


@pytest.mark.parametrize(
    ("provider", "sent"),
    [
        ("openai", {}),
        ("openai-compatible", {}),
        ("anthropic", {"max_tokens": 16384}),
        ("llamacpp", {"temperature": 0.0}),
    ],
)
def test_nothing_asked_sends_only_what_must_be(provider: str, sent: dict[str, Any]) -> None:
    result = wire(rule_for(provider, "model"), Params())
    assert (result.sent, result.dropped) == (sent, ())


@pytest.mark.parametrize(
    ("model", "takes"),
    [
        ("claude-opus-4-6", True),
        ("claude-opus-4-20250514", True),
        ("claude-sonnet-4-5-20250929", True),
        ("claude-3-5-sonnet-20241022", True),
        ("claude-opus-4-7", False),
        ("claude-opus-4-10", False),
        ("claude-haiku-5-5", False),
        ("claude-mythos-5-2", False),
    ],
)
def test_which_claude_takes_a_temperature(model: str, takes: bool) -> None:
    asked = replace(ALL, effort=None)
    assert ("temperature" in wire(rule_for("anthropic", model), asked).sent) is takes


def test_temperature_zero_counts_as_asked() -> None:
    assert wire(rule_for("openai", "gpt-5"), Params(temperature=0.0)).dropped == ("temperature",)
