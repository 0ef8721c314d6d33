"""What of a project a model is shown: the files that the fix touches, and others as far as there is room.

To know which files to touch is a help that no developer has ("oracle" retrieval): the prompt's name says so.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence

from bench.pysource import parse
from bench.repo.bundle import Files

BUDGET = 60_000
"""Characters of files beyond those that the fix touches."""


def chosen(project: Files, *, touched: Iterable[str], tests: Files, failing: Collection[str]) -> list[str]:
    """Paths to show: what the fix touches, what failing tests and those files import, then the rest."""
    first = [path for path in dict.fromkeys(touched) if path in project]
    modules = {module: path for path in project for module in _modules(path)}
    queue = deque(first)
    wanted = dict.fromkeys(first)
    for path in failing:
        wanted |= dict.fromkeys(_imported(tests.get(path, ""), "", modules))
        queue.extend(_imported(tests.get(path, ""), "", modules))
    while queue:
        path = queue.popleft()
        new = [one for one in _imported(project[path], path, modules) if one not in wanted]
        wanted |= dict.fromkeys(new)
        queue.extend(new)
    others = [path for path in project if path.endswith(".py")]
    kept, room = list(first), BUDGET
    for path in dict.fromkeys((*wanted, *others)):
        size = len(project[path])
        if path not in first and size <= room:
            kept.append(path)
            room -= size
    return sorted(kept)


def rendered(files: Mapping[str, str], paths: Sequence[str]) -> str:
    """Files as a prompt has them; a fence is longer than any in what it holds."""
    return "\n\n".join(_block(path, files[path]) for path in paths)


def _block(path: str, text: str) -> str:
    mark = "```"
    while mark in text:
        mark += "`"
    tag = "python" if path.endswith(".py") else ""
    return f"{path}\n{mark}{tag}\n{text if text.endswith(chr(10)) or not text else text + chr(10)}{mark}"


def _modules(path: str) -> list[str]:
    if not path.endswith(".py"):
        return []
    name = path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return [name]


def _imported(source: str, path: str, modules: Mapping[str, str]) -> list[str]:
    """Files of the project that a module imports."""
    tree = parse(source)
    found: list[str] = []
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            found += [modules[one.name] for one in node.names if one.name in modules]
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, path)
            names = [base, *(f"{base}.{one.name}" if base else one.name for one in node.names)]
            found += [modules[name] for name in names if name in modules]
    return found


def _base(node: ast.ImportFrom, path: str) -> str:
    if not node.level:
        return node.module or ""
    package = path.removeprefix("src/").split("/")[: -node.level]
    return ".".join((*package, *([node.module] if node.module else [])))
