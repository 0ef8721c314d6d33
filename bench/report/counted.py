"""Counting a run by suite, model and who answered; a large one by several processes, each a part of its plan.

What comes out does not hang on how many they are: parts are put together in the order of the plan.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias, cast

from bench.report.tally import ByAnswerer
from bench.results import Result, results
from bench.rundir import read_lock, turns_of
from bench.state import planned_in

Counted: TypeAlias = dict[tuple[str, str], ByAnswerer]
"""By suite and model, in the order in which they were found."""

_PART = 50_000
"""Samples worth a process: another one is there after a third of a second."""
_MOST = 8
"""Each process looks at where every line starts, so ever more of them save ever less."""


def counted(lock: Mapping[str, Any], found: Iterable[Result]) -> Counted:
    """Count results as they stream by."""
    visible = {suite["name"]: frozenset(suite.get("visible") or ()) for suite in lock["suites"]}
    turns, tallies = turns_of(lock), cast(Counted, {})
    for result in found:
        place = result.key.suite, result.key.model
        if place not in tallies:
            tallies[place] = ByAnswerer(turns=turns, visible=visible.get(result.key.suite, frozenset()))
        tallies[place].add(result)
    return tallies


def counted_in(path: Path, *, processes: int | None = None) -> Counted:
    """Count the results of a run directory. ``processes``: else as many as there are processors and work for.

    Raises StoreError when there is no run, or a line is damaged.
    """
    lock, planned = read_lock(path), planned_in(path)
    if processes is None:
        processes = max(1, min(_cores(), _MOST, planned // _PART))
    ends = [planned * number // processes for number in range(processes + 1)]
    first, *others = map(range, ends, ends[1:])
    with ExitStack() as stack:
        helpers = [stack.enter_context(_Helper(path, part)) for part in others]
        whole = counted(lock, results(path, within=first))
        for helper in helpers:
            # What a helper cannot count is counted here, and so says what is wrong with it.
            part = helper.counted()
            _add(whole, counted(lock, results(path, within=helper.part)) if part is None else part)
    return whole


def _add(whole: Counted, part: Counted) -> None:
    for place, tallies in part.items():
        if place in whole:
            whole[place].merge(tallies)
        else:
            whole[place] = tallies


class _Helper:
    """Another process that counts a part of a run."""

    def __init__(self, path: Path, part: range) -> None:
        self.part = part
        # -P: what lies in the folder where the command was started is not imported.
        command = [sys.executable, "-P", "-m", __name__, str(path), str(part.start), str(part.stop)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> _Helper:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            self._process.kill()

    def counted(self) -> Counted | None:
        """What it counted, once it has; None where it could not."""
        told, _ = self._process.communicate()
        return cast(Counted, pickle.loads(told)) if self._process.returncode == 0 else None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    """What a helper does."""
    path, start, stop = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    found = counted(read_lock(path), results(path, within=range(start, stop)))
    sys.stdout.buffer.write(pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    main()
