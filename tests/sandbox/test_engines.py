"""Each engine for real: the same guest, nothing left behind, and an outage in the middle that costs nothing.

Podman and runtimes other than the default are tried where they are; what is missing is named where not.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cuttable import Proxy, engine_socket

from bench import config
from bench.errors import SandboxError, UsageError
from bench.protocols import Sandbox, SandboxOptions
from bench.registry import load_sandbox
from bench.sandbox import bubblewrap, owner, podman, subuids
from bench.sandbox.bubblewrap import BubblewrapEngine
from bench.sandbox.client import connect
from bench.sandbox.guarantees import Guarantee
from bench.types import Checks, Execution, Job, Status

ADD = Job("def f(x): return x + 1", Checks("program", "f", tests="assert f(1) == 2"))

Maker = Callable[..., Sandbox]


@pytest.fixture
def started() -> Iterator[Maker]:
    """Starts sandboxes by name, and closes them."""
    made: list[Sandbox] = []

    def start(name: str, slots: int = 1, say: Callable[[str], None] = lambda line: None) -> Sandbox:
        made.append(load_sandbox(name, SandboxOptions(slots=slots, say=say)))
        return made[-1]

    yield start
    for sandbox in made:
        sandbox.close()


@pytest.fixture
def proxy(docker_engine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    target = engine_socket()
    assert target, "DOCKER_HOST names no socket of this machine: the way to it cannot be cut"
    made = Proxy(tmp_path / "docker.sock", target)
    monkeypatch.setenv("DOCKER_HOST", made.url)
    yield made
    made.break_lines()


def numbered(number: int) -> Job:
    code = f"import time\ntime.sleep(0.1)\ndef f(x):\n    print({number})\n    return x + {number}"
    return Job(code, Checks("program", "f", tests=f"assert f(1) == {number + 1}"))


@pytest.mark.docker
@pytest.mark.parametrize("restart", [True, False], ids=["the engine is gone for a while", "its lines break"])
def test_a_run_goes_on_after_an_outage_and_its_results_are_those_of_an_undisturbed_one(
    proxy: Proxy, started: Maker, restart: bool
) -> None:
    said: list[str] = []
    sandbox = started("docker", 2, said.append)
    until(lambda: len(sandbox._open) == 2)  # type: ignore[attr-defined]

    def judged(job: Job) -> Execution:
        """As in a run: a guest that ends with its line before anybody looks may have died of its sample."""
        try:
            return sandbox.run(job)
        except SandboxError:
            assert not restart
            return sandbox.run(job)

    with ThreadPoolExecutor(2) as pool:
        results = pool.map(judged, map(numbered, range(40)))
        first = next(results)
        proxy.cut() if restart else proxy.break_lines()
        if restart:
            time.sleep(1.5)
            proxy.mend()
        found = [first, *results]
    assert [one.status for one in found] == [Status.DONE] * 40
    assert [one.output for one in found] == [f"{number}\n" for number in range(40)]
    report = sandbox.report()  # type: ignore[attr-defined]
    assert report["replaced"] == 2
    assert len(report["outages_s"]) == restart
    assert len(said) == 2 * restart
    sandbox.close()
    client = connect(f"unix://{engine_socket()}")
    try:
        until(lambda: not client.containers.list(all=True, filters={"label": mine()}))
    finally:
        client.close()


@pytest.mark.docker
def test_a_runtime_that_the_engine_does_not_have_is_refused_and_those_it_has_are_named(
    started: Maker,
) -> None:
    with pytest.raises(UsageError, match="no runtime 'nonsense'") as caught:
        started("docker:nonsense")
    assert "runc" in caught.value.hint


@pytest.mark.docker
def test_no_network_and_no_volume_is_left(started: Maker) -> None:
    client = connect()
    try:
        before = {one.id for one in client.networks.list()}, {one.id for one in client.volumes.list()}
        sandbox = started("docker")
        assert sandbox.run(ADD).status is Status.DONE
        sandbox.close()
        assert (
            {one.id for one in client.networks.list()},
            {one.id for one in client.volumes.list()},
        ) == before
    finally:
        client.close()


@pytest.mark.docker
def test_podman_runs_the_same_guest_and_says_what_it_lacks(started: Maker) -> None:
    try:
        connect(podman.socket_url(config.environ()), name="podman").close()
    except SandboxError as error:
        pytest.skip(f"podman cannot be tried here: {error.message}")
    sandbox = started("podman", 2)
    assert sandbox.run(ADD).status is Status.DONE
    described = sandbox.describe()
    assert described["engine"] == "podman"
    assert described["lacks"] == [Guarantee.FILE_COUNT.value]
    sandbox.close()
    client = connect(podman.socket_url(config.environ()), name="podman")
    try:
        assert not client.containers.list(all=True, filters={"label": mine()})
    finally:
        client.close()


def test_podman_is_looked_for_where_it_says_it_is(tmp_path: Path) -> None:
    assert podman.socket_url({"CONTAINER_HOST": "tcp://there:1"}) == "tcp://there:1"
    assert podman.socket_url({"PODMAN_HOST": "tcp://there:2"}) == "tcp://there:2"


needs_bubblewrap = pytest.mark.skipif(
    shutil.which("bwrap") is None and os.environ.get("EVENBENCH_REQUIRE_DOCKER") != "1",
    reason="bubblewrap is not installed: there is no `bwrap`; scripts/setup-docker.sh installs it",
)


@needs_bubblewrap
@pytest.mark.docker
def test_bubblewrap_runs_the_same_guest_and_names_what_it_lacks(started: Maker) -> None:
    sandbox = started("bubblewrap", 2)
    assert sandbox.run(ADD).status is Status.DONE
    described = sandbox.describe()
    assert described["engine"] == "bubblewrap"
    assert {Guarantee.MEMORY.value, Guarantee.PROCESS_COUNT.value} <= set(described["lacks"])  # type: ignore[arg-type]


LOOK = """
import os, numpy
def f(x):
    tried = []
    for place in ("/x", "/dev/x", "/usr/x", "/run/x"):
        try:
            open(place, "w")
            tried.append(place)
        except OSError:
            pass
    for number in (1, os.getppid()):
        try:
            os.kill(number, 9)
            tried.append(number)
        except OSError:
            pass
    hidden = [place for place in ("/home", "/etc", "/var", "/sys", "/work", "/opt") if os.path.exists(place)]
    return [tried, hidden, os.getuid() >= 10000, open("/proc/net/dev").read().count(":")]
"""


@needs_bubblewrap
@pytest.mark.docker
def test_under_bubblewrap_nothing_can_be_written_nobody_ended_and_only_the_interpreter_seen(
    started: Maker,
) -> None:
    tests = "assert f(1) == [[], [], True, 1]"
    found = started("bubblewrap").run(Job(LOOK, Checks("program", "f", tests=tests)))
    assert (found.status, found.groups[0].passed) == (Status.DONE, 1), found


START = """
import sys
from bench.protocols import SandboxOptions
from bench.sandbox.bubblewrap import make
made = make(SandboxOptions(slots=2, say=lambda line: None))
made.describe()
print("ready", flush=True)
try:
    sys.stdin.read()
finally:
    made.close()
"""


@needs_bubblewrap
@pytest.mark.docker
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_bubblewrap_leaves_no_process_however_a_run_ends(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        label = f"{owner.label().rsplit('/', 2)[0]}/{process.pid}/"
        until(lambda: len(guests(label)) >= 2)
        process.send_signal(number)
    until(lambda: not guests(label))


@needs_bubblewrap
@pytest.mark.docker
def test_what_a_dead_run_left_under_bubblewrap_is_ended_and_only_that() -> None:
    node, boot, pid, started_at = owner.label().split("/")
    labels = (f"{node}/{boot}/{pid}/{int(started_at) + 1}", owner.label())
    orphan, living = (subprocess.Popen(["sleep", "60"], env={bubblewrap.OWNER: label}) for label in labels)
    engine = BubblewrapEngine()
    try:
        until(lambda: guests(labels[0]))
        assert engine.reap() == 1
        assert orphan.wait(5) == -signal.SIGKILL
        assert living.poll() is None
    finally:
        engine.close()
        for process in (orphan, living):
            process.kill()
            process.wait()


def test_without_bubblewrap_nothing_is_run_bare(monkeypatch: pytest.MonkeyPatch, started: Maker) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxError, match="bubblewrap is not installed"):
        started("bubblewrap")


def test_a_user_without_subordinate_ids_is_told_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subuids, "FILES", (tmp_path / "subuid",))
    with pytest.raises(SandboxError, match="needs 60001 ids") as caught:
        subuids.enter_namespace()
    assert "usermod --add-subuids" in caught.value.hint


def test_subordinate_ids_are_those_of_the_user(tmp_path: Path) -> None:
    file = tmp_path / "subuid"
    file.write_text(f"other:1:99999\nme:100000:1000\nbroken\n{os.getuid()}:200000:65536\n", "utf-8")
    assert subuids.granted(file, "me") == 65536
    assert subuids.granted(tmp_path / "none", "me") == 0


def mine() -> str:
    return f"{owner.LABEL}={owner.label()}"


def guests(label: str) -> list[str]:
    """Processes that were started with a label that begins so."""
    mark = f"{bubblewrap.OWNER}={label}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                variables = (folder / "environ").read_bytes()
            except OSError:
                continue
            if mark in variables:
                found.append(folder.name)
    return found


def until(holds: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)
