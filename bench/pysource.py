"""What a piece of text is as Python: whether it parses, what it defines, which names it lacks.

The text is untrusted: it is only ever parsed, never run, and no text makes these functions raise.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
import threading
import warnings
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

MAX_PARSED = 200_000
"""Characters. No answer is that long; 1 MB takes the parser 3 s and 400 MiB."""

T = TypeVar("T")
_WARNINGS = threading.Lock()
_MODULE_NAMES = frozenset(dir(builtins)) | {
    "__name__",
    "__file__",
    "__doc__",
    "__builtins__",
    "__annotations__",
}
_SETTINGS = frozenset({"setrecursionlimit", "set_int_max_str_digits", "stack_size", "seed"})
_TALKS = frozenset({"print", "input", "stdin", "unittest", "doctest", "pytest", "timeit"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)
_ENDS_FUNCTION = (ast.Return, ast.Yield, ast.YieldFrom, ast.Raise)

_TRIPLE = re.compile(r"\"\"\"|'''")
_GOES_ON = re.compile(r"[)\]}#]|(?:else|elif|except|finally)\b")
_MAY_BE_CODE = re.compile(
    r"(?:def|class|async|import|from|if|for|while|with|try|global|del|assert|raise)\b|@|[A-Za-z_][\w.]*\s*[=(\[:,+*/-]"
)


def _guarded(read: Callable[[str], T], code: str) -> T | None:
    """The result, or None for a text that Python's parser does not take, however it says so."""
    if len(code) > MAX_PARSED:
        return None
    # What is shown of warnings is the whole process's, and one made an error would look like bad syntax.
    with _WARNINGS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def parse(code: str) -> ast.Module | None:
    """The syntax tree, or None when the text is not a program (or is too long to be one)."""
    return _guarded(ast.parse, code)


def defines(tree: ast.Module | None, name: str) -> bool:
    """Whether a top-level statement binds that name: a function, a class, an assignment or an import."""
    return tree is not None and any(name in _binds(statement) for statement in tree.body)


def ends_in(tree: ast.Module | None, name: str) -> bool:
    """Whether the last top-level statement is the function or class of that name."""
    last = tree.body[-1] if tree is not None and tree.body else None
    return isinstance(last, _DEFINITIONS) and last.name == name


def has_definition(tree: ast.Module | None) -> bool:
    """Whether there is any function or class at the top level."""
    return tree is not None and any(isinstance(statement, _DEFINITIONS) for statement in tree.body)


def returns(tree: ast.Module | None, name: str) -> bool:
    """Whether a top-level function of that name itself has a statement that ends it or yields."""
    inside: list[ast.AST] = []
    for statement in tree.body if tree is not None else ():
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and statement.name == name:
            inside.extend(statement.body)
    while inside:
        node = inside.pop()
        if isinstance(node, _ENDS_FUNCTION):
            return True
        if not isinstance(node, (*_DEFINITIONS, ast.Lambda)):
            inside.extend(ast.iter_child_nodes(node))
    return False


def mentions_definition(code: str, name: str) -> bool:
    """Whether a line begins the definition of that name, though the whole may not parse."""
    return (
        re.search(rf"^[ \t]*(?:async[ \t]+def|def|class)[ \t]+{re.escape(name)}\b", code, re.MULTILINE)
        is not None
    )


@dataclass(frozen=True, slots=True)
class Names:
    """Global names of a program: those it binds, those its functions and classes use, those nothing binds."""

    bound: frozenset[str] = frozenset()
    used_inside: frozenset[str] = frozenset()
    unbound: frozenset[str] = frozenset()


def names(code: str) -> Names:
    """All empty for a text that does not parse; nothing is unbound where there is a star import."""
    top = _guarded(lambda text: symtable.symtable(text, "<answer>", "exec"), code)
    if top is None:
        return Names()
    bound = {
        symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()
    }
    used = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    inside: set[str] = set()
    tables = list(top.get_children())
    while tables:
        table = tables.pop()
        tables.extend(table.get_children())
        for symbol in table.get_symbols():
            if symbol.is_global():
                (bound if symbol.is_assigned() else inside).add(symbol.get_name())
    star = re.search(r"^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]+\*", code, re.MULTILINE)
    unbound = frozenset() if star else frozenset((used | inside) - bound - _MODULE_NAMES)
    return Names(frozenset(bound), frozenset(inside), unbound)


def without_demonstrations(code: str, tree: ast.Module, entry_point: str) -> str:
    """The program without statements behind the entry point's definition that only try it out.

    What defines, imports or binds a name that some function uses stays; so does every setting
    (``sys.setrecursionlimit``). What goes: asserts, ``if __name__ == "__main__":``, statements that use what
    the program defines, print, or read input.
    """
    first = next((i for i, s in enumerate(tree.body) if entry_point in _binds(s)), None)
    later = [] if first is None else tree.body[first + 1 :]
    if all(isinstance(statement, _DEFINITIONS + _IMPORTS) for statement in later):
        return code
    needed = names(code).used_inside | {entry_point}
    defined = {s.name for s in tree.body if isinstance(s, _DEFINITIONS)} | {entry_point}
    tried = {id(s) for s in later if _only_tries(s, needed, defined)}
    dropped = _lines(s for s in later if id(s) in tried) - _lines(s for s in tree.body if id(s) not in tried)
    if not dropped:
        return code
    return (
        "\n".join(line for number, line in enumerate(code.split("\n"), 1) if number not in dropped).rstrip()
        + "\n"
    )


def behind_future(code: str, tree: ast.Module | None, preamble: str) -> str:
    """The preamble in front of the program, but behind its ``from __future__``, which must be first."""
    last = 0
    for statement in tree.body if tree is not None else ():
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            last = statement.end_lineno or 0
    lines = code.split("\n")
    parts = ("\n".join(lines[:last]), preamble.strip("\n"), "\n".join(lines[last:]).lstrip("\n"))
    return "\n\n".join(part for part in parts if part.strip())


def blocks(text: str) -> list[str]:
    """The text cut before each line that begins at the left margin: statements, or lines of prose.

    Lines that go on with a statement (``else:``, a closing bracket, a comment, the inside of a triple-quoted
    string, what follows a decorator) stay with it.
    """
    found: list[list[str]] = []
    string = ""
    for line in text.split("\n"):
        begins = bool(line.strip()) and line[0] not in " \t" and not string and not _GOES_ON.match(line)
        if not found or (begins and not found[-1][-1].startswith("@")):
            found.append([])
        found[-1].append(line)
        string = open_string(string, line)
    return ["\n".join(lines) for lines in found]


def open_string(quotes: str, line: str) -> str:
    """Which triple quotes are open behind the line, "" for none, given those open before it."""
    for found in _TRIPLE.findall(line):
        quotes = found if not quotes else "" if quotes == found else quotes
    return quotes


def is_code(block: str) -> bool:
    """Whether a block says something as a program: prose such as ``Note: this`` parses too."""
    if not _MAY_BE_CODE.match(block):
        return False
    tree = parse(block)
    return tree is not None and bool(tree.body) and not any(_says_nothing(s) for s in tree.body)


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Call)
    if isinstance(statement, ast.AnnAssign):
        return statement.value is None
    return isinstance(statement, ast.Return)


def _binds(statement: ast.stmt) -> set[str]:
    """Names that a top-level statement binds, or changes an attribute or item of."""
    if isinstance(statement, _DEFINITIONS):
        return {statement.name}
    bound: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, _DEFINITIONS):
            bound.add(node.name)
        elif isinstance(node, _IMPORTS):
            bound.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif (
            isinstance(node, (ast.Attribute, ast.Subscript))
            and isinstance(node.value, ast.Name)
            and not isinstance(node.ctx, ast.Load)
        ):
            bound.add(node.value.id)
    return bound


def _only_tries(statement: ast.stmt, needed: Collection[str], defined: Collection[str]) -> bool:
    if isinstance(statement, _DEFINITIONS + _IMPORTS):
        return False
    words = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(statement) if isinstance(node, ast.Attribute)}
    if isinstance(statement, ast.Assert) or (isinstance(statement, ast.If) and "__name__" in words):
        return True
    if attributes & _SETTINGS or _binds(statement) & set(needed):
        return False
    return bool(words & set(defined) or (words | attributes) & _TALKS)


def _lines(statements: Iterable[ast.stmt]) -> set[int]:
    """Line numbers from 1, decorators included."""
    numbers: set[int] = set()
    for statement in statements:
        decorators = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
        numbers.update(range(first, (statement.end_lineno or first) + 1))
    return numbers
