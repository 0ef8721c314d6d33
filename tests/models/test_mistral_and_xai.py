"""Mistral and xAI: OpenAI's format, each with fields, levels, errors and sums of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import openai_sdk
import pytest
from provider_script import Script, request
from strict import Came, Given, serving
from strict_openai import KEY, Vendor, chat_reply

from bench.errors import Fault, ProviderError
from bench.models.vendors import MISTRAL, XAI
from bench.models.wire import WireModel
from bench.protocols import ModelContext
from bench.types import EFFORTS, Stop

ASKED: dict[str, Any] = {"max_tokens": 9, "temperature": 0.2, "seed": 1, "stop": ("x",)}


@dataclass
class Mistral(Vendor):
    """Refuses every field it does not know, in pydantic's words."""

    def answer(self, came: Came, body: dict[str, Any]) -> Given:
        if came.path != "/v1/chat/completions":
            return Given(404, {"detail": "Not Found"})
        known = {"model", "messages", "max_tokens", "temperature", "random_seed", "stop", "reasoning_effort"}
        wrong = [
            _pydantic("extra_forbidden", name, "Extra inputs are not permitted")
            for name in body.keys() - known
        ]
        levels = {
            "mistral-large-4": {"none", "low", "medium", "high"},
            "mistral-small-latest": {"none", "high"},
        }
        level, offered = body.get("reasoning_effort"), levels.get(body["model"], set())
        if level and not offered:
            wrong.append(_pydantic("extra_forbidden", "reasoning_effort", "Extra inputs are not permitted"))
        elif level and level not in offered:
            listed = " or ".join(f"'{one}'" for one in sorted(offered))
            wrong.append(_pydantic("literal_error", "reasoning_effort", f"Input should be {listed}"))
        if wrong:
            detail = {"object": "error", "message": {"detail": wrong}, "type": "invalid_request_error"}
            return Given(422, {**detail, "param": None, "code": None})
        own = {"random_seed"}
        openai_sdk.check_chat_body({name: value for name, value in body.items() if name not in own})
        reply = chat_reply(body["model"])
        if level not in (None, "none"):
            thought = {"type": "thinking", "thinking": [{"type": "text", "text": "```python\nx = 1\n```"}]}
            reply["choices"][0]["message"]["content"] = [thought, {"type": "text", "text": "def f(): pass"}]
        headers = {
            "x-ratelimit-limit-tokens-minute": "5000000",
            "x-ratelimit-remaining-tokens-minute": "4999911",
            "x-ratelimit-limit-req-minute": "720",
            "x-ratelimit-remaining-req-minute": "717",
        }
        return Given(200, reply, headers)


def _pydantic(kind: str, name: str, words: str) -> dict[str, Any]:
    return {"type": kind, "loc": ["body", name], "msg": words, "input": "insufficient balance"}


@dataclass
class Grok(Vendor):
    """Refuses with a code and a text side by side, in names of its own."""

    def answer(self, came: Came, body: dict[str, Any]) -> Given:
        if came.path != "/v1/chat/completions":
            return Given(404, {"code": "Some resource was not found", "error": "no such path"})
        openai_sdk.check_chat_body(body)
        levels = {
            "grok-4.7": {"low", "medium", "high", "xhigh"},
            "grok-4.3": {"none", "low", "medium", "high", "xhigh"},
            "grok-3-mini": {"low", "high"},
        }.get(body["model"], set())
        thinks = body["model"] != "grok-4.20-non-reasoning"
        if "reasoning_effort" in body and not levels:
            return self._refused(f"Model {body['model']} does not support parameter reasoningEffort.")
        if body.get("reasoning_effort", "high") not in levels | {"high"}:
            return self._refused(f"Invalid reasoning effort. Supported values: {', '.join(sorted(levels))}.")
        if "stop" in body and thinks:
            return self._refused("Argument not supported on this model: stop")
        reply = chat_reply(body["model"])
        reply["usage"] = {
            "prompt_tokens": 37,
            "completion_tokens": 530,
            "total_tokens": 800,
            "completion_tokens_details": {"reasoning_tokens": 233},
            "cost_in_usd_ticks": 37756000,
        }
        return Given(200, reply)

    def _refused(self, words: str) -> Given:
        return Given(400, {"code": "Client specified an invalid argument", "error": words})


def mistral(url: str, name: str) -> WireModel:
    return MISTRAL(name, ModelContext(environ={"MISTRAL_API_KEY": KEY, "MISTRAL_BASE_URL": f"{url}/v1"}))


def grok(url: str, name: str = "grok-4.7") -> WireModel:
    return XAI(name, ModelContext(environ={"XAI_API_KEY": KEY, "XAI_BASE_URL": f"{url}/v1"}))


@pytest.mark.parametrize("name", ["mistral-large-4", "mistral-small-latest", "codestral-2508"])
def test_mistral_is_sent_what_it_takes(name: str) -> None:
    vendor = Mistral()
    with serving(vendor) as url:
        asks = mistral(url, name).generate
        for effort in (None, *EFFORTS):
            completion = asks(request(**ASKED, effort=effort))
            assert completion.sent["random_seed"] == 1
            assert set(completion.dropped) == ({"effort"} if effort and name == "codestral-2508" else set())
    assert vendor.refusals == []


def test_mistrals_refusals_of_many_fields_are_understood() -> None:
    vendor = Mistral()
    with serving(vendor) as url:
        completion = mistral(url, "mistral-unheard-of").generate(request(**ASKED, effort="low"))
    assert completion.dropped == ("effort",)
    assert len(vendor.refusals) == 1


def test_mistrals_thoughts_are_not_the_answer() -> None:
    with serving(Mistral()) as url:
        completion = mistral(url, "mistral-large-4").generate(request(effort="high"))
    assert (completion.text, completion.reasoning) == ("def f(): pass", "```python\nx = 1\n```")


def test_mistrals_limits_of_a_minute_are_read() -> None:
    with serving(Mistral()) as url:
        found = mistral(url, "mistral-large-4").generate(request()).allowances
    assert [(one.kind, one.remaining, one.reset_s, one.limit) for one in found] == [
        ("requests", 717, 60, 720),
        ("tokens", 4999911, 60, 5000000),
    ]


@pytest.mark.parametrize(
    ("finish", "fault"), [("model_length", Fault.CONTEXT_OVERFLOW), ("error", Fault.SERVER)]
)
def test_mistrals_own_ends(server: Script, finish: str, fault: Fault) -> None:
    reply = chat_reply("m")
    reply["choices"][0]["finish_reason"] = finish
    server.answer(200, reply)
    with pytest.raises(ProviderError) as caught:
        mistral(server.url, "mistral-large-4").generate(request())
    assert caught.value.fault is fault


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (401, {"message": "Unauthorized", "request_id": "r"}, Fault.AUTH),
        (401, {"detail": "Unauthorized"}, Fault.AUTH),
        (
            429,
            {"object": "error", "message": "Service tier capacity exceeded", "code": "3505"},
            Fault.RATE_LIMITED,
        ),
        (
            400,
            {"object": "error", "message": "too large for model with 32768 maximum context length"},
            Fault.CONTEXT_OVERFLOW,
        ),
        (
            422,
            {"object": "Error", "message": [_pydantic("missing", "messages", "Field required")]},
            Fault.INVALID_REQUEST,
        ),
        (
            422,
            {"object": "error", "message": {"detail": [_pydantic("missing", "messages", "Field required")]}},
            Fault.INVALID_REQUEST,
        ),
        (500, {"message": "Internal error"}, Fault.SERVER),
    ],
)
def test_mistrals_errors(server: Script, status: int, body: dict[str, Any], fault: Fault) -> None:
    server.answer(status, body)
    with pytest.raises(ProviderError) as caught:
        mistral(server.url, "mistral-large-4").generate(request())
    assert caught.value.fault is fault
    assert "insufficient" not in caught.value.message, "a refused field repeats what was sent"


@pytest.mark.parametrize(
    "name",
    ["grok-4.7", "grok-4.3", "grok-3-mini", "grok-build-0.1", "grok-4.20-non-reasoning", "grok-4-fast"],
)
def test_grok_is_sent_what_it_takes(name: str) -> None:
    vendor = Grok()
    with serving(vendor) as url:
        asks = grok(url, name).generate
        for effort in (None, *EFFORTS):
            asks(request(**ASKED, effort=effort))
    assert vendor.refusals == []


def test_groks_refusals_in_its_own_spelling_are_understood() -> None:
    with serving(Grok()) as url:
        completion = grok(url, "unheard-of").generate(request(**ASKED, effort="low"))
    assert completion.dropped == ("effort", "stop")


def test_groks_reasoning_stands_beside_its_output_and_its_cost_is_told_in_ticks() -> None:
    with serving(Grok()) as url:
        completion = grok(url).generate(request())
    assert completion.usage is not None
    assert (completion.usage.output_total, completion.usage.reasoning) == (763, 233)
    assert completion.cost_microusd == 3776
    assert completion.stop is Stop.END


@pytest.mark.parametrize(
    ("status", "code", "words", "fault"),
    [
        (400, "Client specified an invalid argument", "Incorrect API key provided: xa***9.", Fault.AUTH),
        (
            403,
            "The caller does not have permission to execute the specified operation",
            "Your team has either used all available credits or reached its monthly spending limit.",
            Fault.QUOTA,
        ),
        (
            400,
            "Client specified an invalid argument",
            "This model's maximum prompt length is 131072 but the request contains 148016 tokens.",
            Fault.CONTEXT_OVERFLOW,
        ),
        (429, "Some resource has been exhausted", "Too many requests for team.", Fault.RATE_LIMITED),
        (
            404,
            "Some requested entity was not found",
            "The model grok-9 does not exist",
            Fault.INVALID_REQUEST,
        ),
    ],
)
def test_groks_errors(server: Script, status: int, code: str, words: str, fault: Fault) -> None:
    server.answer(status, {"code": code, "error": words})
    with pytest.raises(ProviderError) as caught:
        grok(server.url).generate(request())
    assert caught.value.fault is fault
