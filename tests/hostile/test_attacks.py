"""No hostile answer passes, harms its neighbour, or leaves anything behind.

Each attack is a file of its own under ``attacks/``, saying what it tries; ``bench.attack`` runs them, here
as in ``bench doctor --attack``. All of them take about two minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import docker
import pytest

from bench import attack
from bench.judge.calls import make as make_judge
from bench.protocols import SandboxOptions
from bench.sandbox import owner
from bench.types import Outcome

pytestmark = pytest.mark.docker

ATTACKS = attack.load()
FIRST_UID = 10_000
"""The uid of the first slot's judge."""


@pytest.fixture(scope="module")
def one_slot(docker_engine: None) -> Iterator[attack.Range]:
    from bench.sandbox.docker import make

    made = make(SandboxOptions(slots=1, memory_mib=attack.MEMORY_MIB, say=lambda line: None))
    yield attack.Range(made, make_judge())
    made.close()


@pytest.fixture(scope="module")
def engine(docker_engine: None) -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


@pytest.mark.parametrize("hostile", ATTACKS, ids=lambda hostile: hostile.name)
def test_an_attack_never_passes_and_its_neighbour_does(
    one_slot: attack.Range, engine: docker.DockerClient, hostile: attack.Attack
) -> None:
    tried = one_slot.attempt(hostile)
    assert not tried.harm, tried
    assert not strangers(engine), "seen from outside, no process of a sample's is left"


def strangers(engine: docker.DockerClient) -> list[str]:
    """Processes in our one container that are neither its guest's (root) nor its judge's."""
    [container] = engine.containers.list(filters={"label": f"{owner.LABEL}={owner.label()}"})
    told = container.top(ps_args="-eo uid,pid,stat,args")
    guests = {"0", str(FIRST_UID)}
    return [" ".join(row) for row in told["Processes"] if row[0] not in guests]


def test_every_attack_says_what_it_tries() -> None:
    """In a sentence of its own: two attacks that say the same are one."""
    assert len(ATTACKS) >= 95
    assert len({hostile.tried for hostile in ATTACKS}) == len(ATTACKS)
    assert not [hostile.name for hostile in ATTACKS if not hostile.tried.endswith(".")]


def test_attacks_in_one_slot_change_no_verdict_in_another(docker_engine: None) -> None:
    """What wears the machine down most, and honest answers beside it."""
    from bench.sandbox.docker import make

    heavy = [one for one in ATTACKS if one.name in {"fork_bomb", "oom_scores"}]
    sandbox = make(SandboxOptions(slots=2, memory_mib=attack.MEMORY_MIB, say=lambda line: None))
    judge, problem = make_judge(), attack.problems()[0]

    def outcome(code: str) -> Outcome:
        return judge.verdict(problem, [sandbox.run(job) for job in judge.jobs(problem, code)]).outcome

    with closing(sandbox), ThreadPoolExecutor(1) as bad, ThreadPoolExecutor(1) as good:
        attacked = [bad.submit(outcome, one.code) for one in heavy]
        honest = []
        while not all(future.done() for future in attacked):
            honest.append(good.submit(outcome, attack.NEIGHBOUR).result())
        assert len(heavy) == 2
        assert all(future.result() is not Outcome.PASS for future in attacked)
    assert set(honest) == {Outcome.PASS}
