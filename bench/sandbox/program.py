"""Test programs made ready to be counted: once a problem and out here, not once a sample inside.

``assert a == b`` becomes a report that it starts, its two sides, and a report that it held.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

from bench.pysource import parse

CHECKER = "__check__"
"""What the rewritten program reports to; ``guest.judging`` puts it there."""

_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Program:
    """``asserts``: each assert's text by number. ``names``: what is used but not defined, sorted."""

    source: str
    asserts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@lru_cache(maxsize=2048)
def instrument(tests: str) -> Program:
    """The program that runs in the judge's process. One that does not parse is left to fail there."""
    tree = parse(tests)
    if tree is None:
        return Program(tests)
    names = tuple(sorted(_free_names(tree)))
    counted = _CountAsserts()
    source = ast.unparse(ast.fix_missing_locations(counted.visit(tree)))
    return Program(source, tuple(counted.texts), names)


@dataclass(frozen=True, slots=True)
class UnitTests:
    """``ids``: the tests that have to run, as ``Class.method``, in unittest's order."""

    source: str
    ids: tuple[str, ...] = ()


@lru_cache(maxsize=512)
def unit_tests(tests: str) -> UnitTests:
    """A unittest module whose comparisons look at both sides first (``guest.harness.honest``)."""
    tree = parse(tests)
    if tree is None:
        return UnitTests(tests)
    ids = sorted(
        f"{case.name}.{test.name}"
        for case in tree.body
        if isinstance(case, ast.ClassDef) and any("TestCase" in ast.unparse(base) for base in case.bases)
        for test in case.body
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test")
    )
    return UnitTests(ast.unparse(ast.fix_missing_locations(_LookFirst().visit(tree))), tuple(ids))


class _LookFirst(ast.NodeTransformer):
    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        self.generic_visit(node)
        node.left = _looked_at(node.left)
        node.comparators = list(map(_looked_at, node.comparators))
        return node


def _looked_at(side: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("__honest__", ast.Load()), [side], [])


_PURE = {
    *("__future__", "bisect", "cmath", "collections", "copy", "datetime", "fractions", "functools", "heapq"),
    *("itertools", "math", "operator", "random", "re", "statistics", "string", "typing"),
}
"""Modules whose use leaves nothing behind (``random`` is seeded anew for each job)."""
_REACHES_OUT = {
    *("breakpoint", "compile", "delattr", "eval", "exec", "globals", "input", "locals", "open"),
    *("setattr", "vars"),
}


@lru_cache(maxsize=8192)
def may_share(source: str) -> bool:
    """Whether a problem's own code can leave nothing in the judge's process that a later job could meet.

    Errs on the safe side: what is not seen to be harmless gets a process of its own.
    """
    tree = parse(source)
    return tree is not None and all(map(_keeps_to_itself, ast.walk(tree)))


def _keeps_to_itself(node: ast.AST) -> bool:
    match node:
        case ast.Import(names):
            return all(name.name.split(".")[0] in _PURE for name in names)
        case ast.ImportFrom(module):
            return (module or "").split(".")[0] in _PURE
        case ast.Name(name):
            return name not in _REACHES_OUT and (not name.startswith("__") or name == "__name__")
        case ast.Attribute(ast.Name("self"), name):
            return not name.startswith("__")
        case ast.Attribute(_, name, context):
            return isinstance(context, ast.Load) and not name.startswith("__")
    return True


def _free_names(tree: ast.AST) -> set[str]:
    loaded: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (loaded if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    return loaded - bound


class _CountAsserts(ast.NodeTransformer):
    def __init__(self) -> None:
        self.texts: list[str] = []

    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt]:
        number = ast.Constant(len(self.texts))
        self.texts.append(ast.unparse(node.test)[:_SHOWN])
        if isinstance(node.test, ast.Compare) and len(node.test.ops) == 1:
            node.test.left = _report("side", node.test.left)
            node.test.comparators = [_report("side", node.test.comparators[0])]
        node.msg = _report("failed")
        return [ast.Expr(_report("start", number)), node, ast.Expr(_report("held"))]


def _report(method: str, *args: ast.expr) -> ast.expr:
    return ast.Call(ast.Attribute(ast.Name(CHECKER, ast.Load()), method, ast.Load()), list(args), [])
