"""Azure OpenAI: its own address, its own header for the key, and filters of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import openai_sdk
import pytest
from provider_script import Script, request
from strict import Came, Given, serving
from strict_openai import KEY, Vendor, chat_reply, refused

from bench.errors import Fault, ProviderError, UsageError
from bench.models.vendors import AZURE
from bench.models.wire import WireModel
from bench.protocols import ModelContext

UNFILTERED = {"hate": {"filtered": False, "severity": "safe"}}


@dataclass
class Azure(Vendor):
    """The v1 API: the deployment stands in the body, no version in the address."""

    def unauthorised(self, came: Came) -> Given | None:
        if came.headers.get("api-key") == KEY and "authorization" not in came.headers:
            return None
        words = "Access denied due to invalid subscription key or wrong API endpoint."
        return Given(401, {"error": {"code": "401", "message": words}})

    def answer(self, came: Came, body: dict[str, Any]) -> Given:
        if came.path != "/openai/v1/chat/completions":
            return Given(404, {"error": {"code": "404", "message": "Resource not found"}})
        openai_sdk.check_chat_body(body)
        if body["model"] != "our-gpt":
            words = "The API deployment for this resource does not exist."
            return Given(404, {"error": {"code": "DeploymentNotFound", "message": words}})
        if "temperature" in body:
            words = "Unsupported value: 'temperature' does not support 0.2 with this model."
            return refused(400, words, param="temperature", code="unsupported_value")
        reply = chat_reply("gpt-5-mini", 'print("error")')
        reply["choices"][0]["content_filter_results"] = {
            "error": {"code": "content_filter_error", "message": "The contents are not filtered"}
        }
        reply["prompt_filter_results"] = [{"prompt_index": 0, "content_filter_results": UNFILTERED}]
        return Given(200, reply, {"apim-request-id": "ap-1", "x-request-id": "req_2"})


def model(url: str, name: str = "our-gpt") -> WireModel:
    environ = {"AZURE_OPENAI_API_KEY": KEY, "AZURE_OPENAI_ENDPOINT": url}
    return AZURE(name, ModelContext(environ=environ))


@pytest.mark.parametrize("ending", ["", "/", "/openai/v1", "/openai/v1/"])
def test_a_deployment_is_asked_at_its_address(ending: str) -> None:
    vendor = Azure()
    with serving(vendor) as url:
        completion = model(url + ending).generate(request(max_tokens=9, temperature=0.2, effort="low"))
    assert completion.text == 'print("error")'
    assert completion.served_model == "gpt-5-mini-2026-11-17", "the deployment's name says nothing"
    assert completion.dropped == ("temperature",)
    assert completion.sent == {"max_completion_tokens": 9, "reasoning_effort": "low"}
    assert vendor.bodies[-1]["model"] == "our-gpt"


def test_a_deployment_that_is_not_there_is_named() -> None:
    with serving(Azure()) as url, pytest.raises(ProviderError, match="deployment") as caught:
        model(url, "gone").generate(request())
    assert caught.value.fault is Fault.INVALID_REQUEST


def test_an_endpoint_must_be_told() -> None:
    with pytest.raises(UsageError, match="AZURE_OPENAI_ENDPOINT"):
        AZURE("our-gpt", ModelContext(environ={"AZURE_OPENAI_API_KEY": KEY}))


def test_a_filtered_prompt_is_not_the_models_doing(server: Script) -> None:
    inner = {
        "code": "ResponsibleAIPolicyViolation",
        "content_filter_result": {"violence": {"filtered": True, "severity": "medium"}},
    }
    error = {
        "message": "The response was filtered due to the prompt triggering the content management policy.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": inner,
    }
    server.answer(400, {"error": error})
    with pytest.raises(ProviderError) as caught:
        model(server.url).generate(request(temperature=0.2))
    assert caught.value.fault is Fault.FILTERED
    assert len(server.bodies) == 1


def test_a_filtered_answer_is_not_the_models_doing(server: Script) -> None:
    reply = chat_reply("gpt-5-mini", "")
    reply["choices"][0]["finish_reason"] = "content_filter"
    server.answer(200, reply)
    with pytest.raises(ProviderError) as caught:
        model(server.url).generate(request())
    assert caught.value.fault is Fault.FILTERED
