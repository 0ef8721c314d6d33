"""What the batches of all vendors share: requests and replies are those of the model's own wire format."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

from bench.errors import Fault, ProviderError
from bench.models import faults
from bench.models.faults import EmptyReply
from bench.models.http import Client, Reply
from bench.models.params import Wire
from bench.models.wire import WireModel
from bench.protocols import BatchLine, BatchStatus, Found, Prepared
from bench.types import Completion, Json, Request, Timing

CLOCKS_S = 600.0
"""How far the provider's clock may be from ours, where batches are told apart by their time."""


class Service(Protocol):
    """One vendor's batch API: how a request stands in it, and what is sent and read. Without state."""

    most_requests: int
    most_bytes: int

    def line(self, custom_id: str, path: str, body: Mapping[str, Json], /) -> dict[str, Json]: ...

    def submit(
        self, client: Client, model: str, token: str, lines: Sequence[Mapping[str, Json]], /
    ) -> str: ...

    def find(
        self, client: Client, token: str, count: int, since: float, known: Collection[str], /
    ) -> Found: ...

    def status(self, client: Client, batch: str, /) -> BatchStatus: ...

    def results(self, client: Client, batch: str, /) -> Iterator[BatchLine]: ...


class WireBatches:
    """The batches of a model that is asked over HTTP."""

    def __init__(self, model: WireModel, service: Service) -> None:
        self.most_requests = service.most_requests
        self.most_bytes = service.most_bytes
        self._model = model
        self._service = service

    def prepare(self, custom_id: str, request: Request, /) -> Prepared:
        wire = self._model.negotiator(request).wire(request.params)
        body = self._model.body(request, wire.sent)
        return Prepared(self._service.line(custom_id, self._model.path(request), body), asdict(wire))

    def submit(self, token: str, lines: Sequence[Mapping[str, Json]], /) -> str:
        return self._service.submit(self._model.client, self._model.model, token, lines)

    def find(self, token: str, count: int, since: float, known: Collection[str], /) -> Found:
        return self._service.find(self._model.client, token, count, since, known)

    def status(self, batch: str, /) -> BatchStatus:
        return self._service.status(self._model.client, batch)

    def results(self, batch: str, /) -> Iterator[BatchLine]:
        return self._service.results(self._model.client, batch)

    def completion(self, line: BatchLine, request: Request, wire: Mapping[str, Json], /) -> Completion:
        if line.error is not None:
            raise line.error
        if line.body is None:
            raise ProviderError(Fault.INVALID_REPLY, "the batch's line holds no reply", raw_reply=line.raw)
        sent = _wire(wire)
        asked = json.dumps(self._model.body(request, sent.sent))
        reply = Reply(line.body, raw=line.raw, raw_request=asked, request_id=line.request_id, timing=Timing())
        try:
            completion = self._model.completion(reply, request, sent, batch=True)
        except EmptyReply as error:
            raise EmptyReply(replace(error.completion, timing=None)) from None
        return replace(completion, timing=None)

    def learn(self, request: Request, wire: Mapping[str, Json], error: ProviderError, /) -> bool:
        return self._model.negotiator(request).learn(request.params, _wire(wire), error=error)


def parsed(raw: str) -> dict[str, Json]:
    """A line of results as an object; an unreadable one is empty."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def refusal(status: int, body: Mapping[str, Json]) -> ProviderError:
    """The error that one request of a batch ended with, as if it had been asked alone."""
    return faults.from_reply(status, json.dumps(body), {})


def answer(raw: str, custom_id: str, body: Json, *, request_id: str = "") -> BatchLine:
    """The line of a request that was answered; a body may hold an error under a status of success."""
    if not isinstance(body, dict):
        return BatchLine(raw, custom_id)
    told = json.dumps(body) if "error" in body else ""
    if told and faults.error_object(told) is not None:
        return BatchLine(raw, custom_id, error=refusal(200, body))
    return BatchLine(raw, custom_id, body, request_id)


def cancelled() -> ProviderError:
    """For requests of a batch that somebody called off: they are not asked again unless someone wants it."""
    return ProviderError(Fault.MISSING, "the batch was cancelled before this was answered")


def expired() -> ProviderError:
    """For requests that the provider had no time for."""
    return ProviderError(Fault.TIMEOUT, "the batch expired before this was answered", unsent=True)


def pages(client: Client, path: str, cursor: str, *, items: str = "data") -> Iterator[Mapping[str, Json]]:
    """The entries of a list that comes in pages, where the last entry's id leads on to the next page."""
    last = ""
    while True:
        page = client.get(f"{path}?limit=100" + (f"&{cursor}={last}" if last else ""))
        entries = page.get(items)
        found = [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
        yield from found
        last = str(found[-1].get("id") or "") if found else ""
        if not page.get("has_more") or not last:
            return


def _wire(stored: Mapping[str, Any]) -> Wire:
    """Back from what was stored: JSON knows no tuples."""
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
    }
    return Wire(**fields)
