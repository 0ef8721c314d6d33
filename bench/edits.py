"""What a repair changed: how much, how much of that was needed, and whether anything was. Pure.

Programs are compared line by line as they are written anew from their syntax trees, without documentation:
how an answer is laid out, quoted or commented is no edit. A text that is no program is compared as it is.
Edit precision and bug recall are those of arXiv 2604.17338, on hunks instead of lines: a bug can be mended at
the line before the one where the reference mends it.
"""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass

from bench.pysource import parse


@dataclass(frozen=True, slots=True)
class Edit:
    """``lines``: removed and added. ``precision``: their share in hunks that touch one of the reference.

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


def edit(before: str, after: str, reference: str) -> Edit:
    """What ``after`` changed in ``before``, beside what the reference changed in it."""
    old = _lines(before)
    made, needed = _hunks(old, _lines(after)), _hunks(old, _lines(reference))
    size = sum(hunk.lines for hunk in made)
    useful = sum(hunk.lines for hunk in made if any(hunk.touches(other) for other in needed))
    found = sum(any(hunk.touches(other) for hunk in made) for other in needed)
    return Edit(
        lines=size,
        needed=sum(hunk.lines for hunk in needed),
        precision=useful / size if size else None,
        recall=found / len(needed) if needed else None,
        unchanged=not made,
    )


def _lines(source: str) -> list[str]:
    tree = parse(source)
    if tree is None:
        return [line.rstrip() for line in source.split("\n") if line.strip()]
    return ast.unparse(_Undocumented().visit(tree)).split("\n")


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
