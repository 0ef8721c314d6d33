"""The whole story of a sample: what was asked, every attempt, and what it came to. For whatever shows one.

Texts are as they were stored: what a model wrote is hostile, and who shows it has to make it harmless.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec
import numpy as np

from bench.journal import read
from bench.records import SampleRecord, VerdictRecord, decode
from bench.results import Result, counting, result
from bench.rundir import PLAN, SAMPLES, judgings, line_at, read_lock, verdicts_path
from bench.state import load_state
from bench.types import Message, SampleKey

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A record of a sample: an answer, with its verdict if there is one yet; or how none came."""

    record: SampleRecord
    verdict: VerdictRecord | None
    said: str
    """What the provider said where it gave no answer, as it came."""
    is_replaced: bool
    """A later attempt at the same turn counts instead."""


@dataclass(frozen=True, slots=True)
class Story:
    """``attempts`` are in the order in which they were made, those of all turns; ``index`` is in the plan."""

    index: int
    result: Result
    question: tuple[Message, ...]
    """What was asked first; empty where the run holds no request (a samples file, nothing answered yet).

    What was told before a later turn is in that turn's record.
    """
    attempts: tuple[Attempt, ...]


class Stories:
    """The samples of a run by their places in its plan; read when asked for, some 40 bytes each in memory."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError for a directory that is no run, or a damaged line."""
        self.path = path
        self._suites = judgings(read_lock(path))
        self._state = load_state(path)
        with ExitStack() as stack:
            self._plan = _Lines(path / PLAN, stack)
            self._samples = _Lines(path / SAMPLES, stack)
            files = {name: _Lines(verdicts_path(path, name), stack) for name in set(self._suites.values())}
            self._verdicts = {suite: files[judging] for suite, judging in self._suites.items()}
            self._files = stack.pop_all()

    def __enter__(self) -> Stories:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def __len__(self) -> int:
        return self._state.planned

    def __iter__(self) -> Iterator[Story]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> Story:
        """Raises IndexError for a sample that is not planned."""
        if not 0 <= index < len(self):
            raise IndexError(f"sample {index} of {len(self)}")
        key = decode(next(self._plan.of(index)), SampleKey)
        verdicts = {
            one.attempt: one
            for one in (decode(line, VerdictRecord) for line in self._verdicts[key.suite].of(index))
        }
        records = [decode(line, SampleRecord) for line in self._samples.of(index)]
        turns = counting(records, verdicts.values())
        latest = {one.attempt for one, _ in turns}
        stopped = self._state.stopped.get(key.model, "")
        return Story(
            index,
            result(key, turns, most_turns=self._state.most_turns, stopped=stopped),
            self._question(records),
            tuple(
                Attempt(one, verdicts.get(one.attempt), self.blob(one.reply_blob), one.attempt not in latest)
                for one in records
            ),
        )

    def blob(self, digest: str) -> str:
        """A text that is kept under its digest; "" for none, and for one that was thrown away."""
        if not _DIGEST.fullmatch(digest):  # a path of somebody's, not a digest
            return ""
        path = self.path / "blobs" / digest[:2] / f"{digest}.txt"
        return path.read_bytes().decode("utf-8", "surrogatepass") if path.exists() else ""

    def _question(self, records: Sequence[SampleRecord]) -> tuple[Message, ...]:
        first = next((one.completion for one in records if one.completion), None)
        sent = self.blob(first.request_blob) if first else ""
        return messages(sent) if sent else ()


def messages(request: str) -> tuple[Message, ...]:
    """What a request's body says, in whichever vendor's form; all of it, ``as sent``, where it has none."""
    whole = (Message("as sent", request),)
    try:
        body = json.loads(request)
    except (ValueError, RecursionError):
        return whole
    if not isinstance(body, Mapping):
        return whole
    system = next((body[name] for name in _SYSTEM if body.get(name)), None)
    asked = next((body[name] for name in _ASKED if body.get(name)), None)
    found = [Message("system", _text(system))] if system else []
    if isinstance(asked, str):
        found.append(Message("user", asked))
    elif isinstance(asked, list):
        found += [
            Message(str(one.get("role") or "user"), _text(one)) for one in asked if isinstance(one, Mapping)
        ]
    return tuple(found) if any(message.text for message in found) else whole


_SYSTEM = ("system", "instructions", "systemInstruction", "system_instruction")
_ASKED = ("messages", "contents", "input", "prompt")


def _text(value: Any) -> str:
    """The texts within a message: a string, a list of blocks, or an object that has them."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, map(_text, value)))
    if isinstance(value, Mapping):
        return "\n".join(_text(value[name]) for name in ("text", "content", "parts") if value.get(name))
    return ""


class _Mark(msgspec.Struct):
    index: int = -1
    """A line of the plan has none: it is the sample's own place."""


class _Lines:
    """A file of records, found again by the sample that they are of."""

    def __init__(self, path: Path, files: ExitStack) -> None:
        indices, offsets = array("q"), array("q")
        for number, (offset, mark) in enumerate(read(path, _Mark)):
            indices.append(number if mark.index < 0 else mark.index)
            offsets.append(offset)
        index = np.frombuffer(indices, np.int64) if indices else np.empty(0, np.int64)
        order = np.argsort(index, kind="stable")
        self._index = index[order]
        self._offset = np.frombuffer(offsets, np.int64)[order] if offsets else index
        self._file: IO[bytes] | None = files.enter_context(path.open("rb")) if path.exists() else None

    def of(self, index: int) -> Iterator[bytes]:
        """The lines of a sample, in the order in which they were written."""
        first, end = np.searchsorted(self._index, [index, index + 1])
        for offset in self._offset[first:end].tolist():
            assert self._file is not None
            yield line_at(self._file, offset)
