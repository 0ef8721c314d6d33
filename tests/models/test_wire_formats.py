"""What goes over the wire, and what is read from it, in the vendors' own shapes."""

from __future__ import annotations

import json
from typing import Any

import openai_sdk
import pytest
from provider_script import Script, chat, message, request

from bench.errors import ProviderError
from bench.models.vendors import COMPATIBLE, OPENAI
from bench.protocols import ModelContext
from bench.registry import load_model
from bench.types import Completion, Form, Message, Mode, Request, SampleKey, Stop, Usage


def openai(server: Script, name: str = "gpt-5-mini") -> Any:
    environ = {"OPENAI_API_KEY": "sk-k", "OPENAI_BASE_URL": f"{server.url}/v1"}
    return OPENAI(name, ModelContext(environ=environ))


def anthropic(server: Script, name: str = "claude-opus-5-5") -> Any:
    environ = {"ANTHROPIC_API_KEY": "sk-k", "ANTHROPIC_BASE_URL": server.url}
    return load_model(f"anthropic/{name}", ModelContext(environ=environ))


def compatible(server: Script, name: str = "org/model:7b") -> Any:
    return COMPATIBLE(f"{name}@{server.url}/v1", ModelContext())


def test_an_openai_reply_in_the_normal_form(server: Script) -> None:
    server.answer(200, chat("hello", reasoning_content="hm"), x_request_id="req_9")
    completion: Completion = openai(server).generate(request("hi", max_tokens=50))
    assert (completion.text, completion.stop, completion.reasoning) == ("hello", Stop.END, "hm")
    assert completion.usage == Usage(input_total=100, input_cached=40, output_total=20, reasoning=7)
    assert completion.cost_microusd == 56
    assert completion.served_model == "gpt-5-mini-2025-08-07"
    assert (completion.provider, completion.request_id) == ("openai", "req_9")
    assert completion.sent == {"max_completion_tokens": 50}
    assert json.loads(completion.raw_request) == server.bodies[0]
    assert json.loads(completion.raw_reply) == chat("hello", reasoning_content="hm")
    assert completion.timing is not None
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["authorization"] == "Bearer sk-k"


def test_what_our_scripts_answer_is_what_openais_client_takes() -> None:
    openai_sdk.chat_reply(chat("hello"))
    openai_sdk.chat_reply(chat(None, "content_filter", refusal="no"))


def test_an_anthropic_reply_in_the_normal_form(server: Script) -> None:
    blocks = [
        {"type": "thinking", "thinking": "let me see"},
        {"type": "text", "text": "def f():\n"},
        {"type": "text", "text": "    pass"},
    ]
    server.answer(200, message(*blocks), request_id="req_3")
    key = SampleKey("s", "p", "m", 0)
    asked = Request(key, (Message("system", "Be brief."), Message("user", "hi")))
    completion = anthropic(server).generate(asked)
    assert (completion.text, completion.reasoning) == ("def f():\n    pass", "let me see")
    cached = Usage(input_total=34, input_cached=24, input_cache_write=3, output_total=11, reasoning=5)
    assert completion.usage == cached, "input_tokens alone leaves the cached ones out"
    assert completion.cost_microusd is not None
    assert completion.request_id == "req_3"
    assert server.bodies[0] == {
        "model": "claude-opus-5-5",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": 16384,
    }
    assert server.headers[0]["anthropic-version"] == "2023-06-01"
    assert server.headers[0]["x-api-key"] == "sk-k"
    assert server.paths == ["/v1/messages"]


def test_raw_completions_for_base_models(server: Script) -> None:
    server.answer(200, {"choices": [{"text": "    return 1\n", "finish_reason": "stop"}]})
    completion = compatible(server).generate(
        request("def f():\n", mode=Mode.COMPLETE, stop=("\ndef",), max_tokens=9)
    )
    assert (completion.text, completion.form) == ("    return 1\n", Form.CONTINUATION)
    assert server.paths == ["/v1/completions"]
    asked = {"model": "org/model:7b", "prompt": "def f():\n", "stop": ["\ndef"], "max_tokens": 9}
    assert server.bodies == [asked]
    assert "authorization" not in server.headers[0]


def test_a_base_model_may_have_nothing_to_add(server: Script) -> None:
    server.answer(200, {"choices": [{"text": "", "finish_reason": "stop"}]})
    assert compatible(server).generate(request("x", mode=Mode.COMPLETE)).text == ""


def test_blank_lines_before_a_reply_are_no_error(server: Script) -> None:
    server.answer(200, "\n\n\n" + json.dumps(chat()))
    assert compatible(server).generate(request()).text == "hello"


def test_content_in_parts_is_joined(server: Script) -> None:
    server.answer(
        200, chat([{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}])
    )
    assert compatible(server).generate(request()).text == "ab"


def test_thoughts_among_the_parts_are_not_the_answer(server: Script) -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    server.answer(200, chat([thought, {"type": "text", "text": "a"}]))
    completion = compatible(server).generate(request())
    assert (completion.text, completion.reasoning) == ("a", "hm")


@pytest.mark.parametrize(
    "words",
    [
        '{"error": {"message": "rate limit", "code": 429}}',
        'print("error")',
        '{"object": "error", "message": "x", "detail": "y"}',
    ],
)
def test_a_completion_that_speaks_of_errors_is_no_error(server: Script, words: str) -> None:
    server.answer(200, {**chat(words), "error": None, "message": "ok", "detail": None})
    assert openai(server).generate(request()).text == words


@pytest.mark.parametrize(
    ("usage", "output"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 9, "total_tokens": 19}, 9),
        ({"prompt_tokens": 10, "completion_tokens": 9, "total_tokens": 24}, 14),
        ({"prompt_tokens": 10, "completion_tokens": 9}, 9),
        ({"completion_tokens": 9, "total_tokens": 14}, 9),
    ],
)
def test_reasoning_counts_once_wherever_it_stands(server: Script, usage: dict[str, int], output: int) -> None:
    details = {"completion_tokens_details": {"reasoning_tokens": 5}}
    server.answer(200, {**chat(), "usage": {**usage, **details}})
    found = compatible(server).generate(request()).usage
    assert found is not None
    assert (found.output_total, found.reasoning) == (output, 5)


def test_tokens_written_to_a_cache_are_read(server: Script) -> None:
    details = {"cached_tokens": 4, "cache_write_tokens": 6}
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": details}
    server.answer(200, {**chat(), "usage": usage})
    assert compatible(server).generate(request()).usage == Usage(10, 4, 6, 2, None)


@pytest.mark.parametrize("finish", ["tool_calls", "function_call", "unheard_of", None])
def test_an_end_of_another_kind_is_neither_normal_nor_cut(server: Script, finish: str | None) -> None:
    server.answer(200, chat("x", finish))
    assert compatible(server).generate(request()).stop is Stop.OTHER


def test_a_missing_price_is_unknown_not_free(server: Script) -> None:
    server.answer(200, chat())
    assert compatible(server, "gpt-5").generate(request()).cost_microusd is None


@pytest.mark.parametrize("usage", [None, "many", {"prompt_tokens": "12", "completion_tokens": -1}])
def test_odd_usage_is_unknown_and_spoils_no_answer(server: Script, usage: object) -> None:
    server.answer(200, {**chat(), "usage": usage})
    completion = openai(server).generate(request())
    assert completion.text == "hello"
    assert completion.cost_microusd is None


def test_deepseek_cache_counts_are_read(server: Script) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "prompt_cache_hit_tokens": 6}
    server.answer(200, {**chat(), "usage": usage})
    assert compatible(server).generate(request()).usage == Usage(10, 6, None, 2, None)


REFUSED = {"message": "Unsupported parameter: 'seed' is not supported.", "type": "invalid_request_error"}


def test_a_parameter_the_provider_refuses_is_dropped_once_and_remembered(server: Script) -> None:
    server.answer(400, {"error": {**REFUSED, "param": "seed", "code": "unsupported_parameter"}})
    server.answer(200, chat())
    model = openai(server)
    first, second = model.generate(request(seed=3)), model.generate(request(seed=3))
    assert [("seed" in body) for body in server.bodies] == [True, False, False]
    assert first.dropped == second.dropped == ("seed",)
    assert "seed" not in first.sent


def test_a_refusal_in_words_alone_is_understood(server: Script) -> None:
    error = {"type": "invalid_request_error", "message": "`temperature` is deprecated for this model."}
    server.answer(400, {"type": "error", "error": error}).answer(200, message({"type": "text", "text": "x"}))
    completion = anthropic(server, "claude-next").generate(request(temperature=0.5))
    assert completion.dropped == ("temperature",)


def test_a_token_limit_is_renamed_not_dropped(server: Script) -> None:
    words = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
    error = {"message": words, "param": "max_tokens", "code": "unsupported_parameter"}
    server.answer(400, {"error": error}).answer(200, chat())
    completion = compatible(server).generate(request(max_tokens=5))
    assert completion.sent == {"max_completion_tokens": 5}
    assert completion.dropped == ()


def test_other_bad_requests_drop_nothing(server: Script) -> None:
    server.answer(400, {"error": {"message": "temperature must be a number", "param": "temperature"}})
    with pytest.raises(ProviderError):
        openai(server, "gpt-4o").generate(request(temperature=0.5))
    assert len(server.bodies) == 1


def test_names_are_the_specs_users_type(server: Script) -> None:
    assert openai(server).name == "openai/gpt-5-mini"
    assert anthropic(server).name == "anthropic/claude-opus-5-5"
    assert compatible(server).name == f"openai-compatible/org/model:7b@{server.url}/v1"
