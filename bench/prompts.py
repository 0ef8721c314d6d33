"""How models are asked: templates by name and version. A changed text is a new version, never an edit."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from bench.errors import UsageError
from bench.languages import language
from bench.types import Message, Problem, Track

_CODE_STOPS = ("\ndef ", "\nclass ", "\nif __name__", "\n```")
"""A base model is stopped where the next thing begins; four, which is what the APIs take at most."""

_ONE_BLOCK = "Reply with a single fenced Python code block that holds {what}, and nothing else."

_REPORT = (
    "Here is a report of a fault in a small Python project, and files of it, among them all that have to be "
    "changed.\n\n<report>\n{{text}}\n</report>\n\n{{files}}\n\n"
    "Other files, which are not shown:\n{{others}}\n\n"
)
_MEND = (
    "Mend the fault. Tests that you cannot see decide; changes of tests and of their configuration do not "
    "count.\n\nReply with edits in one of these forms:\n\n"
    "1. Search/replace blocks. Name the file above each. The lines to search for must be in the file as you "
    "write them, and only once; take as few as that needs.\n\n"
    "path/to/file.py\n```\n<<<<<<< SEARCH\nlines as they are\n=======\nlines as they should be\n"
    ">>>>>>> REPLACE\n```\n\n"
    "2. A unified diff, with `--- a/path` and `+++ b/path`, in one fenced block.\n\n"
    "3. Whole files: for each one that changes its path on a line of its own, then all of its new content "
    "in a fenced block."
)


@dataclass(frozen=True, slots=True)
class Template:
    """``{{name}}`` stands for ``prompt``, ``entry_point``, one of the problem's fields, or its language.

    The last as ``language``, what people call it, and as ``fence``, the tag of a block of it.
    """

    text: str
    stop: tuple[str, ...] = ()


TEMPLATES = {
    "function-chat@1": Template(
        "Complete the following Python function.\n\n```python\n{{prompt}}```\n\n"
        + _ONE_BLOCK.format(what="the complete function with its signature, and every import it needs")
    ),
    "function-complete@1": Template("{{prompt}}", _CODE_STOPS),
    "class-chat@1": Template(
        "Complete the following Python class.\n\n```python\n{{prompt}}```\n\n"
        + _ONE_BLOCK.format(what="the complete class with all of its methods, and every import it needs")
    ),
    "class-complete@1": Template("{{prompt}}", ("\nclass ", "\nif __name__", "\n```")),
    "task-chat@1": Template(
        "{{text}}\n\nThe code must define `{{entry_point}}` and pass these tests:\n\n"
        "```python\n{{tests}}\n```\n\n" + _ONE_BLOCK.format(what="the complete code")
    ),
    "task-complete@1": Template("{{prompt}}", ("\nassert ", "\nclass Test", "\nif __name__", "\n```")),
    "repair-chat@1": Template(
        "The following Python code has a bug. {{symptom}}\n\n```python\n{{buggy}}```\n\n"
        "Fix it. " + _ONE_BLOCK.format(what="the complete corrected code")
    ),
    "repair-tests-chat@1": Template(
        "The following Python code has a bug.\n\n```python\n{{bare}}```\n\n"
        "It has to pass these tests:\n\n```python\n{{tests}}```\n\n"
        "Fix it. " + _ONE_BLOCK.format(what="the complete corrected code, without the tests")
    ),
    "repair-docs-chat@1": Template(
        "The following Python code has a bug.\n\n```python\n{{buggy}}```\n\n"
        "Fix it. " + _ONE_BLOCK.format(what="the complete corrected code")
    ),
    "repair-failure-chat@1": Template(
        "The following Python code has a bug.\n\n```python\n{{buggy}}```\n\n"
        "This is what was seen when it was tested:\n\n{{failure}}\n\n"
        "Fix it. " + _ONE_BLOCK.format(what="the complete corrected code")
    ),
    "repair-docs-chat@2": Template(  # of Python it asks what the one before asks
        "The following {{language}} code has a bug.\n\n```{{fence}}\n{{buggy}}```\n\n"
        "Fix it. Reply with a single fenced {{language}} code block that holds the complete corrected code, "
        "and nothing else."
    ),
    "repair-task-chat@1": Template(
        "The following Python code is meant to solve this task, and has a bug.\n\n{{text}}\n\n"
        "```python\n{{buggy}}```\n\n"
        "Fix it. " + _ONE_BLOCK.format(what="the complete corrected code")
    ),
    "repair-located-chat@1": Template(
        "The following Python code has a bug. What is wrong is here: {{where}}.\n\n"
        "```python\n{{buggy}}```\n\n"
        "Fix it. " + _ONE_BLOCK.format(what="the complete corrected code")
    ),
    "project-oracle-chat@1": Template(_REPORT + _MEND),
    "project-failure-chat@1": Template(
        _REPORT + "This is what was seen when its tests were run:\n\n{{failure}}\n\n" + _MEND
    ),
    "project-oracle-complete@1": Template("{{prompt}}", ("\n```",)),
    "repair-complete@1": Template("{{prompt}}", ("\n# Wrong", "\nif __name__", "\n```")),
    "repair-complete@2": Template("{{prompt}}", ("\n# The wrong code", "\n// The wrong code", "\n```")),
}


BY_TRACK: dict[str, dict[Track, str]] = {
    "by-track-chat@1": {Track.GENERATION: "function-chat@1", Track.REPAIR: "repair-chat@1"},
    "by-track-complete@1": {Track.GENERATION: "function-complete@1", Track.REPAIR: "repair-complete@1"},
}
"""For suites of several tracks: which template asks for which."""


def template(name: str, track: Track = Track.GENERATION) -> Template:
    """Raises UsageError for a name that does not exist."""
    name = BY_TRACK.get(name, {}).get(track, name)
    try:
        return TEMPLATES[name]
    except KeyError:
        known = ", ".join(sorted((*TEMPLATES, *BY_TRACK)))
        raise UsageError(f"no prompt template {name!r}", hint=f"there are: {known}") from None


def asks_for(name: str, field: str) -> bool:
    """Whether a template has that field in it."""
    return any(f"{{{{{field}}}}}" in template(name, track).text for track in Track)


def messages(name: str, problem: Problem) -> tuple[Message, ...]:
    """The question about a problem. Code goes in as it is: not a newline is added or stripped."""
    spoken = language(problem.language)
    named = {"language": spoken.title, "fence": spoken.tags[0]}
    values = {"prompt": problem.prompt, "entry_point": problem.entry_point, **named, **problem.fields}

    def fill(match: re.Match[str]) -> str:
        if match.group(1) not in values:
            raise UsageError(f"{problem.id} has no field {match.group(1)!r}, which template {name} asks for")
        return values[match.group(1)]

    text = template(name, problem.track).text
    return (Message("user", re.sub(r"\{\{(\w+)\}\}", fill, text)),)


def stop_sequences(name: str, track: Track | None = None) -> tuple[str, ...]:
    """Where a base model is to stop. Without a track those that hold for every one: what ends a function
    that is gone on with ("\\ndef ") would cut off a corrected one before it begins.
    """
    if track is not None:
        return template(name, track).stop
    first, *others = (template(name, each).stop for each in Track)
    return tuple(stop for stop in first if all(stop in other for other in others))


def template_digest(name: str) -> str:
    """sha256 over texts and stops: what a name stood for."""
    found = [template(name, track) for track in Track]
    parts = [part for each in found for part in (each.text, *each.stop)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
