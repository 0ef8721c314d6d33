"""Anthropic's Messages against a server that refuses what Anthropic refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic as sdk
import pytest
from provider_script import Script, request
from strict import serving
from strict_anthropic import ANSWER, KEY, MODELS, Anthropic, message, refused, text

from bench.errors import Fault, ProviderError
from bench.models.vendors import ANTHROPIC
from bench.models.wire import WireModel
from bench.protocols import ModelContext
from bench.types import EFFORTS, Allowance, Completion, Message, Request, SampleKey, Stop, Usage

ASKED: dict[str, Any] = {"max_tokens": 50, "temperature": 0.2, "seed": 3, "stop": ("\nclass",)}
NO_SAMPLING = [name for name, takes in MODELS.items() if not takes.sampling]


@pytest.fixture
def vendor() -> Anthropic:
    return Anthropic()


@pytest.fixture
def url(vendor: Anthropic) -> Iterator[str]:
    with serving(vendor) as address:
        yield address


def model(url: str, name: str = "claude-opus-5-5") -> WireModel:
    environ = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url}
    return ANTHROPIC(name, ModelContext(environ=environ))


def answered(vendor: Anthropic, url: str, *blocks: dict[str, Any], **fields: Any) -> Completion:
    vendor.reply = message(*blocks, **fields)
    return model(url).generate(request())


def failed(vendor: Anthropic, url: str, *blocks: dict[str, Any], **fields: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        answered(vendor, url, *blocks, **fields)
    return caught.value


def accounted(completion: Completion, asked: dict[str, Any]) -> bool:
    """Whether every parameter asked for was either sent, under some name, or recorded as dropped."""
    names = {"effort": {"output_config", "thinking"}, "stop": {"stop_sequences"}}
    return all(
        (name in completion.dropped) != bool(names.get(name, {name}) & set(completion.sent)) for name in asked
    )


@pytest.mark.parametrize("name", MODELS)
def test_what_is_known_of_a_model_is_never_refused(name: str, url: str, vendor: Anthropic) -> None:
    asking = model(url, name)
    for effort in (None, *EFFORTS):
        asked = {**ASKED, **({"effort": effort} if effort else {})}
        completion = asking.generate(request(**asked))
        assert (completion.text, completion.served_model) == (ANSWER, name)
        assert accounted(completion, asked)
    assert vendor.refusals == []


@pytest.mark.parametrize("name", MODELS)
def test_the_default_limit_is_one_that_the_model_takes(name: str, url: str, vendor: Anthropic) -> None:
    assert model(url, name).generate(request()).sent["max_tokens"] == vendor.bodies[0]["max_tokens"]
    assert vendor.refusals == []


@pytest.mark.parametrize("name", NO_SAMPLING)
def test_no_temperature_goes_to_a_model_that_refuses_even_its_default(
    name: str, url: str, vendor: Anthropic
) -> None:
    completion = model(url, name).generate(request(temperature=1.0))
    assert completion.dropped == ("temperature",)
    assert "temperature" not in vendor.bodies[0]


def test_an_older_model_is_sampled_as_told_while_it_does_not_think(url: str, vendor: Anthropic) -> None:
    plain = model(url, "claude-sonnet-4-6").generate(request(temperature=0.0))
    thinking = model(url, "claude-sonnet-4-6").generate(request(temperature=0.0, effort="low"))
    assert (plain.sent["temperature"], plain.dropped) == (0.0, ())
    assert thinking.dropped == ("temperature",)


def test_effort_is_sent_with_adaptive_thinking_and_never_as_a_budget(url: str, vendor: Anthropic) -> None:
    completion = model(url).generate(request(effort="xhigh"))
    assert completion.sent == {
        "max_tokens": 16384,
        "output_config": {"effort": "xhigh"},
        "thinking": {"type": "adaptive"},
    }
    assert "budget_tokens" not in str(vendor.bodies)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("claude-opus-5-5", {"output_config": {"effort": "low"}, "thinking": {"type": "adaptive"}}),
        ("claude-haiku-5-5", {"thinking": {"type": "disabled"}}),
        ("claude-opus-5", {"thinking": {"type": "disabled"}}),
        ("claude-opus-4-5-20251101", {"output_config": {"effort": "low"}}),
        ("claude-opus-4-1-20250805", {}),
    ],
)
def test_no_effort_is_the_least_that_a_model_has(name: str, sent: dict[str, Any], url: str) -> None:
    completion = model(url, name).generate(request(max_tokens=9, effort="none"))
    assert completion.sent == {"max_tokens": 9, **sent}


def test_the_newest_models_are_taken_to_think_always(url: str, vendor: Anthropic) -> None:
    with pytest.raises(ProviderError):
        model(url, "claude-opus-7").generate(request(effort="none", temperature=0.5))
    assert vendor.bodies[0]["thinking"] == {"type": "adaptive"}
    assert "temperature" not in vendor.bodies[0]


def test_system_messages_stand_apart_and_turns_keep_their_order(url: str, vendor: Anthropic) -> None:
    said = (("system", "Be brief."), ("user", "a"), ("assistant", "b"), ("user", "c"))
    asked = Request(SampleKey("s", "p", "m", 0), tuple(Message(role, words) for role, words in said))
    assert model(url).generate(asked).text == ANSWER
    assert vendor.bodies[0]["system"] == "Be brief."
    assert [one["role"] for one in vendor.bodies[0]["messages"]] == ["user", "assistant", "user"]


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("end_turn", Stop.END),
        ("stop_sequence", Stop.END),
        ("max_tokens", Stop.LENGTH),
        ("tool_use", Stop.OTHER),
    ],
)
def test_why_it_stopped(reason: str, stop: Stop, url: str, vendor: Anthropic) -> None:
    assert answered(vendor, url, text("x"), stop=reason).stop is stop


def test_a_paused_turn_is_no_answer_and_is_asked_again(url: str, vendor: Anthropic) -> None:
    error = failed(vendor, url, text("def f("), stop="pause_turn")
    assert (error.fault, error.retryable) == (Fault.INVALID_REPLY, True)
    assert "def f(" in error.raw_reply


def test_a_full_context_window_is_not_the_models_answer(url: str, vendor: Anthropic) -> None:
    error = failed(vendor, url, text("x"), stop="model_context_window_exceeded")
    assert error.fault is Fault.CONTEXT_OVERFLOW


@pytest.mark.parametrize(
    "category", ["cyber", "bio", "frontier_llm", "reasoning_extraction", "general_harms"]
)
def test_a_refusal_names_its_category(category: str, url: str, vendor: Anthropic) -> None:
    details = {"type": "refusal", "category": category, "explanation": "It may harm."}
    completion = answered(vendor, url, stop="refusal", stop_details=details)
    assert (completion.text, completion.stop) == (f"[refused: {category}] It may harm.", Stop.REFUSAL)


def test_a_refusal_in_the_middle_keeps_what_was_said(url: str, vendor: Anthropic) -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": None}
    completion = answered(vendor, url, text("I could"), stop="refusal", stop_details=details)
    assert completion.text == "I could\n\n[refused: cyber]"
    assert answered(vendor, url, text("No."), stop="refusal", stop_details=None).text == "No."


def test_a_refusal_without_a_word_is_still_one(url: str, vendor: Anthropic) -> None:
    details = {"type": "refusal", "category": None, "explanation": None}
    completion = answered(vendor, url, stop="refusal", stop_details=details)
    assert (completion.text, completion.stop) == ("", Stop.REFUSAL)


def test_input_tokens_leave_out_the_cached_ones_and_thinking_is_in_the_output(
    url: str, vendor: Anthropic
) -> None:
    usage = answered(vendor, url, text("x")).usage
    assert usage == Usage(input_total=34, input_cached=24, input_cache_write=3, output_total=11, reasoning=5)


def test_thoughts_are_never_the_answer(url: str, vendor: Anthropic) -> None:
    completion = answered(
        vendor,
        url,
        {"type": "thinking", "thinking": "```python\nwrong\n```", "signature": "s"},
        {"type": "redacted_thinking", "data": "cGxhbg=="},
        text("right"),
    )
    assert (completion.text, completion.reasoning) == ("right", "```python\nwrong\n```")


def test_thinking_that_took_all_tokens_is_a_truncated_answer(url: str, vendor: Anthropic) -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": "s"}
    completion = answered(vendor, url, thought, stop="max_tokens")
    assert (completion.text, completion.stop) == ("", Stop.LENGTH)


def test_thoughts_that_are_left_out_are_no_trouble(url: str, vendor: Anthropic) -> None:
    completion = answered(
        vendor, url, {"type": "thinking", "thinking": "", "signature": "s"}, text("a"), text("b")
    )
    assert (completion.text, completion.reasoning) == ("ab", "")


def test_the_request_id_is_kept(url: str) -> None:
    assert model(url).generate(request()).request_id == "req_strict"


ERRORS = [
    (refused("slow down", status=429, kind="rate_limit_error"), Fault.RATE_LIMITED),
    (refused("Overloaded", status=529, kind="overloaded_error"), Fault.SERVER),
    (refused("timed out", status=504, kind="timeout_error"), Fault.SERVER),
    (refused("too large", status=413, kind="request_too_large"), Fault.CONTEXT_OVERFLOW),
    (refused("prompt is too long: 208310 tokens > 200000 maximum"), Fault.CONTEXT_OVERFLOW),
    (refused("input length and `max_tokens` exceed context limit: 1 + 2 > 2"), Fault.CONTEXT_OVERFLOW),
    (refused("Your credit balance is too low to access the Anthropic API."), Fault.QUOTA),
    (refused("pay", status=402, kind="billing_error"), Fault.QUOTA),
    (refused("You have reached your specified API usage limits."), Fault.QUOTA),
    (
        refused(
            "spent",
            status=429,
            kind="rate_limit_error",
            details={"error_code": "enforced_spend_limit_reached"},
        ),
        Fault.QUOTA,
    ),
    (refused("not allowed", status=403, kind="permission_error"), Fault.AUTH),
]


@pytest.mark.parametrize(("given", "fault"), ERRORS, ids=[f"{g.status}-{f.value}" for g, f in ERRORS])
def test_each_error_of_anthropics_is_its_own_fault(given: Any, fault: Fault) -> None:
    with serving(lambda _: given) as url, pytest.raises(ProviderError) as caught:
        model(url).generate(request())
    assert caught.value.fault is fault


def test_a_wrong_key_and_an_unknown_model_are_told(url: str) -> None:
    with pytest.raises(ProviderError) as unknown:
        model(url, "claude-opus-5-55").generate(request())
    assert (unknown.value.fault, unknown.value.http_status) == (Fault.INVALID_REQUEST, 404)
    environ = {"ANTHROPIC_API_KEY": "sk-other", "ANTHROPIC_BASE_URL": url}
    with pytest.raises(ProviderError) as wrong:
        ANTHROPIC("claude-opus-5-5", ModelContext(environ=environ)).generate(request())
    assert wrong.value.fault is Fault.AUTH


def test_what_is_left_of_the_limits_is_read(server: Script) -> None:
    server.answer(
        200,
        message(text("x")),
        anthropic_ratelimit_requests_limit="50",
        anthropic_ratelimit_requests_remaining="49",
        anthropic_ratelimit_requests_reset="2020-01-01T00:00:00Z",
        anthropic_ratelimit_input_tokens_limit="1000",
        anthropic_ratelimit_input_tokens_remaining="0",
        anthropic_ratelimit_input_tokens_reset="2020-01-01T00:00:00Z",
    )
    left = model(server.url).generate(request()).allowances
    assert left == (Allowance("requests", 49, 0.0, 50), Allowance("input_tokens", 0, 0.0, 1000))


@pytest.mark.parametrize("path", ["", "/v1", "/anthropic", "/anthropic/v1"])
def test_another_server_that_speaks_messages_is_reached(path: str, server: Script) -> None:
    server.answer(200, message(text("x"), model="deepseek-v4-pro"))
    completion = model(server.url + path, "deepseek-v4-pro").generate(request())
    assert server.paths == [f"{path.removesuffix('/v1')}/v1/messages"]
    assert completion.cost_microusd is None, "Anthropic has no price for it"


def test_what_another_model_served_is_not_billed_as_the_one_asked_for(server: Script) -> None:
    for served, priced in (("SmolLM2-135M", False), ("claude-opus-5-5-20261001", True), ("", True)):
        server.answer(200, message(text("x"), model=served))
        completion = model(server.url).generate(request())
        assert (completion.cost_microusd is not None) is priced, served


def test_the_vendors_own_client_gets_the_same_answer(url: str, vendor: Anthropic) -> None:
    vendor.reply = message({"type": "thinking", "thinking": "hm", "signature": "s"}, text("a"), text("b"))
    with sdk.Anthropic(api_key=KEY, base_url=url, max_retries=0) as client:
        theirs = client.messages.create(
            model="claude-opus-5-5",
            max_tokens=9,
            system="Be brief.",
            messages=[{"role": "user", "content": "hi"}],
            output_config={"effort": "low"},
            thinking={"type": "adaptive"},
        )
    said = (Message("system", "Be brief."), Message("user", "hi"))
    ours = model(url).generate(
        Request(SampleKey("s", "p", "m", 0), said, request(max_tokens=9, effort="low").params)
    )
    assert "".join(block.text for block in theirs.content if block.type == "text") == ours.text
    assert vendor.bodies[0] == vendor.bodies[1]
