"""Judging split in two processes gives the verdicts that judging in one would give."""

from __future__ import annotations

import pytest

from bench.protocols import Sandbox
from bench.types import Checks, Execution, Job, Limits, Status

pytestmark = pytest.mark.docker

QUICK = Limits(cpu_s=3.0, call_cpu_s=1.0, wall_s=20.0, memory_mib=256, output_kib=1024)


def program(
    sandbox: Sandbox, candidate: str, tests: str, *, entry: str = "f", setup: str = "", limits: Limits = QUICK
) -> Execution:
    return sandbox.run(Job(candidate, Checks("program", entry, setup=setup, tests=tests), limits))


def passed(execution: Execution) -> bool:
    return execution.status is Status.DONE and all(g.run == g.passed > 0 for g in execution.groups)


@pytest.mark.parametrize(
    ("candidate", "tests"),
    [
        ("def f(x): return x + 1", "assert f(1) == 2\nassert f(2**70) == 2**70 + 1"),
        ("def f(x): return tuple(x)", "assert f([1]) == (1,)\nassert f([1]) != [1]"),
        ("def f(x): x.append(3)", "a = [1]\nf(a)\nassert a == [1, 3]"),
        ("def f(x): x[0].clear(); return x", "a = [[1]]\nb = f(a)\nassert b is a and a == [[]]"),
        ("def f(*, x): x['a'].append(3)", "a = [1]\nf(x={'a': a})\nassert a == [1, 3]"),
        ("def f(x, y=0): y.append(x); x.append(4)", "a = [1]\nb = []\nf(a, y=b)\nassert a == [1, 4] and b[0] is a"),
        ("def f(x): x[0] = 65", "a = bytearray(b'xy')\nf(a)\nassert a == b'Ay'"),
        ("def f(x): return x.keys()", "assert list(f(dict.fromkeys('zyxwv'))) == list('zyxwv')"),
        ("def f(x): return x.items()", "assert f({1: 2}) == {(1, 2)} and sorted(f({3: 4, 1: 2})) == [(1, 2), (3, 4)]"),
        ("def f(x): return map(str, x)", "assert list(f([1, 2])) == ['1', '2']"),
        ("def f():\n  n = 0\n  while True:\n    yield n\n    n += 1", "g = f()\nassert next(g) == 0 == next(g) - 1"),
        ("def f(x): raise ValueError('no')", "try:\n  f(1)\n  assert False\nexcept ValueError as e:\n  assert str(e) == 'no'"),
        ("class Oops(KeyError): pass\ndef f(): raise Oops(3)", "try:\n  f()\n  assert False\nexcept Oops as e:\n  assert e.args == (3,)"),
        ("class f:\n  def __init__(self, v): self.v = v\n  def twice(self): return self.v * 2", "p = f(4)\np.v = 5\nassert p.twice() == 10"),
        ("class Node:\n  def __init__(self, v): self.v = v; self.next = None\ndef f(n): return 1 + (f(n.next) if n.next else 0)", "a = Node(1)\na.next = Node(2)\nassert f(a) == 2\nassert isinstance(a, Node)"),
        ("def f(xs, t): return [x for x in xs if type(x) is t]", "assert f([1, 'a', 2.0], int) == [1]"),
        ("def f(xs, key): return sorted(xs, key=key)", "assert f([1, 3, 2], key=lambda v: -v) == [3, 2, 1]"),
        ("def f(): return {1: {2, 3}, None: b'x'}", "assert f() == {1: {2, 3}, None: b'x'}"),
        ("def f(): return f", "assert f() is not None and f()() is not None"),
        ("def f(x): return x[::-1]", "import sys\nassert f('é\\u2028') == '\\u2028é'"),
        ("def f(): return float('nan')", "r = f()\nassert r != r"),
        ("import numpy as np\ndef f(x): return np.float64(x) + np.int64(1)", "assert f(1.5) == 2.5"),
        ("import random\ndef f(): return random.random()", "assert 0 <= f() < 1"),
        ("def f(): return __name__", "assert f() != '__main__'"),
        ("from dataclasses import dataclass\n@dataclass\nclass P:\n  x: int\ndef f(): return P(1)", "assert f().x == 1"),
        ("def f(n): return [0] * n", "assert len(f(200000)) == 200000"),
    ],
)  # fmt: skip
def test_an_honest_answer_passes(sandbox: Sandbox, candidate: str, tests: str) -> None:
    execution = program(sandbox, candidate, tests)
    assert passed(execution), execution


@pytest.mark.parametrize(
    ("candidate", "status", "detail"),
    [
        ("def f(:", Status.COMPILE_ERROR, "SyntaxError"),
        ("def f(): return '\ud800'", Status.COMPILE_ERROR, "UnicodeEncodeError"),
        ("def f(): return '\0'", Status.COMPILE_ERROR, "SyntaxError"),
        ("(" * 5000, Status.COMPILE_ERROR, "Error"),
        ("def g(): pass", Status.CANDIDATE_ERROR, "does not define 'f'"),
        ("1/0", Status.CANDIDATE_ERROR, "ZeroDivisionError"),
        ("def f():\n  return {}['k']", Status.CANDIDATE_ERROR, "(line 2)"),
        ("def f(): return f()", Status.CANDIDATE_ERROR, "RecursionError"),
        ("import os\nos._exit(0)", Status.CANDIDATE_ERROR, "process ended"),
        ("raise SystemExit(0)", Status.CANDIDATE_ERROR, "SystemExit"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", Status.CANDIDATE_ERROR, "SIGSEGV"),
        ("def f(): return 2", Status.DONE, "f() == 1: 2 against 1"),
    ],
)
def test_a_wrong_answer_says_why(sandbox: Sandbox, candidate: str, status: Status, detail: str) -> None:
    execution = program(sandbox, candidate, "assert f() == 1")
    assert execution.status is status
    said = execution.error + "".join(group.failure for group in execution.groups)
    assert detail in said
    assert not passed(execution)


@pytest.mark.parametrize(
    ("candidate", "limit"),
    [
        ("def f():\n  while True: pass", "cpu"),
        ("while True: pass", "cpu"),
        ("import time\ndef f(): time.sleep(60)", "wall"),
        ("def f(): return 'x' * (1 << 30)", "memory"),
        ("def f():\n  while True: print('x' * 100000)", "output"),
        ("def f(): return 10 ** 10 ** 9", "cpu"),
        ("def f(): open('big', 'wb').write(b'x' * (100 << 20))", "disk"),
        (
            "import os\ndef f():\n  while True:\n    if not os.fork(): os.sched_yield(); import time; time.sleep(9)",
            "processes",
        ),
    ],
)
def test_each_limit_is_told_apart(sandbox: Sandbox, candidate: str, limit: str) -> None:
    execution = program(sandbox, candidate, "assert f() == 1")
    assert (execution.status, execution.limit) == (Status.LIMIT, limit), execution


def test_output_is_kept_and_bounded(sandbox: Sandbox) -> None:
    execution = program(sandbox, "print('hello')\ndef f(): print('x' * 200000)", "assert f() is None")
    assert passed(execution)
    assert execution.output.startswith("hello\n")
    assert len(execution.output) <= 64 * 1024


def test_a_fault_of_the_tests_is_not_the_candidates(sandbox: Sandbox) -> None:
    execution = program(sandbox, "def f(): return 1", "assert f() == 1", setup="import nothing_of_this_name")
    assert execution.status is Status.JUDGE_ERROR


def test_helpers_of_the_prompt_come_from_the_data_set(sandbox: Sandbox) -> None:
    """An answer cannot replace a helper that the tests rely on."""
    execution = program(
        sandbox,
        "def helper(x): return 1\ndef f(x): return 1",
        "assert helper(f(2)) == 9",
        setup="def helper(x): return x * 9",
    )
    assert passed(execution)


def test_a_job_leaves_nothing_in_the_judge_that_stays(sandbox: Sandbox) -> None:
    """Tests that could change the judge's process get one of their own; the others draw the same numbers."""
    drawn = "import random\nassert f(random.random()) == 0.8444218515250481"
    for _ in range(4):
        assert passed(program(sandbox, "def f(x): return x", drawn))
    spoils = "import math\nmath.floor = lambda x: 7\nassert f(1) == 1 and math.floor(1.5) == 7"
    looks = "import math\nassert f(1) == 1 and math.floor(1.5) == 1"
    for _ in range(4):
        assert passed(program(sandbox, "def f(x): return x", spoils))
        assert passed(program(sandbox, "def f(x): return x", looks))


@pytest.mark.parametrize(
    "call",
    [
        "libc.shmget(0, 4096, 0o1600)",
        "libc.msgget(0, 0o1600)",
        "libc.unshare(0x10000000)",
        "libc.ptrace(0, 0, 0, 0)",
        "libc.syscall(425, 8, ctypes.create_string_buffer(120))",
        "libc.syscall(56, 0x10000011, 0, 0, 0, 0)",
    ],
)
def test_calls_that_no_answer_needs_are_refused(sandbox: Sandbox, call: str) -> None:
    candidate = (
        f"import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\ndef f(): return {call}, ctypes.get_errno()"
    )
    execution = program(sandbox, candidate, "import errno\nassert f() == (-1, errno.EPERM)")
    assert passed(execution), execution


def test_only_sockets_of_its_own_network_can_be_opened(sandbox: Sandbox) -> None:
    """Vsock knows no network namespace: a guest could reach the host by it, and the guest beside it."""
    candidate = (
        "import socket\ndef f(family):\n  try:\n    socket.socket(family, 1).close()\n"
        "  except OSError as error:\n    return error.errno\n  return 0"
    )
    tests = "import errno\nassert [f(n) for n in (1, 2, 10)] == [0, 0, 0]\n"
    tests += "assert {f(n) for n in (3, 17, 21, 31, 38, 40, 44)} == {errno.EAFNOSUPPORT}"
    assert passed(program(sandbox, candidate, tests))


def test_nobody_enters_the_room_where_judges_are_called(sandbox: Sandbox) -> None:
    tries = "import os\ndef f():\n  try: return os.listdir('/run')\n  except PermissionError: return 'closed'"
    assert passed(program(sandbox, tries, "assert f() == 'closed'"))


def test_what_one_sample_does_to_its_output_does_not_reach_the_next(sandbox: Sandbox) -> None:
    spoils = (
        "import fcntl, os\n"
        "fcntl.fcntl(1, fcntl.F_SETFL, fcntl.fcntl(1, fcntl.F_GETFL) | os.O_NONBLOCK)\n"
        "def f():\n  os.write(1, b'x' * 65536)\n  return 1"
    )
    prints = "def f():\n  print('y' * 300_000, flush=True)\n  return 1"
    for _ in range(4):
        program(sandbox, spoils, "assert f() == 1")
        execution = program(sandbox, prints, "assert f() == 1")
        assert passed(execution)
        assert "x" not in execution.output
