"""A project's files as one text: what an answer, a reference and a problem are made of.

A bundle is a JSON object from path to text; among changes ``null`` stands for a file that is removed.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

Files = Mapping[str, str]
Changes = Mapping[str, "str | None"]

_CONFIGURATION = frozenset(
    {"conftest.py", "sitecustomize.py", "usercustomize.py", "pyproject.toml", "setup.cfg", "tox.ini"}
    | {"pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml"}
)
"""Files that decide how tests run, wherever they lie."""
_BINARY = (".pth", ".pyc", ".pyo", ".so", ".egg-link")
_TEST_FOLDERS = frozenset({"test", "tests", "testing", "__pycache__"})
_RUNNERS = frozenset({"pytest", "_pytest", "pluggy", "py", "iniconfig", "packaging", "guest", "numpy"})
"""Modules that tests, or what runs them, may import from elsewhere."""


class Misfit(Exception):
    """An edit that cannot be applied; the message says to what and why."""


def dumps(changes: Changes) -> str:
    return json.dumps(dict(sorted(changes.items())))


def loads(text: str) -> dict[str, str | None]:
    """The files of a bundle; an empty text holds none. Raises ValueError for what is no bundle."""
    if not text.strip():
        return {}
    found = json.loads(text)
    if not isinstance(found, dict) or not all(isinstance(one, str | None) for one in found.values()):
        raise ValueError("not a bundle of files")
    return found


def files(text: str) -> dict[str, str]:
    """The files of a bundle in which none is removed."""
    return {path: content for path, content in loads(text).items() if content is not None}


def clean(path: str) -> str:
    """A path as bundles have it: relative, with slashes. Raises Misfit for one that leads out."""
    path = path.strip()
    parts = PurePosixPath(path).parts
    if (
        not parts
        or path.startswith(("/", "~", "\\"))
        or "\0" in path
        or "\\" in path
        or re.match(r"[A-Za-z]:", path)
        or ".." in parts
        or ".git" in parts
    ):
        raise Misfit(f"{path[:80]!r} is no path inside the project")
    return str(PurePosixPath(*parts))


def changed(before: Files, changes: Changes) -> dict[str, str]:
    """The project with its changes."""
    after = dict(before) | {path: text for path, text in changes.items() if text is not None}
    return {path: text for path, text in sorted(after.items()) if changes.get(path, text) is not None}


def protected(path: str, *, project: Collection[str], tests: Collection[str]) -> bool:
    """Whether an answer's word about a file does not count: tests, what configures them, what shadows others.

    ``project`` and ``tests``: the paths there were before.
    """
    if PurePosixPath(path).suffix in _BINARY or is_test(path, sources=project, tests=tests):
        return True
    return path not in project and _shadows(path, project)


def is_test(path: str, *, sources: Collection[str], tests: Collection[str]) -> bool:
    """Whether a file is a test, lies beside tests (and beside no source), or decides how tests run."""
    where = PurePosixPath(path)
    if path in tests or where.name in _CONFIGURATION:
        return True
    if _TEST_FOLDERS.intersection(where.parts[:-1]) or re.fullmatch(r"test_.*\.py|.*_test\.py", where.name):
        return True
    beside = {_folder(one) for one in tests} - {_folder(one) for one in sources} - {"."}
    return any(str(folder) in beside for folder in where.parents)


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _shadows(path: str, project: Collection[str]) -> bool:
    """Whether a new file is a module of a name that tests mean another one by."""
    name = _module(path)
    if name in {_module(one) for one in project}:
        return False
    return name in sys.stdlib_module_names or name in _RUNNERS


def _module(path: str) -> str:
    """The top-level module that a file is, or belongs to."""
    return path.removeprefix("src/").split("/")[0].removesuffix(".py")
