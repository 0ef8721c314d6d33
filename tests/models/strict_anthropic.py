"""A server that speaks Anthropic's Messages API as strictly as the vendor documents it.

It knows of its own what each model takes: nothing here is read from the table under test. Every body is
checked against the types of Anthropic's client as well, and every reply parses as one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anthropic_sdk
from strict import Came, Given

KEY = "sk-ant-strict-77c1"
OUR_VERSION, CLIENTS_VERSION = "2023-06-01", "2026-10-21"
ANSWER = "def f(): pass"


@dataclass(frozen=True)
class Takes:
    """What a model takes: how many tokens, which kinds of thinking, which levels, and whether sampling."""

    most: int = 128_000
    thinking: tuple[str, ...] = ("adaptive",)
    levels: tuple[str, ...] = ("low", "medium", "high", "xhigh", "max")
    sampling: bool = False


_BOTH = ("adaptive", "disabled")
_OLD = ("enabled", "disabled")
MODELS = {
    "claude-fable-5-2": Takes(),
    "claude-mythos-5-2": Takes(),
    "claude-opus-5-5": Takes(),
    "claude-sonnet-5-5": Takes(),
    "claude-haiku-5-5": Takes(thinking=_BOTH),
    "claude-opus-5": Takes(thinking=_BOTH),
    "claude-sonnet-5-20260630": Takes(thinking=_BOTH),
    "claude-opus-4-8": Takes(thinking=_BOTH),
    "claude-opus-4-7": Takes(thinking=_BOTH),
    "claude-opus-4-6": Takes(
        thinking=(*_BOTH, "enabled"), levels=("low", "medium", "high", "max"), sampling=True
    ),
    "claude-sonnet-4-6": Takes(
        thinking=(*_BOTH, "enabled"), levels=("low", "medium", "high", "max"), sampling=True
    ),
    "claude-opus-4-5-20251101": Takes(64_000, _OLD, ("low", "medium", "high"), sampling=True),
    "claude-sonnet-4-5-20250929": Takes(64_000, _OLD, (), sampling=True),
    "claude-haiku-4-5": Takes(64_000, _OLD, (), sampling=True),
    "claude-opus-4-1-20250805": Takes(32_000, _OLD, (), sampling=True),
    "claude-3-5-haiku-20241022": Takes(8192, (), (), sampling=True),
    "claude-3-haiku-20240307": Takes(4096, (), (), sampling=True),
}
_FIELDS = anthropic_sdk.FIELDS | {"temperature", "top_p", "top_k"}


def message(*blocks: dict[str, Any], stop: str = "end_turn", **fields: Any) -> dict[str, Any]:
    """A reply that Anthropic's client takes."""
    return anthropic_sdk.reply(
        {
            "id": "msg_7",
            "type": "message",
            "role": "assistant",
            "model": "claude-opus-5-5",
            "content": list(blocks),
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {
                "input_tokens": 7,
                "cache_read_input_tokens": 24,
                "cache_creation_input_tokens": 3,
                "output_tokens": 11,
                "output_tokens_details": {"thinking_tokens": 5},
                "service_tier": "standard",
            },
            **fields,
        }
    )


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words, "citations": None}


def refused(words: str, *, status: int = 400, kind: str = "invalid_request_error", **more: Any) -> Given:
    """An error as Anthropic words it."""
    error = {"type": kind, "message": words, **more}
    return Given(status, {"type": "error", "error": error, "request_id": "req_strict"})


@dataclass
class Anthropic:
    """Keeps what came and what was refused; answers with ``reply`` where one is set."""

    reply: dict[str, Any] | None = None
    bodies: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def __call__(self, came: Came) -> Given:
        given = _unwelcome(came) or self._answer(came.headers["anthropic-version"], came.json)
        self.bodies.append(came.json)
        if given.status != 200:
            self.refusals.append(str(given.body))
        return given

    def _answer(self, version: str, body: dict[str, Any]) -> Given:
        takes = MODELS.get(body.get("model", ""))
        if takes is None:
            return refused(f"model: {body.get('model')}", status=404, kind="not_found_error")
        wrong = (
            _wrong_fields(body)
            or _wrong_limit(takes, body)
            or _wrong_roles(takes, body)
            or _wrong_sampling(takes, version, body)
            or _wrong_thinking(takes, body)
        )
        if wrong:
            return refused(wrong)
        anthropic_sdk.check_body(body)
        answer = self.reply or message(text(ANSWER), model=body["model"])
        return Given(200, answer, {"request-id": "req_strict"})


def _unwelcome(came: Came) -> Given | None:
    if (came.method, came.path) != ("POST", "/v1/messages"):
        return refused("Not Found", status=404, kind="not_found_error")
    version = came.headers.get("anthropic-version")
    if version not in (OUR_VERSION, CLIENTS_VERSION):
        return refused("anthropic-version: header is required")
    bearer = came.headers.get("authorization") if version == CLIENTS_VERSION else None
    if came.headers.get("x-api-key") != KEY and bearer != f"Bearer {KEY}":
        return refused("x-api-key header is required", status=401, kind="authentication_error")
    return None


def _wrong_fields(body: Mapping[str, Any]) -> str:
    unknown = sorted(set(body) - _FIELDS)
    if unknown:
        return f"{unknown[0]}: Extra inputs are not permitted"
    missing = [name for name in ("max_tokens", "messages") if name not in body]
    return f"{missing[0]}: Field required" if missing else ""


def _wrong_limit(takes: Takes, body: Mapping[str, Any]) -> str:
    asked = body["max_tokens"]
    if asked <= takes.most:
        return ""
    maximum = "the maximum allowed number of output tokens for"
    return f"max_tokens: {asked} > {takes.most}, which is {maximum} {body['model']}"


def _wrong_roles(takes: Takes, body: Mapping[str, Any]) -> str:
    roles = [one["role"] for one in body["messages"]]
    if not roles:
        return "messages: at least one message is required"
    if "system" in roles:
        return 'messages: Unexpected role "system". Use the top-level `system` parameter.'
    if roles[0] != "user":
        return 'messages: first message must use the "user" role'
    if roles[-1] != "user" and not takes.sampling:
        return "This model does not support assistant message prefill."
    return ""


def _wrong_sampling(takes: Takes, version: str, body: Mapping[str, Any]) -> str:
    named = [name for name in ("temperature", "top_p", "top_k") if name in body]
    if named and (not takes.sampling or version == CLIENTS_VERSION):
        return f"`{named[0]}` is deprecated for this model."
    thinks = body.get("thinking", {}).get("type") in ("adaptive", "enabled")
    if thinks and body.get("temperature", 1) != 1:
        return "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode."
    return ""


def _wrong_thinking(takes: Takes, body: Mapping[str, Any]) -> str:
    kind = body.get("thinking", {}).get("type")
    if kind is not None and kind not in takes.thinking:
        return f'"thinking.type.{kind}" is not supported for this model.'
    level = body.get("output_config", {}).get("effort")
    if level is None or level in takes.levels:
        return ""
    if not takes.levels:
        return "This model does not support the effort parameter."
    listed = " or ".join(f"'{one}'" for one in takes.levels)
    return f"output_config.effort: Input should be {listed}"
