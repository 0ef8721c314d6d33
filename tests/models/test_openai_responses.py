"""Responses: statuses, items, refusals and cuts, in the shape that OpenAI documents (provider-apis 4.1)."""

from __future__ import annotations

from typing import Any

import pytest
from provider_script import Script, request
from strict_openai import message, responses_reply, text

from bench.errors import Fault, ProviderError
from bench.models.vendors import OPENAI_RESPONSES
from bench.protocols import ModelContext
from bench.types import Completion, Mode, Stop, Usage

KEY = "sk-k"


def ask(server: Script, **params: Any) -> Completion:
    environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"{server.url}/v1"}
    return OPENAI_RESPONSES("gpt-5-mini", ModelContext(environ=environ)).generate(request(**params))


def reasoning(*summaries: str, **fields: Any) -> dict[str, Any]:
    summary = [{"type": "summary_text", "text": one} for one in summaries]
    return {"id": "rs_1", "type": "reasoning", "summary": summary, **fields}


def failure(server: Script, reply: dict[str, Any], **params: Any) -> ProviderError:
    server.answer(200, reply)
    with pytest.raises(ProviderError) as caught:
        ask(server, **params)
    return caught.value


def test_a_reply_in_the_normal_form(server: Script) -> None:
    reply = responses_reply(
        "gpt-5-mini",
        reasoning("First this.", "Then that."),
        message(text("def f():\n"), text("    pass")),
    )
    server.answer(200, reply, x_request_id="req_1")
    completion = ask(server, max_tokens=50)
    assert (completion.text, completion.stop) == ("def f():\n    pass", Stop.END)
    assert completion.reasoning == "First this.\n\nThen that."
    assert completion.usage == Usage(100, 40, 8, 20, 7), "reasoning is inside the output, cached in the input"
    assert completion.sent == {"max_output_tokens": 50}
    assert completion.provider == "openai-responses"
    assert server.paths == ["/v1/responses"]


@pytest.mark.parametrize(("summaries", "read"), [((), "hm"), (("short",), "short")])
def test_reasoning_in_full_is_read_where_there_is_no_summary(
    server: Script, summaries: tuple[str, ...], read: str
) -> None:
    full = reasoning(*summaries, content=[{"type": "reasoning_text", "text": "hm"}])
    server.answer(200, responses_reply("m", full, message(text("x"))))
    assert ask(server).reasoning == read


def test_an_answer_that_is_incomplete_at_the_limit_is_truncated(server: Script) -> None:
    details = {"reason": "max_output_tokens"}
    server.answer(
        200, responses_reply("m", message(text("def")), status="incomplete", incomplete_details=details)
    )
    assert ask(server).stop is Stop.LENGTH


def test_thinking_that_used_up_the_limit_is_truncated_not_empty(server: Script) -> None:
    details = {"reason": "max_output_tokens"}
    server.answer(200, responses_reply("m", reasoning(), status="incomplete", incomplete_details=details))
    completion = ask(server)
    assert (completion.text, completion.stop) == ("", Stop.LENGTH)


@pytest.mark.parametrize(
    ("limit", "stop"), [(20, Stop.LENGTH), (19, Stop.LENGTH), (21, Stop.END), (None, Stop.END)]
)
def test_completed_although_cut_shows_in_the_tokens(server: Script, limit: int | None, stop: Stop) -> None:
    server.answer(200, responses_reply("m", message(text("def f("))))
    assert ask(server, max_tokens=limit).stop is stop


def test_the_filter_s_cut_is_the_providers_doing(server: Script) -> None:
    details = {"reason": "content_filter"}
    reply = responses_reply("m", message(text("x")), status="incomplete", incomplete_details=details)
    assert failure(server, reply).fault is Fault.FILTERED


@pytest.mark.parametrize("reason", ["max_messages", "steered"])
def test_cut_for_another_reason_is_no_normal_end(server: Script, reason: str) -> None:
    details = {"reason": reason}
    server.answer(
        200, responses_reply("m", message(text("x")), status="incomplete", incomplete_details=details)
    )
    assert ask(server).stop is Stop.OTHER


def test_a_refusal_item_is_a_refusal(server: Script) -> None:
    server.answer(200, responses_reply("m", message({"type": "refusal", "refusal": "I can't."})))
    completion = ask(server)
    assert (completion.text, completion.stop) == ("I can't.", Stop.REFUSAL)


def test_remarks_on_the_way_are_not_the_answer(server: Script) -> None:
    remark = message(text("```python\nx = 1\n```"), phase="commentary")
    answer = message(text("def f(): pass"), phase="final_answer")
    server.answer(200, responses_reply("m", remark, answer))
    completion = ask(server)
    assert completion.text == "def f(): pass"
    assert completion.reasoning == "```python\nx = 1\n```"


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("server_error", Fault.SERVER),
        ("rate_limit_exceeded", Fault.RATE_LIMITED),
        ("invalid_prompt", Fault.FILTERED),
        ("bio_policy", Fault.FILTERED),
        ("misalignment_policy_violation", Fault.FILTERED),
    ],
)
def test_a_response_that_failed_tells_how(server: Script, code: str, fault: Fault) -> None:
    reply = responses_reply("m", status="failed", error={"code": code, "message": "It failed."})
    assert failure(server, reply).fault is fault


@pytest.mark.parametrize("status", ["in_progress", "queued", "cancelled", "failed"])
def test_any_status_but_completed_is_asked_again(server: Script, status: str) -> None:
    error = failure(server, responses_reply("m", message(text("x")), status=status))
    assert error.fault is Fault.SERVER
    assert error.retryable


@pytest.mark.parametrize("output", [None, "text", {"type": "message"}])
def test_a_reply_without_items_is_invalid(server: Script, output: object) -> None:
    reply = {**responses_reply("m"), "output": output}
    assert failure(server, reply).fault is Fault.INVALID_REPLY


@pytest.mark.parametrize("items", [[], [message(text(""))], [reasoning("hm")]])
def test_a_normal_end_without_text_is_empty(server: Script, items: list[dict[str, Any]]) -> None:
    assert failure(server, responses_reply("m", *items)).fault is Fault.EMPTY


def test_a_completion_that_speaks_of_errors_is_no_error(server: Script) -> None:
    words = 'return {"error": "bad", "detail": "x", "message": "y"}'
    server.answer(200, responses_reply("m", message(text(words))))
    assert ask(server).text == words


def test_raw_completions_are_not_to_be_had(server: Script) -> None:
    with pytest.raises(ProviderError, match="no mode 'complete'"):
        ask(server, mode=Mode.COMPLETE)
    assert server.bodies == []


def test_odd_usage_spoils_no_answer(server: Script) -> None:
    server.answer(200, {**responses_reply("m", message(text("x"))), "usage": "much"})
    assert ask(server, max_tokens=5).usage is None
