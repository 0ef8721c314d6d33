"""Claims of vendors from models.dev: the ``[[benchmarks]]`` of a model's TOML file, as claim files.

The form is that of its README (github.com/anomalyco/models.dev): ``name``, ``score``, ``metric``, ``source``,
and perhaps ``harness``, ``variant``, ``version`` and ``dataset``. A score does not say how far off it may be
reproduced, nor always under which terms: what is made here is a draft that a person completes.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from bench.errors import UsageError

TOLERANCE = 0.05
"""In points of the score; written into each draft, where it can be changed."""

SUITES = {
    "humaneval": "humaneval",
    "humaneval+": "humaneval-plus",
    "humaneval plus": "humaneval-plus",
    "mbpp": "mbpp",
    "mbpp+": "mbpp-plus",
    "mbpp plus": "mbpp-plus",
    "classeval": "classeval",
    "debugbench": "debugbench",
    "humanevalfix": "humanevalfix",
    "quixbugs": "quixbugs",
}
"""By what benchmarks are called elsewhere, in small letters: suites that ask and judge the same."""


class _Benchmark(msgspec.Struct):
    name: str
    score: float
    metric: str = ""
    source: str = ""
    harness: str = ""
    variant: str = ""
    version: str = ""
    dataset: str = ""


class _Model(msgspec.Struct):
    name: str
    release_date: str
    benchmarks: tuple[_Benchmark, ...] = ()


def imported(path: Path, *, by: str) -> dict[str, str]:
    """The text of a claim file for each benchmark of a model's file, by name. ``by``: who says so.

    Raises UsageError for a file that is not of that form, or that holds no benchmark.
    """
    hint = "Give models/VENDOR/MODEL.toml of models.dev."
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        model = msgspec.convert(_texts(table), _Model)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}", hint=hint) from error
    if not model.benchmarks:
        raise UsageError(f"{path} states no [[benchmarks]]", hint=hint)
    found: dict[str, str] = {}
    for one in model.benchmarks:
        more = [word for word in (one.version, one.dataset, one.variant) if word]
        name = re.sub(r"[^a-z0-9.+]+", "-", " ".join([path.stem, one.name, *more]).lower()).strip("-")
        while name in found:
            name += "-2"
        found[name] = "\n".join(_lines(path, model, one, by)) + "\n"
    return found


def _lines(path: Path, model: _Model, one: _Benchmark, by: str) -> Iterator[str]:
    score = one.score / 100
    under = ", ".join(word for word in (one.version, one.dataset, one.harness, one.variant) if word)
    text = (
        f"{one.name}: {one.score:g}"
        + (f" ({one.metric})" if one.metric else "")
        + (f", {under}" if under else "")
    )
    suite = SUITES.get(one.name.lower())
    yield f"# Drafted from {path.name} of models.dev; complete its conditions before it is decided."
    yield f"title = {_toml(f'{model.name} scores {one.score:g} % on {one.name}')}"
    yield f"text = {_toml(text)}"
    yield f"source = {_toml(one.source or f'models.dev, {path.name}')}"
    yield f"date = {_toml(model.release_date)}"
    yield f"by = {_toml(by)}"
    yield f"metric = {_toml('pass@1' if suite else one.metric or one.name)}"
    yield 'relation = "approximately"'
    yield f"threshold = {score:g}"
    yield f"tolerance = {TOLERANCE:g}"
    yield f"\n[subject]\nname = {_toml(model.name)}\nmodels = {_toml([f'*{path.stem}*'])}"
    if suite:
        yield f'\n[population]\nsuite = {_toml(suite)}\nabout = "these"'
    else:
        yield f"\n[not_testable]\nreason = {_toml(f'no suite of this release is {one.name}')}"
        yield f"needs = {_toml(f'a suite that asks and judges as {one.name} does')}"


def _texts(table: Mapping[str, Any]) -> dict[str, Any]:
    """TOML's dates as text."""
    return {name: str(one) if name == "release_date" else one for name, one in table.items()}


def _toml(value: object) -> str:
    """JSON's strings and flat lists are TOML's, too."""
    return json.dumps(value, ensure_ascii=False)
