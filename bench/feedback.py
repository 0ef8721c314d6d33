"""What a model is told after a try that failed: what a developer would see, and never a hidden test. Pure.

Only groups of checks that the suite calls visible are shown with what was called, expected and got. Of the
others a model learns that one failed. An exception is shown whole only where all groups are visible: else an
answer could raise what it was called with, in the text or the name of an exception, and so read hidden tests.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Collection, Sequence

from bench.types import CheckGroup, Message, Outcome, Verdict

VERSION = "follow-up@1"
SHOWN_CHARS = 2_000

_ASK_AGAIN = (
    "Correct it. Reply with a single fenced Python code block that holds the complete corrected code, "
    "and nothing else."
)
_ENDED = {
    Outcome.TIME_LIMIT: "It was ended because it took too long.",
    Outcome.MEMORY_LIMIT: "It was ended because it used too much memory.",
    Outcome.OUTPUT_LIMIT: "It was ended because it printed too much.",
    Outcome.NO_CODE: "There is no code in the reply.",
    Outcome.TRUNCATED: "The reply was cut off before it was complete. Be briefer.",
}


def may_go_on(outcome: Outcome) -> bool:
    """Whether another try makes sense: the answer was judged, and failed. A refusal is final."""
    return outcome.scored and outcome not in (Outcome.PASS, Outcome.REFUSED)


def feedback(verdict: Verdict, *, visible: Collection[str]) -> str:
    """The text for a verdict that did not pass."""
    return f"{_told(verdict, visible)[:SHOWN_CHARS]}\n\n{_ASK_AGAIN}"


def follow_up(question: Sequence[Message], tries: Sequence[tuple[str, str]]) -> tuple[Message, ...]:
    """The conversation so far: each try is what the model wrote, and what it was told about it."""
    turns = (
        message for wrote, told in tries for message in (Message("assistant", wrote), Message("user", told))
    )
    return (*question, *turns)


def _told(verdict: Verdict, visible: Collection[str]) -> str:
    if verdict.outcome in _ENDED:
        return _ENDED[verdict.outcome]
    if verdict.outcome is Outcome.COMPILE_ERROR:
        return f"It is not a program that can be run: {verdict.detail}"
    open_to_see = all(group.name in visible for group in verdict.groups) and bool(visible)
    if verdict.outcome is Outcome.RUNTIME_ERROR:
        return f"It raised an error when it was tested: {_exception(verdict.detail, whole=open_to_see)}"
    failed = _first_failed(verdict.groups)
    if failed is None or failed.name not in visible:
        seen = any(group.name in visible and group is not failed for group in verdict.groups)
        return "The tests that are shown pass, but a hidden test fails." if seen else "A hidden test fails."
    return f"A test fails: {failed.failure}"


def _first_failed(groups: Sequence[CheckGroup]) -> CheckGroup | None:
    return next((group for group in groups if group.failure or group.passed < group.run), None)


def _exception(detail: str, *, whole: bool) -> str:
    if whole:
        return detail
    name = detail.partition(":")[0].strip()
    kind = name if isinstance(getattr(builtins, name, None), type) else "an exception of its own"
    line = re.search(r"\(line \d+\)$", detail.strip())
    return f"{kind} {line.group()}" if line else kind
