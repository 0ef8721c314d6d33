"""Making a folder of results that stands for itself: on a static host, as a data set, on a disk."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.errors import StoreError, UsageError
from bench.journal import TEMPORARY, write_atomically, writing
from bench.publish.copied import copy
from bench.publish.readme import readme
from bench.publish.seals import SEALS, listing, read_seals, seal_of, sealed
from bench.report import html, leaderboard
from bench.report.leaderboard import RunView
from bench.report.row import Row
from bench.results import results
from bench.rundir import read_lock
from bench.store import hold

RUNS, PAGE, README = "runs", "index.html", "README.md"
TABLES = ("leaderboard.csv", "leaderboard.json", "leaderboard.md")


@dataclass(frozen=True, slots=True)
class Published:
    """``digest`` is over all files: who makes it known elsewhere can be held to them."""

    digest: str
    files: int
    rows: tuple[Row, ...]
    shortened: Mapping[str, str]
    """Paths of the machine, and what stands for each."""
    lost_blobs: int


def publish(runs: Sequence[Path], to: Path, *, keys: Sequence[str] = ()) -> Published:
    """Write a folder with these runs and all that is made of them; the same bytes for the same runs.

    It is there whole or not at all. Raises StoreError for a directory that is no run, UsageError where a key
    stands in it, or where the folder is somebody else's.
    """
    for run in runs:
        read_lock(run)
    _check_ours(to)
    with writing(to, hint="Give a path in a directory that can be written to with -o."), _replaced(to) as new:
        shortened: dict[str, str] = {}
        lost = 0
        for name, run in _names(runs).items():
            copied = copy(run, new / RUNS / name, keys=keys)
            shortened |= copied.shortened
            lost += copied.lost_blobs
        rows = write_derived(new)
        files = {name: seal_of(new / name) for name in listing(new).sizes}
        digest, seals = sealed(files)
        write_atomically(new / SEALS, seals)
    return Published(digest, len(files) + 1, tuple(rows), shortened, lost)


def write_derived(folder: Path) -> list[Row]:
    """Tables, page and words, made of the runs in a folder alone; the rows."""
    return derive(runs_of(folder), folder)


def derive(runs: Mapping[str, Path], to: Path) -> list[Row]:
    """The same, written elsewhere."""
    rows = rows_of(runs)
    for name in TABLES:
        leaderboard.write(rows, to / name)
    html.write(html.runs_in(list(runs.values())), to / PAGE)
    write_atomically(to / README, readme(rows, runs).encode("utf-8", "backslashreplace"))
    return rows


def runs_of(folder: Path) -> dict[str, Path]:
    """The runs in a publication by name, sorted."""
    found = folder / RUNS
    names = sorted(path.name for path in found.iterdir() if path.is_dir()) if found.is_dir() else []
    return {name: found / name for name in names}


def rows_of(runs: Mapping[str, Path]) -> list[Row]:
    """The leaderboard of these runs."""
    return leaderboard.rows(
        RunView(read_lock(path), results(path), name, path) for name, path in runs.items()
    )


def _names(runs: Sequence[Path]) -> dict[str, Path]:
    """What each run is called there: by its directory, with a number where several have that name."""
    named: dict[str, Path] = {}
    for path in sorted({run.resolve() for run in runs}, key=lambda one: (one.name, str(one))):
        plain = re.sub(r"[^\w.+@=-]", "_", path.name, flags=re.ASCII).lstrip(".") or "run"
        numbered = (plain, *(f"{plain}-{number}" for number in range(2, len(runs) + 2)))
        named[next(name for name in numbered if name.casefold() not in {one.casefold() for one in named})] = (
            path
        )
    return named


def _check_ours(to: Path) -> None:
    """Nothing is replaced but what a publication is known to hold. Raises UsageError."""
    hint = "Give a new folder with -o, or one that `bench publish` wrote and nothing was added to."
    if not to.exists() and not to.is_symlink():
        return
    if to.is_symlink() or not to.is_dir():
        raise UsageError(f"{to} is there and is no folder", hint=hint)
    found = listing(to)
    if not found.sizes and not found.odd and not found.hidden:
        return
    try:
        known = read_seals(to).files
    except StoreError as error:
        raise UsageError(f"{to} is there and is no publication: {error.message}", hint=hint) from error
    added = [*found.hidden, *(name for name, _ in found.odd)]
    added += [name for name in found.sizes if name not in known and name != SEALS]
    if added:
        raise UsageError(f"{to} holds {added[0]}, which is not of the publication", hint=hint)


@contextmanager
def _replaced(to: Path) -> Iterator[Path]:
    """A new folder that takes the place of another in one step, once all is in it; never half of it."""
    place = to.resolve()
    new, old = (place.with_name(f"{TEMPORARY}{place.name}{what}") for what in ("", ".old"))
    held = hold(new)
    try:
        if old.exists() and not place.exists():
            old.rename(place)
        for left in (*new.iterdir(), old):
            _remove(left)
        yield new
        new.chmod(0o755)
        if place.exists():
            place.rename(old)
        new.rename(place)
        _remove(old)
    finally:
        _remove(new)
        os.close(held)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
