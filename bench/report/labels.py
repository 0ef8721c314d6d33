"""What kind of problem each one is: its language, its track, its tags. A run notes it when it begins."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from bench.errors import StoreError, UsageError
from bench.report.sides import Side
from bench.suites import Say, Suite, load_suite

LABELS = "labels.json"
Labels = Mapping[str, Mapping[str, str]]
"""By problem: the value of each label (``language``, ``track``, and the tags of the suite)."""


def labels_of(side: Side, *, data: Sequence[Path] = (), say: Say = lambda _: None) -> Labels:
    """The labels of a side's problems, from the suite that the run was made of, which is loaded again.

    Raises UsageError for an unknown suite or one that has changed since, DataError where its data is missing.
    """
    suite = load_suite(side.suite, data=data, say=say)
    _check_same(side, suite)
    wanted = set(side.names)
    return {name: own for name, own in _of(suite).items() if name in wanted}


def _of(suite: Suite) -> dict[str, dict[str, str]]:
    return {
        problem.id: {"language": problem.language, "track": problem.track.value, **problem.tags}
        for problem in suite.problems
    }


def text(suites: Iterable[Suite]) -> bytes:
    """What ``labels.json`` of a run of these suites holds."""
    return json.dumps({suite.name: _of(suite) for suite in suites}, sort_keys=True).encode() + b"\n"


def stored(path: Path) -> Mapping[str, Labels]:
    """By suite, as the run directory has them; none where it was made before there were any.

    Raises StoreError for a damaged file.
    """
    file = path / LABELS
    if not file.is_file():
        return {}
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, dict[str, dict[str, str]]])
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{file} cannot be read: {error}", hint="Delete it: the suite's data will do."
        ) from error


def values(found: Labels, label: str) -> dict[str, str]:
    """The value of one label by problem, "" for a problem without it."""
    return {problem: own.get(label, "") for problem, own in found.items()}


def known(found: Labels) -> list[str]:
    """The labels that any problem has, sorted."""
    return sorted({name for own in found.values() for name, value in own.items() if value})


def _check_same(side: Side, suite: Suite) -> None:
    """Tags are read from the data: with the same data they are the same."""
    was, now = side.settings["data"], suite.data.get("sha256")
    gone = sorted(set(side.names) - {problem.id for problem in suite.problems})
    if was == now and not gone:
        return
    why = f"problem {gone[0]} is no more in it" if gone else f"its data was {was}, and is {now}"
    raise UsageError(
        f"suite {side.suite!r} is not what it was in run {side.run}: {why}",
        hint="Compare without --by and --cluster, or with the release and the data of the run.",
    )
