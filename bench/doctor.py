"""What holds on this machine: one finding a line, with what to do about it."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from bench import config
from bench.errors import BenchError, SandboxError, UsageError

if TYPE_CHECKING:
    from docker import DockerClient

_ENOUGH_DISK_GIB = 5.0
_ENOUGH_MEMORY_GIB = 2.0


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """``hint`` says what to do; "" when all is well."""

    level: Level
    about: str
    text: str
    hint: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything a run needs. Never raises: what goes wrong is a finding."""
    looks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _python,
        _docker,
        _guarantees,
        _disk,
        _memory,
        _keys,
        _data,
        _cache,
        _local_models,
    )
    for look in looks:
        try:
            yield from look()
        except BenchError as error:
            yield Finding(Level.FAIL, look.__name__.strip("_"), error.message, error.hint)
        except Exception as error:
            yield Finding(Level.FAIL, look.__name__.strip("_"), f"{type(error).__name__}: {error}")


def _python() -> Iterator[Finding]:
    text = f"{platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores"
    yield Finding(Level.OK, "python", text)


def _docker() -> Iterator[Finding]:
    from bench.sandbox.client import connect

    try:
        client = connect()
    except SandboxError as error:
        yield Finding(Level.FAIL, "docker", error.message, error.hint)
        return
    try:
        info = client.info()
        cgroup = str(info.get("CgroupVersion", "?"))
        text = f"engine {info.get('ServerVersion', '?')}, {info.get('Architecture', '?')}, cgroup v{cgroup}"
        hint = "" if cgroup == "2" else "Memory and process limits are exact with cgroup v2 only."
        yield Finding(Level.WARN if hint else Level.OK, "docker", text, hint)
        for warning in info.get("Warnings") or ():
            yield Finding(Level.WARN, "docker", str(warning))
        yield _image(client)
    finally:
        client.close()


def _guarantees() -> Iterator[Finding]:
    """A table: what each engine guarantees here, as found by starting a guest under it."""
    from bench.sandbox.guarantees import EXTRA, Guarantee
    from bench.sandbox.survey import survey

    engines = list(survey())
    for engine in engines:
        if engine.held is None:
            yield Finding(Level.OK, "sandbox", f"{engine.name} cannot be used: {engine.problem}")
    here = {engine.name: engine.held for engine in engines if engine.held is not None}
    if not here:
        hint = "Untrusted code is never run bare: set up Docker, podman or bubblewrap; see docs/sandbox.md."
        yield Finding(Level.FAIL, "sandbox", "no engine can be used", hint)
        return
    wide = max(len(one) for one in Guarantee)
    yield Finding(Level.OK, "guarantees", f"{'':<{wide}}  {'  '.join(here)}")
    for one in Guarantee:
        cells = (f"{'yes' if one in held else 'no':<{len(name)}}" for name, held in here.items())
        missed = one not in EXTRA and one not in here.get("docker", frozenset(Guarantee))
        hint = "What is judged with `docker` here says so on every row." if missed else ""
        text = f"{one:<{wide}}  {'  '.join(cells)}".rstrip()
        yield Finding(Level.WARN if missed else Level.OK, "", text, hint)


def _image(client: DockerClient) -> Finding:
    tags = sorted(tag for image in client.images.list() for tag in image.tags if tag.startswith("evenbench"))
    if tags:
        return Finding(Level.OK, "image", ", ".join(tags))
    return Finding(Level.WARN, "image", "not built yet", "The first run builds it; that takes a few minutes.")


def _disk() -> Iterator[Finding]:
    for about, path in (("disk, here", Path.cwd()), ("disk, cache", _there(config.cache_dir()))):
        free = shutil.disk_usage(path).free / 2**30
        short = free < _ENOUGH_DISK_GIB
        hint = f"A run with its raw replies wants {_ENOUGH_DISK_GIB:.0f} GiB." if short else ""
        yield Finding(Level.WARN if short else Level.OK, about, f"{free:.1f} GiB free", hint)


def _memory() -> Iterator[Finding]:
    if not hasattr(os, "sysconf") or "SC_AVPHYS_PAGES" not in os.sysconf_names:
        yield Finding(Level.WARN, "memory", "cannot be told on this system")
        return
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    short = total < _ENOUGH_MEMORY_GIB
    hint = "Each slot of the sandbox may use 1 GiB." if short else ""
    yield Finding(Level.WARN if short else Level.OK, "memory", f"{total:.1f} GiB", hint)


def _keys() -> Iterator[Finding]:
    from bench.models.http import checked_key
    from bench.models.vendors import VENDORS

    environ = config.environ()
    variables = dict.fromkeys(vendor.key_variable for vendor in VENDORS.values() if vendor.needs_key)
    there = [name for name in variables if environ.get(name, "").strip()]
    missing = [name for name in variables if name not in there]
    yield Finding(Level.OK, "keys", f"set: {', '.join(there) or 'none'}")
    if missing:
        hint = "Each is needed for its vendor's models only; local models need none."
        yield Finding(Level.OK, "keys", f"not set: {', '.join(missing)}", hint)
    for name in there:
        try:
            checked_key(environ[name].strip(), name)
        except UsageError as error:
            yield Finding(Level.WARN, "keys", error.message, error.hint)


def _data() -> Iterator[Finding]:
    folders = config.data_dirs(None)
    if folders:
        yield Finding(Level.OK, "data", ", ".join(str(folder) for folder in folders))
    hub = importlib.util.find_spec("datasets") is not None
    if hub:
        yield Finding(Level.OK, "data, hub", "the datasets library is installed")
    elif not folders:
        hint = "pip install 'evenbench[hub]', or name a folder: --data, BENCH_DATA. `smoke` needs none."
        yield Finding(Level.WARN, "data", "no folder named and no datasets library", hint)


def _cache() -> Iterator[Finding]:
    path = config.cache_dir()
    if os.access(_there(path), os.W_OK):
        yield Finding(Level.OK, "cache", str(path))
    else:
        yield Finding(Level.FAIL, "cache", f"{path} is not writable", "Set BENCH_CACHE to a folder that is.")


def _local_models() -> Iterator[Finding]:
    if importlib.util.find_spec("xllamacpp") is not None:
        yield Finding(Level.OK, "local models", "xllamacpp is installed")
    else:
        hint = f"For llamacpp/ models: {sys.executable} -m pip install 'evenbench[local]'."
        yield Finding(Level.OK, "local models", "xllamacpp is not installed", hint)


def _there(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
