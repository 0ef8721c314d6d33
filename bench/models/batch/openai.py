"""OpenAI's Batch API: a file of requests goes up, a file of answers and one of errors come down.

Batches carry a metadata entry with our token, by which one is found again whose name never reached us.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence

from bench.errors import Fault, ProviderError
from bench.models import faults
from bench.models.batch.base import CLOCKS_S, answer, cancelled, expired, pages, parsed, refusal
from bench.models.http import Client, text_of
from bench.protocols import BatchLine, BatchStatus, Found
from bench.types import Json

TOKEN = "evenbench"
"""The metadata entry that holds the token."""

_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_FULL = frozenset({"token_limit_exceeded", "rate_limit_exceeded"})
"""Why a batch is turned away as a whole for now: too much is waiting already."""


class OpenAIBatches:
    """``/files`` and ``/batches``. The vendor's limits are 50,000 requests and 200 MB a file."""

    most_requests = 50_000
    most_bytes = 200_000_000

    def line(self, custom_id: str, path: str, body: Mapping[str, Json], /) -> dict[str, Json]:
        return {"custom_id": custom_id, "method": "POST", "url": f"/v1{path}", "body": dict(body)}

    def submit(self, client: Client, _model: str, token: str, lines: Sequence[Mapping[str, Json]], /) -> str:
        data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        file = client.upload("/files", {"purpose": "batch"}, name=f"{token}.jsonl", data=data)
        wanted: dict[str, Json] = {
            "input_file_id": _required(file, "id"),
            "endpoint": lines[0]["url"],
            "completion_window": "24h",
            "metadata": {TOKEN: token},
        }
        return _required(client.post("/batches", wanted).json, "id")

    def find(
        self, client: Client, token: str, _count: int, since: float, _known: Collection[str], /
    ) -> Found:
        for batch in pages(client, "/batches", "after"):
            metadata, created = batch.get("metadata"), batch.get("created_at")
            if isinstance(metadata, dict) and metadata.get(TOKEN) == token:
                return Found(text_of(batch.get("id")))
            if isinstance(created, int) and created < since - CLOCKS_S:  # the newest come first
                break
        return Found()

    def status(self, client: Client, batch: str, /) -> BatchStatus:
        told = client.get(f"/batches/{batch}")
        state, counts = text_of(told.get("status")), told.get("request_counts")
        counts = counts if isinstance(counts, dict) else {}
        done = sum(count for name in ("completed", "failed") if isinstance(count := counts.get(name), int))
        return BatchStatus(state in _ENDED, done, _lost(state, told))

    def results(self, client: Client, batch: str, /) -> Iterator[BatchLine]:
        told = client.get(f"/batches/{batch}")
        for name in ("output_file_id", "error_file_id"):
            if file := text_of(told.get(name)):
                yield from map(_read, client.lines(f"/files/{file}/content"))


def _read(raw: str) -> BatchLine:
    line = parsed(raw)
    custom_id, reply, error = text_of(line.get("custom_id")), line.get("response"), line.get("error")
    if isinstance(reply, dict):
        status, body = reply.get("status_code"), reply.get("body")
        if status == 200:
            return answer(raw, custom_id, body, request_id=text_of(reply.get("request_id")))
        if isinstance(status, int):
            body = body if isinstance(body, dict) else {"error": {"message": str(body)}}
            return BatchLine(raw, custom_id, error=refusal(status, body))
    if isinstance(error, dict):
        return BatchLine(raw, custom_id, error=_unanswered(error))
    return BatchLine(raw, custom_id)


def _unanswered(error: Mapping[str, Json]) -> ProviderError:
    """For a request that was never run."""
    code = text_of(error.get("code"))
    if "expired" in code:
        return expired()
    return cancelled() if "cancel" in code else refusal(500, {"error": dict(error)})


def _lost(state: str, batch: Mapping[str, Json]) -> ProviderError | None:
    """What became of requests that stand in neither file."""
    if state == "expired":
        return expired()
    if state == "cancelled":
        return cancelled()
    if state != "failed":
        return None
    errors = batch.get("errors")
    listed = errors.get("data") if isinstance(errors, dict) else None
    first = listed[0] if isinstance(listed, list) and listed else None
    first = first if isinstance(first, dict) else {}
    message = f"the batch was refused: {text_of(first.get('message')) or 'no reason is given'}"
    fault = Fault.RATE_LIMITED if first.get("code") in _FULL else Fault.INVALID_REQUEST
    return ProviderError(fault, message[: faults.SHOWN_CHARS], raw_reply=json.dumps(dict(batch)))


def _required(told: Mapping[str, Json], name: str) -> str:
    value = text_of(told.get(name))
    if not value:
        raise ProviderError(
            Fault.INVALID_REPLY, f"the reply holds no {name}", raw_reply=json.dumps(dict(told))
        )
    return value
