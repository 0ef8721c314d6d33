"""Files that survive a kill at any moment: append-only lines, and files that are there whole or not."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from bench.errors import StoreError, UsageError
from bench.records import decoder, encode
from bench.secrets import without_bytes

T = TypeVar("T")

TEMPORARY = ".tmp-"
"""How the name of a file that is still being written starts; a leftover is worth nothing."""

_SYNC_EVERY_S = 1.0


class Journal:
    """An append-only file of records, one a line. Safe to use from several threads.

    A line is one write, so a kill tears at most the last one; that one is cut off when the file is opened.
    The disk is asked to keep what was written at most once a second, and at the end.
    """

    def __init__(self, path: Path, *, keys: Sequence[str] = ()) -> None:
        """``keys`` are taken out of every line, whoever put them there."""
        self.path = path
        self._keys = keys
        cut_torn(path)
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._mutex = threading.Lock()
        self._size = os.fstat(self._fd).st_size
        self._synced = time.monotonic()

    def append(self, record: object, *, sync: bool = False) -> None:
        """Write one record; ``sync``: and have the disk keep it before anything else is done.

        Raises StoreError (disk full); the file then ends where it ended before.
        """
        line = without_bytes(encode(record), self._keys)
        with self._mutex:
            if self._fd < 0:
                raise StoreError(f"{self.path} is closed")
            self._write(line)
            if sync or time.monotonic() - self._synced >= _SYNC_EVERY_S:
                os.fsync(self._fd)
                self._synced = time.monotonic()

    def close(self) -> None:
        with self._mutex:
            if self._fd >= 0:
                os.fsync(self._fd)
                os.close(self._fd)
                self._fd = -1

    def _write(self, line: bytes) -> None:
        rest = line
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError as error:
            os.ftruncate(self._fd, self._size)
            hint = "Make room, then run the same command again: it goes on from here."
            raise StoreError(f"{self.path} cannot be written: {error.strerror}", hint=hint) from error
        self._size += len(line)


def cut_torn(path: Path) -> None:
    """Cut off a last line that has no end: what a kill in the middle of a write leaves."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        end = _end_of_lines(path, size)
        if end < size:
            file.truncate(end)


def read(path: Path, kind: type[T], *, skip: int = 0) -> Iterator[tuple[int, T]]:
    """The records of a journal with the offset of each line in bytes; a torn last line is left out.

    A missing file has none. ``skip``: so many lines are passed over unread. Raises StoreError, with the
    line's number, for a line that is no such record.
    """
    if not path.exists():
        return
    offset, decoded = 0, decoder(kind)
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            if number <= skip:
                offset += len(line)
                continue
            try:
                record = decoded(line)
            except ValueError as error:
                raise damaged(path, number, error) from error
            yield offset, record
            offset += len(line)


def damaged(path: Path, number: int, error: ValueError) -> StoreError:
    """For a line that is no record."""
    hint = "The file was changed or damaged; take it from a backup, or start a new run."
    return StoreError(f"{path}, line {number}: not a record: {error}", hint=hint)


def write_atomically(path: Path, data: bytes) -> None:
    """Put a file in place whole: under another name first, then renamed."""
    write_pieces(path, (data,))


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """The same for a file that is never whole in memory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    temporary = Path(name)
    try:
        with os.fdopen(fd, "wb") as file:
            file.writelines(pieces)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def writing(path: Path, *, hint: str) -> Iterator[None]:
    """While a file, or a folder of them, is written that a user asked for: UsageError where it cannot be."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}", hint=hint) from error


def _end_of_lines(path: Path, size: int, *, block: int = 1 << 16) -> int:
    """Where the last whole line ends, searched from the end of the file."""
    with path.open("rb") as file:
        end = size
        while end > 0:
            start = max(0, end - block)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0
