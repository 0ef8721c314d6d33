"""Whether a suite's checks are worth anything: references pass, and what is broken on purpose fails."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.errors import DataError
from bench.languages import PYTHON
from bench.protocols import Judge, Sandbox
from bench.pysource import parse
from bench.repo import bundle
from bench.suites import Suite
from bench.types import Outcome, Problem, Track, Verdict

EXPECTED_TO_PASS = "reference"


@dataclass(frozen=True, slots=True)
class Probe:
    """One program judged: ``kind`` is reference, empty, none, raises or buggy."""

    problem: str
    kind: str
    verdict: Verdict
    erratum: str = ""

    @property
    def surprising(self) -> str:
        """What is wrong with the problem or its checks; empty when all is as it should be."""
        passed = self.verdict.outcome is Outcome.PASS
        if self.kind != EXPECTED_TO_PASS:
            return f"passes although it is broken ({self.kind})" if passed else ""
        if self.erratum:
            return "is on the errata list, but its reference passes" if passed else ""
        return "" if passed else f"reference: {self.verdict.outcome}: {self.verdict.detail}"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    suite: str
    probes: tuple[Probe, ...]

    @property
    def surprises(self) -> tuple[Probe, ...]:
        return tuple(probe for probe in self.probes if probe.surprising)

    @property
    def errata(self) -> tuple[Probe, ...]:
        """The references that fail as the errata list says they do."""
        return tuple(p for p in self.probes if p.erratum and p.kind == EXPECTED_TO_PASS and not p.surprising)


def verify(
    suite: Suite, sandbox: Sandbox, judge: Judge, *, on_result: Callable[[Probe], None] = lambda _: None
) -> VerifyReport:
    """Judge every problem's reference and its broken forms. Raises SandboxError if they can't be run."""

    def probe(case: tuple[Problem, str, str]) -> Probe:
        problem, kind, code = case
        verdict = judge.verdict(problem, [sandbox.run(job) for job in judge.jobs(problem, code)])
        return Probe(problem.id, kind, verdict, suite.errata.get(problem.id, ""))

    cases = [case for problem in suite.problems for case in _cases(problem)]
    probes = []
    with ThreadPoolExecutor(sandbox.slots) as pool:
        for result in pool.map(probe, cases):
            probes.append(result)
            on_result(result)
    return VerifyReport(suite.name, tuple(probes))


def _cases(problem: Problem) -> Iterator[tuple[Problem, str, str]]:
    yield problem, EXPECTED_TO_PASS, problem.reference
    yield problem, "empty", ""
    if problem.checks.kind == "project":
        raising = dict.fromkeys(bundle.loads(problem.reference), "raise RuntimeError('broken on purpose')\n")
        yield problem, "raises", bundle.dumps(raising)
        yield problem, "buggy", problem.fields["buggy"]
        return
    if problem.language == PYTHON:
        yield problem, "none", broken(problem, "return None")
        yield problem, "raises", broken(problem, "raise RuntimeError('broken on purpose')")
    if problem.track is Track.REPAIR:
        yield problem, "buggy", problem.fields["buggy"]


def broken(problem: Problem, statement: str) -> str:
    """The reference with the body of its entry function, or of every method of its class, replaced."""
    tree = parse(problem.reference)
    if tree is None:
        raise DataError(f"the reference of {problem.id} is not Python")
    for node in tree.body:
        if getattr(node, "name", "") != problem.entry_point:
            continue
        inner = [node] if isinstance(node, ast.FunctionDef) else getattr(node, "body", [])
        for function in inner:
            if isinstance(function, ast.FunctionDef):
                function.body = _body(statement)
    return ast.unparse(ast.fix_missing_locations(tree))


def _body(statement: str) -> list[ast.stmt]:
    function = ast.parse(f"def f():\n    {statement}").body[0]
    return function.body if isinstance(function, ast.FunctionDef) else []
