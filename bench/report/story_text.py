"""The story of a sample as lines for a terminal, where nothing that a model wrote acts or passes for ours.

Every text of others is spelled out (``bench.visible``) and stands behind a bar, so that no line of it can
look like one of these.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from bench.fences import without_reasoning
from bench.money import dollars
from bench.records import SampleRecord, StoredCompletion, VerdictRecord
from bench.repo import bundle
from bench.report.story import Attempt, Story
from bench.types import Outcome, Try
from bench.visible import visible, visible_line

SCHEMA = "evenbench/story@1"
MOST_LINES = 200
MOST_CHARS = 1_000
"""Of one text, and of one line of it, unless all is wanted."""


class Line(NamedTuple):
    """``is_title``: to be set off where the terminal can."""

    text: str
    is_title: bool = False


def told(story: Story, *, whole: bool, with_question: bool = True) -> Iterator[Line]:
    """``whole``: reasoning and long texts in full. Without its question where the one before had the same."""
    result = story.result
    key = result.key
    named = f"{key.problem}  {key.model}  epoch {key.epoch}  of {key.suite}"
    yield Line(visible_line(named), is_title=True)
    yield from _facts(
        ("outcome", _outcome(result.outcome, result.fault)),
        ("turns", len(result.turns) if len(result.turns) > 1 else None),
        ("attempts", len(story.attempts)),
    )
    last = story.attempts[-1].record if story.attempts else None
    if not result.outcome.scored and (last is None or result.detail != last.detail):
        yield from _facts(("why", result.detail))
    if last is not None and with_question:
        yield from _question(story, whole=whole)
    for attempt in story.attempts:
        yield from _attempt(attempt, whole=whole)
    yield Line("")


def as_json(stories: Iterable[Story]) -> str:
    """``{"schema": ..., "samples": [...]}``: each story with its records as they are stored; ASCII alone."""
    found = [msgspec.to_builtins(story) for story in stories]
    return json.dumps({"schema": SCHEMA, "samples": found}, indent=1) + "\n"


def _question(story: Story, *, whole: bool) -> Iterator[Line]:
    if not story.question:
        yield from _facts(
            ("question", "not in the run: its answers were given to it, or its adapter does not say")
        )
    for message in story.question:
        yield from _text(f"Question ({visible_line(message.role)})", message.text, whole=whole)


def _attempt(attempt: Attempt, *, whole: bool) -> Iterator[Line]:
    record, verdict = attempt.record, attempt.verdict
    replaced = "; a later attempt counts instead" if attempt.is_replaced else ""
    yield Line("")
    yield Line(f"Attempt {record.attempt}, turn {record.turn}{replaced}", is_title=True)
    yield from _text("Told before this turn", record.told, whole=whole)
    if record.completion is None:
        yield from _facts(("no answer", _outcome(record.outcome, record.fault)))
        yield from _text("What happened", record.detail, whole=whole)
        yield from _text("What the provider said", attempt.said, whole=whole)
    else:
        yield from _reply(record.completion, whole=whole)
        yield from _extraction(record, verdict, whole=whole)
        yield from _verdict(verdict, whole=whole)
    yield from _took(record, verdict)
    for number, one in enumerate(record.measured.failed, 1):
        yield from _facts((f"try {number} without an answer", _try(one)))


def _reply(completion: StoredCompletion, *, whole: bool) -> Iterator[Line]:
    """Reasoning in a line, also where a model thinks aloud in its reply."""
    text, thought = completion.text, ""
    answer, notes = without_reasoning(text)
    if not whole and any("think" in note for note in notes):
        thought, text = f"{len(text) - len(answer):,} characters of the reply", answer
    if whole:
        yield from _text("Reasoning", completion.reasoning, whole=True)
    elif completion.reasoning:
        lines = completion.reasoning.count("\n") + 1
        yield from _facts(
            ("reasoning", f"{len(completion.reasoning):,} characters in {lines:,} lines (--all shows it)")
        )
    yield from _facts(("thought aloud", thought and f"{thought} (--all shows it)"))
    yield from _text("Reply", text, whole=whole)
    if not text.strip():
        yield from _facts(("reply", "nothing after the reasoning" if thought else "empty"))


def _extraction(record: SampleRecord, verdict: VerdictRecord | None, *, whole: bool) -> Iterator[Line]:
    taken = record.extraction
    if taken is None:
        return
    judged_by = verdict.rule if verdict and verdict.rule != taken.rule else ""
    yield from _facts(
        ("extracted by rule", taken.rule),
        ("judged by rule", judged_by and f"{judged_by} (the judging is another than when it was asked)"),
        ("pieces that could be meant", taken.candidates if taken.candidates > 1 else None),
        ("cut off", "" if taken.closed else "yes"),
        ("notes", ", ".join(taken.notes)),
    )
    for name, code in _pieces(taken.code):
        yield from _text(f"Code{name}", code, whole=whole)


def _pieces(code: str) -> Iterator[tuple[str, str]]:
    """The code, file by file where it is a project's."""
    try:
        files = bundle.loads(code) if code.startswith("{") else {}
    except (ValueError, RecursionError):
        files = {}
    if not files:
        yield "", code
    for path, text in files.items():
        named = f" of {visible_line(path)}"
        yield (f"{named}: removed", "\n") if text is None else (named, text or "\n")


def _verdict(verdict: VerdictRecord | None, *, whole: bool) -> Iterator[Line]:
    if verdict is None:
        yield from _facts(("verdict", "not judged yet"))
        return
    checks = f"{verdict.checks_passed} of {verdict.checks_run} checks passed" if verdict.checks_run else ""
    yield from _facts(
        ("verdict", ", ".join(filter(None, [verdict.outcome.value, checks, verdict.isolation])))
    )
    if len(verdict.groups) > 1:
        for one in verdict.groups:
            planned = "" if one.planned is None else f" ({one.planned} planned)"
            yield from _facts((f"checks {one.name}", f"{one.passed} of {one.run} passed{planned}"))
    for one in verdict.groups:
        yield from _text(f"Failing check in {visible_line(one.name)}", one.failure, whole=whole)
    if verdict.detail not in {one.failure for one in verdict.groups}:
        yield from _text("Why", verdict.detail, whole=whole)
    yield from _text("Output", verdict.measured.output, whole=whole)
    yield from _facts(("to be looked at", ", ".join(verdict.review)))
    if (edit := verdict.edit) is not None:
        changed = f"{edit.lines} lines changed, {edit.needed} by the reference"
        rates = [
            f"{name} {value:.2f}"
            for name, value in (("precision", edit.precision), ("recall", edit.recall))
            if value is not None
        ]
        yield from _facts(("edit", "nothing changed" if edit.unchanged else ", ".join([changed, *rates])))


def _took(record: SampleRecord, verdict: VerdictRecord | None) -> Iterator[Line]:
    completion, measured = record.completion, record.measured
    if completion is not None:
        cost = completion.cost_microusd
        yield from _facts(
            ("stopped", completion.stop.value),
            ("tokens", _tokens(completion)),
            ("cost", None if cost is None else dollars(cost)),
            ("served by", " at ".join(filter(None, [completion.served_model, completion.provider]))),
            ("sent", json.dumps(completion.sent, sort_keys=True) if completion.sent else ""),
            ("dropped", ", ".join(completion.dropped)),
        )
    if (timing := measured.timing) is not None:
        first = "" if timing.first_byte_s is None else f", first byte after {timing.first_byte_s:.2f} s"
        waited = f", after waiting {timing.queue_s:.2f} s" if timing.queue_s >= 0.005 else ""
        yield from _facts(("asked at", timing.asked_at), ("took", f"{timing.total_s:.2f} s{first}{waited}"))
    yield from _facts(("from the cache of", measured.cached_at), ("batch", measured.batch))
    if verdict is not None and verdict.measured.wall_s:
        judged = verdict.measured
        at = f" in {verdict.sandbox}" if verdict.sandbox else ""
        used = f"{judged.cpu_s:.2f} s CPU, {judged.memory_mib:.0f} MiB"
        yield from _facts(("judging took", f"{judged.wall_s:.2f} s{at} ({used})"))


def _tokens(completion: StoredCompletion) -> str:
    usage = completion.usage
    if usage is None:
        return ""
    cached = "" if not usage.input_cached else f" ({usage.input_cached:,} cached)"
    reasoning = "" if not usage.reasoning else f" ({usage.reasoning:,} reasoning)"
    parts = [
        f"{count:,} {name}{of}"
        for count, name, of in (
            (usage.input_total, "in", cached),
            (usage.output_total, "out", reasoning),
        )
        if count is not None
    ]
    return ", ".join(parts)


def _try(one: Try) -> str:
    status = "" if one.http_status is None else f", HTTP {one.http_status}"
    waited = "" if one.wait_s is None else f", then waited {one.wait_s:.2f} s"
    return f"{one.fault}{status} after {one.total_s:.2f} s{waited} ({one.asked_at})"


def _outcome(outcome: Outcome | None, fault: str) -> str:
    named = outcome.value if outcome else ""
    return f"{named} ({fault})" if fault and fault != named else named


def _facts(*known: tuple[str, object]) -> Iterator[Line]:
    """A line each; none for what is unknown or empty."""
    for name, value in known:
        if value not in (None, ""):
            yield Line(_cut(f"  {name}: {value}", whole=False))


def _text(title: str, said: str, *, whole: bool) -> Iterator[Line]:
    """Nothing for an empty text."""
    if not said:
        return
    yield Line(f"  {title}", is_title=True)
    lines: Sequence[str] = said.removesuffix("\n").split("\n")
    for line in lines if whole else lines[:MOST_LINES]:
        yield Line(f"  │ {_cut(line, whole=whole)}")
    if not whole and len(lines) > MOST_LINES:
        yield Line(f"    ... {len(lines) - MOST_LINES:,} lines more (--all shows them)")


def _cut(line: str, *, whole: bool) -> str:
    """One line, spelled out."""
    more = 0 if whole else len(line) - MOST_CHARS
    kept = visible(line if more <= 0 else line[:MOST_CHARS]).replace("\n", "\\n")
    return kept if more <= 0 else f"{kept} ... {more:,} characters more (--all shows them)"
