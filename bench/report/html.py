"""``bench report``: runs as one HTML file that opens from the disk, with a folder beside it if it is large.

What a model wrote, and every name, stands in the page only as packed data (``bench.report.packed``), of
which its script makes text nodes. The policy of the page lets nothing run but that script, by its hash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.journal import write_pieces, writing
from bench.report import folder, labels, shell
from bench.report.board_data import Counted, board_data
from bench.report.boards import boards
from bench.report.chunks import Chunks
from bench.report.leaderboard import RunView, rows
from bench.report.listed import Line, Listed, columns
from bench.report.packed import packed
from bench.report.shell import Held
from bench.report.sides import SidesOf
from bench.report.story import Stories, Story
from bench.results import results
from bench.rundir import named, read_lock
from bench.types import Json

FILE_BYTES = 5_000_000
"""What one file may hold; a larger report has the texts of its samples in parts beside it."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run directory, and what it is called: its name, or its path where several have that name."""

    name: str
    path: Path


def runs_in(directories: Sequence[Path]) -> list[Run]:
    """Each once. Raises StoreError for a directory that is no run."""
    found = [Run(name, path) for name, path in named(directories).items()]
    for run in found:
        read_lock(run.path)
    return found


def write(runs: Sequence[Run], path: Path, *, single: bool = False) -> list[Path]:
    """Write the report of these runs, and say which files it is; the same bytes for the same runs.

    ``single``: in one file however large. Raises UsageError where it cannot be written, StoreError for a
    damaged run.
    """
    hint = "Give a path in a directory that can be written to with -o."
    with (
        writing(path, hint=hint),
        folder.parts(path, lambda data: shell.part(data, index=quote(path.name))) as part,
    ):
        write_pieces(path, page(runs) if single else _divided(runs, part))
    return [path, *folder.files_of(path)]


def page(runs: Sequence[Run]) -> Iterator[bytes]:
    """The report as one page, piece by piece."""
    with _data(runs) as data:
        yield from data.page(data.chunks)


@dataclass(frozen=True, slots=True)
class _Data:
    """What a report shows, packed; the texts of samples when their turn comes."""

    boards: str
    chunks: Chunks
    lines: Sequence[Line]
    runs: Sequence[Run]

    def samples(self) -> str:
        """The list of samples; asked for after the last chunk: only then is it known where each starts."""
        names = [run.name for run in self.runs]
        return packed(columns(self.lines, names) | {"chunks": list[Json](self.chunks.starts)})

    def page(self, chunks: Iterable[str]) -> Iterator[bytes]:
        held = (Held(chunk) for chunk in chunks)
        return shell.page(self.boards, held, lambda: Held(self.samples()), framing=False)


@contextmanager
def _data(runs: Sequence[Run]) -> Iterator[_Data]:
    """What every sample came to is read first."""
    locks: dict[str, dict[str, Any]] = {run.name: read_lock(run.path) for run in runs}
    listed, seen = Listed(), [SidesOf(locks[run.name], run.name) for run in runs]
    views = [
        RunView(locks[run.name], listed.noted(place, of.noted(results(run.path))), run.name)
        for place, (run, of) in enumerate(zip(runs, seen, strict=True))
    ]
    found = boards(rows(views), locks)
    sides = {(side.run, side.suite, side.model): side for of in seen for side in of.sides()}
    counted = Counted(sides, {run.name: labels.stored(run.path) for run in runs})
    lines, shown = listed.ordered(), packed([board_data(one, counted) for one in found])
    with ExitStack() as stack:
        stored = [stack.enter_context(Stories(run.path)) for run in runs]

        def read(line: Line) -> Story:
            return stored[line.run][line.index]

        yield _Data(shown, Chunks(lines, read), lines, runs)


def _divided(runs: Sequence[Run], part: Callable[[str], str]) -> Iterator[bytes]:
    """The page that has everything, if that is not too much; else one whose texts are made parts."""
    with _data(runs) as data:
        chunks, few, size = iter(data.chunks), list[str](), 0
        while size <= FILE_BYTES and (chunk := next(chunks, None)) is not None:
            few.append(chunk)
            size += len(chunk)
        if size <= FILE_BYTES:
            whole = list(data.page(few))
            if sum(map(len, whole)) <= FILE_BYTES:
                yield from whole
                return
        held = [Held(file=part(chunk)) for chunk in chain(few, chunks)]
        samples = Held(file=part(data.samples()))
        yield from shell.page(data.boards, held, lambda: samples, framing=True)
