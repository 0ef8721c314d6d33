"""The strict servers refuse what the vendors refuse: a test server that takes anything proves nothing."""

from __future__ import annotations

import json
from typing import Any

import anthropic_sdk
import gemini_sdk
import ollama_sdk
import pytest
import strict_anthropic
import strict_gemini
import strict_ollama
from pydantic import ValidationError
from strict import Came

USER = {"role": "user", "content": "hi"}
BODY = {"model": "claude-opus-5-5", "max_tokens": 9, "messages": [USER]}
HEADERS = {"x-api-key": strict_anthropic.KEY, "anthropic-version": "2023-06-01"}
OLDER = {**BODY, "model": "claude-sonnet-4-5-20250929"}


def messages(body: dict[str, Any], headers: dict[str, str] = HEADERS) -> str:
    """What Anthropic's server says to that; "" where it answers."""
    came = Came("POST", "/v1/messages", headers, json.dumps(body).encode())
    given: Any = strict_anthropic.Anthropic()(came)
    return "" if given.status == 200 else str(given.body["error"]["message"])


def test_anthropics_server_answers_what_is_right() -> None:
    for body in (
        BODY,
        OLDER,
        {**OLDER, "temperature": 0.2},
        {**BODY, "system": "x", "stop_sequences": ["y"]},
    ):
        assert messages(body) == ""
    newer = {"authorization": f"Bearer {strict_anthropic.KEY}", "anthropic-version": "2026-10-21"}
    assert messages(BODY, newer) == ""


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (BODY, {"x-api-key": strict_anthropic.KEY}, "anthropic-version"),
        (BODY, {**HEADERS, "anthropic-version": "2024-01-01"}, "anthropic-version"),
        (BODY, {**HEADERS, "x-api-key": "other"}, "x-api-key"),
        (BODY, {"authorization": f"Bearer {strict_anthropic.KEY}", **HEADERS, "x-api-key": ""}, "x-api-key"),
        ({**BODY, "seed": 1}, HEADERS, "seed: Extra inputs"),
        ({**BODY, "stop": ["x"]}, HEADERS, "stop: Extra inputs"),
        ({"model": BODY["model"], "messages": [USER]}, HEADERS, "max_tokens: Field required"),
        ({**BODY, "model": "claude-3-haiku-20240307", "max_tokens": 4097}, HEADERS, "4097 > 4096"),
        ({**BODY, "messages": []}, HEADERS, "at least one message"),
        ({**BODY, "messages": [{"role": "system", "content": "x"}, USER]}, HEADERS, 'role "system"'),
        ({**BODY, "messages": [{"role": "assistant", "content": "x"}, USER]}, HEADERS, "first message"),
        ({**BODY, "messages": [USER, {"role": "assistant", "content": "x"}]}, HEADERS, "prefill"),
        ({**BODY, "temperature": 1.0}, HEADERS, "`temperature` is deprecated"),
        ({**OLDER, "temperature": 1.0}, {**HEADERS, "anthropic-version": "2026-10-21"}, "`temperature` is"),
        ({**BODY, "thinking": {"type": "enabled", "budget_tokens": 1024}}, HEADERS, "thinking.type.enabled"),
        ({**BODY, "thinking": {"type": "disabled"}}, HEADERS, "thinking.type.disabled"),
        ({**OLDER, "thinking": {"type": "adaptive"}}, HEADERS, "thinking.type.adaptive"),
        ({**OLDER, "output_config": {"effort": "low"}}, HEADERS, "effort parameter"),
        (
            {
                **BODY,
                "model": "claude-opus-4-6",
                "thinking": {"type": "adaptive"},
                "temperature": 0.5,
            },
            HEADERS,
            "may only be set to 1",
        ),
    ],
)
def test_anthropics_server_refuses_what_anthropic_refuses(
    body: dict[str, Any], headers: dict[str, str], words: str
) -> None:
    assert words in messages(body, headers)


CONTENTS = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}


def generate(body: dict[str, Any], *, name: str = "gemini-3.8-flash", **headers: str) -> str:
    """What Google's server says to that; "" where it answers."""
    came = Came(
        "POST",
        f"/v1beta/models/{name}:generateContent",
        headers or {"x-goog-api-key": strict_gemini.KEY},
        json.dumps(body).encode(),
    )
    given: Any = strict_gemini.Gemini()(came)
    return "" if given.status == 200 else str(given.body["error"]["message"])


def thinking(**config: Any) -> dict[str, Any]:
    return {**CONTENTS, "generationConfig": {"thinkingConfig": config}}


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        (CONTENTS, "gemini-3.8-flash", ""),
        (thinking(thinkingLevel="LOW"), "gemini-3.8-flash", ""),
        (thinking(thinkingBudget=128), "gemini-2.5-pro", ""),
        ({**CONTENTS, "generationConfig": {"temperature": 1}}, "gemini-3.5-flash", ""),
        ({**CONTENTS, "generationConfig": {"temperature": 1}}, "gemini-3.8-flash", "temperature is not"),
        (thinking(thinkingLevel="LOW", thinkingBudget=1), "gemini-3.8-flash", "only set one of"),
        (thinking(thinkingLevel="MINIMAL"), "gemini-3.8-flash", "level MINIMAL is not supported"),
        (thinking(thinkingLevel="LOW"), "gemini-2.5-flash", "level is not supported"),
        (thinking(thinkingBudget=0), "gemini-2.5-pro", "Budget 0 is invalid"),
        (thinking(thinkingBudget=0), "gemini-3.8-flash", "budget is not supported"),
        ({**CONTENTS, "generationConfig": {"maxTokens": 1}}, "gemini-3.8-flash", 'Unknown name "maxTokens"'),
        ({**CONTENTS, "messages": []}, "gemini-3.8-flash", 'Unknown name "messages"'),
        (
            {"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]},
            "gemini-3.8-flash",
            "valid role",
        ),
        ({"contents": []}, "gemini-3.8-flash", "contents is not specified"),
    ],
)
def test_googles_server_refuses_what_google_refuses(body: dict[str, Any], name: str, words: str) -> None:
    said = generate(body, name=name)
    assert words in said
    assert bool(words) == bool(said)


def test_googles_server_takes_the_key_in_its_own_header_alone() -> None:
    assert "API key not valid" in generate(CONTENTS, authorization=f"Bearer {strict_gemini.KEY}")


CHAT = {"model": "tiny", "messages": [USER], "stream": False, "options": {"num_ctx": 8192}}
TOO_LONG = {**CHAT, "messages": [{"role": "user", "content": "x" * 3000}]}


def chat(body: dict[str, Any], *, old: bool = False) -> Any:
    came = Came("POST", "/api/chat", {}, json.dumps(body).encode())
    return strict_ollama.Ollama(old=old)(came)


def test_ollamas_server_cuts_what_is_too_long_unless_told_not_to() -> None:
    assert chat(TOO_LONG).body["prompt_eval_count"] == 128
    told = {**TOO_LONG, "truncate": False, "shift": False}
    assert chat(told).status == 400
    assert chat(told, old=True).body["prompt_eval_count"] == 128


@pytest.mark.parametrize(
    "body",
    [
        {**CHAT, "max_tokens": 9},
        {**CHAT, "temperature": 0.5},
        {**CHAT, "options": {"max_tokens": 9}},
        {**CHAT, "options": {"seed": "3"}},
    ],
)
def test_what_ollamas_client_does_not_know_is_an_error(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        chat(body)


@pytest.mark.parametrize(
    ("check", "body"),
    [
        (anthropic_sdk.check_body, {**BODY, "output_config": {"effort": "none"}}),
        (anthropic_sdk.check_body, {**BODY, "thinking": {"type": "adaptive", "effort": "low"}}),
        (anthropic_sdk.check_body, {**BODY, "messages": [{**USER, "name": "x"}]}),
        (anthropic_sdk.check_body, {**BODY, "max_tokens": "9"}),
        (gemini_sdk.check_body, {**CONTENTS, "generationConfig": {"seed": "x"}}),
        (gemini_sdk.check_body, {"contents": [{"role": "user", "parts": [{"words": "hi"}]}]}),
        (anthropic_sdk.reply, {"id": "msg_1", "type": "message", "content": []}),
        (gemini_sdk.reply, {"candidates": [{"finish": "STOP"}]}),
        (ollama_sdk.reply, {"message": {"content": "x"}}),
    ],
)
def test_the_vendors_own_types_refuse_what_they_do_not_have(check: Any, body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        check(body)


def test_a_level_and_a_reason_that_google_does_not_have_are_errors() -> None:
    with pytest.raises(UserWarning, match="ThinkingLevel"):
        gemini_sdk.check_body(thinking(thinkingLevel="EXTREME"))
    with pytest.raises(UserWarning, match="FinishReason"):
        strict_gemini.answer({"text": "x"}, finish="TIRED")
