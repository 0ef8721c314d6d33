"""Chat Completions: OpenAI itself, and every server that speaks the same (vLLM, llama.cpp, Ollama, ...).

Raw completions (``/completions``) for base models are here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bench.errors import Fault, ProviderError
from bench.models import capabilities, params, prices
from bench.models.faults import EmptyReply
from bench.models.http import Client, Reply, count_of, text_of
from bench.types import Completion, Form, Json, Mode, Request, Stop, Usage

_STOPS = {"stop": Stop.END, "length": Stop.LENGTH}
_FAILED = {
    "content_filter": Fault.FILTERED,
    "insufficient_system_resource": Fault.SERVER,
    "error": Fault.SERVER,
}
"""Finish reasons that are the provider's failing: no answer of the model stands there to be judged."""


class OpenAIChat:
    """One model behind a Chat Completions endpoint.

    ``provider`` decides about parameters and prices; ``served_by`` is what the records call it, where that
    is more. ``extra`` goes into every request body as it is.
    """

    def __init__(
        self,
        name: str,
        *,
        model: str,
        client: Client,
        provider: str,
        served_by: str = "",
        extra: Mapping[str, Json] | None = None,
    ) -> None:
        self.name = name
        self._model = model
        self._client = client
        self._provider = provider
        self._served_by = served_by or provider
        self._extra = dict(extra or {})
        rule = capabilities.rule_for(provider, model)
        self._chat = params.Negotiator(rule)
        # The older endpoint knows no newer name for the limit.
        self._complete = params.Negotiator(replace(rule, max_tokens="max_tokens"))

    def generate(self, request: Request, /) -> Completion:
        """One answer; raises ProviderError for anything that is none."""
        chat = request.mode is Mode.CHAT
        path = "/chat/completions" if chat else "/completions"
        asked: dict[str, Json] = {"messages": _messages(request)} if chat else {"prompt": _prompt(request)}
        negotiator = self._chat if chat else self._complete

        def send(sent: Mapping[str, Json]) -> Reply:
            return self._client.post(path, {"model": self._model, **asked, **sent, **self._extra})

        reply, wire = negotiator.call(request.params, send)
        text, reasoning, stop = _read_choice(reply, chat=chat)
        usage = read_usage(reply.json.get("usage"))
        served = text_of(reply.json.get("model"))
        completion = Completion(
            text,
            form=Form.REPLY if chat else Form.CONTINUATION,
            stop=stop,
            reasoning=reasoning,
            usage=usage,
            cost_microusd=prices.first_cost(self._provider, (served, self._model), usage),
            served_model=served,
            provider=text_of(reply.json.get("provider")) or self._served_by,
            request_id=reply.request_id or text_of(reply.json.get("id")),
            sent={**wire.sent, **self._extra},
            dropped=wire.dropped,
            raw_request=reply.raw_request,
            raw_reply=reply.raw,
            timing=reply.timing,
            allowances=reply.allowances,
        )
        if chat and not text.strip() and stop in (Stop.END, Stop.OTHER):
            raise EmptyReply(completion)
        return completion


def _messages(request: Request) -> list[Json]:
    return [{"role": message.role, "content": message.text} for message in request.messages]


def _prompt(request: Request) -> str:
    if len(request.messages) != 1:
        raise ProviderError(Fault.INVALID_REQUEST, "a raw completion takes one message")
    return request.messages[0].text


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
