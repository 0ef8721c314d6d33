"""What a provider refuses is dropped once, and only that; nothing a provider says makes us ask for ever."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.errors import ProviderError
from bench.models.capabilities import RULES, rule_for
from bench.models.faults import from_reply
from bench.models.params import Negotiator, Rule, Wire
from bench.types import EFFORTS, Json, Params

ALL = Params(max_tokens=9, temperature=0.2, seed=1, effort="high", stop=("x",))


def error(body: object, status: int = 400) -> ProviderError:
    return from_reply(status, json.dumps(body), {})


def openai(words: str, *, param: str | None = None, code: str | None = None) -> ProviderError:
    return error({"error": {"message": words, "type": "invalid_request_error", "param": param, "code": code}})


def negotiated(rule: Rule, params: Params, *refusals: ProviderError) -> Wire:
    """What is sent after these refusals. Raises the last one if nothing was learned from it."""
    left = list(refusals)

    def send(sent: Mapping[str, Json]) -> None:
        if left:
            raise left.pop(0)

    return Negotiator(rule).call(params, send)[1]


ANY = Rule("any")
NESTED = rule_for("openrouter", "m")
CLAUDE = replace(rule_for("anthropic", "claude-opus-5-5"), refuses=frozenset())
GEMINI = rule_for("google", "gemini-3.8-flash")


def pydantic(name: str, words: str = "Extra inputs are not permitted") -> ProviderError:
    return error({"detail": [{"type": "extra_forbidden", "loc": ["body", name], "msg": words}]}, 422)


def vllm(name: str) -> ProviderError:
    words = (
        f"[{{'type': 'extra_forbidden', 'loc': ('body', '{name}'), 'msg': 'Extra inputs are not permitted'}}]"
    )
    return error({"object": "error", "message": words, "type": "BadRequestError", "code": 400})


def google(words: str) -> ProviderError:
    return error([{"error": {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}}])


UNKNOWN = "Invalid JSON payload received. Unknown name \"{}\" at 'generation_config': Cannot find field."
UNSUPPORTED = "unsupported_parameter"
DROPPED = [
    (ANY, openai("Unsupported parameter: 'seed'.", param="seed", code=UNSUPPORTED), "seed"),
    (ANY, openai("Unknown parameter: 'seed'.", param="seed", code="unknown_parameter"), "seed"),
    (ANY, openai("Unrecognized request argument supplied: reasoning_effort"), "effort"),
    (ANY, openai("'temperature' does not support 0.2. Only the default (1) is."), "temperature"),
    (ANY, openai("No.", param="temperature", code="unsupported_value"), "temperature"),
    (ANY, openai("temperature is not supported together with reasoning effort"), "temperature"),
    (ANY, openai("property 'body.reasoning_effort' is unsupported", param="validation_error"), "effort"),
    (ANY, error({"error": "Argument not supported on this model: reasoningEffort"}), "effort"),
    (ANY, error({"error": "chat() got an unexpected keyword argument 'seed'"}), "seed"),
    (ANY, pydantic("seed"), "seed"),
    (ANY, vllm("stop"), "stop"),
    (ANY, google(UNKNOWN.format("seed")), "seed"),
    (NESTED, openai("No.", param="reasoning.effort", code=UNSUPPORTED), "effort"),
    (CLAUDE, openai("output_config.effort: Extra inputs are not permitted"), "effort"),
    (CLAUDE, openai("thinking.type: Input should be 'enabled' or 'disabled'"), "effort"),
    (CLAUDE, openai("adaptive thinking is not supported on this model"), "effort"),
    (GEMINI, google("Thinking level is not supported for this model."), "effort"),
    (GEMINI, google(UNKNOWN.format("thinkingLevel")), "effort"),
]


@pytest.mark.parametrize(("rule", "refusal", "field"), DROPPED, ids=[one[1].message[:60] for one in DROPPED])
def test_the_parameter_that_is_named_is_dropped_and_no_other(
    rule: Rule, refusal: ProviderError, field: str
) -> None:
    before = negotiated(rule, ALL)
    after = negotiated(rule, ALL, refusal)
    assert set(after.dropped) - set(before.dropped) == {field}


KEPT = [
    openai("temperature must be between 0 and 2", param="temperature"),
    openai("Invalid type for 'seed': expected an integer", param="seed", code="invalid_type"),
    openai(
        "max_tokens is too large: 9. This model supports at most 4.", param="max_tokens", code="invalid_value"
    ),
    openai("max_tokens is too large", param="max_tokens", code="unsupported_value"),
    openai("Unsupported parameter: 'logprobs'.", param="logprobs", code="unsupported_parameter"),
    openai("The model `m` is not supported"),
    openai("'messages[0].role' does not support 'system' with this model.", param="messages[0].role"),
    error({"error": {"message": "seed is not supported"}}, 500),
    error({"error": {"message": "seed is not supported", "code": "rate_limit_exceeded"}}, 429),
    error("seed is not supported"),
    error({"error": {"message": ["seed"], "param": ["seed"], "code": {"a": 1}}}),
]


@pytest.mark.parametrize("refusal", KEPT, ids=[one.message[:60] for one in KEPT])
def test_an_error_about_something_else_drops_nothing(refusal: ProviderError) -> None:
    with pytest.raises(ProviderError) as caught:
        negotiated(ANY, ALL, refusal)
    assert caught.value is refusal


@pytest.mark.parametrize(
    ("words", "asked", "sent"),
    [
        ("'none' is not supported. Supported values are: 'low', 'medium', and 'high'.", "none", "low"),
        ("'xhigh' is not supported. Supported values are: 'minimal', 'low'.", "xhigh", "low"),
        ("reasoning_effort: Input should be 'none' or 'high'", "medium", "high"),
        ('reasoning_effort: Invalid option: expected one of "xhigh"|"high"|"medium"|"low"', "max", "xhigh"),
        ("reasoning effort must be one of: low, high", "medium", "high"),
        ("reasoning_effort 'max' is not supported by this model", "max", "xhigh"),
    ],
)
def test_a_level_that_is_refused_is_replaced_by_the_nearest(words: str, asked: str, sent: str) -> None:
    refusal = openai(words, param="reasoning_effort", code="unsupported_value")
    result = negotiated(ANY, Params(effort=asked), refusal)
    assert (result.sent, result.dropped) == ({"reasoning_effort": sent}, ())


def test_a_limit_is_renamed_in_either_direction_and_dropped_only_if_both_are_refused() -> None:
    newer = openai("'max_tokens' is not supported. Use 'max_completion_tokens' instead.", param="max_tokens")
    older = pydantic("max_completion_tokens")
    limit = Params(max_tokens=9)
    assert negotiated(ANY, limit, newer).sent == {"max_completion_tokens": 9}
    assert negotiated(rule_for("azure", "m"), limit, older).sent == {"max_tokens": 9}
    assert negotiated(ANY, limit, newer, older).dropped == ("max_tokens",)


def test_a_default_that_a_vendor_needs_is_never_dropped() -> None:
    claude = rule_for("anthropic", "claude-opus-5-5")
    refusal = openai("Unsupported parameter: max_tokens", param="max_tokens", code="unsupported_parameter")
    limited = replace(claude, told=frozenset({"max_tokens"}))
    with pytest.raises(ProviderError):
        negotiated(limited, Params(), refusal)


WORDS = st.sampled_from(
    ["temperature", "seed", "stop", "max_tokens", "max_completion_tokens", "reasoning_effort", "reasoning"]
)
SAID = st.lists(
    WORDS | st.sampled_from([*EFFORTS, "not supported", "Supported values are:", "'low'"]), max_size=5
)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), rule=st.sampled_from(RULES), effort=st.sampled_from([None, *EFFORTS]))
def test_whatever_is_refused_it_ends(data: st.DataObject, rule: Rule, effort: str | None) -> None:
    """A provider that refuses everything, in words that change each time, is not asked for ever."""
    calls = 0

    def send(sent: Mapping[str, Json]) -> None:
        nonlocal calls
        calls += 1
        words = " ".join(data.draw(SAID))
        code = data.draw(st.sampled_from(["unsupported_value", "unsupported_parameter", "unknown_parameter"]))
        raise openai(words, param=data.draw(WORDS | st.none()), code=code)

    with pytest.raises(ProviderError):
        Negotiator(rule).call(replace(ALL, effort=effort), send)
    assert calls <= 16


def test_a_provider_that_contradicts_itself_is_asked_once_a_level() -> None:
    offers = {"low": "'high'", "high": "'low'", "medium": "'low', 'high'"}
    asked: list[str] = []

    def send(sent: Mapping[str, Json]) -> None:
        if "reasoning_effort" not in sent:
            return
        level = str(sent["reasoning_effort"])
        asked.append(level)
        words = f"Supported values are: {offers[level]}"
        raise openai(words, param="reasoning_effort", code="unsupported_value")

    _, result = Negotiator(ANY).call(Params(effort="medium"), send)
    assert asked == ["medium", "high", "low"]
    assert result.dropped == ("effort",)


def test_threads_that_are_refused_at_once_all_learn() -> None:
    """What another thread was told in the meantime is no reason to give up."""
    negotiator = Negotiator(ANY)
    together = threading.Barrier(4)
    done: list[Any] = []

    def send(sent: Mapping[str, Json]) -> None:
        if "max_tokens" in sent:
            together.wait(10)
            raise openai("'max_tokens' is not supported", param="max_tokens", code="unsupported_parameter")
        if "seed" in sent:
            raise openai("'seed' is not supported", param="seed", code="unsupported_parameter")

    threads = [
        threading.Thread(target=lambda: done.append(negotiator.call(Params(max_tokens=9, seed=1), send)[1]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(one.sent, one.dropped) for one in done] == [({"max_completion_tokens": 9}, ("seed",))] * 4
