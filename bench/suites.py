"""Suites: problems, the way of asking and the judge, named and versioned in ``tasks/<suite>/suite.toml``."""

from __future__ import annotations

import difflib
import hashlib
import json
import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bench import registry
from bench.assets import tasks_dir
from bench.datasets import Hub, Package, Row, Rows, Source, digest, load_rows
from bench.errors import DataError, PluginError, UsageError
from bench.prompts import template
from bench.rows import READERS
from bench.rows.project import own_rows, with_trees
from bench.types import Json, Limits, Problem, Track

Say = Callable[[str], None]
T = TypeVar("T")

KNOWN = "known.json"
"""Beside a suite.toml: digests of what dear calls of its references return (scripts/known_results.py)."""

DROPPED = "dropped.json"
"""Beside a suite.toml: problem id -> why it is no part of the suite (scripts/dropped.py)."""


@dataclass(frozen=True, slots=True)
class Suite:
    """What ``-s NAME`` stands for. ``errata``: problem id -> why its own reference does not pass."""

    name: str
    version: str
    title: str
    track: Track
    language: str
    problems: tuple[Problem, ...]
    total: int
    judge: str = "calls"
    prompts: tuple[str, str] = ("function-chat@1", "function-complete@1")
    errata: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Json] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)
    """Problems of the data set that are left out, and why."""
    visible: tuple[str, ...] = ()
    """Groups of checks that a model may see the failures of: those its question shows anyway."""

    @property
    def limited(self) -> bool:
        return len(self.problems) < self.total

    def limit(self, k: int, *, seed: int) -> Suite:
        """A seeded sample of ``k`` problems in their own order: the first ones are the easy ones."""
        if k >= len(self.problems):
            return self
        chosen = sorted(random.Random(f"{self.name} {seed}").sample(range(len(self.problems)), k))
        return replace(self, problems=tuple(self.problems[index] for index in chosen))


class _Source(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    key: str
    fields: tuple[str, ...]
    optional: tuple[str, ...] = ()
    records: int = 0
    sha256: str = ""
    files: tuple[str, ...] = ()
    hub: Hub | None = None
    url: str = ""
    package: Package | None = None
    made_by: str = ""


class _Join(_Source, frozen=True, kw_only=True):
    """A second data set: a row gets the fields of the row there whose key is its ``on``. The first counts."""

    on: str


class _Data(_Source, frozen=True, kw_only=True):
    """A row that no join has anything for is left out."""

    join: tuple[_Join, ...] = ()
    folder: str = ""
    """Rows that come with the suite: a folder of .toml files beside its definition."""
    projects: str = ""
    """Rows that come with the suite: a folder that has one for each project."""
    trees: bool = False
    """Whether rows name a source tree by repository and commit, which lies under ``trees``."""


class _Own(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A problem of this project's own, in a file of its own."""

    track: Track
    entry_point: str
    reference: str
    tests: str
    prompt: str = ""
    """What to go on from; for generation."""
    buggy: str = ""
    symptom: str = ""
    """The wrong program and how that shows; for repair."""


class _Prompts(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    chat: str
    complete: str


class _Variant(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Other data, or another way of asking; what it leaves out is the suite's."""

    data: _Data | None = None
    title: str = ""
    errata: dict[str, str] | None = None
    prompts: _Prompts | None = None
    visible: tuple[str, ...] | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A suite.toml: one set of data, or several as variants, the first of which is the default."""

    name: str
    version: str
    title: str
    track: Track
    rows: str
    prompts: _Prompts
    judge: str = "calls"
    limits: Limits = Limits()
    data: _Data | None = None
    errata: dict[str, str] = {}
    visible: tuple[str, ...] = ()
    variants: dict[str, _Variant] = {}


def suite_titles() -> dict[str, str]:
    """Name -> title of every suite and variant that ``-s`` knows, plug-ins included, sorted."""
    titles = dict.fromkeys(registry.names(registry.SUITES), "from a plug-in")
    for path in sorted(tasks_dir().glob("*/suite.toml")):
        file = _read(path)
        titles[file.name] = file.title
        titles |= {f"{file.name}:{name}": variant.title for name, variant in file.variants.items()}
    return dict(sorted(titles.items()))


def suite_names() -> list[str]:
    return list(suite_titles())


def load_suite(
    name: str, *, data: Sequence[Path] = (), say: Say = lambda _: None, fetch: bool = True
) -> Suite:
    """A suite with its problems, from our own definitions or a plug-in; not ``fetch``: from what is here.

    Raises UsageError for an unknown name, DataError where its data cannot be had or is another.
    """
    base, _, variant = name.partition(":")
    path = tasks_dir() / base / "suite.toml"
    if path.is_file():
        load = partial(load_rows, data=data, say=say, fetch=fetch)
        return _build(_read(path), name, variant, home=path.parent, data=data, load=load)
    if name in registry.names(registry.SUITES) or ":" in name or name.endswith(".py"):
        return _plugin(name)
    close = difflib.get_close_matches(name, suite_names(), n=1)
    meant = f"did you mean {close[0]!r}? " if close else ""
    raise UsageError(f"unknown suite {name!r}", hint=f"{meant}There are: {', '.join(suite_names())}")


@dataclass(frozen=True, slots=True)
class Outline:
    """What a definition says of a suite without its data; at most so many ``problems``."""

    name: str
    version: str
    title: str
    track: Track
    problems: int
    sha256: str
    """Of the data as it is pinned; "" for rows that come with the suite."""
    errata: Mapping[str, str]


def outline(name: str) -> Outline | None:
    """A suite of ours by its name, no data needed; None for a name that none has. Raises UsageError."""
    base, _, variant = name.partition(":")
    path = tasks_dir() / base / "suite.toml"
    if not path.is_file():
        return None
    file = _read(path)
    if variant and variant not in file.variants:
        return None
    chosen = file.variants.get(variant or next(iter(file.variants), ""), _Variant())
    data = chosen.data or _present(file)
    own = data.folder or data.projects
    count = len([one for one in (path.parent / own).iterdir() if one.name[0] not in "._"]) if own else 0
    return Outline(
        name=name,
        version=file.version,
        title=chosen.title or file.title,
        track=file.track,
        problems=count if own else data.records - len(_dropped(path.parent)),
        sha256=data.sha256,
        errata=file.errata if chosen.errata is None else chosen.errata,
    )


def _dropped(home: Path) -> dict[str, str]:
    path = home / DROPPED
    return json.loads(path.read_text("utf-8")) if path.is_file() else {}


def _plugin(name: str) -> Suite:
    made: Any = registry.load(registry.SUITES, name)
    suite = made() if callable(made) else made
    if not isinstance(suite, Suite):
        raise PluginError(f"suite plug-in {name!r} gives a {type(suite).__name__}, not a bench.suites.Suite")
    return suite


def _read(path: Path) -> _File:
    file = _toml(path, _File)
    if file.name != path.parent.name:
        raise UsageError(f"{path}: its name is {file.name!r}", hint="A suite is called as its folder is.")
    return file


def _toml(path: Path, form: type[T]) -> T:
    """A file of ours in its form. Raises UsageError naming the file and what is wrong in it."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), form)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}", hint="docs/suites.md describes these files") from None


def _build(
    file: _File, name: str, variant: str, *, home: Path, data: Sequence[Path], load: Callable[..., Rows]
) -> Suite:
    wanted = variant or next(iter(file.variants), "")
    if wanted not in file.variants and wanted:
        known = ", ".join(f"{file.name}:{other}" for other in file.variants) or f"only {file.name}"
        raise UsageError(f"suite {file.name!r} has no variant {wanted!r}", hint=f"there are: {known}")
    chosen = file.variants[wanted] if wanted else _Variant()
    prompts = chosen.prompts or file.prompts
    if file.rows not in READERS:
        raise UsageError(f"{file.name}: no row format {file.rows!r}", hint=f"there are: {', '.join(READERS)}")
    for prompt in (prompts.chat, prompts.complete):
        template(prompt)
    described = chosen.data or _present(file)
    source = _source(described)
    if described.projects:
        found = own_rows(home / described.projects)
        rows = Rows(tuple(found), f"folder {described.projects}", digest(found, source))
    elif described.folder:
        rows = _own(described, source, home)
    else:
        rows = load(source, name=name)
    if described.trees:
        rows = replace(rows, rows=tuple(with_trees(rows.rows, data)))
    if described.join:
        rows = _joined(rows, described, name, load)
    problems = tuple(READERS[file.rows](name, row, file.limits) for row in rows.rows)
    dropped = _dropped(home)
    problems = tuple(problem for problem in problems if problem.id not in dropped)
    if (home / KNOWN).is_file():
        problems = tuple(map(partial(_with_known, json.loads((home / KNOWN).read_text("utf-8"))), problems))
    _check_unique(name, problems)
    return Suite(
        name=name,
        version=file.version,
        title=chosen.title or file.title,
        track=file.track,
        language=", ".join(sorted({problem.language for problem in problems})),
        problems=problems,
        total=len(problems),
        judge=file.judge,
        prompts=(prompts.chat, prompts.complete),
        errata=file.errata if chosen.errata is None else chosen.errata,
        data=_described(rows, source),
        dropped=dropped,
        visible=file.visible if chosen.visible is None else chosen.visible,
    )


def _joined(rows: Rows, first: _Data, name: str, load: Callable[..., Rows]) -> Rows:
    """Rows with the fields of what they are joined with; the digest is one over all digests.

    Of rows with the same key, which ask the same again, the first stays.
    """
    found, digests = list[Row](), [rows.sha256]
    tables: list[tuple[str, dict[str, Row]]] = []
    for join in first.join:
        other = load(_source(join), name=f"{name}, {join.files[0]}")
        digests.append(other.sha256)
        tables.append((join.on, {str(row[join.key]): _kept(row, join.fields) for row in other.rows}))
    for row in {row[first.key]: row for row in reversed(rows.rows)}.values():
        match = next((table[row[on]] for on, table in tables if row[on] in table), None)
        if match is not None:
            found.append(match | row)
    found.reverse()
    return replace(rows, rows=tuple(found), sha256=hashlib.sha256(" ".join(digests).encode()).hexdigest())


def _kept(row: Row, fields: Sequence[str]) -> Row:
    return {field: row[field] for field in fields}


def _with_known(known: Mapping[str, Mapping[str, Mapping[str, str]]], problem: Problem) -> Problem:
    """A suite's data is pinned by its hash, so a digest cannot outlive the call it belongs to."""
    return replace(problem, checks=replace(problem.checks, known=known.get(problem.id, {})))


def _present(file: _File) -> _Data:
    if file.data is None:
        raise UsageError(f"suite {file.name!r} names no data", hint="it needs [data] or [variants.NAME.data]")
    return file.data


def _source(data: _Source) -> Source:
    return Source(
        key=data.key,
        fields=data.fields,
        records=data.records,
        sha256=data.sha256,
        files=data.files,
        hub=data.hub,
        url=data.url,
        package=data.package,
        optional=data.optional,
        made_by=data.made_by,
    )


def _own(data: _Data, source: Source, home: Path) -> Rows:
    """Rows of this project's own: their digest is stated, not pinned, for they change with the checkout."""
    rows: list[Row] = []
    for path in sorted((home / data.folder).glob("*.toml")):
        own = _toml(path, _Own)
        needed = ("prompt",) if own.track is Track.GENERATION else ("buggy", "symptom")
        empty = [name for name in needed if not getattr(own, name).strip()]
        if empty:
            raise UsageError(f"{path}: a problem of track {own.track.value!r} needs {' and '.join(empty)}")
        rows.append({"id": path.stem} | msgspec.to_builtins(own))
    if not rows:
        raise DataError(f"{home / data.folder} holds no problem", hint="It needs one .toml file a problem.")
    return Rows(tuple(rows), f"folder {data.folder}", digest(rows, source))


def _described(rows: Rows, source: Source) -> dict[str, Json]:
    """``origin`` is where the rows came from this time, ``pinned`` what their digest was pinned for."""
    described: dict[str, Json] = {"origin": rows.origin, "sha256": rows.sha256, "records": len(rows.rows)}
    if source.hub is not None:
        described["pinned"] = f"{source.hub.repo}@{source.hub.revision}"
    return described


def _check_unique(name: str, problems: Sequence[Problem]) -> None:
    seen: set[str] = set()
    for problem in problems:
        if problem.id in seen:
            raise UsageError(f"suite {name!r} has two problems called {problem.id!r}")
        seen.add(problem.id)
