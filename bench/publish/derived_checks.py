"""Whether what is made of the runs is what is published: tables by their cells, the page and words whole."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.publish.findings import Findings
from bench.publish.folder import PAGE, README, TABLES, derive
from bench.publish.seals import json_of, seal_of
from bench.report.row import Row

_CHECK = "leaderboard"
Cells = Mapping[str, str]


def check_derived(
    folder: Path, runs: Mapping[str, Path], found: Findings, *, same_release: bool
) -> list[Row]:
    """Make it all again elsewhere; the rows. Raises StoreError for a damaged run.

    Another release's page and words may be other bytes by right; its numbers may not.
    """
    with tempfile.TemporaryDirectory() as place:
        made = Path(place)
        rows = derive(runs, made)
        for name in TABLES:
            with found.damage(_CHECK, name):
                _check_table(folder / name, made / name, rows, found)
        pages = [PAGE, README, *(str(path.relative_to(made)) for path in sorted(made.glob("*/*")))]
        for name in pages:
            if not (folder / name).exists():
                found.differs("page", name, "is missing")
            elif seal_of(folder / name) != seal_of(made / name):
                if same_release:
                    found.differs("page", name, "is not what the published runs make")
                else:
                    found.unchecked("page", name, "was made by another release, and is other than this one's")
    return rows


def _check_table(published: Path, made: Path, rows: Sequence[Row], found: Findings) -> None:
    if not published.exists():
        found.differs(_CHECK, published.name, "is missing")
        return
    read = {".csv": _from_csv, ".json": _from_json, ".md": _from_markdown}[published.suffix]
    theirs, ours = list(read(published)), list(read(made))
    for number, (one, two) in enumerate(zip(theirs, ours, strict=False), 1):
        row = rows[number - 1]
        where = f"{published.name}, row {number} ({row.model} on {row.suite}, {row.run})"
        for column in [*two, *(name for name in one if name not in two)]:
            if one.get(column) != two.get(column):
                found.differs(_CHECK, f"{where}, {column}", _told(one.get(column), two.get(column)))
    if len(theirs) != len(ours):
        told = f"it has {len(theirs)} rows, and the published runs make {len(ours)}"
        found.differs(_CHECK, published.name, told)
    elif theirs == ours and published.read_bytes() != made.read_bytes():
        found.differs(_CHECK, published.name, "has the cells that follow, and more or less besides")


def _told(published: str | None, follows: str | None) -> str:
    shown = ("nothing" if one is None else one or "an empty cell" for one in (published, follows))
    return "published {}, but the published samples make {}".format(*shown)


def _from_csv(path: Path) -> Iterator[Cells]:
    reader = csv.DictReader(
        io.StringIO(path.read_bytes().decode("utf-8"), newline=""), restkey="", restval=""
    )
    for row in reader:
        yield {name: str(cell) for name, cell in row.items()}


def _from_json(path: Path) -> Iterator[Cells]:
    for row in json_of(path)["rows"]:
        yield {name: str(cell) for name, cell in row.items()}


def _from_markdown(path: Path) -> Iterator[Cells]:
    lines = [line.strip("|").split(" | ") for line in path.read_bytes().decode("utf-8").split("\n") if line]
    for cells in lines[2:]:
        yield {name.strip(): cell.strip() for name, cell in zip(lines[0], cells, strict=False)}
