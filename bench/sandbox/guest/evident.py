"""What tests in the candidate's own process rest on: a record from before the answer came, to compare with.

Nothing here can stop code that shares its process with its tests. It makes tampering show: verdicts that rest
on it are marked ``tamper_evident``, never ``tamper_proof``.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import signal
import sys
import types
from collections.abc import Iterator
from typing import Any

_WATCHED = (
    *("builtins", "unittest", "unittest.case", "unittest.result", "unittest.suite", "unittest.loader"),
    *(
        "unittest.util",
        "unittest.mock",
        "contextlib",
        "difflib",
        "enum",
        "functools",
        "importlib",
        "io",
        "json",
    ),
    *(
        "json.decoder",
        "json.encoder",
        "operator",
        "os",
        "pprint",
        "random",
        "re",
        "signal",
        "sys",
        "threading",
    ),
    *("time", "traceback", "types", "typing", "warnings", "weakref"),
)
_ABOUT = "guest."
"""Our own modules are watched, too."""


class Evidence:
    """The state of the process when this was made."""

    def __init__(self, *, also: tuple[str, ...] = ()) -> None:
        """``also``: more modules to watch."""
        self._watched = (*_WATCHED, *also)
        for name in self._watched:
            importlib.import_module(name)
        self._kept: list[Any] = []
        self._state = dict(self._look())

    def changes(self) -> list[str]:
        """What is no longer as it was: paths of functions and classes, and hooks by name; at most ten."""
        now = dict(self._look())
        return [path for path, seen in self._state.items() if now.get(path) != seen][:10]

    def _look(self) -> Iterator[tuple[str, Any]]:
        own = [name for name in sys.modules if name.startswith(_ABOUT)]
        for name in (*self._watched, *own):
            module = sys.modules.get(name)
            yield name, id(module)
            for attribute, value in list(vars(module).items()):
                if callable(value) or isinstance(value, types.ModuleType):
                    yield from self._value(f"{name}.{attribute}", value)
        yield from _hooks()

    def _value(self, path: str, value: Any) -> Iterator[tuple[str, Any]]:
        self._kept.append(value)  # an id that is kept alive cannot become another object's
        yield path, id(value)
        if isinstance(value, types.FunctionType):
            yield f"{path}.__code__", (id(value.__code__), id(value.__defaults__), id(value.__kwdefaults__))
        elif isinstance(value, type) and value.__module__ in (*self._watched, path.rpartition(".")[0]):
            for attribute, member in list(vars(value).items()):
                if attribute in ("__doc__", "__abstractmethods__", "_abc_impl"):
                    continue
                self._kept.append(member)
                yield f"{path}.{attribute}", id(member)
                inner = getattr(member, "__func__", member)
                if isinstance(inner, types.FunctionType):
                    yield f"{path}.{attribute}.__code__", (id(inner.__code__), id(inner.__defaults__))


def _hooks() -> Iterator[tuple[str, Any]]:
    yield "trace function", id(sys.gettrace())
    yield "profile function", id(sys.getprofile())
    yield "threads", len(sys._current_frames())
    yield "import hooks", ([id(each) for each in sys.meta_path], [id(each) for each in sys.path_hooks])
    yield "exit handlers", atexit._ncallbacks()
    yield "collector's callbacks", [id(each) for each in gc.callbacks]
    yield "tools that watch execution", [_monitor(number) for number in range(6)]
    yield "signal handlers", [_handler(number) for number in range(1, signal.NSIG)]


def _monitor(number: int) -> str | None:
    monitoring = getattr(sys, "monitoring", None)  # since Python 3.12
    return None if monitoring is None else monitoring.get_tool(number)


def _handler(number: int) -> Any:
    try:
        handler = signal.getsignal(number)
    except ValueError:
        return None
    return int(handler) if isinstance(handler, int) else id(handler)
