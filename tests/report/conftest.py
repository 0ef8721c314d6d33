"""One browser for all tests of a file that look at a report."""

from __future__ import annotations

import os
from collections.abc import Iterator

import chromium
import pytest
from chromium import Page


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One browser for all of these; where none is installed they are skipped, or fail if one is required."""
    if chromium.found() is None:
        problem = "no Chromium here: apt-get install --no-install-recommends chromium"
        if os.environ.get("EVENBENCH_REQUIRE_BROWSER") == "1":
            pytest.fail(problem)
        pytest.skip(problem)
    with chromium.browser(tmp_path_factory.mktemp("profile")) as tab:
        yield tab
