"""No hostile answer passes, harms its neighbour, or leaves anything behind.

Each attack is a file of its own under ``attacks/``, saying what it tries.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.judge.calls import make as make_judge
from bench.protocols import Judge, Sandbox, SandboxOptions
from bench.types import Checks, Job, Limits, Outcome, Problem, Track

pytestmark = pytest.mark.docker

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.py"))
HONEST = "def total(numbers):\n    return sum(numbers)\n"
LIMITS = Limits(cpu_s=2.0, call_cpu_s=1.0, wall_s=15.0, memory_mib=256, output_kib=1024)
PROBLEM = Problem(
    suite="hostile",
    id="hostile/total",
    track=Track.GENERATION,
    language="python",
    prompt="def total(numbers):\n",
    entry_point="total",
    reference=HONEST,
    checks=Checks(
        "program",
        "total",
        tests=(
            "assert total([1, 2, 3]) == 6\n"
            "assert total([]) == 0\n"
            "assert abs(total([0.5, 0.25]) - 0.75) < 1e-9\n"
        ),
    ),
    limits=LIMITS,
)


@pytest.fixture(scope="module")
def one_slot(docker_engine: None) -> Iterator[Sandbox]:
    """A single slot, so that the honest answer runs where the attack ran."""
    from bench.sandbox.docker import make

    made = make(SandboxOptions(slots=1, memory_mib=256, say=lambda line: None))
    yield made
    made.close()


def outcome(sandbox: Sandbox, judge: Judge, code: str) -> Outcome:
    executions = [sandbox.run(job) for job in judge.jobs(PROBLEM, code)]
    return judge.verdict(PROBLEM, executions).outcome


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda path: path.stem)
def test_an_attack_never_passes_and_its_neighbour_does(one_slot: Sandbox, attack: Path) -> None:
    judge = make_judge()
    ended = outcome(one_slot, judge, attack.read_text("utf-8"))
    assert ended is not Outcome.PASS
    assert ended.scored, "an attack is its author's fault, so it is scored"
    assert outcome(one_slot, judge, HONEST) is Outcome.PASS


def test_nothing_of_a_sample_is_left_for_the_next(one_slot: Sandbox) -> None:
    leave = (Path(__file__).parent / "attacks" / "leave_files.py").read_text("utf-8")
    look = (
        "import os\n"
        "def f():\n"
        "    found = [p for d in ('/tmp', '/dev/shm') for p in os.listdir(d) if d + '/' + p != os.getcwd()]\n"
        "    ipc = [list(open('/proc/sysvipc/' + name))[1:] for name in ('shm', 'sem', 'msg')]\n"
        "    return found + sum(ipc, [])\n"
    )
    checks = Checks("program", "f", tests="assert f() == []")
    one_slot.run(Job(leave, PROBLEM.checks, LIMITS))
    execution = one_slot.run(Job(look, checks, LIMITS))
    assert [(g.run, g.passed) for g in execution.groups] == [(1, 1)], execution
