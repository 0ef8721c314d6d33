"""A raw reply is read again as each provider writes it, asked alone or in a batch."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from bench.models.capabilities import rule_for
from bench.models.params import wire
from bench.models.vendors import VENDORS
from bench.publish.replies import asked_otherwise, invented, keeps_replies, reread, sent_otherwise
from bench.records import SampleRecord, StoredCompletion
from bench.types import Form, Message, Mode, Params, Request, SampleKey, Stop, Usage

TEXT = "Here:\n```python\nx = '\ud800'\n```\n"
ALONE: dict[str, tuple[str, dict[str, Any], Usage | None]] = {
    "openai": (
        "openai/gpt",
        {"model": "gpt", "choices": [{"finish_reason": "stop", "message": {"content": TEXT}}]},
        None,
    ),
    "completions": (
        "vllm/base@http://host/v1",
        {"model": "gpt", "choices": [{"finish_reason": "stop", "text": TEXT}]},
        None,
    ),
    "llamacpp": (
        "llamacpp/tiny?ctx=9",
        {"model": "gpt", "choices": [{"finish_reason": "stop", "message": {"content": TEXT}}]},
        None,
    ),
    "responses": (
        "openai-responses/gpt",
        {
            "status": "completed",
            "model": "gpt",
            "output": [{"type": "message", "content": [{"type": "output_text", "text": TEXT}]}],
        },
        None,
    ),
    "anthropic": (
        "anthropic/claude",
        {"model": "gpt", "stop_reason": "end_turn", "content": [{"type": "text", "text": TEXT}]},
        None,
    ),
    "google": (
        "google/gemini",
        {
            "modelVersion": "gpt",
            "candidates": [{"finishReason": "STOP", "content": {"parts": [{"text": TEXT}]}}],
            "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4},
        },
        Usage(3, output_total=4),
    ),
    "ollama": (
        "ollama/tiny",
        {
            "model": "gpt",
            "done": True,
            "done_reason": "stop",
            "message": {"content": TEXT},
            "prompt_eval_count": 3,
            "eval_count": 4,
        },
        Usage(3, output_total=4),
    ),
}


def record(model: str, text: str = TEXT, **more: Any) -> SampleRecord:
    form = Form.CONTINUATION if "base" in model else Form.REPLY
    stored = StoredCompletion(text, form, Stop.END, served_model="gpt", **more)
    return SampleRecord(0, SampleKey("smoke", "smoke/x", model, 0), 1, completion=stored)


@pytest.mark.parametrize("name", ALONE)
def test_a_reply_of_every_wire_format_is_read_again(name: str) -> None:
    model, body, usage = ALONE[name]
    raw = json.dumps(body)
    assert reread(record(model, usage=usage), raw, None) == ""
    assert "not the text" in reread(record(model, TEXT + "!", usage=usage), raw, None)
    assert "usage" in reread(record(model, usage=Usage(1, output_total=1)), raw, None)
    assert "reasoning" in reread(record(model, usage=usage, reasoning="hm"), raw, None)
    other = msgspec.structs.replace(record(model, usage=usage).completion, stop=Stop.LENGTH)  # type: ignore[type-var]
    assert "stop" in reread(msgspec.structs.replace(record(model), completion=other), raw, None)
    assert reread(record(model), "{}", None)
    assert reread(record(model), "[", None) == "its raw reply holds no answer"
    assert keeps_replies(model)


PARAMS = Params(max_tokens=64, temperature=0.5, seed=8, stop=("\nclass ",))
SENT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "openai": ({"max_completion_tokens": 64, "temperature": 0.5, "seed": 8, "stop": ["\nclass "]}, {}),
    "google": (
        {"maxOutputTokens": 64, "temperature": 0.5, "seed": 8, "stopSequences": ["\nclass "]},
        {"nested": "generationConfig"},
    ),
    "ollama": (
        {"num_predict": 64, "temperature": 0.5, "seed": 8, "stop": ["\nclass "]},
        {"nested": "options"},
    ),
}


@pytest.mark.parametrize("name", SENT)
def test_what_was_sent_is_what_was_asked_for_and_stands_in_the_request(name: str) -> None:
    sent, how = SENT[name]
    model = ALONE[name][0]
    body = {"model": "m", **({how["nested"]: sent} if how else sent)}
    raw = json.dumps(body)

    def otherwise(raw: str = raw, params: Params = PARAMS, **said: Any) -> str:
        return sent_otherwise(record(model, **{"sent": sent, **said}), raw, params)

    assert otherwise() == ""
    hotter = replace(PARAMS, temperature=1.0)
    assert otherwise(params=hotter) == "temperature 1.0 was asked for, and neither sent nor dropped"
    assert "max_tokens 999 was asked" in otherwise(params=replace(PARAMS, max_tokens=999))
    assert "does not hold the temperature" in otherwise(sent=sent | {"temperature": 1.0}, params=hotter)
    unsaid = {key: value for key, value in sent.items() if key != "temperature"}
    assert "temperature 0.5 was asked for" in otherwise(sent=unsaid)
    assert "said to have been dropped" in otherwise(sent=unsaid, dropped=("temperature",))
    less = json.dumps({"model": "m", **({how["nested"]: unsaid} if how else unsaid)})
    assert otherwise(raw=less, sent=unsaid, dropped=("temperature",)) == ""
    assert otherwise(raw="{") == "its request is none"
    assert otherwise(params=Params()) == "", "what a model has by default nobody asked for"


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("effort", [None, "none", "low", "max"])
def test_what_our_adapters_send_is_what_was_asked_for(vendor: str, effort: str | None) -> None:
    names = (
        "m",
        "gpt-5.5",
        "o3",
        "claude-sonnet-5-5",
        "gemini-3-pro",
        "deepseek-v4",
        "grok-4",
        "mistral-large",
    )
    params = replace(PARAMS, effort=effort)
    wire_format = VENDORS[vendor].format
    for name in names:
        for mode in wire_format.modes:
            sent = wire(wire_format.rule(rule_for(vendor, name), mode), params)
            asked = Request(SampleKey("s", "p", name, 0), (Message("user", "?"),), params, mode)
            body = json.dumps(wire_format.body(name, asked, sent.sent))
            said = record(f"{vendor}/{name}", sent=dict(sent.sent), dropped=sent.dropped)
            assert sent_otherwise(said, body, params) == "", (name, mode)


def test_a_program_is_given_what_it_then_drops_and_a_deep_request_ends() -> None:
    asked = json.dumps({"params": {"temperature": 0.5}})
    said = record("command/./answer.sh", dropped=("temperature",))
    assert sent_otherwise(said, asked, Params(temperature=0.5)) == ""
    deep = json.loads("[" * 500 + "]" * 500)
    sent = record("openai/gpt", sent={"temperature": 0.5})
    assert "does not hold" in sent_otherwise(sent, json.dumps({"a": deep}), Params())
    assert sent_otherwise(record("replay/x.jsonl"), "", PARAMS) == ""


def test_who_answered_and_what_it_cost_are_read_again_where_a_reply_says_so() -> None:
    """Drift goes by who answered, and a row by its cost."""
    _, body, _ = ALONE["openai"]
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "cost": 0.25}
    raw = json.dumps({**body, "provider": "Acme", "usage": usage})

    def stored(**said: Any) -> SampleRecord:
        return record("openrouter/org/gpt", usage=Usage(3, output_total=4), **said)

    assert reread(stored(provider="Acme", cost_microusd=250_000), raw, None) == ""
    assert "upstream" in reread(stored(provider="Other", cost_microusd=250_000), raw, None)
    assert "cost" in reread(stored(provider="Acme", cost_microusd=1), raw, None)
    silent = record("openrouter/org/gpt", provider="openrouter", cost_microusd=1)
    assert reread(silent, json.dumps(body), None) == ""


@pytest.mark.parametrize("model", ["replay/x.jsonl", "reference"])
def test_nothing_is_known_of_answers_that_nobody_was_asked_for(model: str) -> None:
    known = (
        {"served_model": "reference", "cost_microusd": 0} if model == "reference" else {"served_model": ""}
    )
    for name, value in {
        "usage": Usage(1, output_total=1), "cost_microusd": 7, "served_model": "gpt", "provider": "Acme",
    }.items():  # fmt: skip
        assert invented(given(model, **{**known, name: value})).startswith("no model was asked")
    assert invented(given(model, **known)) == ""
    assert invented(given("openai/gpt", served_model="gpt", cost_microusd=7)) == ""


def given(model: str, **said: Any) -> SampleRecord:
    stored = StoredCompletion("x", Form.PROGRAM, Stop.END, **said)
    return SampleRecord(0, SampleKey("smoke", "smoke/x", model, 0), 1, completion=stored)


@pytest.mark.parametrize(
    ("name", "wrapped"),
    [
        ("openai", lambda body: {"custom_id": "a-0", "response": {"status_code": 200, "body": body}}),
        ("anthropic", lambda body: {"custom_id": "a-0", "result": {"type": "succeeded", "message": body}}),
        ("google", lambda body: {"metadata": {"key": "a-0"}, "response": body}),
    ],
)
def test_a_line_of_a_batch_is_read_again(name: str, wrapped: Any) -> None:
    model, body, usage = ALONE[name]
    raw = json.dumps(wrapped(body))
    assert reread(record(model, usage=usage), raw, None) == ""
    assert "not the text" in reread(record(model, "other", usage=usage), raw, None)


@pytest.mark.parametrize(
    ("model", "raw", "text", "differs"),
    [
        ("command/prog", '{"text": "a"}', "a", False),
        ("command/prog", '{"text": "a"}', "b", True),
        ("command/prog", "no JSON", "b", True),
        ("hf/org/name", '{"text": "<s> def f(): pass<|end|>", "tokens": []}', "def f(): pass", False),
        ("hf/org/name", '{"text": "<s> def f(): pass<|end|>", "tokens": []}', "def g(): pass", True),
        ("replay/x.jsonl", '{"task_id": "smoke/x", "solution": "a"}', "a", False),
        ("replay/x.jsonl", '{"task_id": "smoke/x", "completion": "a"}', "before a", False),
        ("replay/x.jsonl", '{"task_id": "smoke/y", "solution": "a"}', "a", True),
        ("replay/x.jsonl", '{"solution": "b"}', "a", True),
        ("replay/x.jsonl", "[]", "a", True),
        ("a-plugin", "whatever it keeps", "a", False),
    ],
)
def test_what_is_no_provider_keeps_its_replies_its_own_way(
    model: str, raw: str, text: str, differs: bool
) -> None:
    assert bool(reread(record(model, text), raw, None)) is differs


def test_a_request_asks_what_is_due_of_the_model_that_is_named() -> None:
    request = Request(
        record("openai/gpt").key, (Message("system", "s"), Message("user", "u")), mode=Mode.CHAT
    )
    body: dict[str, Any] = {"model": "gpt", "messages": [{"role": "system", "content": "s"}]}
    assert asked_otherwise("openai/gpt", json.dumps(body), request)
    body["messages"].append({"role": "user", "content": "u"})
    assert asked_otherwise("openai/gpt", json.dumps(body), request) == ""
    assert asked_otherwise("openai/o9", json.dumps(body), request) == "the request went to gpt"
    body["messages"].append({"role": "user", "content": "The answer is 42."})
    assert asked_otherwise("openai/gpt", json.dumps(body), request)
    assert asked_otherwise("openai/gpt", "[", request)
    assert asked_otherwise("hf/x", json.dumps({"prompt": "<s>s</s><u>u</u>"}), request) == ""
    assert asked_otherwise("hf/x", json.dumps({"prompt": "<s>s</s>"}), request)
    assert asked_otherwise("a-plugin", "what it likes", request) == ""
