"""Fixtures every test may use; and the rule that a missing Docker Engine never passes for success in CI."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings


def pytest_configure() -> None:
    """What holds for every test.

    A shell starts background jobs with SIGINT ignored, which children would inherit. Properties explore on a
    developer's machine; in CI they are tried on the same examples each time, however slow it is.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings.register_profile("ci", derandomize=True, deadline=None)
    settings.register_profile("developer", deadline=None)
    settings.load_profile("ci" if os.environ.get("CI") else "developer")


ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def datasets_dir() -> Path:
    """The public data sets beside the checkout; they are not part of the project."""
    path = ROOT.parent / "shared" / "datasets"
    if not path.is_dir():
        pytest.skip("public data sets are missing: no ../shared/datasets beside the checkout")
    return path


def _docker_problem() -> str:
    import docker

    try:
        docker.from_env(timeout=10).ping()
    except Exception as error:
        return f"no Docker Engine answers: {error}"
    return ""


@pytest.fixture(scope="session")
def docker_engine() -> None:
    problem = _docker_problem()
    if problem and os.environ.get("EVENBENCH_REQUIRE_DOCKER") == "1":
        pytest.fail(f"EVENBENCH_REQUIRE_DOCKER=1, but {problem}")
    if problem:
        pytest.skip(problem)


@pytest.fixture(autouse=True)
def _docker_tests_need_docker(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("docker"):
        request.getfixturevalue("docker_engine")
