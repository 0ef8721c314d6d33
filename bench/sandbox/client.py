"""The way to an engine that speaks Docker's protocol, and all that may go wrong on it."""

from __future__ import annotations

import shutil

import docker
import docker.errors
import requests.exceptions

from bench.errors import SandboxError

ENGINE_ERRORS = (docker.errors.DockerException, requests.exceptions.RequestException, OSError)

NO_ENGINE = (
    "start it (`systemctl start docker`, or `scripts/setup-docker.sh` as root on Debian), check that this "
    "user may talk to it, then look at `bench doctor`"
)

_TIMEOUT_S = 60
GLANCE_S = 2
"""How long an engine may take to say that it is there, where somebody waits for it to come back."""


def connect(
    url: str = "", *, timeout_s: int = _TIMEOUT_S, name: str = "Docker Engine"
) -> docker.DockerClient:
    """A client of the engine at a URL, else that DOCKER_HOST or the default socket names.

    Raises SandboxError if none answers.
    """
    client: docker.DockerClient | None = None
    try:
        if url:
            client = docker.DockerClient(base_url=url, timeout=timeout_s)
        else:
            client = docker.from_env(timeout=timeout_s)
        client.ping()
    except ENGINE_ERRORS as error:
        if client is not None:
            client.close()
        raise SandboxError(f"no {name} answers: {error}", hint=no_engine()) from error
    return client


def no_engine() -> str:
    """What to do without a Docker Engine; bubblewrap is offered where it is at hand."""
    if shutil.which("bwrap") is None:
        return NO_ENGINE
    return f"{NO_ENGINE}; or use `--sandbox bubblewrap`, which guarantees less and says so on every row"
