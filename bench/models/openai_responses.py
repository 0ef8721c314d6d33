"""OpenAI's Responses API: a reply is a list of items, of which some are the answer and some the thinking."""

from __future__ import annotations

from collections.abc import Mapping

from bench.errors import Fault, ProviderError
from bench.models.http import Reply, count_of, text_of
from bench.models.openai_chat import read_cost
from bench.models.params import Rule
from bench.models.wire import Answer
from bench.types import Json, Mode, Request, Stop, Usage

_LIMIT = "max_output_tokens"


class Responses:
    """``/responses``. Nothing is kept with the provider between calls."""

    modes = frozenset({Mode.CHAT})

    def rule(self, rule: Rule, _: Mode, /) -> Rule:
        return rule

    def path(self, _model: str, _mode: Mode, /) -> str:
        return "/responses"

    def body(self, model: str, request: Request, sent: Mapping[str, Json], /) -> dict[str, Json]:
        messages: list[Json] = [{"role": one.role, "content": one.text} for one in request.messages]
        return {"model": model, "input": messages, "store": False, **sent}

    def read(self, reply: Reply, _request: Request, sent: Mapping[str, Json], /) -> Answer:
        usage = read_usage(reply.json.get("usage"))
        stop = _read_stop(reply, usage, sent.get(_LIMIT))
        text, refusal, reasoning = _read_output(reply)
        return Answer(
            refusal or text,
            Stop.REFUSAL if refusal else stop,
            reasoning=reasoning,
            usage=usage,
            served_model=text_of(reply.json.get("model")),
            cost_microusd=read_cost(reply.json.get("usage")),
            reply_id=text_of(reply.json.get("id")),
        )


def _read_stop(reply: Reply, usage: Usage | None, limit: Json) -> Stop:
    """Why it ended. Raises ProviderError where no answer of the model's stands there."""
    status = text_of(reply.json.get("status"))
    if status == "incomplete":
        details = reply.json.get("incomplete_details")
        reason = text_of(details.get("reason")) if isinstance(details, dict) else ""
        if reason == "content_filter":
            raise ProviderError(Fault.FILTERED, "the provider's filter cut the answer", raw_reply=reply.raw)
        return Stop.LENGTH if reason == "max_output_tokens" else Stop.OTHER
    if status != "completed":
        ended = f"the response ended as {status or 'nothing'}, not completed"
        raise ProviderError(Fault.SERVER, ended, raw_reply=reply.raw)
    # Some servers call an answer completed that was cut at the limit.
    used = usage.output_total if usage else None
    cut = isinstance(limit, int) and used is not None and used >= limit
    return Stop.LENGTH if cut else Stop.END


def _read_output(reply: Reply) -> tuple[str, str, str]:
    """Text, refusal and reasoning. Remarks on the way to a final answer count as reasoning."""
    output = reply.json.get("output")
    if not isinstance(output, list):
        raise reply.invalid("the reply holds no output")
    items = [item for item in output if isinstance(item, dict)]
    messages = [item for item in items if item.get("type") == "message"]
    final = [item for item in messages if item.get("phase") != "commentary"]
    thoughts = [item for item in items if item.get("type") == "reasoning"]
    remarks = [item for item in messages if item not in final]
    reasoning = [
        *(part for item in thoughts for part in _texts(item, "summary", "text")),
        *("".join(_texts(item, "content", "text")) for item in thoughts if not item.get("summary")),
        *("".join(_texts(item, "content", "text")) for item in remarks),
    ]
    text = "".join(part for item in final for part in _texts(item, "content", "text"))
    refusal = "".join(part for item in final for part in _texts(item, "content", "refusal"))
    return text, refusal, "\n\n".join(part for part in reasoning if part)


def _texts(item: Mapping[str, Json], parts: str, name: str) -> list[str]:
    """One text of each part of an item."""
    found = item.get(parts)
    there = found if isinstance(found, list) else []
    return [text_of(part.get(name)) for part in there if isinstance(part, dict)]


def read_usage(usage: Json) -> Usage | None:
    """Tokens in the normal form: cached ones are inside the input, reasoning inside the output."""
    if not isinstance(usage, dict):
        return None
    inputs, outputs = usage.get("input_tokens_details"), usage.get("output_tokens_details")
    inputs = inputs if isinstance(inputs, dict) else {}
    outputs = outputs if isinstance(outputs, dict) else {}
    return Usage(
        input_total=count_of(usage.get("input_tokens")),
        input_cached=count_of(inputs.get("cached_tokens")),
        input_cache_write=count_of(inputs.get("cache_write_tokens")),
        output_total=count_of(usage.get("output_tokens")),
        reasoning=count_of(outputs.get("reasoning_tokens")),
    )
