"""Our verdicts agree with published ones on the same samples (issue: at least 99.5 %)."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bench.protocols import Sandbox, SandboxOptions

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "agreement.py"


@pytest.fixture(scope="module")
def agreement() -> ModuleType:
    import sys

    spec = importlib.util.spec_from_file_location("agreement", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["agreement"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sandbox(docker_engine: None) -> Iterator[Sandbox]:
    from bench.sandbox.docker import make

    made = make(SandboxOptions(slots=2, say=lambda line: None))
    yield made
    made.close()


def test_published_verdicts_are_ours_too(agreement: ModuleType, sandbox: Sandbox, datasets_dir: Path) -> None:
    compared = list(agreement.compare(datasets_dir, sandbox))
    assert len(compared) >= 5, "the published results were not found"
    for suite, title, count, wrong in compared:
        shown = [(each.sample.problem, each.verdict) for each in wrong]
        assert len(wrong) <= 0.005 * count, (suite, title, shown)
