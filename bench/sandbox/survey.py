"""Which engines are here, and what each guarantees on this machine, as a guest under it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from bench import config
from bench.errors import BenchError, SandboxError
from bench.sandbox.bubblewrap import BubblewrapEngine
from bench.sandbox.client import connect
from bench.sandbox.docker import IMAGE, DockerEngine
from bench.sandbox.engines import Bounds, Engine
from bench.sandbox.guarantees import Guarantee, confirmed
from bench.sandbox.images import built_image
from bench.sandbox.podman import PodmanEngine, socket_url
from bench.sandbox.pool import HEADROOM_MIB, PROCESSES
from bench.sandbox.slot import Slot

_BOUNDS = Bounds(HEADROOM_MIB, PROCESSES)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One engine, as in ``--sandbox``. ``held`` is None where it cannot be used; ``problem`` says why."""

    name: str
    held: frozenset[Guarantee] | None
    problem: str = ""


def survey() -> Iterator[Surveyed]:
    """Every engine that could be asked for, whether it is here or not; never raises a BenchError."""
    for name, opened in _ENGINES.items():
        try:
            engines = list(opened())
        except BenchError as error:
            yield Surveyed(name, None, error.message)
            continue
        for engine in engines:
            with closing(engine):
                yield _look(engine)


def _look(engine: Engine) -> Surveyed:
    try:
        slot = Slot(engine, _BOUNDS, index=0, slots=1, epoch=0)
    except SandboxError as error:
        return Surveyed(engine.name, None, error.message)
    slot.close()
    return Surveyed(engine.name, confirmed(engine.promises, slot.ready))


def _docker() -> Iterator[Engine]:
    client = connect()
    plain = DockerEngine(client, built_image(client, IMAGE))
    yield plain
    for runtime in plain.runtimes:
        client = connect()
        yield DockerEngine(client, built_image(client, IMAGE), runtime=runtime)


def _podman() -> Iterator[Engine]:
    url = socket_url(config.environ())
    client = connect(url, name="podman")
    yield PodmanEngine(client, url, built_image(client, IMAGE))


def _bubblewrap() -> Iterator[Engine]:
    yield BubblewrapEngine()


_ENGINES: Mapping[str, Callable[[], Iterator[Engine]]] = {
    "docker": _docker,
    "podman": _podman,
    "bubblewrap": _bubblewrap,
}
