"""Whether the lock of a published run follows from what was asked: suites, judge, terms, plan."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any, cast

import bench
from bench import lock as locks
from bench import registry
from bench.errors import BenchError
from bench.extract import EXTRACTOR
from bench.protocols import Judge
from bench.publish.findings import Findings
from bench.publish.opened import Run
from bench.report import labels
from bench.rundir import LOCK, changes
from bench.suites import Suite
from bench.types import Completion, Problem, Request

_CHECK = "terms"
_FOLLOWS = (
    "suites", "params", "system", "mode", "epochs", "limit", "seed", "turns", "plan",
    "as_given", "limits", "terms",
)  # fmt: skip
"""Entries of a lock that follow from what was asked and from the suites."""


def is_of_this_judging(run: Run, found: Findings) -> bool:
    """Whether this release extracts and judges as the run was judged; says by name what is another."""
    name, here = run.file(LOCK), _versions()
    others = [
        (f"judge of {suite}", version)
        for suite, version in sorted(run.shape.judges.items())
        if version not in here
    ]
    if run.shape.extractor != EXTRACTOR:
        others.append(("extractor", run.shape.extractor))
    for what, version in others:
        known = EXTRACTOR if what == "extractor" else ", ".join(sorted(here))
        told = f"the {what} is {version}, and this release ({bench.__version__}) has {known}"
        found.differs("judge", name, told)
    return not others


@cache
def _versions() -> frozenset[str]:
    """Of all judges that are installed here."""
    found = set()
    for name in registry.names(registry.JUDGES):
        try:
            found.add(registry.load_judge(name).version)
        except BenchError:  # a plug-in that does not load judges nothing here
            continue
    return frozenset(found)


def check_lock(run: Run, suites: Sequence[Suite], judges: Mapping[str, Judge], found: Findings) -> None:
    """Compare the lock with one that is made anew. Its sandbox and its prices are taken as they stand."""
    shape = run.shape
    for suite in suites:
        if shape.judges.get(suite.name) != judges[suite.name].version:
            told = f"{shape.judges.get(suite.name)}, not {judges[suite.name].version}"
            found.differs("judge", run.file(LOCK), f"the judge of {suite.name} is {told}")
    made = locks.build(
        replace(run.asked, models=()),  # no file that it names is looked at
        suites=suites,
        models=[_stored(model, run) for model in shape.models],
        judges=judges,
        sandbox=shape.sandbox,
    )
    if shape.bench != bench.__version__:
        told = f"was made by bench {shape.bench}, and is checked by {bench.__version__}"
        found.note(_CHECK, run.file(LOCK), told)
    if run.lock.get("git") != made["git"]:
        told = f"was made at commit {run.lock.get('git')} of bench, and is checked at {made['git']}"
        found.note(_CHECK, run.file(LOCK), told)
    for line in changes(_comparable(run.lock), _comparable(made)):
        found.differs(_CHECK, run.file(LOCK), f"{line} (published -> what follows)")
    _check_problems(run, suites, found)
    _check_labels(run, suites, found)


def _check_labels(run: Run, suites: Sequence[Suite], found: Findings) -> None:
    """Scores by kind of problem in the page hang on them."""
    was, now = labels.stored(run.path), json.loads(labels.text(suites))
    for suite, problems in was.items():
        for problem, kinds in problems.items():
            if kinds != now.get(suite, {}).get(problem):
                found.differs(_CHECK, run.file(labels.LABELS), f"says of {problem} what {suite} does not")
                return


def _comparable(lock: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: deepcopy(lock.get(name)) for name in _FOLLOWS}
    for suite in kept["suites"]:
        suite["data"] = {"sha256": suite["data"].get("sha256")}  # wherever the same data came from
    kept["as_given"] = sorted(kept["as_given"])
    return kept


def _check_problems(run: Run, suites: Sequence[Suite], found: Findings) -> None:
    """A file of samples may lack problems, and nothing but the plan shows that it did."""
    planned = {(key.suite, key.problem, key.model) for key in run.keys}
    for model in run.shape.models:
        for suite in suites:
            lacking = [one.id for one in suite.problems if (suite.name, one.id, model) not in planned]
            if lacking:
                told = f"no sample of {lacking[0]} is planned, of {len(lacking)} problems in all"
                found.unchecked("partial", f"{model} {suite.name}", told)


class _Named:
    """A model that is not asked."""

    def __init__(self, name: str) -> None:
        self.name = name

    def generate(self, _request: Request, /) -> Completion:
        raise NotImplementedError(f"{self.name} stands for stored answers")


class _Given(_Named):
    """One with as many answers as were planned."""

    def __init__(self, name: str, counts: Mapping[tuple[str, str], int]) -> None:
        super().__init__(name)
        self._counts = counts

    def samples_for(self, problem: Problem, /) -> int:
        return self._counts.get((problem.suite, problem.id), 0)


def _stored(model: str, run: Run) -> _Named:
    is_given = model in run.shape.as_given or model.startswith("replay/")
    if not is_given or model == "reference":
        return _Named(model)
    counts = Counter((key.suite, key.problem) for key in run.keys if key.model == model)
    return _Given(model, cast(Mapping[tuple[str, str], int], counts))
