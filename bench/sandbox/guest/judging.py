"""The judge's process: it holds the tests and the expected values, and calls the candidate by wire."""

from __future__ import annotations

import builtins
import functools
import importlib
import json
import random
import reprlib
import resource
import sys
import time
import types
from socket import socket
from typing import Any

from . import codec, compare, doors, project, unittests, wire
from .ahead import KNOWN, Ahead
from .remote import (
    CandidateEnded,
    CandidateLimit,
    CandidateSyntax,
    Link,
    NoCandidate,
    RemoteCallable,
    raised_by_candidate,
)

_SHOWN = 300
"""Characters of a value or a check that a failure quotes."""
_READY_S = 30.0
_SHORT = reprlib.Repr()
_SHORT.maxlevel = 4
_SHORT.maxother = _SHORT.maxlong = _SHORT.maxstring = _SHOWN
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = _SHORT.maxset = _SHORT.maxfrozenset = _SHORT.maxdeque = 30


class Group:
    """Counts the checks of one group."""

    def __init__(self, name: str, planned: int | None) -> None:
        self.name, self.planned = name, planned
        self.run = self.passed = 0
        self.failure = ""

    def record(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "run": self.run,
            "passed": self.passed,
            "planned": self.planned,
            "failure": self.failure,
        }


class Failed(Exception):
    """A check did not hold; the group says which."""


_STAYS = 1000
"""Jobs that one judge takes: what tests leave behind in its memory ends with it."""
_LARGE_KIB = 256 * 1024
"""A judge that has been larger than this is not kept."""


def serve(desk: socket, court: socket) -> None:
    """Take jobs from the desk, a candidate's pid before each, until one does not end plainly."""
    reader = wire.Reader(desk)
    for count in range(1, _STAYS + 1):
        order = reader.receive()
        stays, observed = judge(json.loads(order[4:]), court, int.from_bytes(order[:4], "big"))
        usage = resource.getrusage(resource.RUSAGE_SELF)
        stays = stays and count < _STAYS and usage.ru_maxrss < _LARGE_KIB
        observed |= {"stays": stays, "cpu_s": usage.ru_utime + usage.ru_stime}
        wire.send(desk, json.dumps(observed).encode())
        if not stays:
            return


def judge(job: dict[str, Any], court: socket, pid: int) -> tuple[bool, dict[str, Any]]:
    """Judge one candidate: whether it went so plainly that nothing can be left of it, and what was seen."""
    random.seed(0)  # some data sets draw their inputs: the same ones every time
    groups: list[Group] = []
    plain = False
    try:
        with doors.accept(court, pid, _READY_S) as stream:
            observed = _observe(Link(stream, pid, call_cpu_s=job["limits"]["call_cpu_s"]), job, groups)
        plain = observed["status"] == "done"
    except CandidateSyntax as error:
        plain, observed = True, {"status": "compile_error", "error": str(error)}
    except (NoCandidate, TimeoutError) as error:
        observed = {"status": "no_candidate", "error": str(error)}
    except CandidateLimit as error:
        observed = {"status": "limit", "limit": error.limit}
    except CandidateEnded as error:
        observed = {"status": "candidate_error", "error": str(error), "where": "call" if groups else "import"}
    except MemoryError:
        # Of this process, which holds what the candidate returned.
        observed = {"status": "limit", "limit": "memory"}
    except BaseException as error:
        observed = {"status": "judge_error", "error": f"{type(error).__name__}: {error}"[:500]}
    observed |= {"groups": [group.record() for group in groups], "nonce": job["nonce"]}
    return plain, observed


def _observe(link: Link, job: dict[str, Any], groups: list[Group]) -> dict[str, Any]:
    checks, limits = job["checks"], job["limits"]
    if checks["kind"] == "project":
        return _project(link, job, groups)
    try:
        if checks["kind"] == "unittest":
            link.prepare()
        link.load(job["candidate"], cpu_s=limits["cpu_s"])
    except Exception as error:
        return _candidate_error(error, "import")
    kinds = {"program": _program, "cases": _cases, "unittest": _unittest}
    try:
        kinds[checks["kind"]](link, checks, limits, groups)
    except Failed:
        pass
    except CandidateMissing as error:
        return {"status": "candidate_error", "error": str(error), "where": "import"}
    except unittests.Tampered as error:
        return {"status": "candidate_error", "error": f"tampered with its tests: {error}", "where": "call"}
    except Exception as error:
        if raised_by_candidate(error) is None:
            raise
        return _candidate_error(error, "call")
    return {"status": "done"}


class CandidateMissing(Exception):
    """The candidate does not define what the checks call."""


def _candidate_error(error: Exception, where: str) -> dict[str, Any]:
    said = raised_by_candidate(error)
    if said is None:
        raise error
    line = f" (line {said['line']})" if said["line"] else ""
    return {"status": "candidate_error", "error": f"{said['type']}: {said['text']}{line}", "where": where}


# --- test programs ---


def _program(link: Link, checks: dict[str, Any], limits: dict[str, Any], groups: list[Group]) -> None:
    """Run the tests as a program in which the candidate's names are remote."""
    del limits
    program = checks["program"]
    namespace: dict[str, Any] = {"__name__": "tests"}
    exec(_compiled(checks["setup"], "<setup>"), namespace)
    entry = checks["entry_point"]
    namespace[entry] = _entry(link, entry)
    for name in program["names"]:
        if name not in namespace and not hasattr(builtins, name):
            _bind(link, namespace, name)
    group = Group("tests", None)
    groups.append(group)
    namespace["__check__"] = _Checker(group, program["asserts"])
    try:
        exec(_compiled(program["source"], "<tests>"), namespace)
    except Exception as error:
        group.failure = group.failure or f"{type(error).__name__}: {error}"[:_SHOWN]
        group.passed = max(group.run - 1, 0)
        if raised_by_candidate(error) is not None:
            raise
        raise Failed from None
    group.passed = group.run


@functools.lru_cache(maxsize=256)
def _compiled(source: str, name: str) -> types.CodeType:
    """A judge that stays meets a problem's tests again and again."""
    return compile(source, name, "exec", dont_inherit=True)


def _entry(link: Link, name: str) -> Any:
    try:
        return link.get(name)
    except KeyError:
        raise CandidateMissing(f"NameError: the answer does not define {name!r}") from None


def _bind(link: Link, namespace: dict[str, Any], name: str) -> None:
    """A name the tests use without defining it: the standard library first, then the candidate."""
    if name in sys.stdlib_module_names:
        namespace[name] = importlib.import_module(name)
        return
    try:
        namespace[name] = link.get(name)
    except KeyError:
        return  # the test that needs it fails with a NameError


class _Checker:
    """What the asserts of a test program report to (``bench.sandbox.program`` rewrote them)."""

    def __init__(self, group: Group, asserts: list[str]) -> None:
        self._group = group
        self._asserts = asserts
        self._sides: list[Any] = []

    def start(self, number: int) -> None:
        self._group.run += 1
        self._group.failure = self._asserts[number]
        self._sides.clear()

    def side(self, value: Any) -> Any:
        self._sides.append(value)
        return value

    def held(self) -> None:
        self._group.failure = ""

    def failed(self) -> str:
        if len(self._sides) == 2:
            left, right = (_shown(side) for side in self._sides)
            self._group.failure += f": {left} against {right}"
        return self._group.failure


def _shown(value: Any) -> str:
    """A value as a failure quotes it: bounded before it is text, for some are small and endless to write."""
    try:
        text = _SHORT.repr(value)
    except Exception:
        return f"<{type(value).__name__} that cannot be shown>"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _unittest(link: Link, checks: dict[str, Any], limits: dict[str, Any], groups: list[Group]) -> None:
    """Have tests run in the candidate's own process."""
    entry_point, program = checks["entry_point"], checks["program"]
    _entry(link, entry_point)
    group = Group("tests", len(program["ids"]))
    groups.append(group)
    group.run, group.passed, group.failure = unittests.observe(
        link, program, entry_point=entry_point, cpu_s=limits["cpu_s"]
    )


def _project(link: Link, job: dict[str, Any], groups: list[Group]) -> dict[str, Any]:
    """Have a project's tests run in the candidate's own process, which holds the whole project."""
    try:
        link.prepare()
        found = project.observe(link, job["candidate"], job["checks"], cpu_s=job["limits"]["cpu_s"])
    except unittests.Tampered as error:
        return {"status": "candidate_error", "error": f"tampered with its tests: {error}", "where": "call"}
    except Exception as error:
        return _candidate_error(error, "call")
    for one in found:
        group = Group(one["name"], one["planned"])
        group.run, group.passed, group.failure = one["run"], one["passed"], one["failure"]
        groups.append(group)
    return {"status": "done"}


# --- cases: inputs, and a reference that knows the expected outputs ---


def _cases(link: Link, checks: dict[str, Any], limits: dict[str, Any], groups: list[Group]) -> None:
    """Call candidate and reference with the same inputs; the oracle decides. Ends at the first failure."""
    name = checks["entry_point"]
    namespace: dict[str, Any] = {"__name__": "reference"}
    exec(_compiled(checks["reference"], "<reference>"), namespace)
    reference = namespace[name]
    if not isinstance(_entry(link, name), RemoteCallable):
        raise CandidateMissing(f"TypeError: {name!r} of the answer is not a function")
    for group_name, text in checks["inputs"].items():
        calls = codec.loads(text)
        known = checks["known"].get(group_name, {})
        group = Group(group_name, len(calls))
        groups.append(group)
        # A tolerance that one group's results asked for does not carry over to the next group.
        oracle = compare.oracle(checks["oracle"], checks["tolerance"])
        ahead = Ahead(link, name, calls)
        for number, call in enumerate(calls):
            group.run += 1
            try:
                _case(ahead, group, call, reference, oracle, limits, known.get(str(number), ""))
            except BaseException:
                group.failure = f"{name}({_shown(codec.decode(call))[1:-1]}){group.failure}"
                raise
            group.passed += 1


def _case(
    ahead: Ahead,
    group: Group,
    call: str,
    reference: Any,
    oracle: compare.Oracle,
    limits: dict[str, Any],
    known: str,
) -> None:
    """One call, its arguments as encoded text. Raises Failed if the oracle does not accept the result.

    The reference need not run where the result is the ``known`` one and comes in time; any other is compared
    with its own.
    """
    if known:
        truth = functools.cache(lambda: _truth(call, reference, oracle, limits))
        got = ahead.result(limits["call_cpu_s"], known=known, more_s=lambda: truth()[1])
        if got is KNOWN:
            return
        expected, _ = truth()
    else:
        expected, cpu_s = _truth(call, reference, oracle, limits)
        got = ahead.result(cpu_s)
    try:
        held = oracle.holds(lambda: codec.decode(call), got, expected)
    except Exception as error:
        if raised_by_candidate(error) is not None:
            raise
        held = False
    if not held:
        group.failure = f": {_shown(got)} instead of {_shown(expected)}"
        raise Failed


def _truth(call: str, reference: Any, oracle: compare.Oracle, limits: dict[str, Any]) -> tuple[Any, float]:
    """What the reference makes of a call, and how much CPU time an answer may take for the same."""
    args = codec.decode(call)
    started = time.thread_time()
    expected = oracle.expected(reference(*args))
    return expected, max(limits["call_cpu_s"], limits["call_factor"] * (time.thread_time() - started))
