"""The parts of a report that is too large for one file: pages in a folder beside it.

A part is named after what it holds: where writing is broken off, no report shows
the texts of another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from bench.journal import write_atomically

_NAME = re.compile(r"[0-9a-f]{16}\.html")


def folder_of(index: Path) -> Path:
    """``report-parts`` for ``report.html``."""
    return index.with_name(f"{index.stem}-parts")


def files_of(index: Path) -> list[Path]:
    """The parts that lie beside a report."""
    folder = folder_of(index)
    return sorted(path for path in folder.glob("*.html") if _NAME.fullmatch(path.name))


@contextmanager
def parts(index: Path, page: Callable[[str], str]) -> Iterator[Callable[[str], str]]:
    """While a report is written: takes the data of a part, writes its page and returns its address.

    At the end what an earlier report left there is removed; after a failure what this one wrote.
    """
    folder = folder_of(index)
    before, now = set(files_of(index)), set[Path]()

    def write(data: str) -> str:
        path = folder / f"{hashlib.sha256(data.encode()).hexdigest()[:16]}.html"
        write_atomically(path, page(data).encode())
        now.add(path)
        return quote(f"{folder.name}/{path.name}")

    try:
        yield write
    except BaseException:
        _remove(folder, now - before)
        raise
    _remove(folder, before - now)


def _remove(folder: Path, files: set[Path]) -> None:
    for path in files:
        path.unlink()
    if files and not any(folder.iterdir()):
        folder.rmdir()
