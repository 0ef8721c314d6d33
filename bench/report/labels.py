"""What kind of problem each one is: its language, its track, its tags. No run holds that; its suite does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.errors import UsageError
from bench.report.sides import Side
from bench.suites import Say, Suite, load_suite

Labels = Mapping[str, Mapping[str, str]]
"""By problem: the value of each label (``language``, ``track``, and the tags of the suite)."""


def labels_of(side: Side, *, data: Sequence[Path] = (), say: Say = lambda _: None) -> Labels:
    """The labels of a side's problems, from the suite that the run was made of, which is loaded again.

    Raises UsageError for an unknown suite or one that has changed since, DataError where its data is missing.
    """
    suite = load_suite(side.suite, data=data, say=say)
    _check_same(side, suite)
    wanted = set(side.names)
    return {
        problem.id: {"language": problem.language, "track": problem.track.value, **problem.tags}
        for problem in suite.problems
        if problem.id in wanted
    }


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
