"""What a model takes is data; what it does not take is dropped in the open."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.models.capabilities import rule_for
from bench.models.params import nearest, wire
from bench.types import EFFORTS, Params

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
            "a-new-kind",
            {
                "max_completion_tokens": 9,
                "temperature": 0.2,
                "seed": 1,
                "reasoning_effort": "high",
                "stop": ["x"],
            },
            (),
        ),
        (
            "openai-responses",
            "gpt-6.2-sol",
            {"max_output_tokens": 9, "reasoning": {"effort": "high"}},
            ("seed", "stop", "temperature"),
        ),
        (
            "deepseek",
            "deepseek-v4-pro",
            {
                "max_tokens": 9,
                "thinking": {"type": "enabled"},
                "reasoning_effort": "high",
                "stop": ["x"],
            },
            ("seed", "temperature"),
        ),
        (
            "openrouter",
            "x-ai/grok-4.7",
            {
                "max_tokens": 9,
                "temperature": 0.2,
                "seed": 1,
                "reasoning": {"effort": "high"},
                "stop": ["x"],
            },
            (),
        ),
        (
            "mistral",
            "codestral-2508",
            {"max_tokens": 9, "temperature": 0.2, "random_seed": 1, "stop": ["x"]},
            ("effort",),
        ),
        (
            "xai",
            "grok-4.7",
            {"max_completion_tokens": 9, "temperature": 0.2, "seed": 1, "reasoning_effort": "high"},
            ("stop",),
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


@pytest.mark.parametrize(
    ("levels", "mapped"),
    [
        (("low", "medium", "high", "xhigh"), "low low low medium high xhigh xhigh"),
        (("none", "low", "medium", "high"), "none low low medium high high high"),
        (("minimal", "low", "medium", "high"), "minimal minimal low medium high high high"),
        (("none", "low", "high", "max"), "none low low high high max max"),
        (("low", "high"), "low low low high high high high"),
        (("none", "high"), "none none high high high high high"),
        (("medium",), "medium medium medium medium medium medium medium"),
        (EFFORTS, "none minimal low medium high xhigh max"),
    ],
)
def test_every_effort_has_its_nearest_level(levels: tuple[str, ...], mapped: str) -> None:
    assert nearest(levels) == dict(zip(EFFORTS, mapped.split(), strict=True))


def test_no_levels_means_no_effort() -> None:
    assert nearest(()) == {}


def test_an_effort_and_what_goes_with_it_are_told_apart() -> None:
    gpt = rule_for("openai", "gpt-5.1")
    quiet = wire(gpt, Params(temperature=0.2, effort="none", stop=("x",)))
    assert quiet.sent == {"temperature": 0.2, "reasoning_effort": "none", "stop": ["x"]}
    assert wire(gpt, Params(temperature=0.2)).sent == {"temperature": 0.2}, "it does not think unasked"
    thinking = wire(gpt, Params(temperature=0.2, effort="minimal", stop=("x",)))
    assert (thinking.sent, thinking.level) == ({"reasoning_effort": "low"}, "low")
    assert thinking.dropped == ("stop", "temperature")


def test_temperature_zero_counts_as_asked() -> None:
    assert wire(rule_for("openai", "gpt-5"), Params(temperature=0.0)).dropped == ("temperature",)
