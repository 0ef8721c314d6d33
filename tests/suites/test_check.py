"""--verify: it must find what is wrong with a suite, in a sandbox whose findings are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from bench.check import Probe, VerifyReport, broken, verify
from bench.errors import SandboxError
from bench.judge.calls import make
from bench.suites import Suite
from bench.types import CheckGroup, Checks, Execution, Job, Json, Outcome, Problem, Status, Track

RIGHT = "def f(x):\n    return x + 1\n"
GOOD = Problem(
    suite="s",
    id="s/good",
    track=Track.GENERATION,
    language="python",
    prompt="def f(x):\n",
    entry_point="f",
    checks=Checks("program", "f", tests="assert f(1) == 2"),
    reference=RIGHT,
)
REPAIR = replace(
    GOOD, id="s/repair", track=Track.REPAIR, fields={"buggy": "def f(x):\n    return x\n", "symptom": "off"}
)


class InProcess:
    """Runs the programs of this file, and only those, where the tests run."""

    slots = 2

    def run(self, job: Job, /) -> Execution:
        namespace: dict[str, object] = {}
        try:
            exec(job.candidate, namespace)
            exec(job.checks.tests, namespace)
        except AssertionError:
            return Execution(Status.DONE, (CheckGroup("tests", 1, 0, None, job.checks.tests),))
        except Exception as error:
            return Execution(Status.CANDIDATE_ERROR, error=f"{type(error).__name__}: {error}")
        checks = job.checks.tests.count("assert")
        return Execution(Status.DONE, (CheckGroup("tests", checks, checks),))

    def describe(self) -> Mapping[str, Json]:
        return {}

    def close(self) -> None:
        return


def report(*problems: Problem, errata: Mapping[str, str] | None = None) -> VerifyReport:
    suite = Suite("s", "1", "S", Track.GENERATION, "python", problems, len(problems), errata=errata or {})
    return verify(suite, InProcess(), make())


def surprises(*problems: Problem, errata: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    return [(probe.problem, probe.kind) for probe in report(*problems, errata=errata).surprises]


def test_a_sound_suite_has_no_surprises_and_every_kind_was_tried() -> None:
    found = report(GOOD, REPAIR)
    assert found.surprises == ()
    kinds = ["reference", "empty", "none", "raises"]
    assert [probe.kind for probe in found.probes] == [*kinds, *kinds, "buggy"]
    passed = [probe.kind for probe in found.probes if probe.verdict.outcome is Outcome.PASS]
    assert passed == ["reference", "reference"]


def test_a_reference_that_fails_is_a_fault() -> None:
    assert surprises(replace(GOOD, reference="def f(x):\n    return x\n")) == [("s/good", "reference")]


@pytest.mark.parametrize(
    ("tests", "accepted"),
    [
        ("assert f is not f.x if False else True", ["empty", "none", "raises"]),
        ("assert f(1) != 5", ["none"]),
        ("try:\n    f(1)\nexcept Exception:\n    pass\nassert f", ["none", "raises"]),
    ],
)
def test_checks_that_accept_anything_are_a_fault(tests: str, accepted: list[str]) -> None:
    """BigCodeBench and others have shipped tests that wrong code passes."""
    weak = replace(GOOD, checks=Checks("program", "f", tests=tests))
    assert surprises(weak) == [("s/good", kind) for kind in accepted]


def test_a_suite_whose_tests_check_nothing_is_a_fault() -> None:
    [fault] = report(replace(GOOD, checks=Checks("program", "f", tests="f(1)"))).surprises
    assert fault.kind == "reference"
    assert "no_checks" in fault.surprising


def test_a_bug_that_the_tests_do_not_see_is_a_fault() -> None:
    assert surprises(replace(REPAIR, fields={**REPAIR.fields, "buggy": RIGHT})) == [("s/repair", "buggy")]


def test_the_errata_list_must_be_true_both_ways() -> None:
    wrong = replace(GOOD, reference="def f(x):\n    return x\n")
    found = report(wrong, errata={"s/good": "known to be off by one"})
    assert (found.surprises, [probe.erratum for probe in found.errata]) == ((), ["known to be off by one"])
    [stale] = report(GOOD, errata={"s/good": "known to be off by one"}).surprises
    assert "on the errata list, but its reference passes" in stale.surprising


def test_every_result_is_told_as_it_comes() -> None:
    told: list[Probe] = []
    suite = Suite("s", "1", "S", Track.GENERATION, "python", (GOOD,), 1)
    found = verify(suite, InProcess(), make(), on_result=told.append)
    assert tuple(told) == found.probes


def test_a_sandbox_that_cannot_run_is_not_a_fault_of_the_suite() -> None:
    class Dead(InProcess):
        def run(self, job: Job, /) -> Execution:
            raise SandboxError("the engine is gone")

    suite = Suite("s", "1", "S", Track.GENERATION, "python", (GOOD,), 1)
    with pytest.raises(SandboxError):
        verify(suite, Dead(), make())


def call(code: str, name: str) -> Callable[..., object]:
    namespace: dict[str, Callable[..., object]] = {}
    exec(code, namespace)
    return namespace[name]


def test_only_the_entry_function_is_broken() -> None:
    code = "def helper():\n    return 1\ndef f():\n    return helper()\n"
    made = broken(replace(GOOD, reference=code), "return None")
    assert (call(made, "f")(), call(made, "helper")()) == (None, 1)


def test_every_method_of_a_class_is_broken() -> None:
    code = "class f:\n    def a(self):\n        return 1\n    def b(self):\n        return 2\n"
    made = call(broken(replace(GOOD, reference=code), "return None"), "f")()
    assert (made.a(), made.b()) == (None, None)  # type: ignore[attr-defined]
