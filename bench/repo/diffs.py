"""Unified diffs as models write them: counts are often wrong, so what a hunk says is what its lines say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bench.repo.bundle import Files, Misfit, clean
from bench.repo.lines import LOOSE, find, fitted

_HUNK = re.compile(r"^@@(?:\s*-(\d+)(?:,(\d+))?\s+\+(\d+)(?:,(\d+))?)?.*$")
_NOTHING = "/dev/null"
_PART = re.compile(r"^--- .+\n\+\+\+ .+$", re.MULTILINE)


@dataclass(slots=True)
class _Hunk:
    """``line``: of the old file, from 1; None where the hunk does not say."""

    line: int | None
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    def add(self, mark: str, text: str) -> None:
        self.marks.append(mark)
        if mark != "+":
            self.old.append(text)
        if mark != "-":
            self.new.append(text)

    def trim(self) -> bool:
        """Drop an empty line at the end: it may be a fence's or the text's, not the file's."""
        if self.marks and self.marks[-1] == " " and self.old[-1:] == [""]:
            self.marks.pop()
            self.old.pop()
            self.new.pop()
            return True
        return False


@dataclass(slots=True)
class _Part:
    """What a diff says about one file."""

    old: str
    new: str
    hunks: list[_Hunk] = field(default_factory=list)


def is_diff(text: str) -> bool:
    return _PART.search(text) is not None


def apply(text: str, project: Files) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """What a diff makes of a project's files, and notes. All of it applies or Misfit is raised."""
    changes: dict[str, str | None] = {}
    notes: set[str] = set()
    for part in _parts(text):
        old, new = _path(part.old, project), _path(part.new, project)
        path = new or old
        try:
            before = changes.get(old, project.get(old)) if old else ""
            if before is None:
                raise Misfit("there is no such file")
            if new is not None:
                changes[new] = _patched(before, part.hunks, notes)
            if old is not None and old != new:
                changes[old] = None
        except Misfit as error:
            raise Misfit(f"{path}: {error}") from None
    if not changes:
        raise Misfit("a diff without a file")
    return changes, tuple(sorted(notes))


def _path(named: str, project: Files) -> str | None:
    named = named.split("\t")[0].strip().strip('"')
    if named == _NOTHING:
        return None
    bare = re.sub(r"^[abiwco]/", "", named)
    return clean(named if named in project else bare)


def _parts(text: str) -> list[_Part]:
    lines = text.split("\n")
    found: list[_Part] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if re.match(r"(new file mode|new mode) 120000", line):
            raise Misfit("a symbolic link")
        if _begins_part(lines, at):
            found.append(_Part(line[4:], lines[at + 1][4:]))
            at += 2
        elif found and (head := _HUNK.match(line)):
            at = _hunk(lines, at + 1, head, found[-1])
        else:
            at += 1
    return found


def _begins_part(lines: list[str], at: int) -> bool:
    return lines[at].startswith("--- ") and at + 1 < len(lines) and lines[at + 1].startswith("+++ ")


def _hunk(lines: list[str], at: int, head: re.Match[str], part: _Part) -> int:
    hunk = _Hunk(int(head[1]) if head[1] else None)
    part.hunks.append(hunk)
    while at < len(lines) and not _begins_part(lines, at):
        line = lines[at]
        if line.startswith(("@@", "diff --git ", "Index: ", "```", "~~~")):
            break
        if line[:1] in (" ", "+", "-"):
            hunk.add(line[0], line[1:])
        elif not line:
            hunk.add(" ", "")
        elif not line.startswith("\\"):
            break
        at += 1
    return at


def _patched(before: str, hunks: list[_Hunk], notes: set[str]) -> str:
    lines = before.split("\n")
    first = shift = 0
    for number, hunk in enumerate(hunks, 1):
        try:
            at, note = _place(hunk, lines, first=first, shift=shift)
        except Misfit as error:
            raise Misfit(f"hunk {number} of {len(hunks)}: {error}") from None
        if note:
            notes.add(note)
        elif hunk.line is not None and hunk.old and at != hunk.line - 1 + shift:
            notes.add("other_lines")
        new = _merged(hunk, lines[at : at + len(hunk.old)]) if note == LOOSE else hunk.new
        lines[at : at + len(hunk.old)] = new
        first = at + len(new)
        shift += len(new) - len(hunk.old)
    text = "\n".join(lines)
    return text if text.endswith("\n") or not text else text + "\n"


def _place(hunk: _Hunk, lines: list[str], *, first: int, shift: int) -> tuple[int, str]:
    near = None if hunk.line is None else hunk.line - 1 + shift
    while True:
        if not any(hunk.old):
            return _insertion(hunk, lines, near)
        try:
            return find(hunk.old, lines, near=near, first=first)
        except Misfit:
            if not hunk.trim():
                raise


def _insertion(hunk: _Hunk, lines: list[str], near: int | None) -> tuple[int, str]:
    """A hunk that says nothing of what was there: a new file, or new lines behind the one it names."""
    while hunk.trim():
        pass
    if lines in ([""], []):
        return 0, ""
    if near is None or hunk.old:
        raise Misfit("it does not say where")
    return min(max(near + 1, 0), len(lines)), ""


def _merged(hunk: _Hunk, there: list[str]) -> list[str]:
    """The new lines, with unchanged ones as the file has them."""
    new = fitted(hunk.old, hunk.new, there)
    merged, old_at, new_at = [], 0, 0
    for mark in hunk.marks:
        if mark == " ":
            merged.append(there[old_at])
        elif mark == "+":
            merged.append(new[new_at])
        old_at += mark != "+"
        new_at += mark != "-"
    return merged
