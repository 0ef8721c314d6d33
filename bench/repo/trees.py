"""A project's source tree as text: from a folder, or from an archive that is not unpacked onto the disk."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bench.errors import DataError

MOST_BYTES = 16 << 20
"""Of all text of a tree: what is larger is no small project."""
_LEFT_OUT = frozenset({".git", ".hg", ".tox", ".venv", "__pycache__", "node_modules", ".mypy_cache"})


def read_tree(path: Path) -> dict[str, str]:
    """The text files of a tree by path, below the one folder that an archive has at its top.

    What is no text is left out. Raises DataError where there is none or too much.
    """
    try:
        found = dict(_folder(path) if path.is_dir() else _archive(path))
    except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    if not found:
        raise DataError(f"{path}: holds no text file")
    return dict(sorted(found.items()))


def find_tree(repo: str, commit: str, folders: list[Path]) -> Path:
    """Where the tree of a repository at a commit lies. Raises DataError naming what was looked for.

    ``OWNER__NAME-COMMIT`` under ``trees``: a folder or an archive; of the commit all or 12 digits.
    """
    names = [f"{repo.replace('/', '__')}-{digits}" for digits in (commit, commit[:12])]
    for folder in folders:
        for name in names:
            for ending in ("", ".tar.gz", ".tgz", ".zip"):
                path = folder / "trees" / f"{name}{ending}"
                if path.exists():
                    return path
    raise DataError(
        f"no source tree of {repo} at {commit[:12]}",
        hint=f"put it at DIR/trees/{names[1]}.tar.gz (or a folder of that name), where DIR is `--data DIR`",
    )


def _folder(root: Path) -> Iterator[tuple[str, str]]:
    total = 0
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if path.is_symlink() or not path.is_file() or _LEFT_OUT.intersection(inside.parts):
            continue
        total += path.stat().st_size
        yield from _text(inside.as_posix(), path.read_bytes(), total)


def _archive(path: Path) -> Iterator[tuple[str, str]]:
    members = _zip(path) if path.suffix == ".zip" else _tar(path)
    total = 0
    for name, data in members:
        parts = PurePosixPath(name).parts[1:]
        if not parts or ".." in parts or _LEFT_OUT.intersection(parts):
            continue
        total += len(data)
        yield from _text("/".join(parts), data, total)


def _tar(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isreg() and member.size <= MOST_BYTES and (file := archive.extractfile(member)):
                yield member.name, file.read()


def _zip(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if not member.is_dir() and member.file_size <= MOST_BYTES:
                yield member.filename, archive.read(member)


def _text(path: str, data: bytes, total: int) -> Iterator[tuple[str, str]]:
    if total > MOST_BYTES:
        raise DataError(f"more than {MOST_BYTES >> 20} MiB: no small project")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    if "\0" not in text:
        yield path, text.replace("\r\n", "\n") if path.endswith(".py") else text
