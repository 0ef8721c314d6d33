"""The way to the Docker Engine, and all that may go wrong on it."""

from __future__ import annotations

import docker
import docker.errors
import requests.exceptions

from bench.errors import SandboxError

ENGINE_ERRORS = (docker.errors.DockerException, requests.exceptions.RequestException, OSError)

NO_ENGINE = (
    "start it (`systemctl start docker`, or `scripts/setup-docker.sh` as root on Debian), check that this "
    "user may talk to it, then look at `bench doctor`"
)


def connect() -> docker.DockerClient:
    """A client of the engine that DOCKER_HOST or the default socket names; SandboxError if none answers."""
    try:
        client = docker.from_env(timeout=60)
        client.ping()
    except ENGINE_ERRORS as error:
        raise SandboxError(f"no Docker Engine answers: {error}", hint=NO_ENGINE) from error
    return client
