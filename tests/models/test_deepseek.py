"""DeepSeek against a server that speaks as its documents say (provider-apis 4.4)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import openai_sdk
import pytest
from provider_script import Script, request
from strict import Came, Given, serving
from strict_openai import KEY, Vendor, chat_reply, refused

from bench.errors import Fault, ProviderError
from bench.models.vendors import DEEPSEEK
from bench.models.wire import WireModel
from bench.protocols import ModelContext
from bench.types import EFFORTS, Stop, Usage

_FIELDS = {"model", "messages", "thinking", "reasoning_effort", "max_tokens", "temperature", "stop"}


@dataclass
class DeepSeek(Vendor):
    """Thinks unless told not to. What it would ignore in silence is refused here, so that tests see it."""

    def answer(self, came: Came, body: dict[str, Any]) -> Given:
        if came.path != "/chat/completions":
            return refused(404, "Not Found")
        ignored = body.keys() - _FIELDS
        thinking = body.get("thinking", {"type": "enabled"})
        openai_sdk.check_chat_body({name: body[name] for name in body.keys() - {"thinking"}})
        if thinking not in ({"type": "enabled"}, {"type": "disabled"}):
            return refused(400, f"thinking: unknown variant {thinking}")
        if thinking["type"] == "enabled":
            ignored |= body.keys() & {"temperature"}
        elif "reasoning_effort" in body:
            return refused(400, "Invalid combination of reasoning_effort and thinking type")
        if ignored:
            return refused(422, f"ignored in silence: {sorted(ignored)}")
        if body.get("reasoning_effort", "high") not in ("low", "high", "max"):
            return refused(400, f"reasoning_effort: unknown variant {body['reasoning_effort']}")
        extra = {"reasoning_content": "Let me see."} if thinking["type"] == "enabled" else {}
        reply = chat_reply("deepseek-v4-pro", **extra)
        reply["usage"] = {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "total_tokens": 120,
            "prompt_cache_hit_tokens": 64,
            "prompt_cache_miss_tokens": 36,
            "completion_tokens_details": {"reasoning_tokens": 7},
        }
        return Given(200, "\n\n\n\n" + json.dumps(reply))


def model(url: str) -> WireModel:
    environ = {"DEEPSEEK_API_KEY": KEY, "DEEPSEEK_BASE_URL": url}
    return DEEPSEEK("deepseek-v4-pro", ModelContext(environ=environ))


def test_nothing_is_sent_that_it_would_ignore() -> None:
    vendor = DeepSeek()
    with serving(vendor) as url:
        asks = model(url).generate
        for effort in (None, *EFFORTS):
            completion = asks(request(max_tokens=9, temperature=0.2, seed=1, stop=("x",), effort=effort))
            assert "seed" in completion.dropped
            assert ("temperature" in completion.dropped) is (effort != "none"), effort
    assert vendor.refusals == []


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("none", {"thinking": {"type": "disabled"}}),
        ("minimal", {"thinking": {"type": "enabled"}, "reasoning_effort": "low"}),
        ("low", {"thinking": {"type": "enabled"}, "reasoning_effort": "low"}),
        ("medium", {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        ("high", {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
        ("xhigh", {"thinking": {"type": "enabled"}, "reasoning_effort": "max"}),
        ("max", {"thinking": {"type": "enabled"}, "reasoning_effort": "max"}),
    ],
)
def test_its_three_levels_stand_for_all(asked: str, sent: dict[str, Any]) -> None:
    with serving(DeepSeek()) as url:
        assert model(url).generate(request(effort=asked)).sent == sent


def test_its_reply_in_the_normal_form_behind_lines_that_keep_alive() -> None:
    with serving(DeepSeek()) as url:
        completion = model(url).generate(request())
    assert (completion.text, completion.reasoning) == ("def f(): pass", "Let me see.")
    assert completion.usage == Usage(100, 64, None, 20, 7)
    assert completion.stop is Stop.END


def test_it_ran_out_of_machines(server: Script) -> None:
    reply = chat_reply("deepseek-v4-pro", "def f(")
    reply["choices"][0]["finish_reason"] = "insufficient_system_resource"
    server.answer(200, reply)
    with pytest.raises(ProviderError) as caught:
        model(server.url).generate(request())
    assert caught.value.fault is Fault.SERVER
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("status", "error", "fault"),
    [
        (
            402,
            {"message": "Insufficient Balance", "type": "unknown_error", "code": "invalid_request_error"},
            Fault.QUOTA,
        ),
        (401, {"message": "Authentication Fails", "type": "authentication_error"}, Fault.AUTH),
        (422, {"message": "Failed to deserialize the JSON body"}, Fault.INVALID_REQUEST),
        (429, {"message": "Rate Limit Reached"}, Fault.RATE_LIMITED),
        (503, {"message": "Service is too busy."}, Fault.SERVER),
        (
            400,
            {
                "message": "This model's maximum context length is 1048576 tokens. However, you requested "
                "1050000 tokens.",
                "type": "invalid_request_error",
                "param": None,
                "code": "invalid_request_error",
            },
            Fault.CONTEXT_OVERFLOW,
        ),
        (400, {"message": "Content Exists Risk", "code": "invalid_request_error"}, Fault.FILTERED),
    ],
)
def test_its_errors(server: Script, status: int, error: dict[str, Any], fault: Fault) -> None:
    server.answer(status, {"error": error})
    with pytest.raises(ProviderError) as caught:
        model(server.url).generate(request(effort="low", temperature=0.1))
    assert caught.value.fault is fault
    assert len(server.bodies) == 1, "no parameter was named"
