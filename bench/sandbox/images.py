"""Images: built on first use from ``sandboxes/<name>/Dockerfile``, named by that file's content."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docker
import docker.errors

from bench.assets import sandboxes_dir, scripts_dir
from bench.errors import SandboxError

Say = Callable[[str], None]
_SHOWN_LINES = 12


@dataclass(frozen=True, slots=True)
class Image:
    """``tag`` names the Dockerfile's content, ``id`` the image as built on this machine."""

    name: str
    tag: str
    id: str
    dockerfile_sha256: str


def image_tag(name: str) -> tuple[str, str]:
    """(tag, sha256 of the Dockerfile). Raises SandboxError for an image that is not defined."""
    dockerfile = sandboxes_dir() / name / "Dockerfile"
    if not dockerfile.is_file():
        raise SandboxError(f"no sandbox image {name!r}: {dockerfile} does not exist")
    digest = hashlib.sha256(dockerfile.read_bytes()).hexdigest()
    return f"evenbench-{name}:{digest[:12]}", digest


def ensure_image(client: docker.DockerClient, name: str, *, say: Say) -> Image:
    """The image, built if this engine does not have it. Raises SandboxError with the build's last lines."""
    tag, digest = image_tag(name)
    found = _find(client, tag)
    if found is None:
        say(f"building the sandbox image {tag} (once, about a minute)")
        _ensure_base(client, sandboxes_dir() / name / "Dockerfile", say)
        _build(client, name, tag, say)
        found = _find(client, tag)
    if found is None:
        raise SandboxError(f"{tag} was built, but the engine does not know it", hint="look at `bench doctor`")
    return Image(name, tag, found, digest)


def _find(client: docker.DockerClient, tag: str) -> str | None:
    try:
        return str(client.images.get(tag).id)
    except docker.errors.ImageNotFound:
        return None


def _ensure_base(client: docker.DockerClient, dockerfile: Path, say: Say) -> None:
    match = re.search(r"^ARG BASE=(\S+)", dockerfile.read_text("utf-8"), re.MULTILINE)
    base = match.group(1) if match else ""
    if not base or _find(client, base) is not None:
        return
    say(f"fetching the base image {base}")
    try:
        client.images.pull(base)
    except docker.errors.APIError as error:
        _bootstrap(base, say, why=str(error))


def _bootstrap(base: str, say: Say, *, why: str) -> None:
    """Make the base from Debian's packages where no registry answers; needs root."""
    script = scripts_dir() / "base-image.sh"
    if os.geteuid() != 0 or not script.is_file():
        raise SandboxError(
            f"the base image {base} cannot be pulled: {why}",
            hint=f"run `docker pull {base}` where a registry answers, or `{script}` as root on Debian",
        )
    say(f"no registry answers; making {base} from Debian's packages")
    done = subprocess.run([str(script), base], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SandboxError(f"{script.name} failed: {done.stderr.strip()[-500:]}")


def _build(client: docker.DockerClient, name: str, tag: str, say: Say) -> None:
    lines: list[str] = []
    stream = client.api.build(
        path=str(sandboxes_dir() / name), tag=tag, rm=True, forcerm=True, network_mode="host", decode=True
    )
    for event in stream:
        text = str(event.get("stream", "")).strip()
        if text:
            lines = [*lines[1 - _SHOWN_LINES :], text]
        if text.startswith("Step "):
            say(text)
        if "error" in event:
            raise SandboxError(
                f"building {tag} failed: {event['error']}\n" + "\n".join(lines),
                hint="is the disk full, or Debian's mirror out of reach? `bench doctor` looks at both",
            )
