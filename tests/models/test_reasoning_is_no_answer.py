"""Every wire format: a reply whose only code stands in its reasoning brings no code, however it ended."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.extract import extract
from bench.models.faults import EmptyReply
from bench.models.vendors import VENDORS
from bench.protocols import ModelContext
from bench.scripted import ServerReply, scripted_server
from bench.solve import unjudged
from bench.types import Checks, Message, Outcome, Params, Problem, Request, SampleKey, Track

CODE = "```python\ndef add(a, b):\n    return a + b\n```"
ADD = Problem(
    "s",
    "p",
    Track.GENERATION,
    "python",
    "def add(a, b):\n",
    "add",
    Checks("program", "add"),
    "def add(a, b): ...",
)


def chat(finish: str, **message: Any) -> dict[str, Any]:
    choice = {
        "index": 0,
        "finish_reason": finish,
        "message": {"role": "assistant", "content": None, **message},
    }
    return {"id": "1", "model": "m", "choices": [choice]}


def responses(cut: bool) -> dict[str, Any]:
    thought = {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": CODE}]}
    details = {"reason": "max_output_tokens"} if cut else None
    status = "incomplete" if cut else "completed"
    return {"id": "1", "model": "m", "status": status, "incomplete_details": details, "output": [thought]}


def messages(cut: bool) -> dict[str, Any]:
    block = {"type": "thinking", "thinking": CODE, "signature": "s"}
    return {"id": "1", "model": "m", "content": [block], "stop_reason": "max_tokens" if cut else "end_turn"}


def gemini(cut: bool) -> dict[str, Any]:
    content = {"role": "model", "parts": [{"text": CODE, "thought": True}]}
    return {"candidates": [{"content": content, "finishReason": "MAX_TOKENS" if cut else "STOP"}]}


def ollama(cut: bool) -> dict[str, Any]:
    message = {"role": "assistant", "content": "", "thinking": CODE}
    return {"model": "m", "done": True, "done_reason": "length" if cut else "stop", "message": message}


def finish(cut: bool) -> str:
    return "length" if cut else "stop"


REPLIES = {
    "deepseek": lambda cut: chat(finish(cut), content="", reasoning_content=CODE),
    "openrouter": lambda cut: chat(finish(cut), reasoning=CODE, reasoning_details=[{"text": CODE}]),
    "vllm": lambda cut: chat(finish(cut), content=None, reasoning_content=CODE),
    "sglang": lambda cut: chat(finish(cut), content="<think>\n" + CODE),
    "mistral": lambda cut: chat(
        finish(cut), content=[{"type": "thinking", "thinking": [{"type": "text", "text": CODE}]}]
    ),
    "openai-responses": responses,
    "anthropic": messages,
    "google": gemini,
    "ollama": ollama,
}


@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("vendor", REPLIES)
def test_code_in_the_reasoning_alone_is_no_answer(vendor: str, cut: bool) -> None:
    entry = VENDORS[vendor]
    request = Request(SampleKey("s", "p", "m", 0), (Message("user", "add"),), Params(max_tokens=100))
    with scripted_server(lambda _: ServerReply(200, REPLIES[vendor](cut))) as server:
        environ = {entry.key_variable: "k", entry.url_variable: server.url}
        name = f"m@{server.url}" if entry.own_server and not entry.url_variable else "m"
        model = entry(name, ModelContext(environ=environ, concurrency=1))
        try:
            completion, empty = model.generate(request), False
        except EmptyReply as error:
            completion, empty = error.completion, True
    found = extract(completion, ADD)
    verdict = unjudged(completion, found)
    assert (found.code, completion.text.replace("<think>\n" + CODE, "")) == ("", "")
    assert verdict is not None
    assert verdict.outcome is (Outcome.TRUNCATED if cut else Outcome.NO_CODE)
    assert empty is (not cut and vendor != "sglang"), "an empty reply is asked for again before it counts"
    assert CODE in (
        completion.reasoning or json.loads(completion.raw_reply)["choices"][0]["message"]["content"]
    )
