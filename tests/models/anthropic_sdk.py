"""Anthropic's own types: what we send is checked against them, and what our server answers by them."""

from __future__ import annotations

from typing import Any

from anthropic.types import Message
from anthropic.types.assistant_message_param import AssistantMessageParam
from anthropic.types.message_create_params import MessageCreateParamsBase, MessageCreateParamsNonStreaming
from anthropic.types.output_config_param import OutputConfigParam
from anthropic.types.thinking_config_adaptive_param import ThinkingConfigAdaptiveParam
from anthropic.types.thinking_config_disabled_param import ThinkingConfigDisabledParam
from anthropic.types.user_message_param import UserMessageParam
from pydantic import ConfigDict, TypeAdapter

for _params in (
    MessageCreateParamsNonStreaming,
    OutputConfigParam,
    ThinkingConfigAdaptiveParam,
    ThinkingConfigDisabledParam,
    UserMessageParam,
    AssistantMessageParam,
):
    _params.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]

_BODY: TypeAdapter[Any] = TypeAdapter(MessageCreateParamsNonStreaming)
FIELDS = frozenset(MessageCreateParamsNonStreaming.__annotations__) | frozenset(
    MessageCreateParamsBase.__annotations__
)
_OLDER = ("temperature",)
"""What the version of the API that we speak has, and the client's newer one has not."""


def check_body(body: dict[str, Any]) -> None:
    """Raises ValidationError for a field, a type or a value that the Messages API does not have."""
    newer = {name: value for name, value in body.items() if name not in _OLDER}
    checked = _BODY.validate_python(newer, strict=True)
    list(checked["messages"])  # validated one by one, as they are taken


def reply(body: dict[str, Any]) -> dict[str, Any]:
    """The reply, if Anthropic's client would take it."""
    Message.model_validate(body, strict=True)
    return body
