"""From what a model wrote about a project to the files it changes: three ways to say it, all accepted.

``docs/repository-repair.md`` has the rules in words. Nothing is applied in part: an edit that does not fit
leaves no code, and a note that says which and why.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import replace

from bench import pysource
from bench.errors import DataError
from bench.fences import Fence, fences, without_reasoning, without_tokens
from bench.repo import blocks, bundle, diffs
from bench.repo.bundle import Changes, Files, Misfit
from bench.types import Checks, Completion, Extraction, Form, Stop

MISFIT = "does not apply"
"""How the note of an edit begins that does not fit; its rule says which form it had."""
PROTECTED = "protected"
"""How the note of an edit begins that does not count, such as one of a test."""

_NONE = Extraction("", "none")
_PATH = re.compile(
    r"[\w.@+-]+(?:/[\w.@+ -]+)*\.[A-Za-z]\w{0,9}|[\w.@+-]+(?:/[\w.@+ -]+)+|Makefile|Dockerfile"
)
_LOOK_BACK = 3
"""Lines with something on them above a block in which its path is looked for."""

Applied = tuple[Changes, tuple[str, ...]]


def extract(completion: Completion, checks: Checks) -> Extraction:
    """The files an answer changes, as a bundle; rule ``none`` where there are none. Never raises."""
    project, tests = bundle.files(checks.setup), bundle.files(checks.tests)
    if completion.form is Form.PROGRAM:
        return _given(completion.text, project, tests)
    text, notes = without_reasoning(completion.text)
    text, cut = without_tokens(text)
    notes = (*notes, *cut)
    if completion.form is Form.CONTINUATION:
        return _taken("diff", lambda: diffs.apply(text, project), project, tests, notes)
    shown = [path for path in project if path in text]
    default = shown[0] if len(shown) == 1 else next(iter(project)) if len(project) == 1 else ""
    found = fences(text)
    closed = all(fence.closed for fence in found[-1:]) or completion.stop is not Stop.LENGTH
    if blocks.has_blocks(text):
        rule, read = "search_replace", _searches(text, found, project, default)
    elif diffs.is_diff(text):
        rule, read = "diff", lambda: diffs.apply(text, project)
    else:
        rule, read = "whole_file", lambda: _whole(found, project, default)
    return replace(_taken(rule, read, project, tests, notes), candidates=len(found), closed=closed)


def _given(text: str, project: Files, tests: Files) -> Extraction:
    """An answer from a file of samples: a bundle or a diff."""
    try:
        changes = bundle.loads(text)
    except ValueError:
        return _taken("diff", lambda: diffs.apply(text, project), project, tests, ())
    return replace(_taken("program", lambda: (changes, ()), project, tests, ()), candidates=1)


def _taken(
    rule: str, read: Callable[[], Applied], project: Files, tests: Files, notes: tuple[str, ...]
) -> Extraction:
    try:
        changes, more = read()
        changes = {bundle.clean(path): text for path, text in changes.items()}
    except Misfit as error:
        return Extraction("", rule, notes=(*notes, f"{MISFIT}: {error}"[:300]))
    if not changes:
        return replace(_NONE, notes=notes)
    ours = (path for path in changes if bundle.protected(path, project=project, tests=tests))
    return Extraction(
        bundle.dumps(changes), rule, notes=(*notes, *more, *(f"{PROTECTED}: {p}" for p in ours))
    )


# --- where a path stands ---


def _path_in(text: str) -> str:
    """The path that a line names: in backticks, behind a heading's marks or a comment's, or all there is."""
    text = text.strip()
    quoted = re.search(r"`([^`\s]+)`|\*\*([^*\s]+)\*\*", text)
    candidates = [quoted[1] or quoted[2]] if quoted else []
    bare = re.sub(r"^(?:#+|//|[-*]|\d+[.)])\s*", "", text).strip("*`: ")
    bare = re.sub(r"^(?:file(?:name|path)?|path|in)\s*:?\s+", "", bare, flags=re.IGNORECASE).strip("*`: ")
    candidates.append(bare)
    return next((one.strip("*`:") for one in candidates if _PATH.fullmatch(one.strip("*`:"))), "")


def _above(lines: list[str], at: int) -> str:
    """The path named in the lines above one, past the fence that opens."""
    looked = 0
    for line in reversed(lines[:at]):
        if not line.strip():
            continue
        mark = re.match(r"\s*(?:`{3,}|~{3,})(.*)$", line)
        path = _path_in_info(mark[1]) if mark else _path_in(line)
        looked += 1
        if path or looked == _LOOK_BACK:
            return path
        if re.match(r"\s{0,3}>{5,9}", line):
            return ""
    return ""


def _path_in_info(info: str) -> str:
    """The path in a fence's info string: ``python pkg/a.py``, ``python:pkg/a.py``, ``title="pkg/a.py"``."""
    for word in re.split(r"[\s:=\"'{}]+", info):
        if "." in word and _PATH.fullmatch(word):
            return word
    return ""


# --- the forms ---


def _searches(text: str, found: list[Fence], project: Files, default: str) -> Callable[[], Applied]:
    """Blocks, and beside them whole files: a new one is often written out."""

    def read() -> Applied:
        changes, notes = blocks.apply(list(blocks.blocks(text, _above)), project, default=default)
        plain = [fence for fence in found if not blocks.has_blocks(fence.text) and _named(fence)]
        whole = {path: fence.text for fence in plain if (path := _named(fence)) not in changes}
        return {**whole, **changes}, (*notes, *(("whole_file",) if whole else ()))

    return read


def _whole(found: list[Fence], project: Files, default: str) -> Applied:
    """Fenced blocks that name a file; failing that, the block that is all of the only file in question."""
    changes: dict[str, str | None] = {}
    for fence in found:
        if path := _named(fence):
            changes[path] = _without_path(fence.text, path)
    if not changes and default:
        whole = [fence for fence in found if _holds_all(fence.text, project.get(default, ""))]
        if whole:
            return {default: whole[-1].text}, ("path_assumed",)
    return changes, ()


def _named(fence: Fence) -> str:
    """The path a block names: in its info string, the line above it, or a comment on its first line."""
    first = fence.text.lstrip("\n").partition("\n")[0]
    inside = _path_in(first) if first.startswith(("#", "//")) else ""
    path = _path_in_info(fence.info) or inside or _path_in(fence.above)
    return path if "." in path else ""


def _without_path(text: str, path: str) -> str:
    first, _, rest = text.lstrip("\n").partition("\n")
    return rest if first.startswith("#") and _path_in(first) == path else text


def _holds_all(text: str, before: str) -> bool:
    """Whether a block defines whatever the file did: a part of it would remove the rest."""
    new, old = pysource.parse(text), pysource.parse(before)
    return new is not None and old is not None and _defined(old) <= _defined(new) and bool(_defined(old))


def _defined(tree: ast.Module) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in tree.body if isinstance(node, kinds)}


def reference(diff: str, project: Files) -> Changes:
    """What a data set's own patch changes. Raises DataError where it does not apply."""
    try:
        changes, _ = diffs.apply(diff, project)
    except Misfit as error:
        raise DataError(f"the data set's patch does not apply: {error}") from None
    return changes
