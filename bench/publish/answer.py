"""What a verification says: on one screen for people, as JSON for machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import Any

import bench
from bench.publish.findings import CHECKS, Finding, Kind
from bench.publish.verify import Checked
from bench.visible import visible_line

SCHEMA = "evenbench/verification@1"
VERDICTS = {None: "HOLDS", Kind.DIFFERS: "DIFFERS", Kind.UNCHECKED: "NOT CHECKED"}
_OF_A_STEP = 2
"""Findings of one kind that are shown: one fault may turn up in every cell of a row."""
_WIDTH, _LABEL = 100, 13
_MEANS = {
    None: "Every published number follows from the published samples, and these were judged again.",
    Kind.DIFFERS: "What is published does not follow from what is published.",
    Kind.UNCHECKED: "Nothing was found that differs, but not all of it could be checked.",
}
_SEALS_ALONE = "Every file is as it was sealed. Nothing else was looked at."


def screen(folder: Path, checked: Checked, *, seals_only: bool) -> str:
    """The verdict, what is wrong first, and what was looked at."""
    found, kind = checked.found, checked.kind
    meaning = _SEALS_ALONE if kind is None and seals_only else _MEANS[kind]
    lines = [f"{VERDICTS[kind]}: {visible_line(str(folder))}", meaning, ""]
    for one, label in ((Kind.DIFFERS, "differs"), (Kind.UNCHECKED, "not checked")):
        lines += _listed(
            found.of(one), sum(n for (other, _), n in found.counts.items() if other is one), label
        )
    lines += _rows("looked at", _looked_at(checked, seals_only=seals_only))
    lines += _listed(
        found.of(Kind.NOTE), sum(n for (one, _), n in found.counts.items() if one is Kind.NOTE), "note"
    )
    return "\n".join(lines) + "\n"


def _listed(found: list[Finding], count: int, label: str) -> Iterator[str]:
    if not found:
        return
    shown = [one for check in CHECKS for one in [one for one in found if one.check == check][:_OF_A_STEP]]
    yield from _rows(label, map(str, shown))
    if count > len(shown):
        yield from _rows("", [f"and {count - len(shown)} more (--json lists them)"])


def _rows(label: str, texts: Any) -> Iterator[str]:
    for text in texts:
        yield fill(text, _WIDTH, initial_indent=f"  {label:<{_LABEL}}", subsequent_indent=" " * (_LABEL + 2))
        label = ""


def _looked_at(checked: Checked, *, seals_only: bool) -> Iterator[str]:
    if not checked.digest:
        return
    yield f"{checked.files} files, digest {checked.digest}"
    if seals_only:
        return
    counted, judged = checked.counted, checked.judged
    runs = "1 run" if checked.runs == 1 else f"{checked.runs} runs"
    yield f"{runs}, {counted.planned} planned samples, {counted.answers} answers"
    if checked.rows:
        yield f"the leaderboard, made again: {len(checked.rows)} rows"
    if judged is not None:
        yield f"{judged.answers} answers judged again in a sandbox, {judged.equal} verdicts as published"


def as_json(checked: Checked) -> dict[str, Any]:
    """``first`` is the finding that a person should look at first; null where everything holds."""
    found, kind, judged = checked.found, checked.kind, checked.judged
    ordered = [one for of in Kind for one in found.of(of)]
    return {
        "schema": SCHEMA,
        "bench": bench.__version__,
        "verdict": VERDICTS[kind].lower().replace(" ", "_"),
        "first": str(ordered[0]) if kind else None,
        "digest": checked.digest,
        "files": checked.files,
        "runs": checked.runs,
        "samples_planned": checked.counted.planned,
        "answers": checked.counted.answers,
        "judged_again": judged.answers if judged else 0,
        "verdicts_as_published": judged.equal if judged else 0,
        "findings": [
            {"kind": one.kind.value, "check": one.check, "where": one.where, "what": one.what}
            for one in ordered
        ],
    }
