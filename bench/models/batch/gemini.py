"""Google's batches of generateContent, with the requests in the call itself.

Answers are matched by the key we gave them alone: the order they come in has been seen to be another than
the documented one, and an answer given to the wrong problem would be worse than none.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from urllib.parse import quote

from bench.errors import Fault, ProviderError
from bench.models.batch.base import answer, cancelled, expired, refusal
from bench.models.gemini import GenerateContent
from bench.models.http import Client, text_of
from bench.protocols import BatchLine, BatchStatus, Found
from bench.types import Json, Mode

_ENDED = ("SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED")
_STATUSES = {1: 499, 3: 400, 4: 504, 5: 404, 7: 403, 8: 429, 9: 400, 13: 500, 14: 503, 16: 401}
"""From the codes of google.rpc.Status to those of HTTP."""


class GeminiBatches:
    """``:batchGenerateContent``. Up to 20 MB go into one call, and all answers come in one reply."""

    most_requests = 1_000
    most_bytes = 16_000_000

    def line(self, custom_id: str, _path: str, body: Mapping[str, Json], /) -> dict[str, Json]:
        return {"request": dict(body), "metadata": {"key": custom_id}}

    def submit(self, client: Client, model: str, token: str, lines: Sequence[Mapping[str, Json]], /) -> str:
        requests: list[Json] = [dict(line) for line in lines]
        batch: dict[str, Json] = {
            "displayName": _display_name(token),
            "inputConfig": {"requests": {"requests": requests}},
        }
        path = GenerateContent().path(model, Mode.CHAT).replace(":generate", ":batchGenerate")
        reply = client.post(path, {"batch": batch})
        name = text_of(reply.json.get("name"))
        if not name:
            raise reply.invalid("the reply holds no name of a batch")
        return name

    def find(
        self, client: Client, token: str, _count: int, _since: float, _known: Collection[str], /
    ) -> Found:
        for operation in _operations(client):
            if _metadata(operation).get("displayName") == _display_name(token):
                return Found(text_of(operation.get("name")))
        return Found()

    def status(self, client: Client, batch: str, /) -> BatchStatus:
        told = client.get(f"/{batch}")
        state = _state(told)
        stats = _metadata(told).get("batchStats")
        stats = stats if isinstance(stats, dict) else {}
        done = sum(_count(stats.get(f"{kind}RequestCount")) for kind in ("successful", "failed"))
        return BatchStatus(bool(told.get("done")) or state in _ENDED, done, _lost(state, told))

    def results(self, client: Client, batch: str, /) -> Iterator[BatchLine]:
        told = client.get(f"/{batch}")
        outputs = (told.get("response"), _metadata(told).get("output"))
        for output in outputs:
            inlined = output.get("inlinedResponses") if isinstance(output, dict) else None
            listed = inlined.get("inlinedResponses") if isinstance(inlined, dict) else None
            if isinstance(listed, list):
                yield from map(_read, listed)
                return


def _read(one: Json) -> BatchLine:
    raw = json.dumps(one)
    metadata = one.get("metadata") if isinstance(one, dict) else None
    if not isinstance(one, dict) or not isinstance(metadata, dict):
        return BatchLine(raw)
    custom_id, error = text_of(metadata.get("key")), one.get("error")
    if isinstance(error, dict):
        return BatchLine(raw, custom_id, error=_refused(error))
    return answer(raw, custom_id, one.get("response"))


def _refused(error: Mapping[str, Json]) -> ProviderError:
    code = error.get("code")
    status = _STATUSES.get(code, code if code >= 400 else 500) if isinstance(code, int) else 500
    return cancelled() if status == 499 else refusal(status, {"error": dict(error)})


def _lost(state: str, operation: Mapping[str, Json]) -> ProviderError | None:
    if state == "EXPIRED":
        return expired()
    if state == "CANCELLED":
        return cancelled()
    error = operation.get("error")
    if isinstance(error, dict):
        return _refused(error)
    if state == "FAILED":
        return ProviderError(Fault.SERVER, "the batch failed", raw_reply=json.dumps(dict(operation)))
    return None


def _operations(client: Client) -> Iterator[Mapping[str, Json]]:
    token = ""
    while True:
        page = client.get("/batches?pageSize=100" + (f"&pageToken={quote(token)}" if token else ""))
        listed = page.get("operations")
        yield from (one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict))
        token = text_of(page.get("nextPageToken"))
        if not token:
            return


def _display_name(token: str) -> str:
    return f"evenbench-{token}"


def _metadata(operation: Mapping[str, Json]) -> Mapping[str, Json]:
    metadata = operation.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _state(operation: Mapping[str, Json]) -> str:
    """``BATCH_STATE_RUNNING``, or ``JOB_STATE_RUNNING`` as the guide has it: its last word counts."""
    return text_of(_metadata(operation).get("state")).rpartition("_STATE_")[2]


def _count(value: Json) -> int:
    """A number that JSON of Google's writes as text."""
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdigit()) else 0
