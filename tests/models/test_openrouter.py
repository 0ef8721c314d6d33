"""OpenRouter against a server that routes as its documents say (provider-apis 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import openai_sdk
import pytest
from provider_script import Script, request
from strict import Came, Given, serving
from strict_openai import KEY, Vendor, chat_reply

from bench.errors import Fault, ProviderError, UsageError
from bench.models.vendors import OPENROUTER
from bench.models.wire import WireModel
from bench.protocols import ModelContext
from bench.types import Completion, Stop

UPSTREAMS = {
    "deepinfra/fp8": {"max_tokens", "temperature", "stop", "reasoning"},
    "novita": {"max_tokens", "temperature", "seed", "reasoning"},
    "first-party": {"max_tokens", "reasoning", "max_completion_tokens"},
}
"""What each takes. None takes both a seed and stop sequences."""


@dataclass
class OpenRouter(Vendor):
    """Routes to an upstream that takes all parameters, or to none, without saying which is too many."""

    upstreams: Mapping[str, set[str]] = field(default_factory=lambda: UPSTREAMS)

    def answer(self, came: Came, body: dict[str, Any]) -> Given:
        if came.path != "/api/v1/chat/completions":
            return Given(404, "<html>not found</html>")
        own = {"provider", "reasoning"}
        openai_sdk.check_chat_body({name: value for name, value in body.items() if name not in own})
        routing = body["provider"]
        assert routing.keys() <= {"only", "allow_fallbacks", "require_parameters"}
        assert routing["require_parameters"] is True, "else parameters are dropped in silence"
        assert body.get("reasoning", {}).keys() <= {"effort"}
        asked = body.keys() - own - {"model", "messages"} | body.keys() & {"reasoning"}
        offered = [name for name in self.upstreams if name in routing.get("only", self.upstreams)]
        fitting = [name for name in offered if asked <= self.upstreams[name]]
        if not fitting:
            words = "No endpoints found that can handle the requested parameters."
            return Given(404, {"error": {"message": words, "code": 404}})
        reply = chat_reply("deepseek/deepseek-v4-pro", reasoning="hm")
        reply["provider"] = fitting[0]
        reply["choices"][0]["native_finish_reason"] = "stop"
        reply["usage"] |= {
            "cost": 0.00078,
            "is_byok": False,
            "cost_details": {"upstream_inference_cost": None},
        }
        return Given(200, reply)


def model(url: str, name: str = "deepseek/deepseek-v4-pro") -> WireModel:
    environ = {"OPENROUTER_API_KEY": KEY, "OPENROUTER_BASE_URL": f"{url}/api/v1"}
    return OPENROUTER(name, ModelContext(environ=environ))


def ask(url: str, name: str = "deepseek/deepseek-v4-pro", **params: Any) -> Completion:
    return model(url, name).generate(request(**params))


def failure(server: Script) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        ask(server.url)
    return caught.value


def test_an_upstream_is_pinned_and_recorded() -> None:
    vendor = OpenRouter()
    with serving(vendor) as url:
        completion = ask(url, "deepseek/deepseek-v4-pro@novita")
    assert completion.provider == "novita"
    routing = {"only": ["novita"], "allow_fallbacks": False, "require_parameters": True}
    assert vendor.bodies[0]["provider"] == routing
    assert vendor.bodies[0]["model"] == "deepseek/deepseek-v4-pro"
    assert completion.sent == {"provider": routing}


def test_an_upstream_may_have_a_slash_and_is_part_of_the_name() -> None:
    with serving(OpenRouter()) as url:
        pinned = model(url, "deepseek/deepseek-v4-pro@deepinfra/fp8")
        assert pinned.generate(request()).provider == "deepinfra/fp8"
    assert pinned.name == "openrouter/deepseek/deepseek-v4-pro@deepinfra/fp8"


def test_an_upstream_that_was_not_pinned_is_recorded_all_the_same() -> None:
    with serving(OpenRouter()) as url:
        completion = ask(url, temperature=0.2, seed=1)
    assert completion.provider == "novita", "the only one that takes both"
    assert completion.dropped == ()


def test_the_limit_has_the_name_that_every_upstream_takes() -> None:
    with serving(OpenRouter()) as url:
        assert ask(url, max_tokens=9).sent["max_tokens"] == 9


def test_an_effort_goes_as_it_is() -> None:
    with serving(OpenRouter()) as url:
        assert ask(url, effort="max").sent["reasoning"] == {"effort": "max"}


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("m", ("seed",)),
        ("m@deepinfra/fp8", ("seed",)),
        ("m@novita", ("stop",)),
        ("m@first-party", ("seed", "stop", "temperature")),
    ],
)
def test_the_fewest_parameters_are_dropped_that_lead_to_an_upstream(
    name: str, dropped: tuple[str, ...]
) -> None:
    vendor = OpenRouter()
    with serving(vendor) as url:
        asked = model(url, name)
        params = {"max_tokens": 9, "temperature": 0.2, "seed": 1, "stop": ("x",), "effort": "low"}
        assert asked.generate(request(**params)).dropped == dropped
        tried = len(vendor.bodies)
        assert asked.generate(request(**params)).dropped == dropped
        assert len(vendor.bodies) == tried + 1, "what was learned is not tried again"


def test_no_upstream_at_all_is_an_error_that_says_what_to_do() -> None:
    vendor = OpenRouter(upstreams={"none": set()})
    with serving(vendor) as url, pytest.raises(ProviderError, match="pin another one") as caught:
        ask(url, max_tokens=9, temperature=0.2, seed=1, stop=("x",), effort="low")
    assert caught.value.fault is Fault.INVALID_REQUEST
    assert len(vendor.bodies) == 16, "every choice of four once, and no more"


def test_what_it_charged_is_the_cost() -> None:
    with serving(OpenRouter()) as url:
        assert ask(url).cost_microusd == 780


@pytest.mark.parametrize(
    ("usage", "microusd"),
    [
        ({"cost": 0}, 0),
        ({"cost": 0.0000001}, 1),
        ({"cost": 1.005}, 1005000),
        ({"cost": 0.5, "is_byok": True}, None),
        ({"cost": None}, None),
        ({"cost": -1}, None),
        ({"cost": True}, None),
        ({"cost": {"total": 1}}, None),
    ],
)
def test_a_cost_is_rounded_up_and_a_fee_is_none(
    server: Script, usage: dict[str, Any], microusd: int | None
) -> None:
    server.answer(200, {**chat_reply("x/unheard-of"), "usage": usage})
    assert ask(server.url, "x/unheard-of").cost_microusd == microusd


@pytest.mark.parametrize("name", ["", "@novita", "org/name@"])
def test_half_a_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="openrouter/"):
        model("http://127.0.0.1:1", name)


def test_choices_that_are_null_are_asked_again(server: Script) -> None:
    server.answer(200, {"id": "gen-1", "choices": None, "usage": None})
    error = failure(server)
    assert error.fault is Fault.INVALID_REPLY
    assert error.retryable


@pytest.mark.parametrize(("code", "fault"), [(502, Fault.SERVER), (429, Fault.RATE_LIMITED)])
def test_an_upstream_that_broke_off_is_no_answer(server: Script, code: int, fault: Fault) -> None:
    reply = chat_reply("m", "def f(")
    reply["choices"][0] |= {"finish_reason": "error", "error": {"code": code, "message": "broke off"}}
    server.answer(200, reply)
    error = failure(server)
    assert error.fault is fault
    assert "def f(" in error.raw_reply


def test_an_upstreams_refusal_is_a_refusal(server: Script) -> None:
    reply = chat_reply("m", "")
    reply["choices"][0] |= {"finish_reason": "content_filter", "native_finish_reason": "refusal"}
    server.answer(200, reply)
    assert ask(server.url).stop is Stop.REFUSAL


FLAGGED = {"reasons": ["violence"], "flagged_input": "kill the process", "provider_name": "x"}
IN_FLIGHT = {"limit_source": "openrouter_in_flight_budget"}
KEY_LIMIT = {"limit_source": "openrouter_key_limit"}
RAW = '{"error":{"message":"prompt is too long: 208310 tokens > 200000 maximum"}}'


@pytest.mark.parametrize("status", [None, 200])
@pytest.mark.parametrize(
    ("code", "message", "metadata", "fault"),
    [
        (402, "Insufficient credits", None, Fault.QUOTA),
        (402, "Request rejected", IN_FLIGHT, Fault.RATE_LIMITED),
        (403, "Budget limit exceeded", KEY_LIMIT, Fault.QUOTA),
        (403, "Your input was flagged", FLAGGED, Fault.FILTERED),
        (403, "The request was declined", {"error_type": "refusal"}, Fault.FILTERED),
        (403, "Your key may not use this model", None, Fault.AUTH),
        (408, "Request timed out", None, Fault.TIMEOUT),
        (429, "Rate limit exceeded: free-models-per-min.", None, Fault.RATE_LIMITED),
        (502, "Provider returned error", None, Fault.SERVER),
        (503, "No available provider meets your requirements", None, Fault.SERVER),
        (400, "Provider returned error", {"raw": RAW, "provider_name": "Anthropic"}, Fault.CONTEXT_OVERFLOW),
    ],
)
def test_its_errors_are_told_apart_under_any_status(
    server: Script, status: int | None, code: int, message: str, metadata: object, fault: Fault
) -> None:
    error = {"code": code, "message": message, **({"metadata": metadata} if metadata else {})}
    server.answer(status or code, {"error": error, "user_id": "u"})
    assert failure(server).fault is fault


def test_an_upstream_that_does_not_serve_the_model_is_answered_with_those_that_do(server: Script) -> None:
    metadata = {"available_providers": ["deepseek", "novita"], "requested_providers": ["xai"]}
    words = "No allowed providers are available for the selected model."
    server.answer(404, {"error": {"message": words, "code": 404, "metadata": metadata}})
    error = failure(server)
    assert error.fault is Fault.INVALID_REQUEST
    assert "deepseek, novita" in error.hint


def test_the_prompt_it_repeats_decides_nothing(server: Script) -> None:
    flagged = {**FLAGGED, "flagged_input": "raise ValueError('insufficient balance')"}
    server.answer(403, {"error": {"code": 403, "message": "flagged", "metadata": flagged}})
    assert failure(server).fault is Fault.FILTERED


def test_the_wait_is_read_from_the_headers_it_passes_on(server: Script) -> None:
    headers = {"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "40"}
    error = {"code": 429, "message": "Rate limit exceeded", "metadata": {"headers": headers}}
    server.answer(429, {"error": error})
    assert failure(server).retry_after_s == 40.0


def test_an_upstreams_refusal_of_a_parameter_is_understood(server: Script) -> None:
    raw = '{"error":{"message":"`temperature` is deprecated for this model."}}'
    error = {"code": 400, "message": "Provider returned error", "metadata": {"raw": raw}}
    server.answer(400, {"error": error}).answer(200, chat_reply("m"))
    assert ask(server.url, temperature=0.1).dropped == ("temperature",)
