"""Servers of one's own: where they are found, and that nothing is asked of them that they would ignore."""

from __future__ import annotations

from typing import Any

import pytest
from provider_script import Script, chat, request

from bench.errors import Fault, ProviderError, UsageError
from bench.models.vendors import VENDORS
from bench.models.wire import WireModel
from bench.protocols import ModelContext
from bench.types import Completion, Mode, Usage

OWN = {
    "vllm": ("http://127.0.0.1:8000/v1", "VLLM_API_KEY"),
    "sglang": ("http://127.0.0.1:30000/v1", "SGLANG_API_KEY"),
    "llama-server": ("http://127.0.0.1:8080/v1", "LLAMA_API_KEY"),
}


def made(provider: str, name: str, **environ: str) -> WireModel:
    return VENDORS[provider](name, ModelContext(environ=environ))


def ask(server: Script, provider: str, **params: Any) -> Completion:
    return made(provider, f"org/m:7b@{server.url}").generate(request(**params))


@pytest.mark.parametrize("provider", OWN)
def test_without_an_address_it_is_where_it_listens_by_default(provider: str) -> None:
    model = made(provider, "org/m:7b")
    assert model.client.base_url == OWN[provider][0]
    assert (model.name, model.model) == (f"{provider}/org/m:7b", "org/m:7b")


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
@pytest.mark.parametrize("provider", OWN)
def test_an_address_may_end_in_v1_or_not(server: Script, provider: str, ending: str) -> None:
    server.answer(200, chat())
    completion = made(provider, f"org/m:7b@{server.url}{ending}").generate(request())
    assert completion.text == "hello"
    assert server.paths == ["/v1/chat/completions"]
    assert server.bodies[0]["model"] == "org/m:7b"
    assert "authorization" not in server.headers[0]


@pytest.mark.parametrize("provider", OWN)
def test_a_key_is_sent_where_one_is_set(server: Script, provider: str) -> None:
    server.answer(200, chat())
    made(provider, f"m@{server.url}", **{OWN[provider][1]: "sk-own"}).generate(request())
    assert server.headers[0]["authorization"] == "Bearer sk-own"


@pytest.mark.parametrize("provider", [*OWN, "openai-compatible"])
def test_nobody_sends_a_bill(provider: str) -> None:
    assert not VENDORS[provider].bills


def test_everyone_else_does() -> None:
    free = {*OWN, "openai-compatible", "ollama"}
    assert {name for name, vendor in VENDORS.items() if not vendor.bills} <= free


@pytest.mark.parametrize("provider", [*OWN, "openai-compatible"])
def test_an_address_alone_names_no_model(provider: str) -> None:
    with pytest.raises(UsageError, match="names no model"):
        made(provider, "@http://127.0.0.1:9/v1")


def test_any_other_server_must_be_told_where() -> None:
    with pytest.raises(UsageError, match="no address"):
        made("openai-compatible", "m")


def test_llama_server_is_asked_greedily_since_its_own_default_is_to_sample(server: Script) -> None:
    server.answer(200, chat())
    assert ask(server, "llama-server").sent == {"temperature": 0.0}
    assert ask(server, "llama-server", temperature=0.7).sent == {"temperature": 0.7}
    assert "cache_prompt" not in server.bodies[0]


@pytest.mark.parametrize("provider", ["vllm", "sglang", "openai-compatible"])
def test_others_keep_what_the_models_maker_recommends(server: Script, provider: str) -> None:
    server.answer(200, chat())
    made(provider, f"m@{server.url}/v1").generate(request())
    assert server.bodies[0].keys() == {"model", "messages"}


def test_vllm_ignores_an_effort_for_raw_text_so_it_is_not_sent(server: Script) -> None:
    server.answer(200, {"choices": [{"text": "x", "finish_reason": "stop"}]})
    completion = ask(server, "vllm", mode=Mode.COMPLETE, effort="low", max_tokens=5)
    assert (completion.sent, completion.dropped) == ({"max_tokens": 5}, ("effort",))


@pytest.mark.parametrize("words", ["reasoning", "reasoning_content"])
def test_thoughts_have_two_names(server: Script, words: str) -> None:
    server.answer(200, chat("x", **{words: "hm"}))
    assert ask(server, "vllm").reasoning == "hm"


def test_an_answer_that_the_server_broke_off_is_not_the_models(server: Script) -> None:
    server.answer(200, chat("def f(", "abort"))
    with pytest.raises(ProviderError) as caught:
        ask(server, "sglang")
    assert caught.value.fault is Fault.SERVER


def test_usage_without_details_is_still_usage(server: Script) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7, "prompt_tokens_details": None}
    server.answer(200, {**chat(), "usage": usage})
    assert ask(server, "vllm").usage == Usage(5, None, None, 2, None)


VLLM = (
    "[{'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': \"Input should be 'low', "
    "'medium' or 'high'\", 'input': 'xhigh', 'ctx': {'expected': \"'low', 'medium' or 'high'\"}}]"
)
TOO_LONG = [
    "This model's maximum context length is 4096 tokens and your request has 5000 input tokens",
    "The decoder prompt (length 9000) is longer than the maximum model length of 4096.",
    "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
    "Trying to keep the first 5000 tokens when context the overflows.",
    "request (931 tokens) exceeds the available context size (512 tokens), try increasing it",
]


def test_vllm_lists_its_levels_in_pydantics_words(server: Script) -> None:
    server.answer(400, {"object": "error", "message": VLLM, "type": "BadRequestError", "code": 400})
    server.answer(200, chat())
    completion = ask(server, "vllm", effort="xhigh")
    assert (completion.sent, completion.dropped) == ({"reasoning_effort": "high"}, ())


@pytest.mark.parametrize("words", TOO_LONG)
@pytest.mark.parametrize("shape", ["object", "error", "nested"])
def test_too_long_is_too_long_in_every_servers_words(server: Script, words: str, shape: str) -> None:
    body = {
        "object": {
            "object": "error",
            "message": words,
            "type": "BadRequestError",
            "param": None,
            "code": 400,
        },
        "error": {"error": words},
        "nested": {"error": {"message": words, "type": "BadRequestError", "param": None, "code": 400}},
    }[shape]
    server.answer(400, body)
    with pytest.raises(ProviderError) as caught:
        ask(server, "vllm", max_tokens=9, effort="low")
    assert caught.value.fault is Fault.CONTEXT_OVERFLOW
    assert len(server.bodies) == 1
