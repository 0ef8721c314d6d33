"""One model behind a wire format: what is sent, what is taken, and the normal form of what came back.

A ``Format`` is pure: it says how a request and a reply look. ``WireModel`` does the rest, the same for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bench.errors import Fault, ProviderError
from bench.models import capabilities
from bench.models.faults import EmptyReply
from bench.models.http import Client, Reply
from bench.models.params import Negotiator, Rule, Wire, wire
from bench.models.prices import PriceList, built_in
from bench.protocols import Batches, Pacing
from bench.types import Completion, Form, Json, Mode, Request, Stop, Usage


@dataclass(frozen=True, slots=True)
class Answer:
    """What a format reads from a reply. An answer without text is one only if it was cut off or refused."""

    text: str
    stop: Stop
    reasoning: str = ""
    usage: Usage | None = None
    served_model: str = ""
    upstream: str = ""
    """Who served it, where the provider passes requests on."""
    cost_microusd: int | None = None
    """What the provider itself says it charged."""
    reply_id: str = ""
    added: Mapping[str, Json] = field(default_factory=dict)
    """What the format sent beside the parameters, where it bears on the answer."""


class Format(Protocol):
    """How requests and replies look on the wire. Pure, and without state."""

    modes: frozenset[Mode]

    def rule(self, rule: Rule, mode: Mode, /) -> Rule:
        """The model's rule in that mode: an older endpoint may have other names for the same thing."""
        ...

    def path(self, model: str, mode: Mode, /) -> str:
        """What stands behind the address; begins with a slash."""
        ...

    def body(self, model: str, request: Request, sent: Mapping[str, Json], /) -> dict[str, Json]:
        """The whole body. ``sent`` holds the parameters under the names that the rule gives them."""
        ...

    def read(self, reply: Reply, request: Request, sent: Mapping[str, Json], /) -> Answer:
        """Raises ProviderError, with the raw reply, where there is no answer of the model's."""
        ...


class WireModel:
    """A model that is asked over HTTP.

    ``provider`` decides about parameters and prices; ``served_by`` is what the records call it, where that is
    more. ``extra`` goes into every request body as it is.
    """

    def __init__(
        self,
        name: str,
        *,
        model: str,
        client: Client,
        format: Format,
        provider: str,
        served_by: str = "",
        extra: Mapping[str, Json] | None = None,
        prices: PriceList | None = None,
        pacing: Pacing | None = None,
    ) -> None:
        self.name = name
        self.model = model
        self.client = client
        self.provider = provider
        self.pacing = pacing or Pacing()
        self._format = format
        self._served_by = served_by or provider
        self._extra = dict(extra or {})
        self.batches: Batches | None = None
        self._prices = prices or built_in()
        rule = capabilities.rule_for(provider, model)
        self._rules = {mode: format.rule(rule, mode) for mode in format.modes}
        self._negotiators = {mode: Negotiator(rule) for mode, rule in self._rules.items()}

    def generate(self, request: Request, /) -> Completion:
        """One answer; raises ProviderError for anything that is none."""

        def send(sent: Mapping[str, Json]) -> Reply:
            return self.client.post(self.path(request), self.body(request, sent))

        reply, wire = self.negotiator(request).call(request.params, send)
        return self.completion(reply, request, wire)

    def negotiator(self, request: Request) -> Negotiator:
        """What is known by now of what the model takes. Raises ProviderError for a mode it does not have."""
        if request.mode not in self._negotiators:
            raise ProviderError(Fault.INVALID_REQUEST, f"{self.name} has no mode {request.mode.value!r}")
        return self._negotiators[request.mode]

    def identity(self, request: Request, /) -> Mapping[str, Json]:
        """Where it is asked and with what, before anything is learned: that may come sooner or later."""
        self.negotiator(request)
        sent = wire(self._rules[request.mode], request.params).sent
        address = self.client.base_url + self.path(request)
        return {"address": address, "body": self.body(request, sent)}

    def path(self, request: Request) -> str:
        return self._format.path(self.model, request.mode)

    def body(self, request: Request, sent: Mapping[str, Json]) -> dict[str, Json]:
        return {**self._format.body(self.model, request, sent), **self._extra}

    def completion(self, reply: Reply, request: Request, wire: Wire, *, batch: bool = False) -> Completion:
        """The normal form of a reply. Raises ProviderError (EmptyReply too) where there is no answer."""
        answer = self._format.read(reply, request, wire.sent)
        chat = request.mode is Mode.CHAT
        cost = answer.cost_microusd
        if cost is None:
            names = _priced_names(self.model, answer.served_model)
            cost = self._prices.first_cost(
                self.provider, names, answer.usage, at=reply.timing.asked_at, batch=batch
            )
        completion = Completion(
            answer.text,
            form=Form.REPLY if chat else Form.CONTINUATION,
            stop=answer.stop,
            reasoning=answer.reasoning,
            usage=answer.usage,
            cost_microusd=cost,
            served_model=answer.served_model,
            provider=answer.upstream or self._served_by,
            request_id=reply.request_id or answer.reply_id,
            sent={**wire.sent, **answer.added, **self._extra},
            dropped=wire.dropped,
            raw_request=reply.raw_request,
            raw_reply=reply.raw,
            timing=reply.timing,
            allowances=reply.allowances,
        )
        if chat and not answer.text.strip() and answer.stop in (Stop.END, Stop.OTHER):
            raise EmptyReply(completion)
        return completion


def _priced_names(asked: str, served: str) -> tuple[str, ...]:
    """The names to look for a price under. What another model served is never billed as the one asked for."""
    return (served, asked) if served.startswith(asked) or not served else (served,)


def last_message(request: Request) -> str:
    """The text of a raw completion's single message. Raises ProviderError for more than one."""
    if len(request.messages) != 1:
        raise ProviderError(Fault.INVALID_REQUEST, "a raw completion takes one message")
    return request.messages[0].text


def system_apart(request: Request) -> tuple[str, list[tuple[str, str]]]:
    """The system text, and the other messages as (role, text): some formats keep the two apart."""
    system = "\n\n".join(message.text for message in request.messages if message.role == "system")
    turns = [(message.role, message.text) for message in request.messages if message.role != "system"]
    return system, turns
