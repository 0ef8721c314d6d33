"""From the parameters asked for to those sent and those dropped. Never silently.

Two sources decide: the table in ``bench.models.capabilities`` (what is known beforehand, by provider and
model name), and the provider itself, when it answers 400 and names a parameter it does not take: that one is
dropped for good and the call sent again. An effort it refuses is replaced by the nearest it says it has. Each
refusal leaves less to refuse, so this ends.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import TypeVar

from bench.errors import Fault, ProviderError
from bench.models.faults import error_object, is_unrouted
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
    refuses_thinking: frozenset[str] = frozenset()
    """What it takes only while it does not think, that is, at the effort ``none``."""
    thinks: bool = True
    """Whether it thinks when no effort is sent."""
    defaults: Params = _NOTHING
    """Sent where nothing was asked for."""
    max_tokens: str = "max_tokens"
    stop: str = "stop"
    seed: str = "seed"
    efforts: tuple[str, ...] = EFFORTS
    """The levels of effort it has; of those it lacks the nearest is sent."""
    effort: Callable[[str], Mapping[str, Json]] = _reasoning_effort
    """How a level stands in a request."""
    told: frozenset[str] = frozenset()
    """Fields for which the provider itself gave the name or the levels: told twice, it is not believed."""


@dataclass(frozen=True, slots=True)
class Wire:
    """Parameters as they go over the wire, and the ``Params`` fields that were asked for but left out."""

    sent: Mapping[str, Json]
    dropped: tuple[str, ...] = ()
    effort: tuple[str, ...] = ()
    """The keys of ``sent`` that carry the effort."""
    level: str = ""
    """The level of effort that was sent, one of ``EFFORTS``."""


def wire(rule: Rule, params: Params) -> Wire:
    """What to send for ``params``. Only what was asked for counts as dropped, a default never does."""
    level = _level(rule, params)
    thinks = level != "none" if level else rule.thinks
    refuses = rule.refuses | rule.refuses_thinking if thinks else rule.refuses
    sent: dict[str, Json] = {}
    dropped: list[str] = []
    effort: tuple[str, ...] = ()
    for name, word in _WORDS.items():
        asked = getattr(params, name)
        value = getattr(rule.defaults, name) if asked in (None, ()) else asked
        if value in (None, ()):
            continue
        words = {} if name in refuses else word(rule, value)
        sent |= words
        if not words and value is asked:
            dropped.append(name)
        if name == "effort":
            effort = tuple(words)
    return Wire(sent, tuple(sorted(dropped)), effort, level)


def _level(rule: Rule, params: Params) -> str:
    asked = params.effort or rule.defaults.effort
    return "" if asked is None or "effort" in rule.refuses else nearest(rule.efforts).get(asked, "")


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

_SPARED = ("seed", "stop", "effort", "temperature")
"""What may be left out to find an upstream at all, the least missed first; a limit of tokens never."""


class Negotiator:
    """Sends with what the model takes and learns what it refuses. Safe to use from several threads."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._lock = threading.Lock()

    def call(self, params: Params, send: Callable[[Mapping[str, Json]], T]) -> tuple[T, Wire]:
        """``send`` what the model takes; again without a parameter, once each, that the provider refuses."""
        while True:
            attempt = self.wire(params)
            try:
                return send(attempt.sent), attempt
            except ProviderError as error:
                if is_unrouted(error):
                    return self._routed(params, send, error=error)
                if not self.learn(params, attempt, error=error):
                    raise

    def wire(self, params: Params) -> Wire:
        """What is sent for ``params``, by what is known now."""
        return wire(self._rule, params)

    def learn(self, params: Params, attempt: Wire, *, error: ProviderError) -> bool:
        """Learn from a refusal, which may come late; whether something else is sent from now on."""
        rule = self._rule
        if wire(rule, params).sent != attempt.sent:
            return True  # others were told in the meantime
        learned = _learned(rule, attempt, error)
        if learned is None or wire(learned, params).sent == attempt.sent:
            return False
        self._learn(rule, learned)
        return True

    def _routed(
        self, params: Params, send: Callable[[Mapping[str, Json]], T], *, error: ProviderError
    ) -> tuple[T, Wire]:
        """Send without the fewest parameters that lead to an upstream; raises ``error`` where none do."""
        rule = self._rule
        asked = [name for name in _SPARED if getattr(params, name) not in (None, ())]
        for count in range(1, len(asked) + 1):
            for left_out in combinations(asked, count):
                learned = replace(rule, refuses=rule.refuses | frozenset(left_out))
                attempt = wire(learned, params)
                try:
                    reply = send(attempt.sent)
                except ProviderError as again:
                    if not is_unrouted(again):
                        raise
                else:
                    self._learn(rule, learned)
                    return reply, attempt
        raise error

    def _learn(self, before: Rule, learned: Rule) -> None:
        with self._lock:
            now = self._rule
            new_levels = tuple(level for level in learned.efforts if level in now.efforts)
            self._rule = replace(
                now,
                refuses=now.refuses | learned.refuses,
                told=now.told | learned.told,
                max_tokens=learned.max_tokens if learned.max_tokens != before.max_tokens else now.max_tokens,
                efforts=learned.efforts if now.efforts == before.efforts else new_levels,
            )


_REFUSAL = re.compile(
    r"unsupported|not supported|does(n't| not) support|not permitted|not allowed|not enabled|deprecated"
    r"|unrecognized|unknown (parameter|field|argument|name)|unexpected keyword|cannot find field"
    r"|may only be set|only the default",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"(supported|allowed|valid|accepted|possible) values|(expected|must be|should be) one of|input should be",
    re.IGNORECASE,
)
_OTHER_LIMIT = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


def _learned(rule: Rule, attempt: Wire, error: ProviderError) -> Rule | None:
    """The rule after a refusal that names a parameter which was sent; None when the error is about else."""
    body = error_object(error.raw_reply) or {}
    message = str(body.get("message", ""))
    key = _named(attempt, str(body.get("param") or "")) or _named(attempt, message)
    field = _field(rule, attempt, key)
    if error.fault is not Fault.INVALID_REQUEST or field is None:
        return None
    coded = body.get("code") in ("unsupported_parameter", "unsupported_value", "unknown_parameter")
    offers = field == "effort" and _OFFER.search(message)
    too_much = field == "max_tokens" and body.get("code") == "unsupported_value"
    if too_much or not (coded or offers or _REFUSAL.search(message)):
        return None
    if field == "max_tokens" and key in _OTHER_LIMIT and field not in rule.told:
        return replace(rule, max_tokens=_OTHER_LIMIT[key], told=rule.told | {field})
    if getattr(rule.defaults, field) not in (None, ()):
        return None
    if field == "effort":
        levels = _levels_left(rule, attempt, _offered(message), quoted=f"'{attempt.level}'" in message)
        if levels:
            return replace(rule, efforts=levels, told=rule.told | {field})
    return replace(rule, refuses=rule.refuses | {field})


def _levels_left(rule: Rule, attempt: Wire, offered: Sequence[str], *, quoted: bool) -> tuple[str, ...]:
    """The levels to try after one was refused: those offered, or all but the one the refusal quotes."""
    levels = offered or (rule.efforts if quoted else ())
    known = rule.efforts if not offered or "effort" in rule.told else EFFORTS
    return tuple(level for level in levels if level in known and level != attempt.level)


def _offered(message: str) -> tuple[str, ...]:
    """The levels of effort that a refusal says it supports."""
    found = _OFFER.search(message)
    listed = message[found.end() :] if found else ""
    return tuple(level for level in EFFORTS if re.search(rf"\b{level}\b", listed))


def _named(attempt: Wire, text: str) -> str:
    """The key of the request that a text names first; a key may be named by what stands inside it."""
    places: dict[int, str] = {}
    for key, value in attempt.sent.items():
        inner = [name for name in value if name != "type"] if isinstance(value, dict) else []
        for name in (key, *inner):
            found = _spelling(name).search(text)
            if found:
                places.setdefault(found.start(), key)
    return places[min(places)] if places else ""


@cache
def _spelling(name: str) -> re.Pattern[str]:
    """A name as providers may spell it: ``reasoningEffort``, "reasoning effort", "thinking" for ``think``."""
    words = re.findall(r"[A-Z]?[a-z0-9]+", name)
    return re.compile(r"(?<![\w-])" + "[ _-]?".join(words) + r"(ing)?(?![\w-])", re.IGNORECASE)


def _field(rule: Rule, attempt: Wire, key: str) -> str | None:
    """The field of ``Params`` that a key of the request stands for."""
    fields = {
        rule.max_tokens: "max_tokens",
        rule.stop: "stop",
        rule.seed: "seed",
        "temperature": "temperature",
    }
    return fields.get(key) or ("effort" if key in attempt.effort else None)
