"""The leaderboard: from the results of any number of runs to ranked rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.errors import StoreError, UsageError
from bench.journal import write_atomically
from bench.report.formats import BY_ENDING, as_csv, as_json, as_markdown, render
from bench.report.row import COLUMNS, Row
from bench.report.tally import Tally
from bench.stats import Interval, cluster_bootstrap, mean_of_means, pass_at_k, wilson, worst_case
from bench.types import Json, Outcome, Result

__all__ = ["COLUMNS", "Row", "RunView", "as_csv", "as_json", "as_markdown", "render", "rows", "write"]

UNRANKED = frozenset({"reference"})
"""Models that show what can be reached, and compete with none."""

AS_GIVEN = "as given"
"""The prompt of answers that this project did not ask for: a samples file, the reference."""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as the leaderboard sees it: its lock, every planned sample once, its directory's name."""

    lock: Mapping[str, Json]
    results: Iterable[Result]
    name: str = ""


def rows(runs: Iterable[RunView]) -> list[Row]:
    """A row for each model on each suite of each run, ranked among rows of equal terms and problems.

    Runs are never pooled: the same name may stand for other answers in another run. Raises StoreError for
    a result that its run's lock does not know.
    """
    found: list[Row] = []
    for run in runs:
        tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
        for result in run.results:
            tallies[result.key.suite, result.key.model].add(result)
        found += [_row(tally, _setting(run, *named)) for named, tally in tallies.items()]
    return _ranked(found)


def _setting(run: RunView, suite: str, model: str) -> dict[str, Any]:
    """What the lock says about a model on a suite: the columns that are not counted."""
    lock: Mapping[str, Any] = run.lock
    entry = next((one for one in lock["suites"] if one["name"] == suite), None)
    terms = lock["terms"].get(suite, {}).get(model)
    if entry is None or terms is None:
        raise StoreError(f"a result of {model!r} on suite {suite!r} is not in its run's lock")
    return {
        "model": model,
        "suite": suite,
        "suite_version": entry["version"],
        "track": entry["track"],
        "problems_total": entry["total"],
        "limited": entry["limited"],
        "data_sha256": entry["data"].get("sha256") or "",
        "prompt": "as given"
        if model in lock.get("as_given", ())
        else entry.get("prompt") or entry["prompts"][0],
        "judge": lock["judges"][suite],
        "extractor": lock["extractor"],
        "sandbox": _sandbox(lock.get("sandbox") or {}),
        "bench_version": lock["bench"],
        "terms": terms,
        "run": run.name,
    }


def _sandbox(sandbox: Mapping[str, Any]) -> str:
    """Engine and image, and what this engine does not guarantee that ``docker`` does."""
    named = " ".join(str(sandbox[name]) for name in ("engine", "image") if sandbox.get(name))
    return f"{named} (without: {', '.join(sandbox['lacks'])})" if sandbox.get("lacks") else named


def _row(tally: Tally, setting: Mapping[str, Any]) -> Row:
    scored = sum(count for outcome, count in tally.outcomes.items() if outcome.scored)
    planned = int(tally.planned.sum())
    low, high = worst_case(tally.passed, tally.measured, tally.planned) or (0.0, 1.0)
    interval, method = _interval(tally)
    cost = tally.cost_microusd.value
    return Row(
        rank=None,
        **setting,
        problems=len(tally.planned),
        epochs=int(tally.planned.max()),
        samples_planned=planned,
        samples_scored=scored,
        samples_unmeasured=planned - scored,
        pass_at_1=mean_of_means(tally.passed, tally.measured),
        ci_low=interval.low,
        ci_high=interval.high,
        ci_method=method,
        bound_low=low,
        bound_high=high,
        pass_at_1_base=mean_of_means(tally.passed_base, tally.measured) if tally.has_base else None,
        pass_at_5=_mean_pass_at_k(tally, 5),
        pass_at_10=_mean_pass_at_k(tally, 10),
        pass_at_100=_mean_pass_at_k(tally, 100),
        truncated_share=tally.outcomes[Outcome.TRUNCATED] / scored if scored else None,
        refused_share=tally.outcomes[Outcome.REFUSED] / scored if scored else None,
        outcomes=dict(tally.outcomes),
        input_tokens=tally.input_tokens.value,
        output_tokens=tally.output_tokens.value,
        reasoning_tokens=tally.reasoning_tokens.value,
        cost_usd=None if cost is None else cost / 1e6,
        median_seconds=tally.median_seconds,
        isolation=_joined(tally.isolation),
        dropped_params=_joined(tally.dropped),
        served_model=_joined(tally.served),
    )


def _interval(tally: Tally) -> tuple[Interval, str]:
    """A 95 % interval; its low end takes what is unmeasured as wrong, its high end as right."""
    passed, planned = tally.passed, tally.planned
    passed_at_most = passed + planned - tally.measured
    if planned.max() == 1:
        n = len(planned)
        low, high = wilson(int(passed.sum()), n), wilson(int(passed_at_most.sum()), n)
        return Interval(low.low, high.high), "wilson"
    low = high = cluster_bootstrap(passed / planned)
    if (passed != passed_at_most).any():
        high = cluster_bootstrap(passed_at_most / planned)
    return Interval(low.low, high.high), "cluster_bootstrap"


def _mean_pass_at_k(tally: Tally, k: int) -> float | None:
    """None unless every problem has k measured samples."""
    if tally.measured.min() < k:
        return None
    each = [pass_at_k(int(n), int(c), k) for n, c in zip(tally.measured, tally.passed, strict=True)]
    return sum(each) / len(each)


def _joined(values: Iterable[str]) -> str:
    return "; ".join(sorted(values))


def _ranked(found: Iterable[Row]) -> list[Row]:
    """Sorted; equal scores share a rank, and the next one counts all before it (1, 2, 2, 4)."""
    boards: dict[tuple[str, bool, str, int], list[Row]] = defaultdict(list)
    for row in found:
        boards[row.suite, row.limited, row.terms, row.problems].append(row)
    done: list[Row] = []
    for _, board in sorted(boards.items()):
        board.sort(key=lambda row: (row.model in UNRANKED, -_score(row), row.model, row.run))
        scores = [_score(row) for row in board if _competes(row)]
        done += [replace(row, rank=scores.index(_score(row)) + 1) if _competes(row) else row for row in board]
    return done


def _competes(row: Row) -> bool:
    return row.model not in UNRANKED and row.pass_at_1 is not None


def _score(row: Row) -> float:
    """Rounded, so that the order in which problems are added up makes no rank."""
    return -1.0 if row.pass_at_1 is None else round(row.pass_at_1, 9)


def write(found: Sequence[Row], path: Path) -> None:
    """Write the rows in the format of the path's ending. Raises UsageError: unknown ending, not writable."""
    ending = path.suffix.lower()
    if ending not in BY_ENDING:
        later = " HTML is not written yet." if ending in (".html", ".htm") else ""
        kind = f"a {ending} file" if ending else "a file without an ending"
        hint = f"Give a name that ends in one of: {', '.join(BY_ENDING)}.{later}"
        raise UsageError(f"{path}: no leaderboard is written as {kind}", hint=hint)
    try:
        write_atomically(path, BY_ENDING[ending](found).encode("utf-8", "backslashreplace"))
    except OSError as error:
        hint = "Give a path in a directory that can be written to with -o."
        raise UsageError(f"{path} cannot be written: {error.strerror or error}", hint=hint) from error
