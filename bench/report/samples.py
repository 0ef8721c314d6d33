"""What became of each sample of a run directory: every turn, and every attempt at it."""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import msgspec

from bench.journal import read
from bench.records import SampleRecord, VerdictRecord, decode
from bench.report.parts import Parts, facts, heading, table, text
from bench.rundir import SAMPLES, judgings, line_at, read_lock, verdicts_path
from bench.types import Json


class _Mark(msgspec.Struct):
    index: int
    attempt: int


class _Records:
    """A file of records, found again by the sample that they are of; a few bytes each in memory."""

    def __init__(self, path: Path, files: ExitStack) -> None:
        self._at: dict[int, array[int]] = defaultdict(lambda: array("q"))
        for offset, mark in read(path, _Mark):
            self._at[mark.index].append(offset)
        self._file: IO[bytes] | None = files.enter_context(path.open("rb")) if path.exists() else None

    def lines(self, index: int) -> Iterator[bytes]:
        for offset in self._at.get(index, ()):
            assert self._file is not None
            yield line_at(self._file, offset)


class Samples:
    """The samples of a run, by their places in its plan."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError for a directory that is no run, or a damaged line."""
        self._path = path
        self._files = ExitStack()
        self._samples = _Records(path / SAMPLES, self._files)
        judging = sorted(set(judgings(read_lock(path)).values()))
        self._verdicts = [_Records(verdicts_path(path, name), self._files) for name in judging]

    def __enter__(self) -> Samples:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._files.close()

    def parts(self, index: int) -> tuple[Parts, Parts]:
        """What was asked, and what came of it: each attempt in order, with its verdict if there is one."""
        records = [decode(line, SampleRecord) for line in self._samples.lines(index)]
        verdicts = {
            one.attempt: one
            for file in self._verdicts
            for one in (decode(line, VerdictRecord) for line in file.lines(index))
        }
        if not records:
            return [["facts", "", [["question", "not asked yet"]]]], []
        several = len(records) > 1
        answer = [
            part
            for record in records
            for part in self._attempt(record, verdicts.get(record.attempt), is_titled=several)
        ]
        return self._question(records), answer

    def _question(self, records: Sequence[SampleRecord]) -> Parts:
        """The messages of the first call that was answered; of a samples file there is none."""
        first = next((one.completion for one in records if one.completion), None)
        sent = self._blob(first.request_blob) if first else ""
        if not sent:
            return [["facts", "", [["question", "the run has no request: these answers were given to it"]]]]
        return [
            part for role, said in messages(sent) for part in text(f"Question ({role})", said, is_open=True)
        ]

    def _attempt(self, record: SampleRecord, verdict: VerdictRecord | None, *, is_titled: bool) -> Parts:
        named = f"Turn {record.turn}, record {record.attempt}"
        parts = [heading(named)] if is_titled else []
        parts += text("Told before this turn", record.told, is_open=True)
        if record.completion is None:
            parts += facts("No answer", [("outcome", record.outcome), ("fault", record.fault)])
            parts += text("What happened", record.detail, is_open=True)
            parts += text("What the provider said", self._blob(record.reply_blob))
        else:
            parts += text("Reasoning", record.completion.reasoning)
            parts += text("Reply", record.completion.text, is_open=True)
            parts += _extracted(record)
            parts += _judged(verdict)
        return [*parts, *_took(record, verdict), *_tries(record)]

    def _blob(self, digest: str) -> str:
        """A text that is kept under its digest; "" for none, or one that was thrown away."""
        path = self._path / "blobs" / digest[:2] / f"{digest}.txt"
        return path.read_bytes().decode("utf-8", "surrogatepass") if digest and path.exists() else ""


def messages(request: str) -> list[tuple[str, str]]:
    """Role and text of what a request's body says, in whichever vendor's form; else all of it."""
    try:
        body = json.loads(request)
    except ValueError:
        return [("as sent", request)]
    if not isinstance(body, dict):
        return [("as sent", request)]
    found = [
        ("system", _said(body[name]))
        for name in ("system", "instructions", "systemInstruction")
        if body.get(name)
    ]
    turns = next((body[name] for name in ("messages", "contents", "input", "prompt") if body.get(name)), None)
    if isinstance(turns, str):
        found.append(("user", turns))
    elif isinstance(turns, list):
        found += [(str(one.get("role", "user")), _said(one)) for one in turns if isinstance(one, Mapping)]
    return found or [("as sent", request)]


def _said(value: Any) -> str:
    """The texts within a message: a string, a list of blocks, or an object that has them."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, map(_said, value)))
    if isinstance(value, Mapping):
        return "\n".join(_said(value[name]) for name in ("text", "content", "parts") if value.get(name))
    return ""


def _extracted(record: SampleRecord) -> Parts:
    taken = record.extraction
    if taken is None:
        return []
    how: list[tuple[str, Json]] = [
        ("rule", taken.rule),
        ("pieces that could have been meant", taken.candidates),
        ("cut off", "" if taken.closed else "yes"),
        ("notes", ", ".join(taken.notes)),
    ]
    return [*text("Code that was taken out", taken.code), *facts("Extraction", how)]


def _judged(verdict: VerdictRecord | None) -> Parts:
    if verdict is None:
        return facts("Verdict", [("outcome", "not judged yet")])
    said: list[tuple[str, Json]] = [
        ("outcome", verdict.outcome),
        ("checks", f"{verdict.checks_passed} of {verdict.checks_run} passed"),
        ("isolation", verdict.isolation),
        ("to be looked at", ", ".join(verdict.review)),
    ]
    checks = [(one.name, one.planned, one.run, one.passed) for one in verdict.groups]
    failures = [
        part for one in verdict.groups for part in text(f"Failure in {one.name}", one.failure, is_open=True)
    ]
    edit = verdict.edit
    changed: list[tuple[str, Json]] = [] if edit is None else [
        ("lines changed", edit.lines), ("lines the reference changes", edit.needed),
        ("precision", edit.precision), ("recall", edit.recall),
        ("unchanged", "yes" if edit.unchanged else ""),
    ]  # fmt: skip
    return [
        *facts("Verdict", said),
        *text("Why", verdict.detail, is_open=True),
        *table("Checks", ("group", "planned", "run", "passed"), checks),
        *failures,
        *facts("Edit", changed),
    ]


def _took(record: SampleRecord, verdict: VerdictRecord | None) -> Parts:
    """Tokens, money and time, and what went over the wire."""
    completion, timing = record.completion, record.measured.timing
    known: list[tuple[str, Json]] = []
    if completion is not None:
        usage, cost = completion.usage, completion.cost_microusd
        known += [("stop", completion.stop), ("cost", None if cost is None else f"${cost / 1e6:.6f}")]
        if usage is not None:
            known += [
                ("input tokens", usage.input_total), ("of these cached", usage.input_cached),
                ("output tokens", usage.output_total), ("of these reasoning", usage.reasoning),
            ]  # fmt: skip
        known += [
            ("served model", completion.served_model), ("provider", completion.provider),
            ("sent", json.dumps(completion.sent, sort_keys=True) if completion.sent else ""),
            ("dropped", ", ".join(completion.dropped)),
        ]  # fmt: skip
    if timing is not None:
        known += [
            ("asked at", timing.asked_at), ("seconds of the model", _seconds(timing.total_s)),
            ("to the first byte", _seconds(timing.first_byte_s)), ("waited before", _seconds(timing.queue_s)),
        ]  # fmt: skip
    known += [("in the cache since", record.measured.cached_at), ("batch", record.measured.batch)]
    if verdict is not None:
        measured = verdict.measured
        known += [
            ("seconds of judging", _seconds(measured.wall_s)), ("CPU seconds", _seconds(measured.cpu_s)),
            ("memory", f"{measured.memory_mib:.0f} MiB" if measured.memory_mib else ""),
            ("sandbox", verdict.sandbox),
        ]  # fmt: skip
    return facts("What it took", known)


def _tries(record: SampleRecord) -> Parts:
    """Calls that brought no answer, each with its cause."""
    rows = [
        (one.asked_at, one.fault, one.http_status, _seconds(one.total_s), _seconds(one.wait_s))
        for one in record.measured.failed
    ]
    return table("Tries without an answer", ("asked at", "fault", "HTTP status", "took", "waited then"), rows)


def _seconds(time: float | None) -> str:
    return "" if time is None else f"{time:.2f} s"
