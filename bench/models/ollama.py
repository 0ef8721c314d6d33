"""Ollama's own API. Its OpenAI endpoint cannot set the context, and cuts what does not fit without a word.

So the room is asked for with every request, and a server new enough to know ``truncate`` and ``shift`` is
told to refuse, or to stop, rather than to forget the beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import httpx

from bench.models.http import Reply, count_of, text_of
from bench.models.params import Rule
from bench.models.wire import Answer, last_message
from bench.types import Json, Mode, Request, Stop, Usage

_STOPS = {"stop": Stop.END, "length": Stop.LENGTH}
_LOADED = ("load", "unload")
"""The model was only brought into memory, or out of it."""
_WHOLE: Mapping[str, Json] = {"truncate": False, "shift": False}
_TOP = ("think",)
"""What does not stand among the options."""

_LEAST_CONTEXT = 8192
_BYTES_A_TOKEN = 2
"""Code has three to four; this is on the safe side."""
_TEMPLATE_TOKENS = 512


class Ollama:
    """``/chat``, and ``/generate`` without a template for raw text."""

    modes = frozenset(Mode)

    def rule(self, rule: Rule, mode: Mode, /) -> Rule:
        return rule if mode is Mode.CHAT else replace(rule, efforts=())

    def path(self, _model: str, mode: Mode, /) -> str:
        return "/chat" if mode is Mode.CHAT else "/generate"

    def body(self, model: str, request: Request, sent: Mapping[str, Json], /) -> dict[str, Json]:
        options: dict[str, Json] = {name: value for name, value in sent.items() if name not in _TOP}
        top = {name: sent[name] for name in _TOP if name in sent}
        options["num_ctx"] = context_tokens(request, sent)
        asked: dict[str, Json] = {"model": model, "stream": False, **_WHOLE, "options": options, **top}
        if request.mode is not Mode.CHAT:
            return {**asked, "prompt": last_message(request), "raw": True}
        messages: list[Json] = [{"role": one.role, "content": one.text} for one in request.messages]
        return {**asked, "messages": messages}

    def read(self, reply: Reply, request: Request, sent: Mapping[str, Json], /) -> Answer:
        text, reasoning = _texts(reply, chat=request.mode is Mode.CHAT)
        return Answer(
            text,
            _stop(reply),
            reasoning=reasoning,
            usage=read_usage(reply),
            served_model=text_of(reply.json.get("model")),
            upstream=text_of(reply.json.get("remote_host")),
            added={"num_ctx": context_tokens(request, sent), **_WHOLE},
        )


def context_tokens(request: Request, sent: Mapping[str, Json]) -> int:
    """Room for the prompt and the longest answer. In powers of two: each new size loads the model again."""
    size = sum(len(message.text.encode()) for message in request.messages)
    longest = sent.get("num_predict")
    answer = longest if isinstance(longest, int) and longest > 0 else 0
    needed = size // _BYTES_A_TOKEN + _TEMPLATE_TOKENS + answer
    return max(_LEAST_CONTEXT, 1 << (needed - 1).bit_length())


def address(told: str) -> str:
    """The URL that ``OLLAMA_HOST`` means: it may lack the scheme or the port, or name where to listen."""
    whole = told if "://" in told else f"http://{'127.0.0.1' if told.startswith(':') else ''}{told}"
    try:
        url = httpx.URL(whole)
    except httpx.InvalidURL:
        return whole  # who checks addresses has the words for it
    if url.host in ("0.0.0.0", "::"):
        url = url.copy_with(host="127.0.0.1")
    if url.host and url.port is None and "://" not in told:
        url = url.copy_with(port=11434)
    return str(url)


def _texts(reply: Reply, *, chat: bool) -> tuple[str, str]:
    """The answer and the thoughts. Raises ProviderError where there is no answer."""
    if not chat:
        if not isinstance(reply.json.get("response"), str):
            raise reply.invalid("the reply holds no response")
        return text_of(reply.json["response"]), ""
    message = reply.json.get("message")
    if not isinstance(message, dict):
        raise reply.invalid("the reply holds no message")
    return text_of(message.get("content")), text_of(message.get("thinking"))


def _stop(reply: Reply) -> Stop:
    reason = text_of(reply.json.get("done_reason"))
    if reply.json.get("done") is not True or reason in _LOADED:
        raise reply.invalid(f"the answer is not finished (done_reason {reason!r})")
    return _STOPS.get(reason, Stop.OTHER)


def read_usage(reply: Reply) -> Usage:
    """Tokens in the normal form; thoughts are inside ``eval_count``, how many is not told."""
    return Usage(
        input_total=count_of(reply.json.get("prompt_eval_count")),
        output_total=count_of(reply.json.get("eval_count")),
    )
