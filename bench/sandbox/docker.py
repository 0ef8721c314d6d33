"""Guests in containers of a Docker Engine, or of one that speaks its protocol."""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
from collections.abc import Mapping
from typing import Any

import docker
import docker.errors
from docker.models.containers import Container

from bench.errors import SandboxError, UsageError
from bench.protocols import SandboxOptions
from bench.sandbox import bundle, owner
from bench.sandbox.channel import Channel, Multiplexed
from bench.sandbox.client import ENGINE_ERRORS, GLANCE_S, connect, no_engine
from bench.sandbox.engines import Bounds, Guest, check_limits
from bench.sandbox.guarantees import EXTRA, Guarantee
from bench.sandbox.images import Image, ensure_image
from bench.sandbox.pool import Pool
from bench.types import Json

IMAGE = "python"
_RUNC = frozenset({"runc", "crun", "io.containerd.runc.v2", "io.containerd.runtime.v1.linux"})
"""Runtimes on the host's own kernel: what they do not limit, nothing limits."""
_SANDBOXED = ("runsc", "kata")
"""How the names of runtimes begin that bring a kernel."""


class DockerEngine:
    """Starts hardened containers."""

    kind = "docker"
    title = "the Docker Engine"
    counts_files = True
    """Whether a tmpfs may be given a limit to its number of files."""

    def __init__(self, client: docker.DockerClient, image: Image | None = None, *, runtime: str = "") -> None:
        """Raises UsageError for a runtime that the engine does not have."""
        self._client, self._image, self._runtime = client, image, runtime
        self._mutex = threading.Lock()
        self._pool = secrets.token_hex(4)
        self._info: Mapping[str, Any] = client.info()
        known = sorted(self._info.get("Runtimes") or ())
        if runtime and runtime not in known:
            hint = f"It has: {', '.join(known) or 'none but its default'}. Add one in its daemon.json."
            raise UsageError(f"{self.title} has no runtime {runtime!r}", hint=hint)

    @property
    def name(self) -> str:
        return f"{self.kind}:{self._runtime}" if self._runtime else self.kind

    @property
    def runtimes(self) -> list[str]:
        """Runtimes that can be asked for behind a colon and are not the default's kind."""
        return sorted(set(self._info.get("Runtimes") or ()) - _RUNC)

    @property
    def promises(self) -> frozenset[Guarantee]:
        options = " ".join(map(str, self._info.get("SecurityOptions") or ()))
        held = set(Guarantee) - EXTRA
        if self._runtime.startswith(_SANDBOXED):
            held = (held | {Guarantee.OWN_KERNEL}) - {Guarantee.CPU_TIME}  # no cgroup is seen from inside
        if "rootless" in options or "userns" in options:
            held |= {Guarantee.OWN_ROOT}
        if "seccomp" not in options or "unconfined" in options:
            held -= {Guarantee.CALL_FILTER}
        if not self.counts_files:
            held -= {Guarantee.FILE_COUNT}
        return frozenset(held)

    def start(self, bounds: Bounds, *, epoch: int) -> Guest:
        if self._image is None:
            raise SandboxError("the image is not built yet: the first run does it")
        client = self._client
        asked = self.settings(self._image.tag, bounds, owner.labels(epoch=epoch, pool=self._pool))
        try:
            container = client.containers.create(**asked)
            try:
                line = _attach(client, str(container.id))
                container.start()
            except BaseException:
                _remove(container)
                raise
        except ENGINE_ERRORS as error:
            raise SandboxError(f"a sandbox container could not be started: {error}") from error
        return Guest(Channel(line, Multiplexed()), lambda: _lives(container), lambda: _remove(container))

    def settings(self, image: str, bounds: Bounds, labels: Mapping[str, str]) -> dict[str, Any]:
        """How a container is made: nothing of the host, no network, no right but to change and end uids."""
        memory = f"{bounds.memory_mib}m"
        counted = (",nr_inodes=16k", ",nr_inodes=64", ",nr_inodes=1k") if self.counts_files else ("", "", "")
        return {
            "image": image,
            "command": ["python3", "-s", "-P", "-u", "-c", bundle.BOOT],
            "environment": {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            "user": "0:0",
            "working_dir": "/",
            "stdin_open": True,
            "auto_remove": True,
            "network_mode": "none",
            "ipc_mode": "private",
            "read_only": True,
            "cap_drop": ["ALL"],
            "cap_add": ["SETUID", "SETGID", "KILL"],
            "security_opt": ["no-new-privileges"],
            "pids_limit": bounds.processes,
            "mem_limit": memory,
            "memswap_limit": memory,
            "ulimits": [docker.types.Ulimit(name="nofile", soft=1024, hard=1024)],
            "tmpfs": {
                "/tmp": f"rw,nosuid,nodev,size=128m{counted[0]},mode=1777",
                "/run": f"rw,nosuid,nodev,noexec,size=1m{counted[1]},mode=0700",
                "/dev/shm": f"rw,nosuid,nodev,noexec,size=16m{counted[2]},mode=1777",
            },
            "log_config": docker.types.LogConfig(type="none"),
            "labels": dict(labels),
            **({"runtime": self._runtime} if self._runtime else {}),
        }

    def check(self, ready: Mapping[str, Any], bounds: Bounds) -> None:
        # Where a runtime brings its own kernel, the host's cgroup holds all the same but cannot be read.
        check_limits(ready, bounds, unread=self._runtime.startswith(_SANDBOXED))

    def answers(self) -> bool:
        try:
            self._connect(timeout_s=GLANCE_S).close()
        except SandboxError:
            return False
        return True

    def _connect(self, *, timeout_s: int) -> docker.DockerClient:
        return connect(timeout_s=timeout_s)

    def reap(self, *, before_epoch: int = 0) -> int:
        count = 0
        try:
            found = self._client.api.containers(all=True, filters={"label": owner.LABEL})
            for container in found:
                labels = container.get("Labels") or {}
                if owner.is_orphan(labels) or owner.is_older(labels, epoch=before_epoch, pool=self._pool):
                    with contextlib.suppress(docker.errors.APIError):
                        self._client.api.remove_container(container["Id"], v=True, force=True)
                    count += 1
        except ENGINE_ERRORS as error:
            raise SandboxError(f"{self.title} failed: {error}", hint=no_engine()) from error
        return count

    def describe(self) -> Mapping[str, Json]:
        image = {"image": self._image.tag, "image_id": self._image.id} if self._image else {}
        return {"engine_version": str(self._info.get("ServerVersion", "")), **image}

    def close(self) -> None:
        self._client.close()


def _attach(client: docker.DockerClient, container: str) -> socket.socket:
    params = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
    stream = client.api.attach_socket(container, params=params)
    raw: socket.socket = getattr(stream, "_sock", stream)
    return raw


def _lives(container: Container) -> bool:
    try:
        container.reload()
    except docker.errors.NotFound:
        return False
    except ENGINE_ERRORS as error:
        raise SandboxError(f"nobody can tell what became of a container: {error}") from error
    return bool(container.attrs["State"]["Running"])


def _remove(container: Container) -> None:
    with contextlib.suppress(*ENGINE_ERRORS):
        container.remove(v=True, force=True)


def make(options: SandboxOptions) -> Pool:
    """Connect, clear up after dead runs, build the image if it is missing, start the containers."""
    client = connect()
    try:
        engine = DockerEngine(client, ensure_image(client, IMAGE, say=options.say), runtime=options.variant)
        engine.reap()
        return Pool(engine, options)
    except ENGINE_ERRORS as error:
        raise SandboxError(f"the Docker Engine failed: {error}", hint=no_engine()) from error
