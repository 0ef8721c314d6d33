"""The cache of responses: an answer that was paid for once is had again for nothing, in any run.

An entry is found by everything that decides about an answer but chance (the model's ``identity``, the
messages, the parameters asked for), and by the epoch: repeats are entries of their own. Only answers are
kept, whole, a file each; a file that is damaged is no entry. An account's key stands in no request, hence
in no entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

import bench
from bench.errors import ProviderError
from bench.journal import write_atomically
from bench.protocols import Identified, Model
from bench.records import decode, encode
from bench.secrets import without_bytes
from bench.types import Completion, Form, Json, Request, Stop, Timing, Usage

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer from the cache, and when it was given."""

    completion: Completion
    at: str


class Cache:
    """A folder of answers; several processes may use it. ``files``: digests of models' own files, by name.

    ``keys`` are taken out of what is written, even where a plug-in put them there.
    """

    def __init__(
        self, path: Path, *, files: Mapping[str, str] | None = None, keys: Sequence[str] = ()
    ) -> None:
        self.path = path
        self._keys = keys
        self._files = dict(files or {})

    def get(self, model: Model, request: Request) -> Kept | None:
        """The answer that is kept for this; None where there is none, or it cannot be read."""
        path = self._place(model, request)
        if path is None:
            return None
        try:
            digest, _, line = path.read_bytes().partition(b"\n")
            if digest.decode() != hashlib.sha256(line).hexdigest():
                return None
            entry = decode(line, _Entry)
        except (OSError, ValueError):
            return None
        return Kept(Completion(**{name: getattr(entry, name) for name in _FIELDS}), entry.at)

    def put(self, model: Model, request: Request, completion: Completion) -> None:
        """Keep an answer, unless it is an empty one. Raises OSError where the folder cannot be written."""
        path = self._place(model, request)
        if path is None or not _is_answer(completion):
            return
        timing = completion.timing
        at = (
            timing.asked_at
            if timing and timing.asked_at
            else datetime.now(UTC).isoformat(timespec="milliseconds")
        )
        entry = _Entry(at=at, **{name: getattr(completion, name) for name in _FIELDS})
        line = without_bytes(encode(entry), self._keys)
        write_atomically(path, hashlib.sha256(line).hexdigest().encode() + b"\n" + line)

    def _place(self, model: Model, request: Request) -> Path | None:
        """Where the answer to this is kept; None for a model that does not say what decides its answers."""
        identity = self._identity(model, request)
        if identity is None:
            return None
        asked = {
            "schema": SCHEMA,
            "bench": bench.__version__,
            "model": model.name,
            "identity": identity,
            "mode": request.mode,
            "messages": request.messages,
            "params": request.params,
            "epoch": request.key.epoch,
        }
        digest = hashlib.sha256(json.dumps(msgspec.to_builtins(asked), sort_keys=True).encode()).hexdigest()
        return self.path / digest[:2] / digest[2:4] / f"{digest}.json"

    def _identity(self, model: Model, request: Request) -> Mapping[str, Json] | None:
        if isinstance(model, Identified):
            try:
                return model.identity(request)
            except ProviderError:  # a request that it cannot even be asked
                return None
        file = self._files.get(model.name)
        return {"file_sha256": file} if file else None


class _Entry(msgspec.Struct, frozen=True):
    """A Completion, with the time of its answer; what is left of limits is of no use later."""

    at: str
    text: str
    form: Form
    stop: Stop
    reasoning: str
    usage: Usage | None
    cost_microusd: int | None
    served_model: str
    provider: str
    request_id: str
    sent: dict[str, Any]
    dropped: tuple[str, ...]
    raw_request: str
    raw_reply: str
    timing: Timing | None


_FIELDS = tuple(name for name in _Entry.__struct_fields__ if name != "at")


def _is_answer(completion: Completion) -> bool:
    return bool(completion.text.strip()) or completion.stop in (Stop.LENGTH, Stop.REFUSAL)
