"""Images are built once, named by their Dockerfile, and a build that fails says how."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from bench.errors import SandboxError
from bench.sandbox import images
from bench.sandbox.client import connect
from bench.sandbox.images import ensure_image, image_tag


@pytest.fixture
def client(docker_engine: None) -> Iterator[docker.DockerClient]:
    made = connect()
    yield made
    made.close()


def define(monkeypatch: pytest.MonkeyPatch, folder: Path, *steps: str) -> None:
    (folder / "mini").mkdir()
    text = "\n".join(("ARG BASE=debian:trixie-slim", "FROM ${BASE}", *steps))
    (folder / "mini" / "Dockerfile").write_text(text, "utf-8")
    monkeypatch.setattr(images, "sandboxes_dir", lambda: folder)


def test_an_image_that_is_not_defined_is_an_error() -> None:
    with pytest.raises(SandboxError, match="'nope'"):
        image_tag("nope")


def test_the_tag_names_the_content(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    define(monkeypatch, tmp_path, "RUN true")
    one = image_tag("mini")
    (tmp_path / "mini" / "Dockerfile").write_text("FROM scratch", "utf-8")
    assert one != image_tag("mini")


@pytest.mark.docker
def test_an_image_is_built_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client: docker.DockerClient
) -> None:
    define(monkeypatch, tmp_path, "LABEL org.evenbench.test=1")
    said: list[str] = []
    first = ensure_image(client, "mini", say=said.append)
    try:
        assert any("building" in line for line in said)
        said.clear()
        assert ensure_image(client, "mini", say=said.append) == first
        assert not said
    finally:
        client.images.remove(first.tag, force=True)


@pytest.mark.docker
@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("RUN echo before-it-broke && exit 3", "before-it-broke"),
        ("RUN printf x | tee /dev/full", "No space left"),
        ("NONSENSE", "(?i)unknown instruction|dockerfile"),
    ],
)
def test_a_build_that_fails_shows_its_last_lines(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    client: docker.DockerClient,
    step: str,
    told: str,
) -> None:
    define(monkeypatch, tmp_path, step)
    with pytest.raises(SandboxError, match=told):
        ensure_image(client, "mini", say=lambda _: None)
