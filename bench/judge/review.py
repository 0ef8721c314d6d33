"""What in an answer a person should look at before believing a pass that the answer could have forged."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bench.pysource import parse
from bench.repo import bundle

_MODULES = frozenset(
    {"ast", "atexit", "ctypes", "dis", "gc", "guest", "inspect", "linecache", "sys", "traceback", "unittest"}
    | {"builtins", "codeop", "faulthandler", "importlib", "pdb", "signal", "symtable", "trace", "tracemalloc"}
)
_NAMES = frozenset(
    {
        "__builtins__",
        "__import__",
        "compile",
        "eval",
        "exec",
        "globals",
        "setattr",
        "vars",
        "__class__",
        "_exit",
    }
    | {
        "__subclasses__",
        "__globals__",
        "__code__",
        "__closure__",
        "__dict__",
        "tb_frame",
        "f_back",
        "f_locals",
    }
    | {
        "f_globals",
        "gi_frame",
        "cr_frame",
        "__traceback__",
        "_getframe",
        "settrace",
        "setprofile",
        "fork",
        "kill",
    }
)
_COMPARISONS = frozenset(
    {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__", "__hash__"}
)


def review(code: str, *, before: str = "") -> tuple[str, ...]:
    """What in an answer a person should look at before believing that it passes; sorted.

    Both are programs or bundles of files. What the code had ``before`` the answer is not the answer's.
    """
    return tuple(sorted(_found(code) - _found(before)))


def _found(code: str) -> set[str]:
    try:
        programs = [text for text in bundle.files(code).values() if text]
    except ValueError:
        programs = [code]
    return {mark for each in programs if (tree := parse(each)) is not None for mark in _marks(tree)}


def _marks(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (f"imports {one.name}" for one in names if one.name.split(".")[0] in _MODULES)
            case ast.ImportFrom(module) if module and module.split(".")[0] in _MODULES:
                yield f"imports {module}"
            case ast.Name(name) | ast.Attribute(attr=name) if name in _NAMES:
                yield f"uses {name}"
            case ast.FunctionDef(name) if name in _COMPARISONS:
                yield f"defines {name}"
            case ast.Constant(str() as text) if "/proc/" in text:
                yield "names /proc"
