"""Anthropic's Message Batches. A batch has no room for a mark of ours but its requests' custom ids.

They can be read once a batch has ended, so a batch whose name never reached us is found by them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from bench.errors import Fault, ProviderError
from bench.models.batch.base import CLOCKS_S, answer, cancelled, expired, pages, parsed, refusal
from bench.models.http import Client, text_of
from bench.protocols import BatchLine, BatchStatus, Found
from bench.types import Json

_PATH = "/messages/batches"
_STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}


class AnthropicBatches:
    """``/messages/batches``. The vendor's limits are 100,000 requests or 256 MB."""

    most_requests = 100_000
    most_bytes = 256_000_000

    def line(self, custom_id: str, _path: str, body: Mapping[str, Json], /) -> dict[str, Json]:
        return {"custom_id": custom_id, "params": dict(body)}

    def submit(self, client: Client, _model: str, _token: str, lines: Sequence[Mapping[str, Json]], /) -> str:
        reply = client.post(_PATH, {"requests": [dict(line) for line in lines]})
        batch = text_of(reply.json.get("id"))
        if not batch:
            raise reply.invalid("the reply holds no id of a batch")
        return batch

    def find(self, client: Client, token: str, count: int, since: float, known: Collection[str], /) -> Found:
        undecided = False
        for batch in pages(client, _PATH, "after_id"):
            created = _seconds(batch.get("created_at"))
            if created is not None and created < since - CLOCKS_S:  # the newest come first
                break
            name = text_of(batch.get("id"))
            if name in known or batch.get("archived_at") or sum(_counts(batch).values()) != count:
                continue
            if batch.get("processing_status") != "ended":
                undecided = True
                continue
            first = next(client.lines(_results_path(client, batch)), "")
            if text_of(parsed(first).get("custom_id")).startswith(token):
                return Found(name)
        return Found(undecided=undecided)

    def status(self, client: Client, batch: str, /) -> BatchStatus:
        told = client.get(f"{_PATH}/{batch}")
        ended = told.get("processing_status") == "ended"
        counts = _counts(told)
        lost = None
        if ended and told.get("archived_at"):
            lost = ProviderError(Fault.MISSING, "the batch's results are no longer kept")
        return BatchStatus(ended, sum(counts.values()) - counts.get("processing", 0), lost)

    def results(self, client: Client, batch: str, /) -> Iterator[BatchLine]:
        told = client.get(f"{_PATH}/{batch}")
        if not told.get("archived_at"):
            yield from map(_read, client.lines(_results_path(client, told)))


def _read(raw: str) -> BatchLine:
    line = parsed(raw)
    custom_id, result = text_of(line.get("custom_id")), line.get("result")
    if not isinstance(result, dict):
        return BatchLine(raw, custom_id)
    kind = result.get("type")
    if kind == "succeeded":
        return answer(raw, custom_id, result.get("message"))
    if kind == "errored" and isinstance(error := result.get("error"), dict):
        return BatchLine(raw, custom_id, error=_refused(error))
    ended = {"expired": expired, "canceled": cancelled}.get(str(kind))
    return BatchLine(raw, custom_id, error=ended() if ended else None)


def _refused(body: Mapping[str, Json]) -> ProviderError:
    """An error of one request: it has a type, but no status."""
    error = body.get("error")
    kind = text_of(error.get("type")) if isinstance(error, dict) else ""
    return refusal(_STATUSES.get(kind, 500), body)


def _results_path(client: Client, batch: Mapping[str, Json]) -> str:
    """Where the results are, but never at another address: the key goes along."""
    told = text_of(batch.get("results_url"))
    if told.startswith(f"{client.base_url}/"):
        return told.removeprefix(client.base_url)
    return f"{_PATH}/{text_of(batch.get('id'))}/results"


def _counts(batch: Mapping[str, Json]) -> dict[str, int]:
    counts = batch.get("request_counts")
    entries = counts.items() if isinstance(counts, dict) else ()
    return {name: count for name, count in entries if isinstance(count, int)}


def _seconds(time: Json) -> float | None:
    try:
        return datetime.fromisoformat(text_of(time)).timestamp()
    except ValueError:
        return None
