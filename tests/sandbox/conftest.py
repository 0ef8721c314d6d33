"""One warm sandbox for the tests that need a real one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.protocols import Sandbox, SandboxOptions


@pytest.fixture(scope="session")
def sandbox(docker_engine: None) -> Iterator[Sandbox]:
    from bench.sandbox.docker import make

    made = make(SandboxOptions(slots=2, say=lambda line: None))
    yield made
    made.close()
