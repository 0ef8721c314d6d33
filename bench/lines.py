"""Lines of a journal, found again by the sample that they are of; some 16 bytes each in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Generic, Protocol, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.errors import StoreError
from bench.journal import damaged
from bench.records import decode, decoder


class _OfSample(Protocol):
    @property
    def index(self) -> int: ...


T = TypeVar("T", bound=_OfSample)

_FIRST = b'{"index":'
"""How every line starts that the store writes of a sample: its index is read without the rest of it."""
_HEAD = len(_FIRST) + 12
"""So much of a line holds its index and the comma after it; no line is shorter."""
_COMMA = (ord(",") - ord("0")) % 256
_AT_ONCE = 1 << 21
"""Bytes of lines that are looked at together."""
_PART = 10_000
"""So many places are numbers of Python's at a time: these are large."""
_BUFFER = 1 << 18
"""Lines are out of order by as many samples as are on their way at once: most are in the buffer still."""


class Lines(Generic[T]):
    """A file of records of samples. Of a file that is missing, no sample has any."""

    def __init__(self, path: Path, kind: type[T], *, planned: int, within: range) -> None:
        """``within``: the samples that will be asked for.

        Raises StoreError for a line whose index cannot be read, or is not one of a planned sample.
        """
        self._records = _in_order(path, kind, planned, within)
        self._next = next(self._records, None)

    def of(self, index: int) -> list[T]:
        """The records of a sample, in the order in which they were written. Raises StoreError for no record.

        Samples are asked for in the order of the plan, none twice.
        """
        found: list[T] = []
        while (record := self._next) is not None and record.index <= index:
            if record.index == index:
                found.append(record)
            self._next = next(self._records, None)
        return found


def _in_order(path: Path, kind: type[T], planned: int, within: range) -> Iterator[T]:
    """The records of these samples by their index, and those of one sample as they were written."""
    if not path.exists():
        return
    with path.open("rb", buffering=_BUFFER) as file:
        indices, offsets = _fill(path, file, planned, within)
        order = np.argsort(indices, kind="stable")
        seek, readline, decoded = file.seek, file.readline, decoder(kind)
        for part in np.array_split(order, len(order) // _PART + 1):
            for index, offset in zip(indices[part].tolist(), offsets[part].tolist(), strict=True):
                seek(offset)
                line = readline()
                try:
                    record = decoded(line)
                    if record.index != index:
                        raise ValueError(f"it is of two samples, {index} and {record.index}")
                except ValueError as error:
                    seek(0)
                    raise damaged(path, _ends_in(file, offset) + 1, error) from error
                yield record


class _Mark(msgspec.Struct):
    index: int


def _fill(
    path: Path, file: IO[bytes], planned: int, within: range
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of the lines of some samples: which sample each is of, and where it starts."""
    nothing = np.empty(0, dtype=np.int64)
    indices, offsets = [nothing], [nothing]
    offset = number = 0
    while lines := file.readlines(_AT_ONCE):
        if not lines[-1].endswith(b"\n"):
            lines.pop()  # a kill cut it off
        found = _indices(lines)
        if found is None:
            found = np.array([_index(path, at, line, planned) for at, line in enumerate(lines, number + 1)])
        elif len(found) and found.max() >= planned:
            raise _unplanned(path, int(found.max()), planned)
        sizes = np.fromiter(map(len, lines), dtype=np.int64, count=len(lines))
        chosen = (found >= within.start) & (found < within.stop)
        indices.append(found[chosen])
        offsets.append((offset + np.cumsum(sizes) - sizes)[chosen])
        offset, number = offset + int(sizes.sum()), number + len(lines)
    return np.concatenate(indices), np.concatenate(offsets)


def _indices(lines: Sequence[bytes]) -> NDArray[np.int64] | None:
    """The indices of lines that all start as the store writes them, many at once; else None."""
    heads = b"".join([line[:_HEAD] for line in lines])
    if len(heads) < _HEAD * len(lines):
        return None
    # A row a letter, so that each step is over all lines.
    letters = np.ascontiguousarray(np.frombuffer(heads, dtype=np.uint8).reshape(-1, _HEAD).T)
    digits = letters[len(_FIRST) :] - np.uint8(ord("0"))  # whatever is below wraps to what is far above
    found, size = np.zeros(len(lines), dtype=np.int64), np.zeros(len(lines), dtype=np.int64)
    open_ = np.ones(len(lines), dtype=bool)
    for column in digits:
        open_ &= column <= 9
        found = np.where(open_, 10 * found + column, found)
        size += open_
    after = digits[np.minimum(size, len(digits) - 1), np.arange(len(lines))]
    first = np.frombuffer(_FIRST, dtype=np.uint8)[:, np.newaxis]
    is_usual = (letters[: len(first)] == first).all() and (size > 0).all() and (after == _COMMA).all()
    return found if is_usual else None


def _index(path: Path, number: int, line: bytes, planned: int) -> int:
    try:
        index = decode(line, _Mark).index
    except ValueError as error:
        raise damaged(path, number, error) from error
    if not 0 <= index < planned:
        raise _unplanned(path, index, planned)
    return index


def _unplanned(path: Path, index: int, planned: int) -> StoreError:
    return StoreError(f"{path} has a record of sample {index}, but only {planned} are planned")


def _ends_in(file: IO[bytes], size: int) -> int:
    """How many lines end in its first bytes."""
    return sum(1 for _ in iter(lambda: file.tell() < size and file.readline(), False))
