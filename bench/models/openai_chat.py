"""Chat Completions: OpenAI itself, and all who speak the same (DeepSeek, OpenRouter, vLLM, llama.cpp, ...).

Raw completions (``/completions``) for base models are here too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from bench.errors import Fault, ProviderError
from bench.models import faults
from bench.models.http import Reply, count_of, text_of
from bench.models.params import Rule
from bench.models.wire import Answer, last_message
from bench.types import Json, Mode, Request, Stop, Usage

_STOPS = {"stop": Stop.END, "length": Stop.LENGTH}
_FAILED = {
    "content_filter": Fault.FILTERED,
    "model_length": Fault.CONTEXT_OVERFLOW,
    "insufficient_system_resource": Fault.SERVER,
    "abort": Fault.SERVER,
    "error": Fault.SERVER,
}
"""Finish reasons that are the provider's failing: no answer of the model stands there to be judged."""


class ChatCompletions:
    """``/chat/completions``, and ``/completions`` for raw text where the vendor still has it."""

    def __init__(self, modes: frozenset[Mode] = frozenset(Mode)) -> None:
        self.modes = modes

    def rule(self, rule: Rule, mode: Mode, /) -> Rule:
        # The older endpoint knows no newer name for the limit, and no thinking.
        return rule if mode is Mode.CHAT else replace(rule, max_tokens="max_tokens", efforts=(), thinks=False)

    def path(self, _model: str, mode: Mode, /) -> str:
        return "/chat/completions" if mode is Mode.CHAT else "/completions"

    def body(self, model: str, request: Request, sent: Mapping[str, Json], /) -> dict[str, Json]:
        if request.mode is not Mode.CHAT:
            return {"model": model, "prompt": last_message(request), **sent}
        messages: list[Json] = [{"role": one.role, "content": one.text} for one in request.messages]
        return {"model": model, "messages": messages, **sent}

    def read(self, reply: Reply, request: Request, _sent: Mapping[str, Json], /) -> Answer:
        text, reasoning, stop = _read_choice(reply, chat=request.mode is Mode.CHAT)
        return Answer(
            text,
            stop,
            reasoning=reasoning,
            usage=read_usage(reply.json.get("usage")),
            served_model=text_of(reply.json.get("model")),
            upstream=text_of(reply.json.get("provider")),
            cost_microusd=read_cost(reply.json.get("usage")),
            reply_id=text_of(reply.json.get("id")),
        )


def _read_choice(reply: Reply, *, chat: bool) -> tuple[str, str, Stop]:
    """Text, reasoning and stop of the first choice. Raises ProviderError where there is no answer."""
    choices = reply.json.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict):
        raise reply.invalid("the reply holds no choice")
    stop = _read_stop(reply, choice)
    if not chat:
        if not isinstance(choice.get("text"), str):
            raise reply.invalid("the choice holds no text")
        return text_of(choice["text"]), "", stop
    message = choice.get("message")
    if not isinstance(message, dict):
        raise reply.invalid("the choice holds no message")
    content = message.get("content")
    reasoning = (
        text_of(message.get("reasoning_content"))
        or text_of(message.get("reasoning"))
        or _joined(content, "thinking")
    )
    refusal = text_of(message.get("refusal"))
    if refusal:
        return refusal, reasoning, Stop.REFUSAL
    return _joined(content, "text"), reasoning, stop


def _read_stop(reply: Reply, choice: Mapping[str, Json]) -> Stop:
    """Why it ended. Raises ProviderError where what stands there is no answer of the model's."""
    finish = text_of(choice.get("finish_reason"))
    if choice.get("native_finish_reason") == "refusal":
        return Stop.REFUSAL
    if isinstance(choice.get("error"), dict):  # OpenRouter, where an upstream broke off
        error = faults.from_reply(200, json.dumps({"error": choice["error"]}), {})
        error.raw_reply = reply.raw
        raise error
    if finish in _FAILED:
        ended = f"the provider ended the answer: {finish}"
        raise ProviderError(_FAILED[finish], ended, raw_reply=reply.raw)
    return _STOPS.get(finish, Stop.OTHER)


def _joined(content: Json, kind: str) -> str:
    """The text of a message's content: a string, or a list of parts, some of them thoughts (Mistral)."""
    if not isinstance(content, list):
        return text_of(content) if kind == "text" else ""
    parts = [part for part in content if isinstance(part, dict) and part.get("type") == kind]
    if kind == "text":
        return "".join(text_of(part.get("text")) for part in parts)
    return "".join(_joined(part.get(kind), "text") for part in parts)


def read_usage(usage: Json) -> Usage | None:
    """Tokens in the normal form: reasoning is inside ``completion_tokens``, except with xAI, beside it."""
    if not isinstance(usage, dict):
        return None
    inputs, outputs = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
    inputs = inputs if isinstance(inputs, dict) else {}
    outputs = outputs if isinstance(outputs, dict) else {}
    cached = count_of(inputs.get("cached_tokens"))
    prompt, output = count_of(usage.get("prompt_tokens")), count_of(usage.get("completion_tokens"))
    reasoning = count_of(outputs.get("reasoning_tokens"))
    if prompt is not None and output is not None and reasoning:
        beside = usage.get("total_tokens") == prompt + output + reasoning
        output += reasoning if beside else 0
    return Usage(
        input_total=prompt,
        input_cached=count_of(usage.get("prompt_cache_hit_tokens")) if cached is None else cached,
        input_cache_write=count_of(inputs.get("cache_write_tokens")),
        output_total=output,
        reasoning=reasoning,
    )


_TICKS_A_MICROUSD = 10_000


def read_cost(usage: Json) -> int | None:
    """Micro-dollars that the provider says it charged: OpenRouter in dollars, xAI in ticks; None if untold.

    With a key of the user's own at the upstream, what OpenRouter tells is only its fee.
    """
    if not isinstance(usage, dict) or usage.get("is_byok"):
        return None
    dollars, ticks = usage.get("cost"), usage.get("cost_in_usd_ticks")
    if isinstance(dollars, int | float) and not isinstance(dollars, bool) and 0 <= dollars < math.inf:
        return math.ceil(Decimal(str(dollars)) * 1_000_000)
    return None if count_of(ticks) is None else math.ceil(Decimal(str(ticks)) / _TICKS_A_MICROUSD)
