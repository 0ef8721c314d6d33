"""What a run is made of, resolved: the lock, and the terms under which two rows may be compared."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import subprocess
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from importlib import metadata
from pathlib import Path
from typing import cast

import msgspec

import bench
from bench import feedback, plan
from bench.errors import StoreError
from bench.extract import EXTRACTOR
from bench.models.prices import PriceList, built_in
from bench.prompts import template_digest
from bench.protocols import CountsSamples, Judge, Model
from bench.records import encode
from bench.rundir import SCHEMA
from bench.suites import Suite
from bench.types import Json, Limits, Mode, Params

AS_GIVEN = "as given"
"""In the terms of a model whose answers were not asked for by us: a samples file, the reference."""

_SANDBOX_TERMS = ("engine", "isolation")
_SAMPLES_FILE = re.compile(r"replay/(?P<path>.+)")
_PLUGIN_FILE = re.compile(r"(?P<path>[^:]+\.py)(:.*)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for, as far as it decides what the numbers mean; goes into ``config.toml``."""

    suites: tuple[str, ...]
    models: tuple[str, ...]
    params: Params = field(default_factory=Params)
    mode: Mode = Mode.CHAT
    epochs: int | None = None
    limit: int | None = None
    seed: int | None = None
    sandbox: str = "docker"
    system: str | None = None
    """A system message before each question; by default none is sent."""
    turns: int = 1
    """Answers to a question at most, while they fail."""

    def digest(self) -> str:
        """Eight hex digits: the same for the same question, whenever it is asked."""
        asked = msgspec.to_builtins(self)
        for name in ("system", "turns"):  # keeps the names of runs made before there were any
            if asked[name] == getattr(type(self)(self.suites, self.models), name):
                del asked[name]
        return hashlib.sha256(encode(asked)).hexdigest()[:8]

    @classmethod
    def read(cls, path: Path) -> Asked:
        """Back from TOML. Raises StoreError."""
        try:
            return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), cls)
        except (OSError, ValueError) as error:
            raise StoreError(
                f"{path} cannot be read: {error}", hint="It is written by `bench run`."
            ) from error

    def toml(self) -> str:
        """As TOML; what was left open is left out."""
        table = msgspec.to_builtins(self)
        params = table.pop("params")
        lines = [f"{name} = {_toml(value)}" for name, value in table.items() if value is not None]
        lines += ["", "[params]"]
        lines += [f"{name} = {_toml(value)}" for name, value in params.items() if value not in (None, [], ())]
        return "\n".join(lines) + "\n"


def build(
    asked: Asked,
    *,
    suites: Sequence[Suite],
    models: Sequence[Model],
    judges: Mapping[str, Judge],
    sandbox: Mapping[str, Json] | None,
    prices: PriceList | None = None,
    batch: Sequence[str] = (),
) -> dict[str, Json]:
    """The lock of a run. ``judges`` goes by suite name, ``batch`` names the models asked in batches.

    Without the description of a sandbox, which takes a while to start, neither it nor the terms are there:
    enough to see early that a directory belongs to another run.
    """
    samples, digest = _plan(suites, models, asked.epochs)
    lock: dict[str, Json] = {
        "schema": SCHEMA,
        "bench": bench.__version__,
        "suites": [_suite(suite, asked.mode) for suite in suites],
        "models": [model.name for model in models],
        "as_given": [model.name for model in models if _is_given(model)],
        "files": {spec: file_digest(spec) for spec in asked.models if file_digest(spec)},
        "params": _builtins(asked.params),
        "system": asked.system,
        "mode": asked.mode.value,
        "epochs": asked.epochs,
        "limit": asked.limit,
        "seed": asked.seed,
        "plan": {"samples": samples, "sha256": digest},
        "extractor": EXTRACTOR,
        "judges": {name: judge.version for name, judge in judges.items()},
        "limits": {suite.name: _limits(suite) for suite in suites},
        "packages": _packages(),
        "python": platform.python_version(),
        "git": git_revision(),
        "machine": {"cpus": os.cpu_count(), "arch": platform.machine(), "kernel": platform.release()},
        "prices": dict((prices or built_in()).described()),
        "batch": list(batch),
    }
    if asked.turns > 1:
        lock["turns"] = asked.turns
    return lock if sandbox is None else judged_in(lock, asked, suites=suites, judges=judges, sandbox=sandbox)


def judged_in(
    lock: Mapping[str, Json],
    asked: Asked,
    *,
    suites: Sequence[Suite],
    judges: Mapping[str, Judge],
    sandbox: Mapping[str, Json],
) -> dict[str, Json]:
    """The same lock with the judging of today: extractor, judges, sandbox, and the terms that follow."""
    models, given = cast(list[str], lock["models"]), cast(list[str], lock["as_given"])
    terms: dict[str, Json] = {
        suite.name: {
            model: _terms(asked, suite, judges[suite.name], sandbox, as_given=model in given)
            for model in models
        }
        for suite in suites
    }
    judging: dict[str, Json] = {
        "extractor": EXTRACTOR,
        "judges": {name: judge.version for name, judge in judges.items()},
        "sandbox": dict(sandbox),
        "terms": terms,
    }
    return {**lock, **judging}


def check_problems(lock: Mapping[str, Json], suites: Sequence[Suite]) -> None:
    """Raises StoreError when these are not the problems that the stored answers were given to."""
    stored = {entry["name"]: entry["problem_digest"] for entry in cast(list[dict[str, str]], lock["suites"])}
    for suite in suites:
        if stored.get(suite.name) != _problem_digest(suite):
            hint = "Judge with the release and the data of the run, or start a new run."
            raise StoreError(f"the problems of suite {suite.name!r} are not those of the run", hint=hint)


def file_digest(spec: str) -> str:
    """SHA-256 of the file that a model's spec names (answers, a plug-in); "" where it names none."""
    named = _SAMPLES_FILE.fullmatch(spec) or _PLUGIN_FILE.fullmatch(spec)
    path = Path(named["path"]).expanduser() if named else None
    return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None and path.is_file() else ""


def _is_given(model: Model) -> bool:
    return isinstance(model, CountsSamples) or model.name == "reference"


def _terms(asked: Asked, suite: Suite, judge: Judge, sandbox: Mapping[str, Json], *, as_given: bool) -> str:
    terms: dict[str, Json] = {
        "suite": [suite.name, suite.version],
        "data": suite.data.get("sha256"),
        "problems": _problem_digest(suite),
        "prompt": AS_GIVEN if as_given else template_digest(plan.template_of(suite, asked.mode)),
        "mode": AS_GIVEN if as_given else asked.mode.value,
        "params": AS_GIVEN if as_given else _builtins(asked.params),
        "extractor": EXTRACTOR,
        "judge": judge.version,
        "sandbox": _sandbox_terms(sandbox),
    }
    if asked.system is not None and not as_given:
        terms["system"] = asked.system
    if asked.turns > 1:
        terms["turns"] = [asked.turns, feedback.VERSION, *suite.visible]
    return hashlib.sha256(json.dumps(terms, sort_keys=True).encode()).hexdigest()[:12]


def _sandbox_terms(sandbox: Mapping[str, Json]) -> dict[str, Json]:
    """The engine, and by name whatever it guarantees less than ``docker`` does."""
    terms = {name: sandbox.get(name) for name in _SANDBOX_TERMS}
    return {**terms, "lacks": sandbox["lacks"]} if sandbox.get("lacks") else terms


def _suite(suite: Suite, mode: Mode) -> dict[str, Json]:
    return {
        "name": suite.name,
        "version": suite.version,
        "track": suite.track.value,
        "problems": len(suite.problems),
        "total": suite.total,
        "limited": suite.limited,
        "data": dict(suite.data),
        "prompts": list(suite.prompts),
        "prompt": plan.template_of(suite, mode),
        "prompt_digests": {name: template_digest(name) for name in suite.prompts},
        "problem_digest": _problem_digest(suite),
        "visible": list(suite.visible),
    }


def _problem_digest(suite: Suite) -> str:
    """Over all that decides about a sample: prompts, checks, references, limits; in order."""
    digest = hashlib.sha256()
    for problem in suite.problems:
        digest.update(encode(problem))
    return digest.hexdigest()


def _plan(suites: Sequence[Suite], models: Sequence[Model], epochs: int | None) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    for key in plan.samples(suites, models, epochs=epochs):
        digest.update(encode(key))
        count += 1
    return count, digest.hexdigest()


def _limits(suite: Suite) -> dict[str, Json]:
    """The widest of each limit over the suite's problems."""
    limits: Iterable[Limits] = {problem.limits for problem in suite.problems} or {Limits()}
    return {one.name: max(getattr(limit, one.name) for limit in limits) for one in fields(Limits)}


def _packages() -> dict[str, Json]:
    """Versions of what this package depends on."""
    required = metadata.requires("evenbench") or []
    names = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in required if "extra ==" not in line]
    return {name: metadata.version(name) for name in sorted(names)}


def git_revision() -> str | None:
    """The commit that this package is run from, if it is run from a checkout."""
    root = Path(bench.__file__).parent.parent
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _builtins(params: Params) -> dict[str, Json]:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(params).items()
    }


def _toml(value: object) -> str:
    """JSON's strings, numbers, booleans and flat lists are TOML's, too."""
    return json.dumps(value, ensure_ascii=False)
