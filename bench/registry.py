"""From a name to the plug-in that bears it; nothing is loaded but what is asked for.

A plug-in is named in one of three ways::

    NAME                 an entry point of the group (``bench.models``, ``bench.judges``, ...)
    package.module:attr  an attribute of an installed module
    ./file.py:Attr       an attribute of a file, with no packaging at all

A plug-in that is there but does not load is a PluginError with its cause; a name nobody bears is a
UsageError that lists the names there are.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TypeVar, cast

from bench.errors import BenchError, PluginError, UsageError
from bench.languages import PYTHON
from bench.protocols import Judge, Model, ModelContext, Sandbox, SandboxOptions

MODELS = "bench.models"
SANDBOXES = "bench.sandboxes"
JUDGES = "bench.judges"
SUITES = "bench.suites"
REPORTS = "bench.reports"

_FILE = re.compile(r"(?P<path>[^:]+\.py)(?::(?P<attr>.*))?")
_ATTRIBUTE = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<attr>[A-Za-z_][\w.]*)")

T = TypeVar("T")


def names(group: str) -> list[str]:
    """Names of a group's entry points, sorted; loads none of them."""
    return sorted({entry.name for entry in entry_points(group=group)})


def load(group: str, name: str) -> object:
    """The object that ``name`` stands for: a class, a factory, or whatever the group's plug-ins are.

    Raises PluginError when it cannot be loaded, UsageError when there is no such name.
    """
    file = _FILE.fullmatch(name)
    if file:
        return _attribute(_module_of_file(Path(file["path"])), file["attr"] or "", name)
    attribute = _ATTRIBUTE.fullmatch(name)
    if attribute:
        return _attribute(_imported(attribute["module"]), attribute["attr"], name)
    return _entry_point_object(group, name)


def model_names() -> list[str]:
    """The providers that can stand before the slash of ``provider/name``."""
    return names(MODELS)


def load_model(spec: str, context: ModelContext) -> Model:
    """The model a user named: ``provider/name``, a bare provider, ``module:attr`` or ``./file.py:Attr``.

    Raises UsageError (unknown name, missing key), PluginError (does not load, is not a model).
    """
    provider, slash, rest = spec.partition("/")
    # The program of command/python mine.py is no plug-in.
    known = bool(slash) and provider in model_names()
    if not known and (_FILE.fullmatch(spec) or _ATTRIBUTE.fullmatch(spec)):
        plugin, rest = load(MODELS, spec), spec
    else:
        plugin = load(MODELS, provider)
    if inspect.isclass(plugin) and hasattr(plugin, "generate"):
        model = _made(spec, plugin)
    elif hasattr(plugin, "generate"):
        model = plugin
    else:
        factory = cast(Callable[[str, ModelContext], object], _callable(spec, plugin))
        model = _made(spec, lambda: factory(rest, context))
    return _checked_model(spec, model)


def load_judge(name: str) -> Judge:
    """The judge of that name; its factory takes no argument. Raises UsageError or PluginError."""
    factory = cast(Callable[[], object], _callable(name, load(JUDGES, name)))
    judge = _made(name, factory)
    _require(name, judge, "a judge", ("jobs", "verdict"))
    return cast(Judge, judge)


def load_sandbox(name: str, options: SandboxOptions) -> Sandbox:
    """The sandbox of that name, made with ``options``. Raises UsageError, PluginError or SandboxError.

    ``engine:variant`` (``docker:runsc``) hands the variant on.
    """
    plugin, variant = _engine(name)
    if variant:
        options = replace(options, variant=variant)
    factory = cast(Callable[[SandboxOptions], object], _callable(name, load(SANDBOXES, plugin)))
    sandbox = _made(name, lambda: factory(options))
    _require(name, sandbox, "a sandbox", ("run", "describe", "close"))
    return cast(Sandbox, sandbox)


def languages_of(sandbox: str) -> frozenset[str]:
    """The languages that the sandbox of that name says it runs; known before it is made.

    Raises UsageError or PluginError.
    """
    plugin, _ = _engine(sandbox)
    said = getattr(load(SANDBOXES, plugin), "languages", (PYTHON,))
    if isinstance(said, str) or not isinstance(said, Collection):
        described = f"plug-in {sandbox!r}: its languages are {type(said).__name__}, not a set of names"
        raise PluginError(described, hint='For example: languages = frozenset({"javascript"})')
    return frozenset(said)


def _engine(sandbox: str) -> tuple[str, str]:
    """The plug-in and the variant in the name of a sandbox, which may have none."""
    engine, _, variant = sandbox.partition(":")
    return (engine, variant) if variant and engine in names(SANDBOXES) else (sandbox, "")


def suggestion(name: str, known: Iterable[str]) -> str:
    """The hint after an unknown name: the nearest one, and all there are."""
    listed = sorted(known)
    near = get_close_matches(name, listed, n=1)
    start = f"Did you mean {near[0]!r}? " if near else ""
    return f"{start}Known: {', '.join(listed) or 'none'}."


def _entry_point_object(group: str, name: str) -> object:
    found = {entry.value: entry for entry in entry_points(group=group) if entry.name == name}
    if not found:
        kind = group.removeprefix("bench.").removesuffix("s").replace("sandboxe", "sandbox")
        hint = f"{suggestion(name, names(group))} Or name a plug-in: module:attr or ./file.py:Attr."
        raise UsageError(f"unknown {kind} {name!r}", hint=hint)
    if len(found) > 1:
        raise PluginError(f"{name!r} is claimed by several plug-ins: {', '.join(sorted(found))}")
    (entry,) = found.values()
    return _loaded(entry)


def _loaded(entry: EntryPoint) -> object:
    try:
        return cast(object, entry.load())
    except Exception as error:
        raise PluginError(f"plug-in {entry.name!r} ({entry.value}) does not load: {_what(error)}") from error


def _imported(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except (Exception, SystemExit) as error:
        hint = "Is it installed in this environment?" if isinstance(error, ModuleNotFoundError) else ""
        raise PluginError(f"plug-in module {module!r} does not load: {_what(error)}", hint=hint) from error


def _module_of_file(path: Path) -> ModuleType:
    """Run a plug-in's file as a module of its own name, so that its classes can be pickled and found."""
    file = path.expanduser().resolve()
    if not file.is_file():
        raise UsageError(f"plug-in file {path} does not exist", hint="Give the path as ./file.py:ClassName.")
    name = f"bench_plugin_{file.stem}_{hashlib.sha256(str(file).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise PluginError(f"plug-in file {path} cannot be loaded as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PluginError(f"plug-in {path} does not load: {_what(error, file=file)}") from error
    return module


def _attribute(module: ModuleType, attr: str, name: str) -> object:
    public = sorted(
        key for key, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__
    )
    found: object = module
    for part in attr.split("."):
        if not part or not hasattr(found, part):
            raise PluginError(
                f"plug-in {name!r} names no attribute of its module", hint=suggestion(attr, public)
            )
        found = getattr(found, part)
    return found


def _what(error: BaseException, *, file: Path | None = None) -> str:
    """The error in one line; with the line of the user's own file where it came from."""
    text = f"{type(error).__name__}: {error}"
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)
    ]
    return f"line {lines[-1]}: {text}" if lines else text


def _callable(name: str, plugin: object) -> object:
    if not callable(plugin):
        raise PluginError(f"plug-in {name!r} is {type(plugin).__name__}, neither a class nor a factory")
    return plugin


def _made(name: str, factory: Callable[[], T]) -> T:
    try:
        return factory()
    except BenchError:
        raise
    except Exception as error:
        raise PluginError(f"plug-in {name!r} could not be made: {_what(error)}") from error


def _checked_model(spec: str, model: object) -> Model:
    _require(spec, model, "a model", ("generate",))
    if inspect.iscoroutinefunction(getattr(model, "generate", None)):
        raise PluginError(f"model {spec!r}: generate must be a plain function, not async")
    label = getattr(model, "name", None)
    if not isinstance(label, str) or not label:
        raise PluginError(f"model {spec!r} has no name", hint='Give the class a line: name = "my-model".')
    return cast(Model, model)


def _require(name: str, plugin: object, kind: str, methods: Sequence[str]) -> None:
    missing = [method for method in methods if not callable(getattr(plugin, method, None))]
    if missing:
        described = f"plug-in {name!r} is not {kind}: {type(plugin).__name__} has no {', '.join(missing)}"
        raise PluginError(described, hint="docs/adapters.md shows what a plug-in must have.")
