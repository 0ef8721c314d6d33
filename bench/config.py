"""Settings from outside: the only reader of the environment.

Variables: ``OPENAI_API_KEY``, ``ANTHROPIC_API_KEY`` and the like (taken by adapters), ``BENCH_DATA``
(folders of data sets), ``BENCH_CACHE`` (where downloads are kept), ``BENCH_OFFLINE`` (1: fetch nothing),
``BENCH_PRICES`` (a price file).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from bench.errors import UsageError

_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)")


def environ() -> dict[str, str]:
    """The process environment, and under it what ``.env`` in the current folder adds.

    A ``.env`` never overrides a variable that is set. Raises UsageError for a line it cannot read.
    """
    path = Path(".env")
    return dict(_dotenv(path)) | dict(os.environ) if path.is_file() else dict(os.environ)


def data_dirs(cli: Path | None) -> tuple[Path, ...]:
    """Folders to look for data sets in: ``--data`` first, then ``BENCH_DATA`` (split as ``PATH`` is).

    Raises UsageError for one that is not a folder: a typing slip must not read as "data set missing".
    """
    named = [("--data", cli)] if cli is not None else []
    named += [
        ("BENCH_DATA", Path(part)) for part in environ().get("BENCH_DATA", "").split(os.pathsep) if part
    ]
    return tuple(_folder(origin, path.expanduser()) for origin, path in named)


def cache_dir() -> Path:
    """Where downloads are kept: ``BENCH_CACHE``, or the user's cache folder. It may not exist yet."""
    chosen = environ().get("BENCH_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("evenbench", appauthor=False)


def _folder(origin: str, path: Path) -> Path:
    if not path.is_dir():
        raise UsageError(f"{origin}: {path} is not a folder", hint="Name a folder that holds data sets.")
    return path


def _dotenv(path: Path) -> Iterator[tuple[str, str]]:
    """``NAME=value`` lines; blank lines and comments are skipped. Never shows a value: it may be a key."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {type(error).__name__}") from error
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(text)
        if match is None:
            raise UsageError(
                f"{path}, line {number}: not of the form NAME=value", hint="Correct or remove it."
            )
        yield match[1], _unquoted(match[2])


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #")[0].rstrip()
