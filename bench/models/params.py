"""What a model takes: from the parameters asked for to those sent and those dropped. Never silently.

Two sources decide: the table below (what is known beforehand, by provider and model name), and the provider
itself, when it answers 400 and names a parameter it does not take: that one is dropped for good and the
call sent again.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from bench.errors import Fault, ProviderError
from bench.models.faults import error_object
from bench.types import Json, Params

T = TypeVar("T")


_NOTHING = Params()


@dataclass(frozen=True, slots=True)
class Rule:
    """What models of one kind take. ``refuses`` holds names of ``Params`` fields."""

    provider: str
    pattern: str = ""
    """A regular expression that the start of the model's name must match."""
    refuses: frozenset[str] = frozenset()
    defaults: Params = _NOTHING
    """Sent where nothing was asked for."""
    max_tokens: str = "max_tokens"
    stop: str = "stop"
    effort: str = "reasoning_effort"


_OPENAI = Rule("openai", max_tokens="max_completion_tokens", refuses=frozenset({"effort"}))
_ANTHROPIC = Rule(
    "anthropic",
    refuses=frozenset({"seed", "effort"}),
    defaults=Params(max_tokens=16384),
    stop="stop_sequences",
    effort="output_config",
)

RULES = (
    replace(_OPENAI, pattern=r"gpt-5[\w.]*-chat"),
    replace(_OPENAI, pattern=r"gpt-([5-9]|\d\d)|o\d", refuses=frozenset({"temperature", "stop"})),
    _OPENAI,
    # Opus from 4.7 on, and everything from 5 on, think adaptively and take no sampling parameters.
    replace(
        _ANTHROPIC,
        pattern=r"claude-(opus-4-([7-9]|\d\d)(?!\d)|[a-z]+-([5-9]|\d\d)(?!\d))",
        refuses=frozenset({"temperature", "seed"}),
    ),
    _ANTHROPIC,
    # llama.cpp's own default is to sample at 0.8: a local model is asked greedily unless told otherwise.
    Rule("llamacpp", refuses=frozenset({"effort"}), defaults=Params(temperature=0.0)),
    Rule("openai-compatible"),
)
"""The first rule that fits counts; a name without a pattern of its own falls to the provider's last rule."""


@dataclass(frozen=True, slots=True)
class Wire:
    """Parameters as they go over the wire, and the ``Params`` fields that were asked for but left out."""

    sent: Mapping[str, Json]
    dropped: tuple[str, ...] = ()


def rule_for(provider: str, model: str) -> Rule:
    """The rule for a model; a provider that is not in the table takes everything, in OpenAI's words."""
    fitting = (rule for rule in RULES if rule.provider == provider and re.match(rule.pattern, model))
    return next(fitting, Rule(provider))


def wire(rule: Rule, params: Params) -> Wire:
    """What to send for ``params``. Only what was asked for counts as dropped, a default never does."""
    asked = {
        name for name in ("max_tokens", "temperature", "seed", "effort") if getattr(params, name) is not None
    }
    asked |= {"stop"} if params.stop else set()
    chosen = {name: getattr(params if name in asked else rule.defaults, name) for name in _WORDS}
    sent: dict[str, Json] = {}
    for name, value in chosen.items():
        if name not in rule.refuses and value is not None and value != ():
            sent |= _WORDS[name](rule, value)
    return Wire(sent, tuple(sorted(asked & rule.refuses)))


def _effort(rule: Rule, value: Json) -> dict[str, Json]:
    if rule.effort == "output_config":
        return {"output_config": {"effort": value}, "thinking": {"type": "adaptive"}}
    return {rule.effort: value}


_WORDS: Mapping[str, Callable[[Rule, Json], dict[str, Json]]] = {
    "max_tokens": lambda rule, value: {rule.max_tokens: value},
    "temperature": lambda _, value: {"temperature": value},
    "seed": lambda _, value: {"seed": value},
    "effort": _effort,
    "stop": lambda rule, value: {rule.stop: list(value) if isinstance(value, tuple) else value},
}


class Negotiator:
    """Sends with what the model takes and learns what it refuses. Safe to use from several threads."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._lock = threading.Lock()

    def call(self, params: Params, send: Callable[[Mapping[str, Json]], T]) -> tuple[T, Wire]:
        """``send`` what the model takes; again without a parameter, once each, that the provider refuses."""
        while True:
            rule = self._rule
            attempt = wire(rule, params)
            try:
                return send(attempt.sent), attempt
            except ProviderError as error:
                learned = _learned(rule, attempt, error)
                if learned is None:
                    raise
            self._learn(rule, learned)

    def _learn(self, before: Rule, learned: Rule) -> None:
        with self._lock:
            renamed = learned.max_tokens if learned.max_tokens != before.max_tokens else self._rule.max_tokens
            self._rule = replace(self._rule, refuses=self._rule.refuses | learned.refuses, max_tokens=renamed)


_REFUSAL = re.compile(
    r"unsupported|not supported|does(n't| not) support|not permitted|not allowed|deprecated|unrecognized"
    r"|unknown (parameter|field|argument)|unexpected keyword",
    re.IGNORECASE,
)


def _learned(rule: Rule, attempt: Wire, error: ProviderError) -> Rule | None:
    """The rule after a refusal that names a parameter which was sent; None when the error is about else."""
    body = error_object(error.raw_reply) or {}
    message = str(body.get("message", ""))
    coded = body.get("code") in ("unsupported_parameter", "unsupported_value")
    if error.fault is not Fault.INVALID_REQUEST or not (coded or _REFUSAL.search(message)):
        return None
    named = body.get("param") or next((key for key in attempt.sent if _names(message, key)), "")
    key = str(named).split(".")[0]
    if key == "max_tokens" and "max_completion_tokens" in message and key in attempt.sent:
        return replace(rule, max_tokens="max_completion_tokens")
    field = _field(rule, key)
    if key not in attempt.sent or field is None or getattr(rule.defaults, field) is not None:
        return None
    return replace(rule, refuses=rule.refuses | {field})


def _names(message: str, key: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", message) is not None


def _field(rule: Rule, key: str) -> str | None:
    fields = {
        rule.max_tokens: "max_tokens",
        rule.stop: "stop",
        rule.effort: "effort",
        "thinking": "effort",
        "temperature": "temperature",
        "seed": "seed",
    }
    return fields.get(key)
