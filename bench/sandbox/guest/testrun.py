"""Runs a project's tests with pytest in the candidate's process. It is sent there as text, with the tests.

pytest is imported, and what it consists of remembered, before a file of the project is there. Test files are
read from what was sent, whatever stands on the disk by then.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import json
import os
import pkgutil
import sys
import types
import unittest
from typing import Any

_SHOWN = 300
_PLACE = "project"
_ARGS = (
    *("-q", "--no-header", "--no-summary", "--tb=short", "--color=no", "--import-mode=append"),
    "--continue-on-collection-errors",
    *(
        "-c",
        os.devnull,
        "-p",
        "no:cacheprovider",
        "-p",
        "no:faulthandler",
        "-p",
        "no:doctest",
        "-p",
        "no:legacypath",
    ),
)
_MAY_CHANGE = frozenset(
    {"exit handlers", "import hooks", "sys.excepthook", "sys.breakpointhook", "sys.displayhook"}
    | {"sys.unraisablehook", "threading.excepthook", "pytest.__pytestPDB", "_pytest.debugging.pytestPDB"}
    | {"weakref.finalize._"}
)
"""What pytest itself changes, or any project for good reasons."""
_UNUSED = frozenset({"_pytest.pytester", "_pytest.doctest", "_pytest.legacypath"})


def run(evidence: Any, answer: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """The result of each test: "" or why it failed."""
    del answer
    files, tests = json.loads(job["files"]), json.loads(job["tests"])
    for path in job["changed"]:
        if path in files and path.endswith(".py"):
            try:
                compile(files[path], path, "exec", dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                return {"nonce": job["nonce"], "syntax": f"{type(error).__name__}: {error}"}
    tests[job["canary"][0]] = job["canary"][1]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    pytest = _imported()
    root = os.path.realpath(_PLACE)
    texts = {os.path.join(root, path): text for path, text in tests.items() if path.endswith(".py")}
    known = _prepare(job["harness"], texts)
    _write(root, {**files, **tests})
    os.chdir(root)
    roots = [root, os.path.join(root, "src")]
    sys.path.extend(roots)
    os.environ["PYTHONPATH"] = os.pathsep.join(roots)
    watcher = _watcher(pytest, type(evidence), job, known)
    sys.argv[:] = ["pytest"]
    ids = [*job["wanted"], job["canary"][0]] if job["wanted"] else [*tests]
    # In their own order: tests of a project may rely on it.
    asked = sorted({test.partition("::")[0] for test in ids} & set(tests))
    if not job["wanted"]:
        asked = [path for path in asked if os.path.basename(path).startswith("test") or "_test." in path]
    asked = [path for path in asked if path.endswith(".py")]
    pytest.main([*_ARGS, "--rootdir", root, "--confcutdir", root, *asked], plugins=[watcher])
    return {"nonce": job["nonce"], "results": watcher.results, "changed": watcher.changes()}


def _imported() -> Any:
    """pytest, with all that it would import later: by then something else could stand in its place."""
    import _pytest
    import pytest

    for module in pkgutil.walk_packages(_pytest.__path__, "_pytest."):
        if module.name not in _UNUSED:
            importlib.import_module(module.name)
    for name in ("pdb", "doctest", "pprint", "difflib", "tempfile", "shutil", "pathlib", "ast", "tokenize"):
        importlib.import_module(name)
    return pytest


def _write(root: str, files: dict[str, str]) -> None:
    for path, text in files.items():
        place = os.path.join(root, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(text)


def _prepare(harness: str, texts: dict[str, str]) -> set[types.CodeType]:
    """Assertions that look at what they are given, in tests as they were sent; all code of these."""
    from _pytest.assertion import rewrite as rewriting

    rewrite: Any = rewriting
    looking: dict[str, Any] = {"__name__": "harness"}
    exec(compile(harness, "<harness>", "exec", dont_inherit=True), looking)
    builtins.__honest__ = looking["honest"]  # type: ignore[attr-defined]
    for name, function in list(vars(unittest.TestCase).items()):
        if name.startswith("assert") and isinstance(function, types.FunctionType):
            setattr(unittest.TestCase, name, looking["_looking"](function))
    # What tests import beside them is not rewritten: it is known as it stands.
    known = {code for name, text in texts.items() for code in _plain(text, name)}
    read = rewrite._rewrite_test

    def rewritten(path: Any, config: Any) -> Any:
        name = str(path)
        if name not in texts:
            return read(path, config)
        source = texts[name].encode("utf-8", "surrogatepass")
        tree = ast.parse(source, filename=name)
        ast.fix_missing_locations(_LookFirst().visit(tree))
        rewrite.rewrite_asserts(tree, source, name, config)
        code = compile(tree, name, "exec", dont_inherit=True)
        known.update(_codes(code))
        return os.stat(path), code

    rewrite._rewrite_test = rewritten
    rewrite._read_pyc = lambda *_, **__: None
    return known


class _LookFirst(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        for each in ast.walk(node.test):
            if isinstance(each, ast.Compare):
                each.left = _looked_at(each.left)
                each.comparators = list(map(_looked_at, each.comparators))
        return node


def _looked_at(side: ast.expr) -> ast.expr:
    call = ast.Call(ast.Name("__honest__", ast.Load()), [side], [])
    return ast.copy_location(ast.fix_missing_locations(ast.copy_location(call, side)), side)


def _plain(text: str, name: str) -> set[types.CodeType]:
    try:
        return _codes(compile(text, name, "exec", dont_inherit=True))
    except (SyntaxError, ValueError):
        return set()


def _codes(code: types.CodeType) -> set[types.CodeType]:
    found = {code}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found |= _codes(constant)
    return found


def _watcher(pytest: Any, record: Any, job: dict[str, Any], known: set[types.CodeType]) -> Any:
    """A plugin that keeps the results, and looks at what they rest on between tests of the project's."""
    from _pytest.assertion import rewrite

    canary, asked = job["canary"][0], set(job["wanted"])

    class Watcher:
        def __init__(self) -> None:
            self.results: dict[str, str] = {}
            watched = [name for name in sys.modules if name.split(".")[0] in ("_pytest", "pluggy", "pytest")]
            self._seen = record(also=tuple(watched))
            self._hooks = [*sys.meta_path, *sys.path_hooks]
            self._found: list[str] = []
            self._broken: dict[str, str] = {}

        @pytest.hookimpl(trylast=True)  # type: ignore[untyped-decorator]
        def pytest_collection_modifyitems(self, items: list[Any]) -> None:
            ours = [item for item in items if item.nodeid.startswith(f"{canary}::")]
            theirs = [item for item in items if not item.nodeid.startswith(f"{canary}::")]
            theirs = [item for item in theirs if not asked or item.nodeid in asked]
            items[:] = _mixed(theirs, ours)

        def pytest_collectreport(self, report: Any) -> None:
            if report.failed:
                self._broken[report.nodeid] = f"not collected: {_last_line(report)}"

        @pytest.hookimpl(wrapper=True, tryfirst=True)  # type: ignore[untyped-decorator]
        def pytest_runtest_protocol(self, item: Any) -> Any:
            if not _is_sent(item, known):
                self._found.append(f"the test {item.nodeid}")
            result = yield
            if item.nodeid.startswith(canary):
                self._look()
            return result

        def pytest_runtest_logreport(self, report: Any) -> None:
            if hasattr(report, "wasxfail"):
                why = f"expected to fail: {report.wasxfail}"
            elif report.skipped:
                why = f"skipped: {_last_line(report)}"
            else:
                why = _last_line(report) if report.failed else ""
            before = self.results.get(report.nodeid)
            if report.when == "setup" or before is None:
                self.results[report.nodeid] = why or ("" if report.when == "call" else "it did not run")
            elif report.when == "call" and before == "it did not run":
                self.results[report.nodeid] = why
            else:
                self.results[report.nodeid] = before or why

        def changes(self) -> list[str]:
            """What is no longer as it was."""
            self._look()
            for test in asked:
                path = test.partition("::")[0]
                if test not in self.results and path in self._broken:
                    self.results[test] = self._broken[path]
            return self._found[:10]

        def _look(self) -> None:
            for hook in (*sys.meta_path, *sys.path_hooks):
                if hook not in self._hooks and type(hook) is not rewrite.AssertionRewritingHook:
                    self._found.append("an import hook")
            for path in self._seen.changes():
                if not any(path.startswith(name) for name in _MAY_CHANGE) and path not in self._found:
                    self._found.append(path)

    return Watcher()


def _mixed(theirs: list[Any], ours: list[Any]) -> list[Any]:
    """Canaries at places drawn at random, between tests that share no class."""
    import secrets

    cuts = [0, len(theirs)]
    cuts += [
        i
        for i in range(1, len(theirs))
        if theirs[i - 1].parent is not theirs[i].parent or theirs[i].cls is None
    ]
    placed = sorted(secrets.choice(cuts) for _ in ours)
    mixed, last = [], 0
    for place, item in zip(placed, ours, strict=True):
        mixed += [*theirs[last:place], item]
        last = place
    return mixed + theirs[last:]


def _is_sent(item: Any, known: set[types.CodeType]) -> bool:
    """Whether a test is of the code that was sent, and not what something put in its place."""
    function = getattr(item, "obj", None)
    for _ in range(8):
        function = getattr(function, "__func__", function)
        code = getattr(function, "__code__", None)
        if code in known:
            return True
        function = getattr(function, "__wrapped__", None)
        if function is None:
            return False
    return False


def _last_line(report: Any) -> str:
    """Why a test failed, in one line: what was asserted, or the exception."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        lines = [line for line in str(crash.message).splitlines() if "__honest__" not in line]
        return "\n".join(lines)[:_SHOWN] or "failed"
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2])[:_SHOWN] or "failed"
    lines = [line for line in str(report.longrepr).splitlines() if line.strip()]
    errors = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")]
    return (errors or lines or ["failed"])[0][:_SHOWN]
