"""A run as pandas DataFrames: what ``bench.open`` gives. ``docs/python.md`` says what each column means."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError
from bench.rundir import read_lock
from bench.types import CheckGroup, Json, Outcome, SampleKey, Usage

if TYPE_CHECKING:
    import pandas

    from bench.edits import Edit
    from bench.results import Result, Turn

_CHUNK = 20_000
"""Rows that are plain Python objects at a time."""

_KINDS = {
    "str": "str",
    "bool": "bool",
    "int": "int64",
    "int | None": "Int64",
    "float": "float64",
    "float | None": "float64",
}
"""How pandas keeps what a leaderboard's row has: by its annotation."""
_KEY = {"suite": "str", "problem": "str", "model": "str", "epoch": "int64"}
_TOKENS = {
    "input_tokens": "Int64",
    "cached_input_tokens": "Int64",
    "cache_write_tokens": "Int64",
    "output_tokens": "Int64",
    "reasoning_tokens": "Int64",
}
_COSTS = {"cost_usd": "float64", "cost_lost_usd": "float64"}
_CHECKS = {"rule": "str", "checks_run": "int64", "checks_passed": "int64", "failure": "str"}
_EDIT = {
    "edit_lines": "Int64",
    "needed_lines": "Int64",
    "edit_precision": "float64",
    "bug_recall": "float64",
    "unchanged": "boolean",
}

SAMPLE_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        **_KEY,
        "outcome": "str",
        "passed": "boolean",
        "fault": "str",
        "detail": "str",
        **_CHECKS,
        "isolation": "str",
        "stop": "str",
        "turns": "int64",
        "tries": "int64",
        **_TOKENS,
        **_COSTS,
        "seconds": "float64",
        "first_byte_seconds": "float64",
        "queue_seconds": "float64",
        "waited_seconds": "float64",
        "judged_seconds": "float64",
        **_EDIT,
        "cached": "bool",
        "batched": "bool",
        "served_model": "str",
        "provider": "str",
        "sent": "str",
        "dropped": "str",
    }
)
"""The columns of ``Run.samples`` and what pandas keeps them as."""

TURN_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        **_KEY,
        "turn": "int64",
        "outcome": "str",
        "passed": "boolean",
        **_CHECKS,
        **_TOKENS,
        **_COSTS,
        "seconds": "float64",
        "waited_seconds": "float64",
        "judged_seconds": "float64",
        **_EDIT,
    }
)
"""The columns of ``Run.turns``."""


class Run:
    """A run directory. What it gives is read anew each time, as the directory then stands."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Raises StoreError for a directory that is no run."""
        self.path = Path(path)
        self.lock: Mapping[str, Json] = MappingProxyType(read_lock(self.path))
        """Its resolved inputs (``lock.json``): what makes two runs comparable."""

    def __repr__(self) -> str:
        return f"bench.open({str(self.path)!r})"

    def scores(self) -> pandas.DataFrame:
        """A row for each model on each suite: the leaderboard of this run alone, with all its columns.

        Raises StoreError for a damaged run, UsageError without pandas.
        """
        from bench.report.leaderboard import RunView, rows
        from bench.report.row import Row
        from bench.results import results

        columns: dict[str, str] = {}
        for one in fields(Row):
            named = one.metadata.get("columns")
            columns |= dict.fromkeys(named, "int64") if named else {one.name: _KINDS[str(one.type)]}
        found = rows([RunView(self.lock, results(self.path), self.path.resolve().name)])
        return _frame((tuple(row.cells().values()) for row in found), columns)

    def samples(self) -> pandas.DataFrame:
        """A row for each planned sample, in the order of the plan: what it has come to, and what it took.

        Tokens, costs and times are sums over its turns, edits those of the turn that counts.
        Raises StoreError for a damaged run, UsageError without pandas.
        """
        from bench.results import results

        return _frame(map(_sample, results(self.path)), SAMPLE_COLUMNS)

    def turns(self) -> pandas.DataFrame:
        """A row for each answered turn of each sample, up to the one that counts.

        Raises StoreError for a damaged run, UsageError without pandas.
        """
        from bench.results import results

        found = (
            _turn(result.key, number, turn)
            for result in results(self.path)
            for number, turn in enumerate(result.turns, 1)
        )
        return _frame(found, TURN_COLUMNS)


def _sample(result: Result) -> tuple[object, ...]:
    key, turns = result.key, result.turns
    return (
        *_key(key),
        result.outcome.value,
        _passed(result.outcome),
        result.fault,
        result.detail,
        result.rule,
        *_checks(result.groups),
        result.isolation,
        result.stop.value if result.stop else "",
        len(turns),
        result.tries,
        *_tokens(result.usage),
        *_costs(result.cost_microusd, result.lost_microusd),
        result.seconds,
        result.first_byte_s,
        result.queue_s,
        sum(turn.waited_s for turn in turns),
        sum(turn.judged_s for turn in turns),
        *_edit(turns[-1].edit if turns else None),
        result.cached,
        result.batched,
        result.served_model,
        result.provider,
        json.dumps(dict(result.sent), sort_keys=True) if result.sent else "",
        "; ".join(result.dropped),
    )


def _turn(key: SampleKey, number: int, turn: Turn) -> tuple[object, ...]:
    return (
        *_key(key),
        number,
        turn.outcome.value,
        _passed(turn.outcome),
        turn.rule,
        *_checks(turn.groups),
        *_tokens(turn.usage),
        *_costs(turn.cost_microusd, turn.lost_microusd),
        turn.seconds,
        turn.waited_s,
        turn.judged_s,
        *_edit(turn.edit),
    )


def _key(key: SampleKey) -> tuple[object, ...]:
    return key.suite, key.problem, key.model, key.epoch


def _passed(outcome: Outcome) -> bool | None:
    """None for what is unmeasured, so that a mean over it is a score."""
    return outcome is Outcome.PASS if outcome.scored else None


def _checks(groups: Iterable[CheckGroup]) -> tuple[object, ...]:
    listed = tuple(groups)
    failure = next((group.failure for group in listed if group.failure), "")
    return sum(group.run for group in listed), sum(group.passed for group in listed), failure


def _tokens(usage: Usage | None) -> tuple[object, ...]:
    known = usage or Usage()
    return (
        known.input_total,
        known.input_cached,
        known.input_cache_write,
        known.output_total,
        known.reasoning,
    )


def _costs(*microusd: int | None) -> tuple[object, ...]:
    return tuple(None if one is None else one / 1e6 for one in microusd)


def _edit(edit: Edit | None) -> tuple[object, ...]:
    if edit is None:
        return (None,) * len(_EDIT)
    return edit.lines, edit.needed, edit.precision, edit.recall, edit.unchanged


def _frame(rows: Iterable[tuple[object, ...]], columns: Mapping[str, str]) -> pandas.DataFrame:
    """Made piece by piece: as Python objects a million rows would take gigabytes."""
    try:
        import pandas as pd
    except ImportError as error:
        hint = "pip install 'evenbench[pandas]' brings it."
        raise UsageError("DataFrames need pandas, which is not installed", hint=hint) from error

    def frame(chunk: Sequence[tuple[object, ...]]) -> pandas.DataFrame:
        cells = zip(*chunk, strict=True) if chunk else [()] * len(columns)
        named = zip(columns.items(), cells, strict=True)
        return pd.DataFrame({name: pd.Series(_told(each, kind), dtype=kind) for (name, kind), each in named})

    rows = iter(rows)
    chunks = [frame(tuple(islice(rows, _CHUNK)))]
    while more := tuple(islice(rows, _CHUNK)):
        chunks.append(frame(more))
    return pd.concat(chunks, ignore_index=True)


def _told(column: Sequence[object], kind: str) -> list[Any]:
    """Texts as the leaderboard's files have them: neither they nor pandas can hold a lone surrogate."""
    if kind != "str":
        return list(column)
    return [str(one).encode("utf-8", "backslashreplace").decode() for one in column]
