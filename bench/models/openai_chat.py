"""Chat Completions: OpenAI itself, and every server that speaks the same (vLLM, llama.cpp, Ollama, ...).

Raw completions (``/completions``) for base models are here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bench.errors import Fault, ProviderError
from bench.models.http import Reply, count_of, text_of
from bench.models.params import Rule
from bench.models.wire import Answer, last_message
from bench.types import Json, Mode, Request, Stop, Usage

_STOPS = {"stop": Stop.END, "length": Stop.LENGTH}
_FAILED = {
    "content_filter": Fault.FILTERED,
    "insufficient_system_resource": Fault.SERVER,
    "error": Fault.SERVER,
}
"""Finish reasons that are the provider's failing: no answer of the model stands there to be judged."""


class ChatCompletions:
    """``/chat/completions``, and ``/completions`` for raw text."""

    modes = frozenset(Mode)

    def rule(self, rule: Rule, mode: Mode, /) -> Rule:
        # The older endpoint knows no newer name for the limit.
        return rule if mode is Mode.CHAT else replace(rule, max_tokens="max_tokens")

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
            reply_id=text_of(reply.json.get("id")),
        )


def _read_choice(reply: Reply, *, chat: bool) -> tuple[str, str, Stop]:
    """Text, reasoning and stop of the first choice. Raises ProviderError where there is no answer."""
    choices = reply.json.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict):
        raise reply.invalid("the reply holds no choice")
    finish = text_of(choice.get("finish_reason"))
    if finish in _FAILED:
        ended = f"the provider ended the answer: {finish}"
        raise ProviderError(_FAILED[finish], ended, raw_reply=reply.raw)
    stop = _STOPS.get(finish, Stop.OTHER)
    if not chat:
        if not isinstance(choice.get("text"), str):
            raise reply.invalid("the choice holds no text")
        return text_of(choice["text"]), "", stop
    message = choice.get("message")
    if not isinstance(message, dict):
        raise reply.invalid("the choice holds no message")
    reasoning = text_of(message.get("reasoning_content")) or text_of(message.get("reasoning"))
    refusal = text_of(message.get("refusal"))
    if refusal:
        return refusal, reasoning, Stop.REFUSAL
    return _joined(message.get("content")), reasoning, stop


def _joined(content: Json) -> str:
    """The text of a message's content: a string, or a list of parts of which some are text."""
    if isinstance(content, list):
        return "".join(text_of(part.get("text")) for part in content if isinstance(part, dict))
    return text_of(content)


def read_usage(usage: Json) -> Usage | None:
    """Tokens in the normal form; reasoning is inside ``completion_tokens`` here."""
    if not isinstance(usage, dict):
        return None
    inputs, outputs = usage.get("prompt_tokens_details"), usage.get("completion_tokens_details")
    inputs = inputs if isinstance(inputs, dict) else {}
    outputs = outputs if isinstance(outputs, dict) else {}
    cached = count_of(inputs.get("cached_tokens"))
    return Usage(
        input_total=count_of(usage.get("prompt_tokens")),
        input_cached=count_of(usage.get("prompt_cache_hit_tokens")) if cached is None else cached,
        input_cache_write=count_of(inputs.get("cache_write_tokens")),
        output_total=count_of(usage.get("completion_tokens")),
        reasoning=count_of(outputs.get("reasoning_tokens")),
    )
