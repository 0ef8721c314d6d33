"""Lines of a journal, found again by the sample that they are of; some 16 bytes each in memory."""

from __future__ import annotations

from array import array
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Generic, Protocol, TypeVar

import msgspec
import numpy as np

from bench.errors import StoreError
from bench.journal import damaged
from bench.records import decode


class _OfSample(Protocol):
    @property
    def index(self) -> int: ...


T = TypeVar("T", bound=_OfSample)

_FIRST = b'{"index":'
"""How every line starts that the store writes of a sample: its index is read without the rest of it."""
_BUFFER = 1 << 18
"""Lines are out of order by as many samples as are on their way at once: most are in the buffer still."""


class Lines(Generic[T]):
    """A file of records of samples. Of a file that is missing, no sample has any."""

    def __init__(
        self, path: Path, kind: type[T], *, files: ExitStack, planned: int, within: range | None = None
    ) -> None:
        """``within``: the samples that will be asked for, all where it is not given.

        Raises StoreError for a line whose index cannot be read, or is not one of a planned sample.
        """
        self._path, self._kind, self._next = path, kind, 0
        self._decode = msgspec.json.Decoder(kind).decode
        indices, offsets = array("q"), array("q")
        self._file: IO[bytes] | None = None
        if path.exists():
            self._file = files.enter_context(path.open("rb", buffering=_BUFFER))
            _fill(path, self._file, planned, range(planned) if within is None else within, indices, offsets)
        order = np.argsort(np.array(indices), kind="stable")
        # Views: an element of them is a plain int, which one of an array is not.
        self._index: memoryview[int] = np.array(indices)[order].data
        self._offset: memoryview[int] = np.array(offsets)[order].data

    def of(self, index: int) -> list[T]:
        """The records of a sample, in the order in which they were written. Raises StoreError for no record.

        Samples that are asked for in the order of the plan are found at once.
        """
        at = self._next
        if not (at < len(self._index) and self._index[at] == index):
            at = int(np.searchsorted(self._index, index))
        found = []
        while at < len(self._index) and self._index[at] == index:
            found.append(self._record(index, self._offset[at]))
            at += 1
        self._next = at
        return found

    def _record(self, index: int, offset: int) -> T:
        assert self._file is not None
        self._file.seek(offset)
        line = self._file.readline()
        try:
            try:
                record = self._decode(line)
            except msgspec.DecodeError:
                record = decode(line, self._kind)
            if record.index != index:
                raise ValueError(f"it is of two samples, {index} and {record.index}")
            return record
        except ValueError as error:
            self._file.seek(0)
            raise damaged(self._path, _ends_in(self._file, offset) + 1, error) from error


class _Mark(msgspec.Struct):
    index: int


def _fill(
    path: Path, file: IO[bytes], planned: int, within: range, indices: array[int], offsets: array[int]
) -> None:
    offset, begins = 0, len(_FIRST)
    for number, line in enumerate(file, 1):
        if not line.endswith(b"\n"):
            return
        try:
            if line.startswith(_FIRST):
                index = int(line[begins : line.index(b",", begins)])
            else:
                index = decode(line, _Mark).index
        except ValueError as error:
            raise damaged(path, number, error) from error
        if index in within:
            indices.append(index)
            offsets.append(offset)
        elif not 0 <= index < planned:
            raise StoreError(f"{path} has a record of sample {index}, but only {planned} are planned")
        offset += len(line)


def _ends_in(file: IO[bytes], size: int) -> int:
    """How many lines end in its first bytes."""
    return sum(1 for _ in iter(lambda: file.tell() < size and file.readline(), False))
