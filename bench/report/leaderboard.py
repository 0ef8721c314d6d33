"""The leaderboard: from the results of any number of runs to ranked rows."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from bench.drift import Who
from bench.errors import UsageError
from bench.journal import write_atomically, writing
from bench.lock import AS_GIVEN
from bench.report.counted import counted, counted_in
from bench.report.formats import BY_ENDING, as_csv, as_json, as_markdown, render
from bench.report.row import COLUMNS, UNRANKED, Row
from bench.report.sums import Sent
from bench.report.tally import Tally
from bench.report.terms import suite_of
from bench.results import Result
from bench.rundir import turns_of
from bench.stats import Counts, Interval, cost_per_solved, mean_of_means, pass_at_k, score_of, worst_case
from bench.stats.counts import Ints
from bench.types import Json, Outcome, Track

__all__ = ["COLUMNS", "Row", "RunView", "as_csv", "as_json", "as_markdown", "render", "rows", "write"]


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as the leaderboard sees it: its lock, every planned sample once, its directory's name."""

    lock: Mapping[str, Json]
    results: Iterable[Result]
    name: str = ""
    path: Path | None = None
    """Where ``results`` come from, all of them as they are: a large run is then counted sooner."""


def rows(runs: Iterable[RunView]) -> list[Row]:
    """A row for each model on each suite of each run, ranked among rows of equal terms and problems.

    Runs are never pooled: the same name may stand for other answers in another run. Nor is what several
    models, or one at several providers, answered under one name in a run. Raises StoreError for a result that
    its run's lock does not know.
    """
    return _ranked(row for run in runs for row in _rows_of(run))


def _rows_of(run: RunView) -> Iterator[Row]:
    found = counted(run.lock, run.results) if run.path is None else counted_in(run.path)
    names: dict[str, set[Who]] = defaultdict(set)
    for (_, model), tallies in found.items():
        names[model] |= tallies.named
    for (suite, model), tallies in found.items():
        setting = _setting(run, suite, model)
        if len(names[model]) <= 1:
            yield _row(tallies.pooled(), setting, drift="")
            continue
        for who, tally in tallies.apart().items():
            yield _row(tally, setting, drift=_joined(str(other) for other in names[model] - {who}))


def _setting(run: RunView, suite: str, model: str) -> dict[str, Any]:
    """What the lock says about a model on a suite: the columns that are not counted."""
    lock: Mapping[str, Any] = run.lock
    entry, terms = suite_of(lock, suite, model)
    given = model in lock.get("as_given", ())
    return {
        "model": model,
        "suite": suite,
        "suite_version": entry["version"],
        "track": entry["track"],
        "problems_total": entry["total"],
        "limited": entry["limited"],
        "turns": turns_of(lock),
        "prices": _prices(lock.get("prices") or {}),
        "evidence": "given" if given else "asked",
        "data_sha256": entry["data"].get("sha256") or "",
        "prompt": AS_GIVEN if given else entry.get("prompt") or entry["prompts"][0],
        "judge": lock["judges"][suite],
        "extractor": lock["extractor"],
        "sandbox": _sandbox(lock.get("sandbox") or {}),
        "bench_version": lock["bench"],
        "terms": terms,
        "system": "" if given else _digest(lock.get("system")),
        "params_asked": "" if given else _parameters(lock.get("params") or {}),
        "run": run.name,
    }


def _digest(text: str | None) -> str:
    return "" if text is None else f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _parameters(params: Mapping[str, Json]) -> str:
    sent = Sent()
    sent.add({name: value for name, value in params.items() if value not in (None, [])})
    return str(sent)


def _sandbox(sandbox: Mapping[str, Any]) -> str:
    """Engine and image, and what this engine does not guarantee that ``docker`` does."""
    named = " ".join(str(sandbox[name]) for name in ("engine", "image") if sandbox.get(name))
    return f"{named} (without: {', '.join(sandbox['lacks'])})" if sandbox.get("lacks") else named


def _prices(prices: Mapping[str, Any]) -> str:
    """The price list of a run: its library and version, and digests of files that come before it."""
    library = " ".join(str(prices.get(name) or "") for name in ("library", "version")).strip()
    files = {name.removesuffix("_sha256"): str(digest) for name, digest in prices.items() if digest}
    given = [f"{name} {files[name][:12]}" for name in ("own", "overrides") if name in files]
    return "; ".join(filter(None, [*given, library]))


def _row(tally: Tally, setting: Mapping[str, Any], *, drift: str) -> Row:
    scored = sum(count for outcome, count in tally.outcomes.items() if outcome.scored)
    planned = int(tally.planned.sum())
    low, high = worst_case(tally.passed, tally.measured, tally.planned) or (0.0, 1.0)
    interval, method = interval_of(tally.passed, tally.measured, tally.planned)
    pass_at_1 = mean_of_means(tally.passed, tally.measured)
    visible = None if tally.passed_visible is None else mean_of_means(tally.passed_visible, tally.measured)
    by_turn, repairs = tally.solved_by_turn, tally.repairs
    cost, lost = _usd(tally.cost_microusd.value), _usd(tally.lost_microusd.value)
    solved = _cost_per_solved(tally)
    return Row(
        rank=None,
        rank_best=None,
        rank_worst=None,
        **setting,
        problems=len(tally.planned),
        epochs=int(tally.planned.max()),
        samples_planned=planned,
        samples_scored=scored,
        samples_unmeasured=planned - scored,
        unmeasured_share=(planned - scored) / planned,
        pass_at_1=pass_at_1,
        ci_low=interval.low,
        ci_high=interval.high,
        ci_method=method,
        bound_low=low,
        bound_high=high,
        pass_at_1_base=mean_of_means(tally.passed_base, tally.measured) if tally.has_base else None,
        pass_at_1_visible=visible,
        hidden_gap=None if visible is None or pass_at_1 is None else visible - pass_at_1,
        pass_at_5=_mean_pass_at_k(tally, 5),
        pass_at_10=_mean_pass_at_k(tally, 10),
        pass_at_100=_mean_pass_at_k(tally, 100),
        pass_at_turn_1=by_turn[0] if by_turn else None,
        solved_by_turn="; ".join(f"{share:.6f}" for share in by_turn),
        truncated_share=tally.outcomes[Outcome.TRUNCATED] / scored if scored else None,
        refused_share=tally.outcomes[Outcome.REFUSED] / scored if scored else None,
        malformed_edit_share=repairs.malformed.value if setting["track"] == Track.REPAIR else None,
        unchanged_share=repairs.unchanged.value,
        edit_precision=repairs.precision.value,
        bug_recall=repairs.recall.value,
        median_edit_lines=repairs.lines.value,
        median_needed_lines=repairs.needed.value,
        regression_share=repairs.regressed.value,
        outcomes=dict(tally.outcomes),
        tries=tally.counts["tries"],
        answers_cached=tally.counts["cached"],
        answers_batched=tally.counts["batched"],
        input_tokens=tally.input_tokens.value,
        cached_input_tokens=tally.cached_input_tokens.value,
        output_tokens=tally.output_tokens.value,
        reasoning_tokens=tally.reasoning_tokens.value,
        cost_usd=cost,
        cost_lost_usd=lost,
        cost_per_solved_usd=solved.value,
        cost_per_solved_low=solved.low,
        cost_per_solved_high=solved.high,
        median_seconds=tally.seconds.value,
        median_first_byte_seconds=tally.first_byte_s.value,
        median_queue_seconds=tally.queue_s.value,
        price_date=str(tally.asked),
        isolation=_joined(tally.isolation),
        dropped_params=_joined(tally.dropped),
        params_sent=str(tally.sent),
        served_model=_joined(tally.served),
        provider=_joined(tally.providers),
        drift=drift,
    )


def _usd(microusd: int | None) -> float | None:
    return None if microusd is None else microusd / 1e6


class _Solved(NamedTuple):
    """US dollars."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


def _cost_per_solved(tally: Tally) -> _Solved:
    """Of all samples, and its 95 % interval: as for scores, one end takes what is unmeasured as right.

    What was not asked yet has no price, so as long as there is any there is no interval.
    """
    cost, lost, passed = tally.cost_microusd.value, tally.lost_microusd.value, tally.passed
    if cost is None or lost is None or not passed.any():
        return _Solved()
    value = (cost + lost) / int(passed.sum()) / 1e6
    if tally.outcomes[Outcome.NOT_RUN]:
        return _Solved(value)
    counts = Counts.of(passed, tally.measured, planned=tally.planned)
    ends = (cost_per_solved(tally.microusd, counts.filled(passing=passing)) for passing in (True, False))
    best, worst = ends
    return _Solved(value, best.low / 1e6, worst.high / 1e6 if isfinite(worst.high) else None)


def interval_of(passed: Ints, measured: Ints, planned: Ints) -> tuple[Interval, str]:
    """A 95 % interval and its method, of samples by problem.

    Its low end takes what is unmeasured as wrong, its high end as right.
    """
    low, high = (score_of(Counts.of(right, planned)) for right in (passed, passed + planned - measured))
    return Interval(low.low, high.high), low.method


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
        boards[row.board].append(row)
    done: list[Row] = []
    for _, board in sorted(boards.items()):
        board.sort(key=_place)
        compete = [row for row in board if _competes(row)]
        done += [_with_ranks(row, compete) if _competes(row) else row for row in board]
    return done


def _with_ranks(row: Row, compete: Sequence[Row]) -> Row:
    """Its place by score, and the ranks that the intervals leave open.

    At best 1 + the rows whose whole interval lies above its own; at worst before those whose whole interval
    lies below.
    """
    scores = [_score(other) for other in compete]
    return replace(
        row,
        rank=scores.index(_score(row)) + 1,
        rank_best=1 + sum(other.ci_low > row.ci_high for other in compete),
        rank_worst=len(compete) - sum(other.ci_high < row.ci_low for other in compete),
    )


def _place(row: Row) -> tuple[bool, bool, float, str, str, str, str]:
    named = row.model, row.served_model, row.provider, row.run
    return row.model in UNRANKED, bool(row.drift), -_score(row), *named


def _competes(row: Row) -> bool:
    return row.model not in UNRANKED and row.pass_at_1 is not None and not row.drift


def _score(row: Row) -> float:
    """Rounded, so that the order in which problems are added up makes no rank."""
    return -1.0 if row.pass_at_1 is None else round(row.pass_at_1, 9)


def write(found: Sequence[Row], path: Path) -> None:
    """Write the rows in the format of the path's ending. Raises UsageError: unknown ending, not writable."""
    ending = path.suffix.lower()
    if ending not in BY_ENDING:
        kind = f"a {ending} file" if ending else "a file without an ending"
        hint = f"Give a name that ends in one of: {', '.join(BY_ENDING)}; or .html for a page."
        raise UsageError(f"{path}: no leaderboard is written as {kind}", hint=hint)
    with writing(path, hint="Give a path in a directory that can be written to with -o."):
        write_atomically(path, BY_ENDING[ending](found).encode("utf-8", "backslashreplace"))
