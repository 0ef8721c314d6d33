"""Guests in containers of podman, by way of the socket on which it speaks Docker's protocol."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docker

from bench import config
from bench.errors import SandboxError, UsageError
from bench.protocols import SandboxOptions
from bench.sandbox.client import ENGINE_ERRORS, connect
from bench.sandbox.docker import IMAGE, DockerEngine
from bench.sandbox.engines import Bounds
from bench.sandbox.images import Image, ensure_image
from bench.sandbox.pool import Pool

_HINT = (
    "start its service (`systemctl start podman.socket`, with --user where there is no root, or "
    "`podman system service --time=0`), or say where it is with CONTAINER_HOST"
)


class PodmanEngine(DockerEngine):
    """Podman's differences: limits that its own defaults would override are named, files are not counted."""

    kind = "podman"
    title = "podman"
    counts_files = False

    def __init__(self, client: docker.DockerClient, url: str, image: Image | None = None) -> None:
        super().__init__(client, image)
        self._url = url

    def settings(self, image: str, bounds: Bounds, labels: Mapping[str, str]) -> dict[str, Any]:
        asked = super().settings(image, bounds, labels)
        processes = docker.types.Ulimit(name="nproc", soft=bounds.processes, hard=bounds.processes)
        return {**asked, "ulimits": [*asked["ulimits"], processes]}

    def _connect(self, *, timeout_s: int) -> docker.DockerClient:
        return connect(self._url, timeout_s=timeout_s, name="podman")


def socket_url(environ: Mapping[str, str]) -> str:
    """Where podman listens: as CONTAINER_HOST or PODMAN_HOST say, else where it usually does.

    Raises SandboxError when there is no such socket.
    """
    named = environ.get("CONTAINER_HOST") or environ.get("PODMAN_HOST") or ""
    if named:
        return named
    folders = [Path("/run")]
    if environ.get("XDG_RUNTIME_DIR"):
        folders.append(Path(environ["XDG_RUNTIME_DIR"]))
    for folder in folders:
        path = folder / "podman" / "podman.sock"
        if _is_socket(path):
            return f"unix://{path}"
    looked = ", ".join(str(folder / "podman" / "podman.sock") for folder in folders)
    raise SandboxError(f"podman does not listen: there is no {looked}", hint=_HINT)


def _is_socket(path: Path) -> bool:
    try:
        return stat.S_ISSOCK(path.stat().st_mode)
    except OSError:
        return False


def make(options: SandboxOptions) -> Pool:
    """Connect, clear up after dead runs, build the image if it is missing, start the containers."""
    if options.variant:
        raise UsageError(
            f"podman takes no runtime ({options.variant!r}) this way", hint="Use docker:RUNTIME."
        )
    url = socket_url(config.environ())
    client = connect(url, name="podman")
    try:
        engine = PodmanEngine(client, url, ensure_image(client, IMAGE, say=options.say))
        engine.reap()
        return Pool(engine, options)
    except ENGINE_ERRORS as error:
        raise SandboxError(f"podman failed: {error}", hint=_HINT) from error
