"""What a page shows of one sample, as parts: headings, texts, facts and tables, each with its title.

A part is a list that starts with its kind, as ``page/sample.js`` draws it:
``["heading", title]``, ``["text", title, text, open]``, ``["facts", title, [[name, value], ...]]`` and
``["table", title, [name, ...], [[cell, ...], ...]]``. Where a text is too long for the page it is
``[beginning, characters left out, end]``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from bench.fences import without_reasoning
from bench.records import SampleRecord, VerdictRecord
from bench.report.story import Attempt, Story
from bench.types import CheckGroup, Json, Outcome

Parts = Sequence[list[Json]]

TEXT_CHARS = 100_000
"""Of one text; of a longer one the first three quarters of that and the last quarter are kept."""


def question(story: Story) -> Parts:
    """What was asked first."""
    if story.question:
        return [
            part
            for message in story.question
            for part in _text(f"Question ({message.role})", message.text, is_open=True)
        ]
    unasked = "not asked yet"
    given = "the run has no request: these answers were given to it"
    return _facts("", [("question", given if story.attempts else unasked)])


def answer(story: Story) -> Parts:
    """What came of it: every attempt in order, with its verdict if there is one."""
    several = len(story.attempts) > 1
    return [part for one in story.attempts for part in _attempt(one, is_titled=several)]


def _attempt(attempt: Attempt, *, is_titled: bool) -> Parts:
    record, verdict = attempt.record, attempt.verdict
    later = ", a later one counts" if attempt.is_replaced else ""
    parts: list[list[Json]] = []
    if is_titled:
        parts.append(["heading", f"Turn {record.turn}, attempt {record.attempt}{later}"])
    parts += _text("Told before this turn", record.told, is_open=True)
    if record.completion is None:
        parts += _facts("No answer", [("outcome", record.outcome), ("fault", record.fault)])
        parts += _text("What happened", record.detail, is_open=True)
        parts += _text("What the provider said", attempt.said)
    else:
        parts += _text("Reasoning", record.completion.reasoning)
        parts += _reply(record.completion.text)
        parts += _extracted(record)
        parts += _judged(verdict)
    return [*parts, *_took(record, verdict), *_tries(record)]


def _reply(text: str) -> Parts:
    """What was thought aloud in it apart, as the extraction leaves it out."""
    answer, notes = without_reasoning(text)
    if not any("think" in note for note in notes):
        return _text("Reply", text, is_open=True) or _facts("", [("reply", "empty")])
    # Thought in several places it is shown with what stands between.
    thought = _text("Reasoning in the reply", text.removesuffix(answer))
    said = _text("Reply", answer.lstrip("\n"), is_open=True)
    return [*thought, *(said or _facts("", [("reply", "nothing after the reasoning")]))]


def _extracted(record: SampleRecord) -> Parts:
    taken = record.extraction
    if taken is None:
        return []
    how: list[tuple[str, Json]] = [
        ("rule", taken.rule),
        ("pieces of code", taken.candidates),
        ("cut off", "" if taken.closed else "yes"),
        ("notes", ", ".join(taken.notes)),
    ]
    return [*_text("Code that was taken out", taken.code), *_facts("Extraction", how)]


def _judged(verdict: VerdictRecord | None) -> Parts:
    if verdict is None:
        return _facts("Verdict", [("outcome", "not judged yet")])
    said: list[tuple[str, Json]] = [
        ("outcome", verdict.outcome),
        ("limit hit", _limit(verdict)),
        ("checks", f"{verdict.checks_passed} of {verdict.checks_run} passed"),
        ("isolation", verdict.isolation),
        ("to be looked at", ", ".join(verdict.review)),
    ]
    checks = [(one.name, one.planned, one.run, one.passed) for one in verdict.groups]
    failures = [part for one in verdict.groups for part in _failed(one)]
    edit = verdict.edit
    changed: list[tuple[str, Json]] = [] if edit is None else [
        ("lines changed", edit.lines), ("lines the reference changes", edit.needed),
        ("precision", edit.precision), ("recall", edit.recall),
        ("unchanged", "yes" if edit.unchanged else ""),
    ]  # fmt: skip
    return [
        *_facts("Verdict", said),
        *([] if _is_told(verdict) else _text("Why", verdict.detail, is_open=True)),
        *_table("Checks", ("group", "planned", "run", "passed"), checks),
        *failures,
        *_text("Output of the code", verdict.measured.output),
        *_facts("Edit", changed),
    ]


def _failed(group: CheckGroup) -> Parts:
    """What was called, expected and got, where the failure says it so that nothing can be mistaken for it."""
    title, failure = f"First failed check in {group.name}", group.failure
    call, sign, values = failure.partition("): ")
    got, _, expected = values.partition(_INSTEAD)
    if sign and failure.count("): ") == failure.count(_INSTEAD) == 1 and expected:
        return _table(title, ("call", "expected", "got"), [(f"{call})", expected, got)])
    return _text(title, failure, is_open=True)


_INSTEAD = " instead of "
_LIMITS = {Outcome.TIME_LIMIT, Outcome.MEMORY_LIMIT, Outcome.OUTPUT_LIMIT}


def _limit(verdict: VerdictRecord) -> str:
    if verdict.outcome is Outcome.TRUNCATED:
        return "tokens of the reply"
    return verdict.detail if verdict.outcome in _LIMITS else ""


def _is_told(verdict: VerdictRecord) -> bool:
    """Whether the failed check of a group says it already."""
    return verdict.detail in {
        text for one in verdict.groups for text in (one.failure, f"{one.name}: {one.failure}")
    }


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
    return _facts("What it took", known)


def _tries(record: SampleRecord) -> Parts:
    """Calls that brought no answer, each with its cause."""
    rows = [
        (one.asked_at, one.fault, one.http_status, _seconds(one.total_s), _seconds(one.wait_s))
        for one in record.measured.failed
    ]
    return _table(
        "Tries without an answer", ("asked at", "fault", "HTTP status", "took", "waited then"), rows
    )


def _seconds(time: float | None) -> str:
    return "" if time is None else f"{time:.2f} s"


def _text(title: str, said: str, *, is_open: bool = False) -> list[list[Json]]:
    """Nothing for an empty text."""
    return [["text", title, _cut(said), is_open]] if said else []


def _facts(title: str, known: Iterable[tuple[str, Json]]) -> list[list[Json]]:
    """Those that are known and not empty; nothing where none is."""
    kept: list[Json] = [[name, value] for name, value in known if value not in (None, "", (), [])]
    return [["facts", title, kept]] if kept else []


def _table(title: str, names: Sequence[str], rows: Iterable[Sequence[Json]]) -> list[list[Json]]:
    """Nothing for no rows; an unknown cell is empty."""
    found: list[Json] = [["" if cell is None else cell for cell in row] for row in rows]
    return [["table", title, list(names), found]] if found else []


def _cut(said: str) -> Json:
    if len(said) <= TEXT_CHARS:
        return said
    tail = TEXT_CHARS // 4
    head = TEXT_CHARS - tail
    return [said[:head], len(said) - TEXT_CHARS, said[-tail:]]
