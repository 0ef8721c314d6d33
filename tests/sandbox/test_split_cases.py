"""Suites of cases: candidate and reference get the same inputs, and many calls are on their way at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bench.protocols import Sandbox
from bench.sandbox.guest.codec import Encoder, digest, dumps, encode
from bench.types import Checks, Execution, Job, Limits, Status

pytestmark = pytest.mark.docker

QUICK = Limits(cpu_s=3.0, call_cpu_s=1.0, wall_s=20.0, memory_mib=256, output_kib=1024)


def calls(*args: Sequence[object]) -> str:
    return dumps([encode(list(each)) for each in args])


def passed(execution: Execution) -> bool:
    return execution.status is Status.DONE and all(g.run == g.passed > 0 for g in execution.groups)


CASES = Checks(
    "cases",
    "f",
    reference="def f(x):\n  return [v / 3 for v in x]",
    inputs={"base": calls([[1, 2]]), "plus": calls([[3]], [[4]], [[]])},
)


@pytest.mark.parametrize(
    ("candidate", "counts"),
    [
        ("def f(x): return [v / 3 for v in x]", [(1, 1), (3, 3)]),
        ("def f(x): return [v / 3 + 1e-9 for v in x]", [(1, 1), (3, 3)]),
        ("def f(x): return [v / 3 for v in x] if 4 not in x else None", [(1, 1), (2, 1)]),
        ("def f(x): return tuple(v / 3 for v in x)", [(1, 0)]),
    ],
)
def test_cases_are_compared_with_the_reference(
    sandbox: Sandbox, candidate: str, counts: list[tuple[int, int]]
) -> None:
    execution = sandbox.run(Job(candidate, CASES, QUICK))
    assert execution.status is Status.DONE
    assert [(group.run, group.passed) for group in execution.groups] == counts


def test_a_slow_reference_gives_its_answers_more_time(sandbox: Sandbox) -> None:
    """The limit of a call is at least four times what the reference needs on this machine, now."""
    slow = "def f(n):\n  s = 0\n  for i in range(n): s += i\n  return s"
    checks = Checks("cases", "f", reference=slow, inputs={"base": calls([3_000_000])})
    strict = replace(QUICK, call_cpu_s=0.01, cpu_s=30.0)
    execution = sandbox.run(Job(slow, checks, strict))
    assert passed(execution), execution


def test_a_known_result_is_right_without_the_reference(sandbox: Sandbox) -> None:
    """What does not have the known digest is compared with what the reference returns."""
    text = digest(dumps(["ok", Encoder().tree([1.5, 2])]).encode())
    ran = "def f(x):\n  raise ValueError('the reference ran')"
    known = Checks("cases", "f", reference=ran, inputs={"base": calls([3])}, known={"base": {"0": text}})
    assert passed(sandbox.run(Job("def f(x): return [x / 2, 2]", known, QUICK)))
    assert sandbox.run(Job("def f(x): return [x / 2, 3]", known, QUICK)).status is Status.JUDGE_ERROR
    right = replace(known, reference="def f(x): return [x / 2 + 1e-9, 2]", tolerance=1e-6)
    assert passed(sandbox.run(Job("def f(x): return [x / 2, 2]", right, QUICK)))
    assert not passed(sandbox.run(Job("def f(x): return [x / 2, 3]", right, QUICK)))


def test_a_slow_call_of_a_known_result_has_the_time_its_reference_needs(sandbox: Sandbox) -> None:
    """Of a second or more on any machine: a judge looks at the clock twice a second."""
    slow = "def f(n):\n  s = 0\n  for i in range(n): s += i\n  return s"
    text = digest(dumps(["ok", 1_799_999_970_000_000]).encode())
    checks = Checks(
        "cases", "f", reference=slow, inputs={"base": calls([60_000_000])}, known={"base": {"0": text}}
    )
    strict = replace(QUICK, call_cpu_s=0.01, cpu_s=30.0)
    assert passed(sandbox.run(Job(slow, checks, strict)))
    late = replace(checks, reference="def f(n): return 1_799_999_970_000_000")
    assert sandbox.run(Job(slow, late, strict)).limit == "cpu"


@pytest.mark.parametrize(
    "returned",
    [
        "10 ** 5000",
        "[[0] * 100_000] * 30",
        "__import__('functools').reduce(lambda v, _: [v] * 10, range(60), 0)",
    ],
)
def test_a_result_that_is_hard_to_show_is_a_wrong_one(sandbox: Sandbox, returned: str) -> None:
    checks = Checks("cases", "f", reference="def f(x): return x", inputs={"base": calls([3])})
    execution = sandbox.run(Job(f"def f(x): return {returned}", checks, QUICK))
    assert execution.status is Status.DONE
    assert "instead of 3" in execution.groups[0].failure
    assert len(execution.groups[0].failure) < 1000


MANY = Checks(
    "cases", "f", reference="def f(x): return x", inputs={"base": calls(*([n] for n in range(100)))}
)


@pytest.mark.parametrize(
    "later",
    [
        "__import__('os')._exit(0)",
        "print('x' * (8 << 20))",
        "[0] * (1 << 40)",
        "any(iter(int, 1))",
        "__import__('time').sleep(60)",
        "1 // 0",
        "exit(0)",
    ],
)
def test_the_first_wrong_result_decides_whatever_later_calls_run_into(sandbox: Sandbox, later: str) -> None:
    """Later calls are on their way when a result is compared: what they do must not change the verdict."""
    execution = sandbox.run(Job(f"def f(x): return x if x < 40 else 7 if x == 40 else {later}", MANY, QUICK))
    assert execution.status is Status.DONE, execution
    [group] = execution.groups
    assert (group.run, group.passed, group.failure) == (41, 40, "f(40): 7 instead of 40")


@pytest.mark.parametrize(
    ("ends", "limit"),
    [
        ("any(iter(int, 1))", "cpu"),
        ("__import__('time').sleep(60)", "wall"),
        ("print('x' * (8 << 20))", "output"),
    ],
)
def test_a_limit_names_the_call_that_reached_it(sandbox: Sandbox, ends: str, limit: str) -> None:
    execution = sandbox.run(Job(f"def f(x): return x if x != 40 else {ends}", MANY, QUICK))
    assert (execution.status, execution.limit) == (Status.LIMIT, limit)
    assert execution.groups[0].passed == 40
    assert execution.groups[0].failure == "f(40)"


def test_a_call_that_raises_is_the_last_one(sandbox: Sandbox) -> None:
    execution = sandbox.run(Job("def f(x): return x // (40 - x) and x or x", MANY, QUICK))
    assert (execution.status, execution.groups[0].passed) == (Status.CANDIDATE_ERROR, 40)
    assert "ZeroDivisionError" in execution.error


def test_calls_come_in_their_order_and_once(sandbox: Sandbox) -> None:
    counts = "n = []\ndef f(x):\n  n.append(len(x))\n  return n[-1] + len(n)"
    sizes = calls(*(["x" * size] for size in (0, 40_000, 1, 2, *range(200), 17_000, 3)))
    checks = Checks("cases", "f", reference=counts, inputs={"base": sizes, "plus": calls(["a"], ["b"])})
    assert passed(sandbox.run(Job(counts, checks, QUICK)))


@pytest.mark.parametrize("answer", ["def f(x): yield from x", "made = iter(range(4))\ndef f(x): return made"])
def test_a_result_that_is_looked_into_is_not_mixed_up_with_the_next_calls(
    sandbox: Sandbox, answer: str
) -> None:
    """An oracle walks a returned iterator by calls of its own, and the next results are not their answers."""
    checks = Checks(
        "cases", "f", reference="def f(x): return list(x)", oracle="set_equal",
        inputs={"base": calls(*([list(range(n))] for n in range(40)))},
    )  # fmt: skip
    execution = sandbox.run(Job(answer, checks, QUICK))
    assert execution.groups[0].passed == (40 if "yield" in answer else 0)
    anything = replace(checks, oracle="anything")
    assert passed(sandbox.run(Job(answer, anything, QUICK)))


@pytest.mark.parametrize("part", ["text", "types", "args"])
def test_an_exception_nested_too_deep_to_be_read_is_the_answers_fault(sandbox: Sandbox, part: str) -> None:
    """What cannot be put into words here must not look like a fault of the reference: that is not scored."""
    told = {"types": ["ValueError"], "class": None, "args": [], "text": "", "line": 1, "errno": None}
    reply = dumps(["raise", told | {part: ["DEEP"]}]).replace('"DEEP"', "[" * 900 + "]" * 900)
    answer = (
        f"import os\ndef f(x): os.write(3, len(REPLY).to_bytes(4, 'big') + REPLY)\nREPLY = {reply.encode()!r}"
    )
    execution = sandbox.run(Job(answer, MANY, QUICK))
    assert execution.status is Status.CANDIDATE_ERROR, execution
