"""Images: built on first use from ``sandboxes/<name>/Dockerfile``, named by that file's content."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docker
import docker.errors

from bench.assets import sandboxes_dir, scripts_dir
from bench.errors import SandboxError
from bench.sandbox.client import ENGINE_ERRORS

Say = Callable[[str], None]

_SHOWN_LINES = 12
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Image:
    """``tag`` names the Dockerfile's content, ``id`` the image as built on this machine."""

    name: str
    tag: str
    id: str
    dockerfile_sha256: str


def image_tag(name: str) -> tuple[str, str]:
    """(tag, sha256 of the Dockerfile). Raises SandboxError for an image that is not defined."""
    digest = hashlib.sha256(_dockerfile(name)).hexdigest()
    return f"evenbench-{name}:{digest[:12]}", digest


def ensure_image(client: docker.DockerClient, name: str, *, say: Say) -> Image:
    """The image, built if this engine does not have it. Raises SandboxError with the build's last lines."""
    tag, digest = image_tag(name)
    try:
        found = _find(client, tag)
        if found is None:
            dockerfile = _dockerfile(name)
            _ensure_base(client, dockerfile, say)
            say(f"building the sandbox image {tag} (once, about a minute)")
            _build(client, dockerfile, tag, say)
            found = _find(client, tag)
    except ENGINE_ERRORS as error:
        hint = "look at `bench doctor`: does the Docker Engine still answer, and has its disk room?"
        raise SandboxError(f"Docker could not provide {tag}: {error}", hint=hint) from error
    if found is None:
        raise SandboxError(f"{tag} was built, but the engine does not know it", hint="look at `bench doctor`")
    return Image(name, tag, found, digest)


def built_image(client: docker.DockerClient, name: str) -> Image | None:
    """The image if this engine has it already."""
    tag, digest = image_tag(name)
    try:
        found = _find(client, tag)
    except ENGINE_ERRORS as error:
        raise SandboxError(f"the engine does not say what images it has: {error}") from error
    return None if found is None else Image(name, tag, found, digest)


def _dockerfile(name: str) -> bytes:
    path = sandboxes_dir() / name / "Dockerfile"
    if not path.is_file():
        raise SandboxError(f"no sandbox image {name!r}: {path} does not exist")
    return path.read_bytes()


def _find(client: docker.DockerClient, tag: str) -> str | None:
    try:
        return str(client.images.get(tag).id)
    except docker.errors.ImageNotFound:
        return None


def _ensure_base(client: docker.DockerClient, dockerfile: bytes, say: Say) -> None:
    match = re.search(rb"^ARG BASE=(\S+)", dockerfile, re.MULTILINE)
    base = match.group(1).decode() if match else ""
    if not base or _find(client, base) is not None:
        return
    say(f"fetching the base image {base}")
    try:
        client.images.pull(base)
    except ENGINE_ERRORS as error:
        _bootstrap(base, say, why=str(error))


def _bootstrap(base: str, say: Say, *, why: str) -> None:
    """Make the base from Debian's packages where no registry answers; needs root."""
    script = scripts_dir() / "base-image.sh"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SandboxError(
            f"the base image {base} cannot be pulled: {why}",
            hint=f"run `docker pull {base}` when its registry answers, or `bash {script}` as root on Debian",
        )
    # By way of bash: an installed package does not promise to keep the executable bit.
    process = subprocess.Popen(
        ["bash", str(script), base], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines: deque[str] = deque(maxlen=_SHOWN_LINES)
    with process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            say(lines[-1])
    if process.returncode != 0:
        shown = "\n".join(lines)
        raise SandboxError(f"{Path(script).name} failed:\n{shown}", hint=_way_out(shown, base))


def _build(client: docker.DockerClient, dockerfile: bytes, tag: str, say: Say) -> None:
    """Build from the Dockerfile alone, without a context: the tag then names all that went in."""
    lines: deque[str] = deque(maxlen=_SHOWN_LINES)
    # The host's network: Docker's own needs a bridge and NAT, which small machines may lack.
    events = client.api.build(
        fileobj=io.BytesIO(dockerfile), tag=tag, rm=True, forcerm=True, network_mode="host", decode=True
    )
    for event in events:
        text = _COLOURS.sub("", str(event.get("stream", ""))).strip()
        lines.extend(line for line in text.splitlines() if line.strip())
        if text.startswith("Step "):
            say(text.split("   ", 1)[0])
        if "error" in event:
            shown = "\n".join([*lines, str(event["error"])])
            raise SandboxError(f"building {tag} failed; its last lines:\n{shown}", hint=_way_out(shown, tag))


def _way_out(output: str, tag: str) -> str:
    if "no space left on device" in output.lower():
        return "the disk that holds Docker's data is full: `docker system df` shows by what"
    return (
        "building needs Debian's package mirror; without a network, bring it from a machine that has it: "
        f"`docker save {tag} | ssh THIS-MACHINE docker load`"
    )
