"""One warm hardened container, spoken to over its attached stream; one job at a time."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
from collections.abc import Mapping
from typing import Any

import docker
import docker.errors

from bench.errors import SandboxError
from bench.sandbox import bundle, facts, message
from bench.sandbox.client import ENGINE_ERRORS
from bench.types import Execution, Job

_START_S = 60.0
_REPLY_SLACK_S = 30.0
"""How much longer than a job's wall limit the host waits before it gives a container up."""
_HEADROOM_MIB = 512
"""Memory of a container beyond what one candidate may have: supervisor, zygotes, judge."""


class Slot:
    """A container and the stream to it. Any error but a job's own means: close it and start another."""

    def __init__(
        self, client: docker.DockerClient, settings: Mapping[str, Any], config: Mapping[str, int]
    ) -> None:
        self._stderr = b""
        self._buffer = bytearray()
        try:
            self._container = client.containers.create(**settings)
            try:
                self._stream = _attach(client, str(self._container.id))
                self._container.start()
                self.ready = self._boot(config)
            except BaseException:
                self._remove()
                raise
        except ENGINE_ERRORS as error:
            raise SandboxError(f"a sandbox container could not be started: {error}") from error

    def _boot(self, config: Mapping[str, int]) -> dict[str, Any]:
        self._send(json.dumps({"modules": bundle.modules(), "config": dict(config)}).encode())
        ready: dict[str, Any] = json.loads(self._receive(_START_S))
        return ready

    def run(self, job: Job) -> tuple[Execution, bool]:
        """Run one job; also whether the container is clean, so fit for another."""
        nonce = secrets.token_hex(16)
        try:
            self._send(message.frame(job, nonce=nonce))
            observed = json.loads(self._receive(_REPLY_SLACK_S))
            while "still" in observed:
                observed = json.loads(self._receive(_REPLY_SLACK_S))
        except (*ENGINE_ERRORS, ValueError) as error:
            raise SandboxError(f"a sandbox container stopped answering: {error}{self._said()}") from error
        return facts.execution(observed, job, nonce=nonce), bool(observed["clean"])

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.close()
        self._remove()

    def _remove(self) -> None:
        with contextlib.suppress(*ENGINE_ERRORS):
            self._container.remove(force=True)

    def _said(self) -> str:
        return f" ({self._stderr.decode('utf-8', 'replace').strip()[-300:]})" if self._stderr else ""

    # --- frames over the engine's multiplexed stream ---

    def _send(self, body: bytes) -> None:
        self._stream.settimeout(_START_S)
        self._stream.sendall(len(body).to_bytes(4, "big") + body)

    def _receive(self, timeout_s: float) -> bytes:
        self._stream.settimeout(timeout_s)
        return self._stdout(int.from_bytes(self._stdout(4), "big"))

    def _stdout(self, count: int) -> bytes:
        while len(self._buffer) < count:
            head = self._exactly(8)
            data = self._exactly(int.from_bytes(head[4:], "big"))
            if head[0] == 2:
                self._stderr = (self._stderr + data)[-4096:]
            else:
                self._buffer += data
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._stream.recv(count - len(data))
            if not part:
                raise ConnectionError(f"the container ended{self._said()}")
            data += part
        return data


def _attach(client: docker.DockerClient, container: str) -> socket.socket:
    params = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
    stream = client.api.attach_socket(container, params=params)
    raw: socket.socket = getattr(stream, "_sock", stream)
    return raw


def settings(image: str, *, memory_mib: int, labels: Mapping[str, str]) -> dict[str, Any]:
    """How a container is made: nothing of the host, no network, no right but to change and end uids."""
    memory = f"{memory_mib + _HEADROOM_MIB}m"
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
        "pids_limit": 160,
        "mem_limit": memory,
        "memswap_limit": memory,
        "ulimits": [docker.types.Ulimit(name="nofile", soft=1024, hard=1024)],
        "tmpfs": {
            "/tmp": "rw,nosuid,nodev,size=128m,nr_inodes=16k,mode=1777",
            "/run": "rw,nosuid,nodev,noexec,size=1m,nr_inodes=64,mode=0700",
            "/dev/shm": "rw,nosuid,nodev,noexec,size=16m,nr_inodes=1k,mode=1777",
        },
        "log_config": docker.types.LogConfig(type="none"),
        "labels": dict(labels),
    }
