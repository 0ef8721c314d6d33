"""What a model is told after a try that failed: what a developer would see, and never a hidden test. Pure.

Only groups of checks that the suite calls visible are shown with what was called, expected and got. Of the
others a model learns that one failed. An exception is shown whole only where all groups are visible: else an
answer could raise what it was called with, in the text or the name of an exception, and so read hidden tests.
"""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from bench.languages import language
from bench.types import CheckGroup, Message, Outcome, Problem, Verdict

VERSION = "follow-up@1"
"""Of all texts here: a changed text is a new version."""
SHOWN_CHARS = 2_000

_CODE_AGAIN = (
    "Correct it. Reply with a single fenced {language} code block that holds the complete corrected code, "
    "and nothing else."
)
_EDITS_AGAIN = (
    "Correct it. Reply with edits in one of the three forms. They are applied to the files as they were "
    "first shown to you, so repeat whatever of your earlier edits is still needed."
)
_NOTHING = "(The reply was empty.)"
"""Providers take no message without text."""
_ENDED = {
    Outcome.TIME_LIMIT: "It was ended because it took too long.",
    Outcome.MEMORY_LIMIT: "It was ended because it used too much memory.",
    Outcome.OUTPUT_LIMIT: "It was ended because it printed too much.",
    Outcome.TRUNCATED: "The reply was cut off before it was complete. Be briefer.",
}


class Exchange(NamedTuple):
    """A turn that failed: what the model wrote, and what it is told about it."""

    wrote: str
    told: str


def may_go_on(outcome: Outcome) -> bool:
    """Whether another try makes sense: the answer was judged, and failed. A refusal is final."""
    return outcome.scored and outcome not in (Outcome.PASS, Outcome.REFUSED)


def feedback(problem: Problem, verdict: Verdict, *, visible: Collection[str]) -> str:
    """What a model is told about an answer that did not pass."""
    code_again = _CODE_AGAIN.format(language=language(problem.language).title)
    again = _EDITS_AGAIN if problem.checks.kind == "project" else code_again
    return f"{symptom(problem, verdict, visible=visible)}\n\n{again}"


def symptom(problem: Problem, verdict: Verdict, *, visible: Collection[str]) -> str:
    """How a program that does not pass shows that."""
    return _told(problem, verdict, visible)[:SHOWN_CHARS]


def follow_up(question: Sequence[Message], before: Sequence[Exchange]) -> tuple[Message, ...]:
    """The conversation so far, to be gone on with by the model."""
    turns = (
        message
        for wrote, told in before
        for message in (Message("assistant", wrote if wrote.strip() else _NOTHING), Message("user", told))
    )
    return (*question, *turns)


def _told(problem: Problem, verdict: Verdict, visible: Collection[str]) -> str:
    if verdict.outcome is Outcome.PASS:
        return "All tests pass."
    if verdict.outcome in _ENDED:
        return _ENDED[verdict.outcome]
    if verdict.outcome is Outcome.NO_CODE:
        return f"The reply cannot be used: {verdict.detail}"
    if verdict.outcome is Outcome.COMPILE_ERROR:
        return f"It is not a program that can be run: {verdict.detail}"
    open_to_see = all(group.name in visible for group in verdict.groups) and bool(visible)
    if verdict.outcome is Outcome.RUNTIME_ERROR:
        return f"It raised an error when it was tested: {_exception(verdict.detail, whole=open_to_see)}"
    failed = _first_failed(verdict.groups)
    if failed is not None and failed.name in visible:
        return f"A test fails: {failed.failure}"
    if names := _names(problem, failed):
        return f"These tests, which are not shown, fail: {', '.join(names)}"
    seen = any(group.name in visible and group is not failed for group in verdict.groups)
    return "The tests that are shown pass, but a hidden test fails." if seen else "A hidden test fails."


def _first_failed(groups: Sequence[CheckGroup]) -> CheckGroup | None:
    return next((group for group in groups if group.failure or group.passed < group.run), None)


def _names(problem: Problem, failed: CheckGroup | None) -> list[str]:
    """A project's tests that failed. Only names that it has itself: the rest may be what an answer wrote."""
    if failed is None or problem.checks.kind != "project":
        return []
    return [name for name in json.loads(problem.checks.inputs[failed.name]) if f"{name}: " in failed.failure]


def _exception(detail: str, *, whole: bool) -> str:
    if whole:
        return detail
    name = detail.partition(":")[0].strip()
    kind = name if isinstance(getattr(builtins, name, None), type) else "an exception of its own"
    line = re.search(r"\(line \d+\)$", detail.strip())
    return f"{kind} {line.group()}" if line else kind
