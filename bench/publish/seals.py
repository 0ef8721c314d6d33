"""What a folder of results holds, as hashes. A stranger's folder is hostile: nothing outside it is read."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

import bench
from bench.errors import StoreError
from bench.lock import git_revision
from bench.visible import visible_line

SEALS = "seals.json"
SCHEMA = "evenbench/publication@1"
MAX_JSON_MIB = 256
"""More than any file has that is read whole."""
_MAX_LINE_MIB = 256
_MAX_FILE_GIB = 64
_MAX_DEPTH = 8
_MAX_FILES = 5_000_000
_BLOCK = 1 << 20


class Seal(msgspec.Struct, frozen=True):
    """A file: its SHA-256, and how many bytes it has."""

    sha256: str
    bytes: int


class Seals(msgspec.Struct, frozen=True):
    """``seals.json``: every other file of the folder by its path in it; ``digest`` is over all of them."""

    schema: str
    bench: str
    digest: str
    files: dict[str, Seal]


@dataclass(frozen=True, slots=True)
class Listing:
    """What really lies in a folder. ``odd``: what is no plain file of a bearable size, and why."""

    sizes: Mapping[str, int] = field(default_factory=dict)
    odd: tuple[tuple[str, str], ...] = ()
    hidden: tuple[str, ...] = ()
    """At its top, with a dot in front: a repository's own, no part of what was published."""


def listing(folder: Path) -> Listing:
    """Every file beneath a folder; no link is followed. Raises StoreError for what is no folder."""
    sizes: dict[str, int] = {}
    odd: list[tuple[str, str]] = []
    hidden: list[str] = []
    try:
        for name, entry in _entries(folder):
            if name == ".env":
                odd.append((name, "would set up whoever starts bench there"))
            elif "/" not in name and name.startswith("."):
                hidden.append(name)
            elif why := _oddity(entry, name):
                odd.append((name, why))
            elif not entry.is_dir(follow_symlinks=False):
                sizes[name] = entry.stat(follow_symlinks=False).st_size
            if len(sizes) > _MAX_FILES:
                odd.append((name, f"there are more than {_MAX_FILES:,} files"))
                break
    except OSError as error:
        hint = "Give the folder that `bench publish -o` wrote."
        raise StoreError(f"{folder} cannot be read: {error.strerror or error}", hint=hint) from error
    return Listing(dict(sorted(sizes.items())), tuple(sorted(odd)), tuple(sorted(hidden)))


def _entries(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything beneath, by its path in the folder; nothing is looked into that is hidden or no folder."""
    waiting = [("", folder)]
    while waiting:
        above, path = waiting.pop()
        with os.scandir(path) as found:
            for entry in sorted(found, key=lambda one: one.name):
                name = above + entry.name
                yield name, entry
                is_hidden = not above and entry.name.startswith(".")
                if not is_hidden and not _oddity(entry, name) and entry.is_dir(follow_symlinks=False):
                    waiting.append((f"{name}/", Path(entry.path)))


def _oddity(entry: os.DirEntry[str], name: str) -> str:
    status = entry.stat(follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        return "is a link"
    if stat.S_ISDIR(status.st_mode):
        return "is too deep" if name.count("/") >= _MAX_DEPTH else ""
    if not stat.S_ISREG(status.st_mode):
        return "is no plain file"
    if status.st_size > _MAX_FILE_GIB << 30:
        return f"is larger than {_MAX_FILE_GIB} GiB"
    is_whole = name.endswith((".json", ".toml", ".csv", ".md"))
    return f"is larger than {MAX_JSON_MIB} MiB" if is_whole and status.st_size > MAX_JSON_MIB << 20 else ""


def seal_of(path: Path) -> Seal:
    """Read a plain file once. Raises StoreError for any other, and for lines that are too long to be held."""
    digest, size, line = hashlib.sha256(), 0, 0
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise StoreError(f"{path} is no plain file")
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
                first, last = block.find(b"\n"), block.rfind(b"\n")
                if (
                    path.suffix == ".jsonl"
                    and line + (first if first >= 0 else len(block)) > _MAX_LINE_MIB << 20
                ):
                    raise StoreError(f"{path} has a line of more than {_MAX_LINE_MIB} MiB")
                line = line + len(block) if last < 0 else len(block) - last - 1
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}") from error
    return Seal(digest.hexdigest(), size)


def digest_of(files: Mapping[str, Seal]) -> str:
    """One SHA-256 over all: of a line ``SHA256 BYTES PATH`` for each file, sorted by path."""
    digest = hashlib.sha256()
    for name, seal in sorted(files.items()):
        digest.update(f"{seal.sha256} {seal.bytes} {name}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def release() -> str:
    """Which bench this is: its version, and the commit where it is run from a checkout."""
    return " ".join(filter(None, (bench.__version__, git_revision())))


def sealed(files: Mapping[str, Seal]) -> tuple[str, bytes]:
    """The digest over these files, and what ``seals.json`` holds."""
    digest = digest_of(files)
    body = {
        "schema": SCHEMA,
        "bench": release(),
        "digest": digest,
        "files": {name: msgspec.to_builtins(seal) for name, seal in sorted(files.items())},
    }
    return digest, json.dumps(body, indent=1).encode() + b"\n"


def read_seals(folder: Path) -> Seals:
    """Raises StoreError where there are none, or none that can be read."""
    path = folder / SEALS
    try:
        seals = msgspec.json.decode(path.read_bytes(), type=Seals)
    except FileNotFoundError as error:
        hint = "Give the folder that `bench publish -o` wrote."
        raise StoreError(f"{folder} is no publication: it has no {SEALS}", hint=hint) from error
    except (OSError, ValueError, RecursionError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
    if seals.schema != SCHEMA:
        raise StoreError(f"{path} is of schema {visible_line(seals.schema)[:60]}, not {SCHEMA}")
    return seals


def json_of(path: Path) -> Any:
    """A JSON file read whole. Raises StoreError for one that is none."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
