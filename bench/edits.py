"""What a repair changed: how much, how much of that was needed, and whether anything was. Pure.

Programs are compared line by line as they are written anew from their syntax trees, without documentation:
how an answer is laid out, quoted or commented is no edit. A text that is no program is compared as it is.
Edit precision and bug recall are those of arXiv 2604.17338, on hunks instead of lines: a bug can be mended at
the line before the one where the reference mends it. Of a hunk at the right place no more counts as needed
than the reference changes there, so that writing a program anew is not precise.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from bench.pysource import parse
from bench.repo import bundle
from bench.types import Problem

MOST_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class Edit:
    """``lines``: removed and added, ``needed`` by the reference. ``precision``: how much of it was needed.

    ``recall``: the share of the reference's hunks that were touched. ``unchanged``: the same syntax tree as
    before. With nothing changed precision is unknown; with nothing to change so is recall.
    """

    lines: int
    needed: int
    precision: float | None
    recall: float | None
    unchanged: bool


@dataclass(frozen=True, slots=True)
class _Hunk:
    start: int
    end: int
    lines: int

    def touches(self, other: _Hunk) -> bool:
        """Whether they share a line of the old program, or one adds right beside what the other changes."""
        return self.start <= other.end and other.start <= self.end


def of_repair(problem: Problem, code: str) -> Edit | None:
    """What the code that was taken from an answer changed.

    None for a problem without a program to mend, and for an answer too long to be compared in a moment.
    """
    if len(code) > MOST_CHARS:
        return None
    if problem.checks.kind == "project":
        before, after, right = (
            bundle.loads(text) for text in (problem.checks.setup, code, problem.reference)
        )
        paths = sorted(after.keys() | right.keys())
        old = {path: before.get(path) or "" for path in paths}
        new, needed = ({path: made.get(path, old[path]) or "" for path in paths} for made in (after, right))
        return _edit([_compared(old[path], new[path], needed[path]) for path in paths])
    buggy = problem.fields.get("buggy")
    return edit(buggy, code, problem.reference) if buggy else None


def edit(before: str, after: str, reference: str) -> Edit:
    """What ``after`` changed in ``before``, beside what the reference changed in it."""
    return _edit([_compared(before, after, reference)])


@dataclass(frozen=True, slots=True)
class _Compared:
    """One file: lines that were changed, usefully, and had to be; hunks that were found, of how many."""

    lines: int
    useful: int
    needed: int
    found: int
    hunks: int


def _compared(before: str, after: str, reference: str) -> _Compared:
    old = _lines(before)
    made, needed = _hunks(old, _lines(after)), _hunks(old, _lines(reference))
    return _Compared(
        lines=sum(hunk.lines for hunk in made),
        useful=_useful(made, needed),
        needed=sum(hunk.lines for hunk in needed),
        found=sum(any(hunk.touches(other) for hunk in made) for other in needed),
        hunks=len(needed),
    )


def _useful(made: Sequence[_Hunk], needed: Sequence[_Hunk]) -> int:
    """Lines changed where the reference changes some, and no more of them than it does."""
    left = [hunk.lines for hunk in needed]
    useful = 0
    for hunk in made:
        lines = hunk.lines
        for number, other in enumerate(needed):
            if hunk.touches(other):
                taken = min(lines, left[number])
                lines, left[number], useful = lines - taken, left[number] - taken, useful + taken
    return useful


def _edit(files: Sequence[_Compared]) -> Edit:
    lines, hunks = sum(one.lines for one in files), sum(one.hunks for one in files)
    return Edit(
        lines=lines,
        needed=sum(one.needed for one in files),
        precision=sum(one.useful for one in files) / lines if lines else None,
        recall=sum(one.found for one in files) / hunks if hunks else None,
        unchanged=lines == 0,
    )


def _lines(source: str) -> list[str]:
    as_written = [line.rstrip() for line in source.split("\n") if line.strip()]
    tree = parse(source)
    if tree is None:
        return as_written
    try:
        tree = _Undocumented().visit(tree)
        # Imports and helpers that are given stand in front of an answer, even of one that has them itself.
        statements = dict.fromkeys(ast.unparse(node) for node in tree.body)
    except RecursionError:
        return as_written
    return [line for statement in statements for line in statement.split("\n") if line]


def _hunks(old: list[str], new: list[str]) -> list[_Hunk]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        _Hunk(start, end, end - start + more - first)
        for kind, start, end, first, more in matcher.get_opcodes()
        if kind != "equal"
    ]


class _Undocumented(ast.NodeTransformer):
    """Takes out texts that stand as statements; a body that held nothing else keeps a ``pass``."""

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | None:
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if text else node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        visited = super().generic_visit(node)
        if isinstance(visited, ast.stmt | ast.ExceptHandler) and getattr(visited, "body", None) == []:
            visited.body = [ast.Pass()]  # type: ignore[union-attr]
        return visited
