"""Anthropic's Messages API, over plain HTTP at the version that is served longest (2023-06-01).

Others speak it too (llama.cpp, DeepSeek under ``/anthropic``): ``ANTHROPIC_BASE_URL`` leads there.
"""

from __future__ import annotations

from collections.abc import Mapping

from bench.errors import Fault, ProviderError
from bench.models.http import Reply, count_of, text_of
from bench.models.params import Rule
from bench.models.wire import Answer, system_apart
from bench.types import Json, Mode, Request, Stop, Usage

VERSION = "2023-06-01"

_STOPS = {
    "end_turn": Stop.END,
    "stop_sequence": Stop.END,
    "max_tokens": Stop.LENGTH,
    "refusal": Stop.REFUSAL,
}
_UNFINISHED = {
    "model_context_window_exceeded": (
        Fault.CONTEXT_OVERFLOW,
        "the answer ran into the end of the context window",
    ),
    "pause_turn": (Fault.INVALID_REPLY, "the turn is paused: the answer is not finished"),
}


class Messages:
    """``/messages``: content is a list of blocks; system messages stand apart from the turns."""

    modes = frozenset({Mode.CHAT})

    def rule(self, rule: Rule, _: Mode, /) -> Rule:
        return rule

    def path(self, _model: str, _mode: Mode, /) -> str:
        return "/messages"

    def body(self, model: str, request: Request, sent: Mapping[str, Json], /) -> dict[str, Json]:
        system, turns = system_apart(request)
        messages: list[Json] = [{"role": role, "content": text} for role, text in turns]
        apart: dict[str, Json] = {"system": system} if system else {}
        return {"model": model, "messages": messages, **apart, **sent}

    def read(self, reply: Reply, _request: Request, _sent: Mapping[str, Json], /) -> Answer:
        text, reasoning, stop = _read_content(reply)
        return Answer(
            text,
            stop,
            reasoning=reasoning,
            usage=read_usage(reply.json.get("usage")),
            served_model=text_of(reply.json.get("model")),
            reply_id=text_of(reply.json.get("id")),
        )


def _read_content(reply: Reply) -> tuple[str, str, Stop]:
    """Text, reasoning and stop. Raises ProviderError where there is no answer."""
    content = reply.json.get("content")
    if not isinstance(content, list):
        raise reply.invalid("the reply holds no content")
    reason = text_of(reply.json.get("stop_reason"))
    if reason in _UNFINISHED:
        fault, message = _UNFINISHED[reason]
        raise ProviderError(fault, message, raw_reply=reply.raw)
    blocks = [block for block in content if isinstance(block, dict)]
    text = "".join(text_of(block.get("text")) for block in blocks if block.get("type") == "text")
    reasoning = "".join(text_of(block.get("thinking")) for block in blocks if block.get("type") == "thinking")
    stop = _STOPS.get(reason, Stop.OTHER)
    return text + _refusal(reply, after=text) if stop is Stop.REFUSAL else text, reasoning, stop


def _refusal(reply: Reply, *, after: str) -> str:
    """Why it was refused: some categories (``cyber``, ``frontier_llm``) also meet harmless coding tasks."""
    details = reply.json.get("stop_details")
    if not isinstance(details, dict):
        return ""
    category, explanation = text_of(details.get("category")), text_of(details.get("explanation"))
    told = " ".join(part for part in (category and f"[refused: {category}]", explanation) if part)
    return f"\n\n{told}" if after and told else told


def read_usage(usage: Json) -> Usage | None:
    """Tokens in the normal form: ``input_tokens`` leaves out what the cache gave or took here."""
    if not isinstance(usage, dict):
        return None
    plain, cached, written = (
        count_of(usage.get(name))
        for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    details = usage.get("output_tokens_details")
    return Usage(
        input_total=None if plain is None else plain + (cached or 0) + (written or 0),
        input_cached=cached,
        input_cache_write=written,
        output_total=count_of(usage.get("output_tokens")),
        reasoning=count_of(details.get("thinking_tokens")) if isinstance(details, dict) else None,
    )
