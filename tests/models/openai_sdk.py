"""OpenAI's own types: what we send is checked against them, and what our servers answer is parsed by them."""

from __future__ import annotations

from typing import Any

from openai.types.chat import ChatCompletion, completion_create_params
from openai.types.chat.chat_completion_assistant_message_param import ChatCompletionAssistantMessageParam
from openai.types.chat.chat_completion_system_message_param import ChatCompletionSystemMessageParam
from openai.types.chat.chat_completion_user_message_param import ChatCompletionUserMessageParam
from openai.types.responses import Response, response_create_params
from openai.types.responses.easy_input_message_param import EasyInputMessageParam
from openai.types.shared_params import Reasoning
from pydantic import ConfigDict, TypeAdapter

_CHAT = completion_create_params.CompletionCreateParamsNonStreaming
_RESPONSES = response_create_params.ResponseCreateParamsNonStreaming

for _params in (
    _CHAT,
    _RESPONSES,
    Reasoning,
    EasyInputMessageParam,
    ChatCompletionAssistantMessageParam,
    ChatCompletionSystemMessageParam,
    ChatCompletionUserMessageParam,
):
    _params.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]

_CHAT_BODY: TypeAdapter[Any] = TypeAdapter(_CHAT)
_RESPONSES_BODY: TypeAdapter[Any] = TypeAdapter(_RESPONSES)


def check_chat_body(body: dict[str, Any]) -> None:
    """Raises ValidationError for a field, a type or a value that Chat Completions does not have."""
    checked = _CHAT_BODY.validate_python(body, strict=True)
    list(checked["messages"])  # validated one by one, as they are taken


def check_responses_body(body: dict[str, Any]) -> None:
    """Raises ValidationError for what the Responses API does not have."""
    _RESPONSES_BODY.validate_python(body, strict=True)


def chat_reply(reply: dict[str, Any]) -> dict[str, Any]:
    """The reply, if OpenAI's client would take it."""
    ChatCompletion.model_validate(reply, strict=True)
    return reply


def responses_reply(reply: dict[str, Any]) -> dict[str, Any]:
    """The reply, if OpenAI's client would take it."""
    Response.model_validate(reply)
    return reply
