"""A published run, read as a stranger's: what has not the right shape is refused before it is used."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import msgspec

from bench import resolve
from bench.errors import StoreError
from bench.lock import Asked
from bench.plan import Questions
from bench.rundir import CONFIG, EVENTS, PLAN, SAMPLES, Lock, plan_of, read_lock
from bench.suites import Suite
from bench.symptoms import SYMPTOMS
from bench.types import Mode, SampleKey

MOST_TURNS = 50
"""As many as ``bench run`` takes."""


class _Suite(msgspec.Struct):
    name: str
    version: str
    track: str
    problems: int
    total: int
    limited: bool
    data: dict[str, Any]
    prompts: tuple[str, str]


class _Plan(msgspec.Struct):
    samples: int
    sha256: str


class Shape(msgspec.Struct):
    """What is read of a lock."""

    bench: str
    suites: list[_Suite]
    models: list[str]
    as_given: list[str]
    params: dict[str, Any]
    mode: Mode
    plan: _Plan
    extractor: str
    judges: dict[str, str]
    terms: dict[str, dict[str, str]]
    sandbox: dict[str, Any]
    system: str | None = None
    epochs: int | None = None
    limit: int | None = None
    seed: int | None = None
    turns: Annotated[int, msgspec.Meta(ge=1, le=MOST_TURNS)] = 1


@dataclass(frozen=True, slots=True)
class Run:
    """``shape`` is the lock as far as it is read, ``keys`` the plan."""

    name: str
    path: Path
    lock: Lock
    shape: Shape
    asked: Asked
    keys: list[SampleKey]

    def file(self, name: str) -> str:
        """What a file of the run is called in the publication."""
        return f"runs/{self.name}/{name}"

    def questions(self, suites: Sequence[Suite]) -> Questions:
        """What was asked, with what the run says of programs that are to be mended."""
        path, shown = self.path / SYMPTOMS, dict[str, dict[str, str]]()
        if path.exists():
            shown = msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, str]])
        told = {(suite, id_): text for suite, own in shown.items() for id_, text in own.items()}
        return replace(resolve.asked_in(self.asked, suites), symptoms=told)


def opened(name: str, path: Path) -> Run:
    """Raises StoreError for what is no run."""
    lock = read_lock(path)
    try:
        shape = msgspec.convert(lock, Shape)
    except msgspec.ValidationError as error:
        raise StoreError(f"{path} has a lock that is none: {error}") from error
    if not (path / PLAN).is_file():
        raise StoreError(f"{path} has no {PLAN}")
    suites = {suite.name for suite in shape.suites}
    if suites != shape.judges.keys():
        raise StoreError(
            f"{path} has a lock that names no judge for a suite, or a suite that it does not have"
        )
    asked = Asked.read(path / CONFIG)
    if not asked.suites or not suites:
        raise StoreError(f"{path} is a run of no suite")
    for file in (path / PLAN, path / SAMPLES, path / EVENTS, *(path / "verdicts").glob("*.jsonl")):
        if not _ends_whole(file):
            raise StoreError(f"{file} ends in the middle of a line")
    keys = list(plan_of(path))
    if asked.epochs is not None and asked.epochs > len(keys):
        raise StoreError(f"{path} has fewer samples than epochs")
    return Run(name, path, lock, shape, asked, keys)


def _ends_whole(path: Path) -> bool:
    """Whether the last line is whole; of a run that was killed it need not be, but what is published is."""
    if not path.is_file() or not path.stat().st_size:
        return True
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
