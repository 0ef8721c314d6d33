"""The run directory: opening and writing it.

A run is the same run while its ``lock.json`` says the same in everything that decides what its numbers mean.
``lock.json`` is written first and whole; what else is missing then is made from it again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from bench.errors import StoreError
from bench.journal import TEMPORARY, Journal, write_atomically
from bench.records import BatchRecord, SampleRecord, VerdictRecord, decode, encode
from bench.rundir import (
    BATCHES,
    CONFIG,
    EVENTS,
    LOCK,
    PLAN,
    SAMPLES,
    Lock,
    changes,
    line_at,
    read_lock,
    verdicts_path,
)
from bench.secrets import without_bytes
from bench.state import State, load_state
from bench.types import Json, SampleKey

MAY_DIFFER = frozenset({"batch", "machine", "git", "packages", "python", "prices"})
"""Entries of the lock that do not decide what a number means: another value is an event, not another run."""
SANDBOX_TERMS = ("engine", "isolation", "guest", "memory_mib", "lacks")
"""What has to be equal of a sandbox; its image may be another build, its engine another release."""


class Store:
    """A run directory open for writing, held by this process alone until it is closed."""

    def __init__(self, path: Path, *, keys: Sequence[str] = ()) -> None:
        """Take the directory, making it if need be. Raises StoreError: not writable, in use, or not a run.

        ``keys`` never reach the disk, even where a plug-in puts them into what it returns or raises.
        """
        self.path = path
        self._keys = keys
        self._made = [folder for folder in (path, *path.parents) if not folder.exists()]
        self._held = hold(path)
        self._mutex = threading.Lock()
        self._journals: dict[Path, Journal] = {}
        try:
            _refuse_foreign(path)
            for leftover in path.rglob(f"{TEMPORARY}*"):
                leftover.unlink(missing_ok=True)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_new(self) -> bool:
        return not (self.path / LOCK).exists()

    def check(self, lock: Lock) -> None:
        """Compare those entries with the run that is here, if any. Raises StoreError naming what changed."""
        if self.is_new:
            return
        changed = changes(_deciding(read_lock(self.path)), _deciding(lock), within=lock)
        if changed:
            listed = "\n".join(f"    {line}" for line in changed)
            hint = "Give another directory with -o, or the same settings to go on with this run."
            if all(line.startswith(("extractor:", "judges.", "terms.")) for line in changed):
                hint = f"Only the judging changed: `bench grade {self.path}` judges what is stored again."
            raise StoreError(f"{self.path} holds another run; what changed:\n{listed}", hint=hint)

    def begin(self, lock: Lock, *, config: str, plan: Iterable[SampleKey]) -> State:
        """Write down what the run is, or go on with the one that is here; where it stands.

        Raises StoreError when the directory holds another run.
        """
        if self.is_new:
            self.put(LOCK, _pretty(lock))
        else:
            self.check(lock)
            self._note_drift(lock)
        if not (self.path / CONFIG).exists():
            self.put(CONFIG, config.encode("utf-8", "backslashreplace"))
        if not (self.path / PLAN).exists():
            self.put(PLAN, b"".join(encode(key) for key in plan))
        return load_state(self.path)

    def relock(self, lock: Lock) -> None:
        """Replace the lock: what was stored is now judged otherwise."""
        self.event({"event": "relocked", "changed": list(changes(read_lock(self.path), lock, within=lock))})
        self.put(LOCK, _pretty(lock))

    def put(self, name: str, data: bytes) -> None:
        """Write a file of the directory whole. Raises StoreError when it cannot be."""
        try:
            write_atomically(self.path / name, data)
        except OSError as error:
            raise _unwritable(self.path / name, error) from error

    def add_sample(self, record: SampleRecord) -> None:
        self._journal(self.path / SAMPLES).append(record)

    def add_batch(self, record: BatchRecord) -> None:
        """Note what is done about a batch, on the disk before this returns: money hangs on it."""
        self._journal(self.path / BATCHES).append(record, sync=True)

    def add_verdict(self, judging: str, record: VerdictRecord) -> None:
        self._journal(verdicts_path(self.path, judging)).append(record)

    def event(self, event: Mapping[str, Json]) -> None:
        """Note something that happened, with the time."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._journal(self.path / EVENTS).append({"at": at, **event})

    def add_blob(self, text: str) -> str:
        """Keep a text verbatim; its digest, "" for an empty one. The same text is kept once."""
        if not text:
            return ""
        data = without_bytes(text.encode("utf-8", "surrogatepass"), self._keys)
        digest = hashlib.sha256(data).hexdigest()
        name = f"blobs/{digest[:2]}/{digest}.txt"
        if not (self.path / name).exists():
            self.put(name, data)
        return digest

    def sample_at(self, offset: int) -> SampleRecord:
        """The sample whose line starts at that byte."""
        with (self.path / SAMPLES).open("rb") as file:
            return decode(line_at(file, offset), SampleRecord)

    def verdict_at(self, judging: str, offset: int) -> VerdictRecord:
        """The verdict of that judging whose line starts at that byte."""
        with verdicts_path(self.path, judging).open("rb") as file:
            return decode(line_at(file, offset), VerdictRecord)

    def close(self) -> None:
        """Let go of the directory; what is written afterwards is refused with a StoreError."""
        with self._mutex:
            for journal in self._journals.values():
                journal.close()
            if self._held >= 0:
                os.close(self._held)
                self._held = -1
        if self.is_new:
            with suppress(OSError):  # a run that never began leaves no empty folder behind
                for folder in self._made:
                    folder.rmdir()

    def _journal(self, path: Path) -> Journal:
        with self._mutex:
            if self._held < 0:
                raise StoreError(f"{self.path} is closed")
            if path not in self._journals:
                try:
                    path.parent.mkdir(exist_ok=True)
                    self._journals[path] = Journal(path, keys=self._keys)
                except OSError as error:
                    raise _unwritable(path, error) from error
            return self._journals[path]

    def _note_drift(self, lock: Lock) -> None:
        old = read_lock(self.path)
        for name in sorted(MAY_DIFFER & lock.keys()):
            if old.get(name) != lock[name]:
                self.event({"event": "drift", "what": name, "was": old.get(name), "is": lock[name]})


def _deciding(lock: Lock) -> dict[str, Json]:
    """The entries of a lock that make it this run and no other."""
    kept = {name: deepcopy(value) for name, value in lock.items() if name not in MAY_DIFFER}
    sandbox = kept.get("sandbox")
    if isinstance(sandbox, Mapping):
        kept["sandbox"] = {name: sandbox.get(name) for name in SANDBOX_TERMS}
    for suite in cast(list[dict[str, Json]], kept["suites"]):
        data = cast(Mapping[str, Json], suite["data"])
        suite["data"] = {"sha256": data.get("sha256")}  # wherever the same data came from this time
        suite.pop("visible", None)  # decides about what is told between turns, and is then in the terms
    return kept


def hold(path: Path) -> int:
    """Make the directory and take it for this process. The lock goes with the process, however it ends."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        hint = "Wait until it is done, or give another directory with -o."
        raise StoreError(f"{path} is in use by another bench process", hint=hint) from error
    return held


def _refuse_foreign(path: Path) -> None:
    foreign = [entry.name for entry in path.iterdir() if not entry.name.startswith(TEMPORARY)]
    if foreign and LOCK not in foreign:
        hint = "Give a new directory with -o, or one that `bench run` wrote."
        raise StoreError(f"{path} is not empty and holds no run (it has {sorted(foreign)[0]})", hint=hint)
    if not os.access(path, os.W_OK):
        raise StoreError(f"{path} is not writable", hint="Give another directory with -o.")


def _unwritable(path: Path, error: OSError) -> StoreError:
    hint = "Give a directory that can be written to with -o."
    return StoreError(f"{path} cannot be written: {error.strerror or error}", hint=hint)


def _pretty(lock: Lock) -> bytes:
    return json.dumps(lock, indent=1, sort_keys=True).encode() + b"\n"
