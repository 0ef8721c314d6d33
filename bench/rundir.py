"""What lies where in a run directory, and what of it can be read without knowing how the run stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, cast

from bench.errors import StoreError
from bench.journal import read
from bench.records import BatchRecord
from bench.types import Json, SampleKey

CONFIG, LOCK, PLAN = "config.toml", "lock.json", "plan.jsonl"
SAMPLES, EVENTS, BATCHES = "samples.jsonl", "events.jsonl", "batches.jsonl"
SCHEMA = 1

Lock = Mapping[str, Json]


def plan_of(path: Path, *, skip: int = 0) -> Iterator[SampleKey]:
    """The planned samples, in order, but for so many at the beginning."""
    return (key for _, key in read(path / PLAN, SampleKey, skip=skip))


def batches_of(path: Path) -> Iterator[BatchRecord]:
    """What is known about batches, in order."""
    return (record for _, record in read(path / BATCHES, BatchRecord))


def named(directories: Iterable[Path]) -> dict[str, Path]:
    """Each directory once, by its name, or by its path where several have that name; in the order given."""
    paths = list(dict.fromkeys(path.resolve() for path in directories))
    names = [path.name for path in paths]
    return {str(path) if names.count(path.name) > 1 else path.name: path for path in paths}


def read_lock(path: Path) -> dict[str, Json]:
    """The resolved inputs of a run. Raises StoreError when the directory holds none."""
    try:
        lock = json.loads((path / LOCK).read_bytes())
    except FileNotFoundError as error:
        hint = "Give the directory that `bench run -o` wrote."
        raise StoreError(f"{path} is no run directory: it has no {LOCK}", hint=hint) from error
    except (OSError, ValueError) as error:
        raise StoreError(f"{path / LOCK} cannot be read: {error}") from error
    if not isinstance(lock, dict) or lock.get("schema") != SCHEMA:
        raise StoreError(
            f"{path / LOCK} is not of schema {SCHEMA}", hint="Another release of bench wrote it."
        )
    return cast(dict[str, Json], lock)


def judgings(lock: Lock) -> dict[str, str]:
    """For each suite what its verdicts depend on, hence what its file of verdicts is named after."""
    judges = cast(Mapping[str, str], lock["judges"])
    return {suite: f"{judge}+{lock['extractor']}" for suite, judge in judges.items()}


def turns_of(lock: Lock) -> int:
    """How many turns a sample of the run has at most."""
    return cast(int, lock.get("turns") or 1)


def verdicts_path(path: Path, judging: str) -> Path:
    return path / "verdicts" / (re.sub(r"[^\w.@+-]", "_", judging) + ".jsonl")


def changes(
    old: Json | Lock, new: Json | Lock, *, within: Iterable[str] | None = None, at: str = ""
) -> list[str]:
    """What differs, a line each: ``params.seed: null -> 7``. ``within`` names the entries to look at."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        names = sorted(old.keys() | new.keys()) if within is None else sorted(within)
        pairs = ((f"{at}.{name}" if at else name, old.get(name), new.get(name)) for name in names)
        return [line for where, was, now in pairs for line in changes(was, now, at=where)]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = ((f"{at}[{i}]", was, now) for i, (was, now) in enumerate(zip(old, new, strict=True)))
        return [line for where, was, now in pairs for line in changes(was, now, at=where)]
    return [] if old == new else [f"{at}: {json.dumps(old)} -> {json.dumps(new)}"]


def line_at(file: IO[bytes], offset: int) -> bytes:
    file.seek(offset)
    return file.readline()
