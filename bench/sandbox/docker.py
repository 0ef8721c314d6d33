"""The Docker engine: a pool of warm containers, one for each slot."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Mapping

import docker
import docker.errors

from bench.errors import SandboxError
from bench.protocols import SandboxOptions
from bench.sandbox import bundle, owner
from bench.sandbox.client import ENGINE_ERRORS, NO_ENGINE, connect
from bench.sandbox.images import Image, ensure_image
from bench.sandbox.slot import Slot, settings
from bench.types import Execution, Job, Json

IMAGE = "python"
_FIRST_UID, _LAST_UID = 10_000, 60_000


class DockerSandbox:
    """Runs jobs in warm hardened containers. A slot's container is started when first needed."""

    def __init__(self, client: docker.DockerClient, image: Image, options: SandboxOptions) -> None:
        self._client, self._image, self._options = client, image, options
        self._lock = threading.Lock()
        self._open: dict[int, Slot] = {}
        self._closed = False
        self._free: queue.SimpleQueue[int] = queue.SimpleQueue()
        for index in range(options.slots):
            self._free.put(index)
        self._version = str(client.version().get("Version", ""))
        self._python = str(self._slot(0).ready["python"])

    @property
    def slots(self) -> int:
        return self._options.slots

    def run(self, job: Job, /) -> Execution:
        index = self._free.get()
        try:
            execution, clean = self._slot(index).run(job)
        except BaseException:
            self._drop(index)
            raise
        else:
            if not clean:
                self._drop(index)
            return execution
        finally:
            self._free.put(index)

    def _slot(self, index: int) -> Slot:
        with self._lock:
            slot = self._open.get(index)
            if self._closed:
                raise SandboxError("the sandbox is closed")
        if slot is None:
            slot = self._start(index)
            with self._lock:
                self._open[index] = slot
        return slot

    def _start(self, index: int) -> Slot:
        span = (_LAST_UID - _FIRST_UID) // self._options.slots
        asked = settings(
            self._image.tag, memory_mib=self._options.memory_mib, labels={owner.LABEL: owner.label()}
        )
        slot = Slot(self._client, asked, {"uid_first": _FIRST_UID + index * span, "uid_count": span})
        held = slot.ready["limits"]
        missing = [name for name in ("memory", "processes") if not _holds(name, held[name])]
        if missing:
            slot.close()
            raise SandboxError(
                f"this engine does not enforce the limits asked for: {', '.join(missing)}",
                hint="untrusted code would run without them; see `bench doctor`",
            )
        return slot

    def _drop(self, index: int) -> None:
        with self._lock:
            slot = self._open.pop(index, None)
        if slot is not None:
            slot.close()

    def describe(self) -> Mapping[str, Json]:
        return {
            "engine": "docker",
            "engine_version": self._version,
            "image": self._image.tag,
            "image_id": self._image.id,
            "python": self._python,
            "guest": bundle.digest(),
            "isolation": "tamper_proof",
            "memory_mib": self._options.memory_mib,
        }

    def close(self) -> None:
        with self._lock:
            self._closed = True
            slots = list(self._open.values())
            self._open.clear()
        for slot in slots:
            slot.close()
        self._client.close()


def _holds(name: str, value: object) -> bool:
    """Whether a limit read inside the container is one at all (an unlimited memory reads as 2^63)."""
    return isinstance(value, int) and value < {"memory": 1 << 50, "processes": 1 << 20}[name]


def reap(client: docker.DockerClient) -> int:
    """Remove the containers of runs that are dead; how many there were."""
    count = 0
    for container in client.containers.list(all=True, filters={"label": owner.LABEL}):
        if owner.is_orphan(container.labels):
            with contextlib.suppress(docker.errors.APIError):
                container.remove(force=True)
            count += 1
    return count


def make(options: SandboxOptions) -> DockerSandbox:
    """Connect, clear up after dead runs, build the image if it is missing, start the first container."""
    client = connect()
    try:
        reap(client)
        return DockerSandbox(client, ensure_image(client, IMAGE, say=options.say), options)
    except ENGINE_ERRORS as error:
        raise SandboxError(f"the Docker Engine failed: {error}", hint=NO_ENGINE) from error
