"""Google's generateContent: an answer in parts, some of them thoughts, that a filter may take away."""

from __future__ import annotations

from collections.abc import Mapping

from bench.errors import Fault, ProviderError
from bench.models.http import Reply, count_of, text_of
from bench.models.params import Rule
from bench.models.wire import Answer, system_apart
from bench.types import Json, Mode, Request, Stop, Usage

_STOPS = {
    "STOP": Stop.END,
    "MAX_TOKENS": Stop.LENGTH,
    # As much as it writes in one request; more would have to be asked for.
    "CONTINUATION": Stop.LENGTH,
    # No tool was offered: calling one is the model's own mistake.
    "MALFORMED_FUNCTION_CALL": Stop.OTHER,
    "UNEXPECTED_TOOL_CALL": Stop.OTHER,
    "TOO_MANY_TOOL_CALLS": Stop.OTHER,
}
_FILTERS = (
    "SAFETY",
    "RECITATION",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "ESCALATION",
    "MODEL_ARMOR",
)
_FAILED = {**dict.fromkeys(_FILTERS, Fault.FILTERED), "PUP_LIMITED_DISABLED": Fault.AUTH}
"""Finish reasons that are the provider's doing. All others are, too, whatever OTHER means: asked again."""


class GenerateContent:
    """``/models/NAME:generateContent``; parameters stand in ``generationConfig``."""

    modes = frozenset({Mode.CHAT})

    def rule(self, rule: Rule, _: Mode, /) -> Rule:
        return rule

    def path(self, model: str, _mode: Mode, /) -> str:
        resource = model if "/" in model else f"models/{model}"
        return f"/{resource}:generateContent"

    def body(self, _model: str, request: Request, sent: Mapping[str, Json], /) -> dict[str, Json]:
        system, turns = system_apart(request)
        contents: list[Json] = [
            {"role": "model" if role == "assistant" else role, "parts": _parts(text)} for role, text in turns
        ]
        body: dict[str, Json] = {"contents": contents}
        if system:
            body["systemInstruction"] = {"parts": _parts(system)}
        if sent:
            body["generationConfig"] = dict(sent)
        return body

    def read(self, reply: Reply, _request: Request, _sent: Mapping[str, Json], /) -> Answer:
        candidate = _candidate(reply)
        stop = _stop(reply, candidate)
        text, thoughts = _texts(candidate)
        return Answer(
            text,
            stop,
            reasoning=thoughts,
            usage=read_usage(reply.json.get("usageMetadata")),
            served_model=text_of(reply.json.get("modelVersion")),
            reply_id=text_of(reply.json.get("responseId")),
        )


def _parts(text: str) -> list[Json]:
    return [{"text": text}]


def _candidate(reply: Reply) -> dict[str, Json]:
    """The one answer. Raises ProviderError where there is none: a blocked prompt gets none."""
    feedback = reply.json.get("promptFeedback")
    blocked = text_of(feedback.get("blockReason")) if isinstance(feedback, dict) else ""
    if blocked:
        raise ProviderError(
            Fault.FILTERED, f"the provider blocked the prompt: {blocked}", raw_reply=reply.raw
        )
    candidates = reply.json.get("candidates")
    candidate = candidates[0] if isinstance(candidates, list) and candidates else None
    if not isinstance(candidate, dict):
        raise reply.invalid("the reply holds no candidate")
    return candidate


def _stop(reply: Reply, candidate: Mapping[str, Json]) -> Stop:
    """Why it ended. Raises ProviderError where what stands there is no whole answer of the model's."""
    finish = text_of(candidate.get("finishReason"))
    if finish in _STOPS:
        return _STOPS[finish]
    told = " ".join(part for part in (finish, text_of(candidate.get("finishMessage"))) if part)
    message = f"the provider ended the answer: {told or 'no finish reason'}"
    raise ProviderError(_FAILED.get(finish, Fault.INVALID_REPLY), message, raw_reply=reply.raw)


def _texts(candidate: Mapping[str, Json]) -> tuple[str, str]:
    """The answer and the thoughts; there are no parts where thinking took all tokens."""
    content = candidate.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    texts = {True: "", False: ""}
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            texts[part.get("thought") is True] += text_of(part.get("text"))
    return texts[False], texts[True]


def read_usage(usage: Json) -> Usage | None:
    """Tokens in the normal form: thoughts stand beside the candidates here, cached ones inside the prompt."""
    if not isinstance(usage, dict):
        return None
    prompt, tools, cached, written, thoughts = (
        count_of(usage.get(f"{name}TokenCount"))
        for name in ("prompt", "toolUsePrompt", "cachedContent", "candidates", "thoughts")
    )
    return Usage(
        input_total=None if prompt is None else prompt + (tools or 0),
        input_cached=cached,
        output_total=None if written is thoughts is None else (written or 0) + (thoughts or 0),
        reasoning=thoughts,
    )
