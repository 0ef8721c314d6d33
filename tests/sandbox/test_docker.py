"""The pool of containers: hardened, replaced when they break, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import docker
import pytest

from bench.errors import SandboxError
from bench.protocols import SandboxOptions
from bench.sandbox import owner
from bench.sandbox.client import connect
from bench.sandbox.docker import make
from bench.sandbox.pool import Pool
from bench.types import Checks, Job, Limits, Status

ADD = Job("def f(x): return x + 1", Checks("program", "f", tests="assert f(1) == 2"))


@pytest.fixture
def client(docker_engine: None) -> Iterator[docker.DockerClient]:
    made = connect()
    yield made
    made.close()


def quiet(slots: int = 1) -> Pool:
    return make(SandboxOptions(slots=slots, say=lambda line: None))


def mine(client: docker.DockerClient) -> list[Any]:
    found = client.containers.list(all=True, filters={"label": f"{owner.LABEL}={owner.label()}"})
    return list(found)


def theirs(client: docker.DockerClient, pid: int) -> list[Any]:
    """The containers of another process; there may be more runs on this machine."""
    found = client.containers.list(all=True, filters={"label": owner.LABEL})
    return [one for one in found if one.labels[owner.LABEL].split("/")[2] == str(pid)]


@pytest.mark.docker
def test_a_container_has_nothing_it_could_do_harm_with(client: docker.DockerClient) -> None:
    sandbox = quiet()
    try:
        sandbox.describe()
        [container] = mine(client)
        settings = container.attrs["HostConfig"]
        assert settings["NetworkMode"] == "none"
        assert settings["ReadonlyRootfs"] is True
        assert settings["Privileged"] is False
        assert settings["CapDrop"] == ["ALL"]
        assert sorted(cap.removeprefix("CAP_") for cap in settings["CapAdd"]) == ["KILL", "SETGID", "SETUID"]
        assert settings["SecurityOpt"] == ["no-new-privileges"]
        assert settings["Memory"] == settings["MemorySwap"] > 0
        assert settings["PidsLimit"] > 0
        assert not container.attrs["Mounts"], "nothing of the host is inside"
    finally:
        sandbox.close()


@pytest.mark.docker
def test_nothing_is_left_when_a_sandbox_is_closed(client: docker.DockerClient) -> None:
    sandbox = quiet(2)
    threads = [threading.Thread(target=sandbox.run, args=(ADD,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mine(client)) == 2
    sandbox.close()
    assert not mine(client)
    with pytest.raises(SandboxError, match="closed"):
        sandbox.run(ADD)


@pytest.mark.docker
def test_a_container_killed_under_a_job_is_an_infrastructure_fault_and_is_replaced(
    client: docker.DockerClient,
) -> None:
    sandbox = quiet()
    try:
        slow = Job(
            "import time\ntime.sleep(8)\ndef f(x): return 2",
            Checks("program", "f", tests="assert f(1) == 2"),
            Limits(),
        )
        killer = threading.Timer(1.5, lambda: mine(client)[0].kill())
        killer.start()
        with pytest.raises(SandboxError, match="stopped answering"):
            sandbox.run(slow)
        killer.join()
        assert sandbox.run(ADD).status is Status.DONE
    finally:
        sandbox.close()


START = """
import sys
from bench.protocols import SandboxOptions
from bench.sandbox.docker import make
made = make(SandboxOptions(slots=1, say=lambda line: None))
made.describe()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.docker
def test_a_run_that_was_killed_leaves_nothing_for_long(client: docker.DockerClient) -> None:
    """kill -9 of the harness: its containers end by themselves or are reaped, and only those."""
    sandbox = quiet()
    try:
        with subprocess.Popen(
            [sys.executable, "-c", START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            assert len(theirs(client, process.pid)) == 1
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        quiet().close()
        deadline = time.monotonic() + 20
        while theirs(client, process.pid):
            assert time.monotonic() < deadline, "a dead run's container is still there"
            time.sleep(0.2)
        assert sandbox.run(ADD).status is Status.DONE, "a living run's container was taken"
    finally:
        sandbox.close()


def test_no_engine_is_one_error_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(SandboxError, match="no Docker Engine answers") as caught:
        connect()
    assert "bench doctor" in caught.value.hint


def test_an_orphan_is_known_by_its_owner_and_nothing_else_is_one() -> None:
    node, boot, pid, started = owner.label().split("/")
    assert not owner.is_orphan({owner.LABEL: owner.label()})
    assert not owner.is_orphan({})
    assert not owner.is_orphan({owner.LABEL: f"another-{node}/{boot}/{pid}/1"})
    assert owner.is_orphan({owner.LABEL: f"{node}/{boot}/{pid}/{int(started) + 1}"}), "the pid was reused"
    assert owner.is_orphan({owner.LABEL: f"{node}/another-boot/{pid}/{started}"})
