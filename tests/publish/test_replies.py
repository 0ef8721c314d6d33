"""A raw reply is read again as each provider writes it, asked alone or in a batch."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from bench.publish.replies import asked_otherwise, invented, keeps_replies, reread
from bench.records import SampleRecord, StoredCompletion
from bench.types import Form, Message, Mode, Request, SampleKey, Stop, Usage

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
