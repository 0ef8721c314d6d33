"""From the parameters asked for to those sent and those dropped. Never silently.

Two sources decide: the table in ``bench.models.capabilities`` (what is known beforehand, by provider and
model name), and the provider itself, when it answers 400 and names a parameter it does not take: that one is
dropped for good and the call sent again. An effort it refuses is replaced by the nearest it says it has.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bench.errors import Fault, ProviderError
from bench.models.faults import error_object
from bench.types import EFFORTS, Json, Params

T = TypeVar("T")

_NOTHING = Params()


def nearest(levels: Sequence[str]) -> dict[str, str]:
    """For each level of effort the nearest of those a vendor has; of two equally near the higher."""
    has = [level for level in EFFORTS if level in levels]
    place = EFFORTS.index
    return {
        level: min(has, key=lambda one: (abs(place(one) - place(level)), -place(one)))
        for level in EFFORTS
        if has
    }


def _reasoning_effort(word: str) -> dict[str, Json]:
    return {"reasoning_effort": word}


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
    seed: str = "seed"
    efforts: tuple[str, ...] = EFFORTS
    """The levels of effort it has; of those it lacks the nearest is sent."""
    effort: Callable[[str], Mapping[str, Json]] = _reasoning_effort
    """How a level stands in a request."""


@dataclass(frozen=True, slots=True)
class Wire:
    """Parameters as they go over the wire, and the ``Params`` fields that were asked for but left out."""

    sent: Mapping[str, Json]
    dropped: tuple[str, ...] = ()
    effort: tuple[str, ...] = ()
    """The keys of ``sent`` that carry the effort."""


def wire(rule: Rule, params: Params) -> Wire:
    """What to send for ``params``. Only what was asked for counts as dropped, a default never does."""
    sent: dict[str, Json] = {}
    dropped: list[str] = []
    effort: tuple[str, ...] = ()
    for name, word in _WORDS.items():
        asked = getattr(params, name)
        value = getattr(rule.defaults, name) if asked in (None, ()) else asked
        if value in (None, ()):
            continue
        words = {} if name in rule.refuses else word(rule, value)
        sent |= words
        if not words and value is asked:
            dropped.append(name)
        if name == "effort":
            effort = tuple(words)
    return Wire(sent, tuple(sorted(dropped)), effort)


def _effort(rule: Rule, value: Json) -> Mapping[str, Json]:
    word = nearest(rule.efforts).get(str(value))
    return rule.effort(word) if word else {}


_WORDS: Mapping[str, Callable[[Rule, Json], Mapping[str, Json]]] = {
    "max_tokens": lambda rule, value: {rule.max_tokens: value},
    "temperature": lambda _, value: {"temperature": value},
    "seed": lambda rule, value: {rule.seed: value},
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
            now = self._rule
            self._rule = replace(
                now,
                refuses=now.refuses | learned.refuses,
                max_tokens=learned.max_tokens if learned.max_tokens != before.max_tokens else now.max_tokens,
                efforts=learned.efforts if learned.efforts != before.efforts else now.efforts,
            )


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
    field = _field(rule, attempt, key)
    if key not in attempt.sent or field is None or getattr(rule.defaults, field) is not None:
        return None
    if field == "effort":
        offered = _offered(message)
        if offered and set(offered) < set(rule.efforts):
            return replace(rule, efforts=offered)
    return replace(rule, refuses=rule.refuses | {field})


def _offered(message: str) -> tuple[str, ...]:
    """The levels of effort that a refusal says it supports."""
    _, found, listed = message.lower().partition("supported values")
    return tuple(level for level in EFFORTS if found and re.search(rf"\b{level}\b", listed))


def _names(message: str, key: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(key)}(?![\w-])", message) is not None


def _field(rule: Rule, attempt: Wire, key: str) -> str | None:
    """The field of ``Params`` that a key of the request stands for."""
    fields = {
        rule.max_tokens: "max_tokens",
        rule.stop: "stop",
        rule.seed: "seed",
        "temperature": "temperature",
    }
    return fields.get(key) or ("effort" if key in attempt.effort else None)
