"""A run as all may see it: what is needed to judge again, no path of a machine, never a key."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec

from bench import secrets
from bench.errors import StoreError, UsageError
from bench.journal import write_pieces
from bench.lock import Asked
from bench.publish.paths import Shortened, without_in
from bench.records import SampleRecord, decode, encode
from bench.report.labels import LABELS
from bench.rundir import CONFIG, EVENTS, LOCK, PLAN, SAMPLES, read_lock
from bench.state import load_state
from bench.symptoms import SYMPTOMS
from bench.types import Json, Outcome

_DIGEST = re.compile(r"[0-9a-f]{64}")
_OURS = frozenset({"system", "params", "terms", "prompt_digests"})
"""In the lock: nothing in them is a path, and hashes hang on them."""


class _Mark(msgspec.Struct):
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Copied:
    """What a published run lacks that the run has, or had."""

    shortened: Mapping[str, str]
    lost_blobs: int
    """Blobs that records refer to and that the run has no more."""


def copy(run: Path, to: Path, *, keys: Sequence[str]) -> Copied:
    """Write a run into a new folder. Raises StoreError where it is damaged, UsageError for a key in it."""
    return _Copy(run, to, keys).made()


class _Copy:
    def __init__(self, run: Path, to: Path, keys: Sequence[str]) -> None:
        self._run, self._to, self._keys = run, to, keys
        self._lock = read_lock(run)
        self._asked = Asked.read(run / CONFIG)
        self._shortened = Shortened.of(self._names())
        self._blobs: dict[str, str] = {}
        """The digest of each blob in the run, and in the copy; "" for one that is lost."""

    def made(self) -> Copied:
        plan = list(self._lines(self._run / PLAN))
        self._put(PLAN, plan)
        self._put(LOCK, [self._public_lock(plan)])
        self._put(CONFIG, [self._shortened((self._run / CONFIG).read_bytes())])
        self._put(SAMPLES, (self._sample(line) for line in self._lines(self._run / SAMPLES)))
        for path in sorted((self._run / "verdicts").glob("*.jsonl")):
            self._put(f"verdicts/{path.name}", map(self._verdict, self._lines(path)))
        if (self._run / EVENTS).exists():
            self._put(EVENTS, map(self._event, self._lines(self._run / EVENTS)))
        for name in (SYMPTOMS, LABELS):
            if (self._run / name).exists():
                self._put(name, [self._shortened((self._run / name).read_bytes())])
        lost = sum(1 for digest in self._blobs.values() if not digest)
        return Copied(self._shortened.pairs, lost)

    def _names(self) -> Iterator[str]:
        """Whatever a path may be part of, and then stands in every record."""
        yield from self._asked.models
        yield from self._asked.suites
        yield self._asked.sandbox
        yield from cast(list[str], self._lock["models"])
        for who in load_state(self._run).served.values():
            yield from (one.served_model for one in who)

    def _lines(self, path: Path) -> Iterator[bytes]:
        """Whole lines with short names."""
        if path.exists():
            with path.open("rb") as file:
                yield from (self._shortened(line) for line in file if line.endswith(b"\n"))

    def _public_lock(self, plan: Sequence[bytes]) -> bytes:
        lock = json.loads(self._shortened(json.dumps(self._lock).encode()))
        if self._shortened.pairs:
            lock["plan"] = {"samples": len(plan), "sha256": hashlib.sha256(b"".join(plan)).hexdigest()}
        public = without_in(lock, but=_OURS)
        return json.dumps(public, indent=1, sort_keys=True).encode() + b"\n"

    def _sample(self, line: bytes) -> bytes:
        """With its blobs, which are copied when a record names them."""
        record = decode(line, SampleRecord)
        blobs = [record.reply_blob, *(one.reply_blob for one in record.measured.failed)]
        if record.completion is not None:
            blobs += [record.completion.request_blob, record.completion.reply_blob]
        for digest in filter(None, blobs):
            named = self._blob(digest)
            if named and named != digest:
                line = line.replace(digest.encode(), named.encode())
        if record.completion is not None:
            return line
        return _without_paths(line)

    def _verdict(self, line: bytes) -> bytes:
        try:
            outcome = decode(line, _Mark).outcome
        except ValueError as error:
            raise StoreError(f"{self._run} has a verdict that is no record: {error}") from error
        return line if outcome.scored else _without_paths(line)

    def _event(self, line: bytes) -> bytes:
        event = json.loads(line)
        event.pop("traceback", None)
        return encode(without_in(event))

    def _blob(self, digest: str) -> str:
        """Copy a blob; what it is called there."""
        if digest not in self._blobs:
            name = f"blobs/{digest[:2]}/{digest}.txt"
            if not _DIGEST.fullmatch(digest) or not (self._run / name).is_file():
                self._blobs[digest] = ""
            else:
                data = self._shortened((self._run / name).read_bytes())
                named = hashlib.sha256(data).hexdigest()
                self._put(f"blobs/{named[:2]}/{named}.txt", [data])
                self._blobs[digest] = named
        return self._blobs[digest]

    def _put(self, name: str, pieces: Iterator[bytes] | Sequence[bytes]) -> None:
        write_pieces(self._to / name, (self._checked(piece, name) for piece in pieces))

    def _checked(self, piece: bytes, name: str) -> bytes:
        if secrets.without_bytes(piece, self._keys) != piece:
            hint = "It was set after the run. Nothing was published: change the key, and remove it there."
            raise UsageError(f"{self._run / name} holds a key of this environment", hint=hint)
        return piece


def _without_paths(line: bytes) -> bytes:
    """A record of what failed: the message of a fault may name files of the machine."""
    record: dict[str, Json] = json.loads(line)
    record["detail"] = without_in(record.get("detail"))
    return encode(record)
