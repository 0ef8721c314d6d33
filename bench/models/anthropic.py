"""Anthropic's Messages API, over plain HTTP at the version that is served longest (2023-06-01)."""

from __future__ import annotations

from collections.abc import Mapping

from bench.errors import Fault, ProviderError
from bench.models import capabilities, params, prices
from bench.models.faults import EmptyReply
from bench.models.http import Client, Reply, count_of, text_of
from bench.types import Completion, Json, Mode, Request, Stop, Usage

VERSION = "2023-06-01"

_STOPS = {
    "end_turn": Stop.END,
    "stop_sequence": Stop.END,
    "max_tokens": Stop.LENGTH,
    "refusal": Stop.REFUSAL,
}


class Anthropic:
    """One model behind the Messages API."""

    def __init__(self, name: str, *, model: str, client: Client, provider: str) -> None:
        self.name = name
        self._model = model
        self._client = client
        self._provider = provider
        self._params = params.Negotiator(capabilities.rule_for(provider, model))

    def generate(self, request: Request, /) -> Completion:
        """One answer; raises ProviderError for anything that is none."""
        if request.mode is not Mode.CHAT:
            raise ProviderError(Fault.INVALID_REQUEST, f"{self.name} has no raw completions, only chat")
        asked = _asked(request)

        def send(sent: Mapping[str, Json]) -> Reply:
            return self._client.post("/messages", {"model": self._model, **asked, **sent})

        reply, wire = self._params.call(request.params, send)
        text, reasoning, stop = _read_message(reply)
        usage = read_usage(reply.json.get("usage"))
        served = text_of(reply.json.get("model"))
        completion = Completion(
            text,
            stop=stop,
            reasoning=reasoning,
            usage=usage,
            cost_microusd=prices.first_cost(self._provider, (served, self._model), usage),
            served_model=served,
            provider=self._provider,
            request_id=reply.request_id or text_of(reply.json.get("id")),
            sent=wire.sent,
            dropped=wire.dropped,
            raw_request=reply.raw_request,
            raw_reply=reply.raw,
            timing=reply.timing,
            allowances=reply.allowances,
        )
        if not text.strip() and stop in (Stop.END, Stop.OTHER):
            raise EmptyReply(completion)
        return completion


def _asked(request: Request) -> dict[str, Json]:
    """System messages stand apart from the turns here."""
    system = "\n\n".join(message.text for message in request.messages if message.role == "system")
    turns: list[Json] = [
        {"role": message.role, "content": message.text}
        for message in request.messages
        if message.role != "system"
    ]
    return {"messages": turns, "system": system} if system else {"messages": turns}


def _read_message(reply: Reply) -> tuple[str, str, Stop]:
    """Text, reasoning and stop. Raises ProviderError where there is no answer."""
    content = reply.json.get("content")
    if not isinstance(content, list):
        raise reply.invalid("the reply holds no content")
    reason = text_of(reply.json.get("stop_reason"))
    if reason == "model_context_window_exceeded":
        raise ProviderError(
            Fault.CONTEXT_OVERFLOW, "the answer ran into the end of the context window", raw_reply=reply.raw
        )
    blocks = [block for block in content if isinstance(block, dict)]
    text = "".join(text_of(block.get("text")) for block in blocks if block.get("type") == "text")
    reasoning = "".join(text_of(block.get("thinking")) for block in blocks if block.get("type") == "thinking")
    stop = _STOPS.get(reason, Stop.OTHER)
    return text or (_explanation(reply) if stop is Stop.REFUSAL else ""), reasoning, stop


def _explanation(reply: Reply) -> str:
    details = reply.json.get("stop_details")
    return text_of(details.get("explanation")) if isinstance(details, dict) else ""


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
