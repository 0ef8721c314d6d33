"""The command as a user calls it: a process of its own, in an empty directory."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cli_support import BENCH, Bench, environment


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """``bench(*arguments)`` in ``tmp_path``; stdin is no terminal."""

    def call(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*BENCH, *map(str, arguments)],
            cwd=tmp_path,
            env=environment() | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return call
