"""Ollama's own API against a server that does with our requests what Ollama does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ollama as sdk
import pytest
from provider_script import request
from strict import Given, serving
from strict_ollama import ANSWER, DEFAULT_CONTEXT, TRAINED, Ollama, chat, generated, refused

from bench.errors import Fault, ProviderError, UsageError
from bench.models.faults import EmptyReply
from bench.models.ollama import address, context_tokens
from bench.models.vendors import OLLAMA
from bench.models.wire import WireModel
from bench.protocols import ModelContext
from bench.types import EFFORTS, Form, Message, Mode, Request, SampleKey, Stop, Usage

QWEN = "qwen2.5-coder:7b"
LONG = "x = 1\n" * 4000


@pytest.fixture
def vendor() -> Ollama:
    return Ollama()


@pytest.fixture
def url(vendor: Ollama) -> Iterator[str]:
    with serving(vendor) as at:
        yield at


def model(url: str, name: str = QWEN, **environ: str) -> WireModel:
    return OLLAMA(name, ModelContext(environ={"OLLAMA_HOST": url, **environ}))


def failed(asked: WireModel, **params: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        asked.generate(request(**params))
    return caught.value


def test_options_stand_apart_and_all_that_was_sent_is_recorded(url: str, vendor: Ollama) -> None:
    asked = {"max_tokens": 50, "temperature": 0.2, "seed": 3, "stop": ("\nclass",)}
    completion = model(url).generate(request("hi", **asked))
    options = {"num_predict": 50, "temperature": 0.2, "seed": 3, "stop": ["\nclass"], "num_ctx": 8192}
    assert vendor.bodies == [
        {
            "model": QWEN,
            "stream": False,
            "truncate": False,
            "shift": False,
            "options": options,
            "messages": [{"role": "user", "content": "hi"}],
        }
    ]
    assert completion.sent == {**options, "truncate": False, "shift": False}
    assert completion.dropped == ()


def test_an_answer_in_the_normal_form(url: str, vendor: Ollama) -> None:
    vendor.reply = chat("hello", thinking="hm")
    completion = model(url).generate(request())
    assert (completion.text, completion.reasoning, completion.stop) == ("hello", "hm", Stop.END)
    assert completion.usage == Usage(input_total=31, output_total=12)
    assert (completion.served_model, completion.provider) == (QWEN, "ollama")


def test_a_local_model_is_asked_greedily_unless_told_otherwise(url: str, vendor: Ollama) -> None:
    model(url).generate(request())
    model(url).generate(request(temperature=0.7))
    assert [body["options"]["temperature"] for body in vendor.bodies] == [0.0, 0.7]


def test_an_answer_has_an_end_even_where_no_limit_was_asked_for(url: str, vendor: Ollama) -> None:
    assert model(url).generate(request()).sent["num_predict"] == 8192
    assert vendor.bodies[0]["options"]["num_ctx"] == 16384


def test_a_prompt_longer_than_ollamas_own_context_is_seen_whole(url: str, vendor: Ollama) -> None:
    completion = model(url).generate(request(LONG))
    assert completion.usage is not None
    assert completion.usage.input_total == len(LONG) // 3 > DEFAULT_CONTEXT


def test_even_an_old_server_sees_the_whole_prompt() -> None:
    with serving(Ollama(old=True)) as url:
        completion = model(url).generate(request(LONG))
    assert completion.usage is not None
    assert completion.usage.input_total == len(LONG) // 3


def test_what_a_model_cannot_hold_is_refused_and_never_cut(url: str) -> None:
    error = failed(model(url, "tiny"), text=LONG)
    assert (error.fault, error.retryable) == (Fault.CONTEXT_OVERFLOW, False)


def test_ordinary_prompts_share_one_context_so_that_the_model_is_loaded_once() -> None:
    sizes = {context_tokens(request("x" * length), {"num_predict": 8192}) for length in range(0, 15000, 500)}
    assert sizes == {16384}


@pytest.mark.parametrize("length", [0, 1, 5000, 5001, 20_000, 333_333])
def test_the_context_holds_prompt_and_answer(length: int) -> None:
    room = context_tokens(request("x" * length), {"num_predict": 1000})
    assert length / 2 + 1000 <= room <= max(8192, 4 * (length / 2 + 2000))


def test_levels_of_thinking_go_to_the_one_family_that_has_them(url: str, vendor: Ollama) -> None:
    graded, other = model(url, "gpt-oss:20b"), model(url, "qwen3:8b")
    for effort in EFFORTS:
        graded.generate(request(effort=effort))
        other.generate(request(effort=effort))
    sent = [body["think"] for body in vendor.bodies]
    assert sent[0::2] == ["low", "low", "low", "medium", "high", "high", "high"]
    assert sent[1::2] == [False, True, True, True, True, True, True]
    assert vendor.refusals == []


def test_a_model_that_cannot_think_is_asked_without_it_in_the_open(url: str, vendor: Ollama) -> None:
    asked = model(url)
    first, second = (asked.generate(request(effort="high")) for _ in range(2))
    assert first.dropped == second.dropped == ("effort",)
    assert "think" not in first.sent
    assert ["think" in body for body in vendor.bodies] == [True, False, False]


def test_thoughts_are_never_the_answer(url: str, vendor: Ollama) -> None:
    vendor.reply = chat("right", thinking="```python\nwrong\n```")
    completion = model(url, "qwen3:8b").generate(request())
    assert (completion.text, completion.reasoning) == ("right", "```python\nwrong\n```")


def test_thinking_that_took_all_tokens_is_a_truncated_answer(url: str, vendor: Ollama) -> None:
    vendor.reply = chat("", thinking="hm", done_reason="length")
    assert model(url, "qwen3:8b").generate(request()).stop is Stop.LENGTH
    vendor.reply = chat("", thinking="hm")
    with pytest.raises(EmptyReply):
        model(url, "qwen3:8b").generate(request())


@pytest.mark.parametrize(
    ("fields", "stop"),
    [
        ({"done_reason": "stop"}, Stop.END),
        ({"done_reason": "length"}, Stop.LENGTH),
        ({"done_reason": None}, Stop.OTHER),
    ],
)
def test_why_it_stopped(fields: dict[str, Any], stop: Stop, url: str, vendor: Ollama) -> None:
    vendor.reply = chat("x", **fields)
    assert model(url).generate(request()).stop is stop


@pytest.mark.parametrize(
    "fields", [{"done_reason": "load"}, {"done_reason": "unload"}, {"done": False, "done_reason": None}]
)
def test_a_model_that_was_only_loaded_gave_no_answer(
    fields: dict[str, Any], url: str, vendor: Ollama
) -> None:
    vendor.reply = chat("", **fields)
    assert failed(model(url)).fault is Fault.INVALID_REPLY


def test_a_prompt_that_was_cached_may_have_no_count(url: str, vendor: Ollama) -> None:
    vendor.reply = chat("x", prompt_eval_count=None)
    assert model(url).generate(request()).usage == Usage(output_total=12)


def test_own_hardware_is_free_and_ollamas_is_not(url: str, vendor: Ollama) -> None:
    assert model(url).generate(request()).cost_microusd == 0
    vendor.reply = chat("x", model="glm-5:cloud", remote_host="https://ollama.com:443")
    completion = model(url, "glm-5:cloud").generate(request())
    assert (completion.cost_microusd, completion.provider) == (None, "https://ollama.com:443")


def test_a_base_model_goes_on_from_the_raw_text(url: str, vendor: Ollama) -> None:
    vendor.reply = generated("    return 1\n")
    asked = request("def f():\n", mode=Mode.COMPLETE, stop=("\ndef",), effort="high", max_tokens=9)
    completion = model(url, "qwen3:8b").generate(asked)
    assert (completion.text, completion.form) == ("    return 1\n", Form.CONTINUATION)
    assert (vendor.bodies[0]["prompt"], vendor.bodies[0]["raw"]) == ("def f():\n", True)
    assert "think" not in vendor.bodies[0]
    assert completion.dropped == ("effort",)


def test_a_model_that_is_not_there_is_told_with_the_command_that_fetches_it(url: str) -> None:
    error = failed(model(url, "qwen3:9b"))
    assert (error.fault, error.hint) == (Fault.INVALID_REQUEST, "ollama pull qwen3:9b")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (refused("server busy, please try again.  maximum pending requests exceeded", status=503), "server"),
        (refused("model requires more system memory (5.6 GiB) than is available (3.3 GiB)", status=500), ""),
        (refused("llama runner process has terminated: exit status 2", status=500), "server"),
        (refused("missing request body"), "invalid_request"),
        (refused("unauthorized", status=401), "auth"),
        (Given(200, {"error": "an error was encountered while running the model"}), "server"),
        (Given(404, "404 page not found"), "invalid_request"),
    ],
)
def test_each_error_of_ollamas_is_its_own_fault(given: Given, fault: str) -> None:
    with serving(lambda _: given) as url:
        error = failed(model(url))
    assert error.fault is Fault(fault or "server")


@pytest.mark.parametrize("end", ["", "/", "/api"])
def test_the_address_may_stand_behind_the_name(end: str, url: str) -> None:
    asked = OLLAMA(f"{QWEN}@{url}{end}", ModelContext(environ={"OLLAMA_HOST": "192.0.2.1"}))
    assert asked.generate(request()).text == ANSWER
    assert asked.name == f"ollama/{QWEN}@{url}{end}"


def test_without_a_word_it_is_the_server_on_this_machine() -> None:
    asked = OLLAMA(QWEN, ModelContext(environ={}))
    assert asked.client.base_url == "http://127.0.0.1:11434/api"


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
        ("1.2.3.4", "http://1.2.3.4:11434"),
        ("1.2.3.4:56789", "http://1.2.3.4:56789"),
        (":56789", "http://127.0.0.1:56789"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:11434", "http://127.0.0.1:11434"),
        ("[::]:11434", "http://127.0.0.1:11434"),
        ("http://0.0.0.0:11434", "http://127.0.0.1:11434"),
        ("example.com/ollama", "http://example.com:11434/ollama"),
        ("https://example.com", "https://example.com"),
        ("[2001:db8::1]", "http://[2001:db8::1]:11434"),
    ],
)
def test_the_host_is_read_as_ollama_reads_it(told: str, read: str) -> None:
    assert address(told).rstrip("/") == read


@pytest.mark.parametrize("told", ["host:port", "http://", "ftp://host"])
def test_a_host_that_is_none_is_told(told: str) -> None:
    with pytest.raises(UsageError, match="OLLAMA_HOST"):
        OLLAMA(QWEN, ModelContext(environ={"OLLAMA_HOST": told}))


def test_a_key_is_sent_where_there_is_one(url: str, vendor: Ollama) -> None:
    model(url).generate(request())
    model(url, OLLAMA_API_KEY="ok-7").generate(request())
    assert [sent.get("authorization") for sent in vendor.headers] == [None, "Bearer ok-7"]


def test_the_vendors_own_client_gets_the_same_answer(url: str, vendor: Ollama) -> None:
    vendor.reply = chat("hello", thinking="hm")
    options = {"num_predict": 9, "temperature": 0.5, "seed": 3, "stop": ["\nclass"], "num_ctx": 8192}
    said = (Message("system", "Be brief."), Message("user", "hi"))
    params = request(max_tokens=9, temperature=0.5, seed=3, stop=("\nclass",), effort="high").params
    client = sdk.Client(host=url)
    theirs = client.chat(
        "qwen3:8b",
        messages=[{"role": one.role, "content": one.text} for one in said],
        options=options,
        think=True,
    )
    client.close()
    ours = model(url, "qwen3:8b").generate(Request(SampleKey("s", "p", "m", 0), said, params))
    assert (theirs.message.content, theirs.message.thinking) == (ours.text, ours.reasoning)
    assert (theirs.prompt_eval_count, theirs.eval_count) == (31, 12)
    their_body, our_body = vendor.bodies
    more = {"truncate": False, "shift": False}
    assert our_body == {**{name: value for name, value in their_body.items() if value != []}, **more}


def test_every_model_of_the_test_server_can_be_asked(url: str) -> None:
    for name in TRAINED:
        assert model(url, name).generate(request()).text == ANSWER
