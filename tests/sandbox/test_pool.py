"""The pool: who is ready first serves first, what dies is replaced, an engine that is gone is waited for."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from bench.errors import SandboxError
from bench.protocols import SandboxOptions
from bench.sandbox.channel import Channel, Plain
from bench.sandbox.engines import Bounds, Guest, Unfit, check_limits
from bench.sandbox.guarantees import USUAL, Guarantee, confirmed, lacking
from bench.sandbox.outage import Outage
from bench.sandbox.pool import HEADROOM_MIB, PROCESSES, Pool
from bench.types import Checks, Execution, Job, Json, Status

ANY = Job("def f(x): return x", Checks("program", "f", tests="assert f(1) == 1"))
LIMITS = {"memory": (1024 + HEADROOM_MIB) << 20, "processes": PROCESSES}


class FakeEngine:
    """Guests are threads that say what ``script`` has for them: a reply, None to hang up, or "unclean"."""

    name = "fake"
    promises = USUAL

    def __init__(self, script: Callable[[int, int], str | None] = lambda guest, job: "ok") -> None:
        self.script = script
        self.away = threading.Event()
        self.refuse: SandboxError | None = None
        self.delay_s: Mapping[int, float] = {}
        self.living: set[int] = set()
        self.ends: dict[int, socket.socket] = {}
        self.epochs: list[int] = []
        self.reaped: list[int] = []
        self._numbers = itertools.count()

    def start(self, bounds: Bounds, *, epoch: int) -> Guest:
        if self.away.is_set():
            raise SandboxError("nobody answers")
        if self.refuse is not None:
            raise self.refuse
        number = next(self._numbers)
        time.sleep(self.delay_s.get(number, 0.0))
        ours, theirs = socket.socketpair()
        self.living.add(number)
        self.ends[number] = theirs
        self.epochs.append(epoch)
        threading.Thread(target=self._serve, args=(number, theirs), daemon=True).start()
        return Guest(
            Channel(ours, Plain(lambda: b"")),
            lambda: number in self.living,
            lambda: self.living.discard(number),
        )

    def _serve(self, number: int, line: socket.socket) -> None:
        file = line.makefile("rb")

        def read() -> bytes:
            return file.read(int.from_bytes(file.read(4), "big"))

        def write(record: Mapping[str, Any]) -> None:
            body = json.dumps(record).encode()
            with contextlib.suppress(BrokenPipeError):
                line.sendall(len(body).to_bytes(4, "big") + body)

        with line, file:
            read()
            write({"ready": True, "python": "3.13.5", "limits": LIMITS, "filtered": True, "slowness": 1.0})
            for job in itertools.count():
                frame = read()
                if not frame:
                    return
                said = self.script(number, job)
                if said is None:
                    if number in self.living and not self.away.is_set():
                        self.living.discard(number)
                    with contextlib.suppress(OSError):
                        line.shutdown(socket.SHUT_RDWR)
                    return
                nonce = json.loads(frame.partition(b"\n")[2])["nonce"]
                write(facts(nonce, clean=said != "unclean", output=str(number)))

    def check(self, ready: Mapping[str, Any], bounds: Bounds) -> None:
        check_limits(ready, bounds)

    def answers(self) -> bool:
        return not self.away.is_set()

    def reap(self, *, before_epoch: int = 0) -> int:
        self.reaped.append(before_epoch)
        return 0

    def describe(self) -> Mapping[str, Json]:
        return {}

    def close(self) -> None:
        pass


def facts(nonce: str, *, clean: bool, output: str) -> dict[str, Any]:
    group = {"name": "tests", "run": 1, "passed": 1, "planned": 1}
    verdict = {"nonce": nonce, "status": "done", "groups": [group]}
    return {
        "verdict": verdict,
        "limit": "",
        "signal": 0,
        "oom": False,
        "cpu_s": 0.01,
        "memory_mib": 9.0,
        "wall_s": 0.01,
        "output": output,
        "clean": clean,
    }


@pytest.fixture
def pools() -> Iterator[Callable[..., Pool]]:
    """Makes pools, and closes them."""
    made: list[Pool] = []

    def make(engine: FakeEngine, slots: int = 1, **fields: Any) -> Pool:
        said = fields.pop("said", [])
        made.append(Pool(engine, SandboxOptions(slots=slots, say=said.append), **fields))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


def until(holds: Callable[[], object], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def test_the_guest_that_is_ready_first_serves_first(pools: Callable[..., Pool]) -> None:
    engine = FakeEngine()
    engine.delay_s = {0: 3.0}
    began = time.monotonic()
    pool = pools(engine, 2)
    assert pool.run(ANY).output == "1"
    assert time.monotonic() - began < 2.0


def test_a_guest_that_dies_under_a_sample_is_the_samples_one_fault_and_is_replaced(
    pools: Callable[..., Pool],
) -> None:
    pool = pools(FakeEngine(lambda guest, job: None if guest == 0 else "ok"))
    with pytest.raises(SandboxError, match="stopped answering"):
        pool.run(ANY)
    assert pool.run(ANY).status is Status.DONE
    assert pool.report()["reasons"] == {"died under a sample": 1}


def test_a_line_that_breaks_under_a_living_guest_is_nobodys_fault(pools: Callable[..., Pool]) -> None:
    engine = FakeEngine()

    def script(guest: int, job: int) -> str | None:
        if guest == 0:
            engine.ends[0].shutdown(socket.SHUT_RDWR)
            time.sleep(0.2)
        return "ok"

    engine.script = script
    pool = pools(engine)
    assert pool.run(ANY).output == "1", "begun again on another guest, without an error"
    assert pool.report()["reasons"] == {"its line broke": 1}


def test_a_guest_that_dies_between_samples_costs_no_sample_anything(pools: Callable[..., Pool]) -> None:
    engine = FakeEngine()
    pool = pools(engine)
    assert pool.run(ANY).output == "0"
    engine.living.discard(0)
    engine.ends[0].shutdown(socket.SHUT_RDWR)
    assert pool.run(ANY).output == "1"
    assert pool.report()["reasons"] == {"died between samples": 1}


def test_a_guest_that_is_not_clean_gets_no_other_sample(pools: Callable[..., Pool]) -> None:
    engine = FakeEngine(lambda guest, job: "unclean")
    pool = pools(engine)
    assert [pool.run(ANY).output for _ in range(3)] == ["0", "1", "2"]
    assert pool.report() == {
        "replaced": 3,
        "reasons": {"could not be cleaned after a sample": 3},
        "outages_s": [],
        "slots_lost": 0,
    }


def test_an_engine_that_goes_away_is_waited_for_and_nothing_is_lost(pools: Callable[..., Pool]) -> None:
    """Both slots are at work when it goes; what they did is done again, and no error is seen."""
    engine = FakeEngine()
    busy = threading.Barrier(3)

    def script(guest: int, job: int) -> str | None:
        if guest < 2:
            busy.wait(5)
            engine.away.wait(5)
            return None
        return "ok"

    engine.script = script
    said: list[str] = []
    pool = pools(engine, 2, said=said)
    found: list[Execution] = []
    threads = [threading.Thread(target=lambda: found.append(pool.run(ANY))) for _ in range(2)]
    for thread in threads:
        thread.start()
    busy.wait(5)
    engine.away.set()
    until(lambda: said)
    assert "does not answer" in said[0]
    engine.away.clear()
    for thread in threads:
        thread.join(10)
    assert [one.status for one in found] == [Status.DONE] * 2
    assert len(said) == 2, "once that it is gone, once that it is back"
    assert "is back" in said[1]
    assert engine.reaped == [1], "what was left of before is cleared away"
    assert engine.epochs == [0, 0, 1, 1]
    assert pool.report()["reasons"] == {"the engine went away": 2}


def test_a_wait_is_told_again_and_again_and_ends(pools: Callable[..., Pool]) -> None:
    engine, said, closed = FakeEngine(), list[str](), threading.Event()
    engine.away.set()
    outage = Outage(engine, say=said.append, closed=closed, patience_s=2.0, tell_every_s=0.5)
    pool = pools(engine, 2, outage=outage)
    with pytest.raises(SandboxError, match="did not come back"):
        pool.run(ANY)
    assert sum("still waiting" in line for line in said) >= 2
    began = time.monotonic()
    with pytest.raises(SandboxError, match="did not come back"):
        pool.run(ANY)
    assert time.monotonic() - began < 0.5, "nobody waits for it a second time"


def test_a_pool_can_be_closed_while_it_waits(pools: Callable[..., Pool]) -> None:
    engine, said = FakeEngine(), list[str]()
    engine.away.set()
    pool = pools(engine, said=said)
    failed: list[SandboxError] = []

    def ask() -> None:
        try:
            pool.run(ANY)
        except SandboxError as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: said)
    began = time.monotonic()
    pool.close()
    thread.join(5)
    assert "closed" in failed[0].message
    assert time.monotonic() - began < 2.0


def test_a_pool_that_is_closed_under_a_job_lets_go_of_it(pools: Callable[..., Pool]) -> None:
    started, go_on = threading.Event(), threading.Event()

    def script(guest: int, job: int) -> str:
        started.set()
        go_on.wait(10)
        return "ok"

    pool = pools(FakeEngine(script))
    failed: list[SandboxError] = []

    def ask() -> None:
        try:
            pool.run(ANY)
        except SandboxError as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    started.wait(5)
    pool.close()
    thread.join(5)
    go_on.set()
    assert failed


def test_an_engine_that_does_not_keep_its_limits_is_refused_at_once(pools: Callable[..., Pool]) -> None:
    engine = FakeEngine()
    engine.refuse = Unfit("this engine does not enforce the limits asked for")
    began = time.monotonic()
    with pytest.raises(SandboxError, match="does not enforce"):
        pools(engine, 2).describe()
    assert time.monotonic() - began < 0.5, "trying again would not help"


@pytest.mark.parametrize(
    "found", [{"memory": None}, {"processes": None}, {"memory": 1 << 63}, {"processes": 161}]
)
def test_limits_are_the_ones_asked_for_or_none_at_all(found: Mapping[str, int | None]) -> None:
    bounds = Bounds(1024 + HEADROOM_MIB, PROCESSES)
    check_limits({"limits": LIMITS}, bounds)
    with pytest.raises(Unfit, match=next(iter(found))):
        check_limits({"limits": {**LIMITS, **found}}, bounds)


def test_limits_that_cannot_be_read_are_let_pass_only_where_a_kernel_of_its_own_hides_them() -> None:
    bounds = Bounds(1024 + HEADROOM_MIB, PROCESSES)
    check_limits({"limits": {"memory": None, "processes": None}}, bounds, unread=True)
    with pytest.raises(Unfit):
        check_limits({"limits": {"memory": 1, "processes": None}}, bounds, unread=True)


def test_a_promise_that_the_guest_does_not_find_kept_is_named() -> None:
    ready = {"limits": {"memory": None, "processes": 160}, "filtered": False}
    held = confirmed(USUAL, ready)
    assert lacking(held) == [Guarantee.GUEST_FILTER.value, Guarantee.MEMORY.value]


def test_what_a_sandbox_lacks_is_in_its_description(pools: Callable[..., Pool]) -> None:
    engine = FakeEngine()
    assert pools(engine).describe()["lacks"] == []
    engine.promises = USUAL - {Guarantee.NETWORK}
    assert pools(engine).describe()["lacks"] == ["no network"]
