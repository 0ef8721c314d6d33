"""docs/python.md is run: its session says what it shows, on a run made here; every column stands in it."""

from __future__ import annotations

import doctest
import re
import sys
from pathlib import Path

import pytest
from docs_support import DOCS
from speed_runs import Answer as A
from speed_runs import E, P, W, write

from bench.frames import SAMPLE_COLUMNS, TURN_COLUMNS

DOCUMENT = DOCS / "python.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the run of the document: two models, four problems, two epochs, at most two turns."""
    once, mended = [A(P, output=40, seconds=1.5)], [A(W, output=45), A(P, output=60, seconds=2.5)]
    failed = [A(W, output=50), A(W, output=90, seconds=3.0)]
    write(
        tmp_path / "results" / "runs" / "toy",
        {
            "vendor/large": [[once, once], [once, mended], [once, once], [failed, mended]],
            "vendor/small": [[once, once], [mended, failed], [mended, E], [failed, failed]],
        },
        turns=2,
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def session() -> str:
    return "\n".join(re.findall(r"^```pycon\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))


def test_the_session_shows_what_it_gives(place: Path) -> None:
    test = doctest.DocTestParser().get_doctest(session(), {}, DOCUMENT.name, str(DOCUMENT), 0)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=sys.stderr.write)
    assert runner.summarize(verbose=False).failed == 0
    assert len(test.examples) >= 8


@pytest.mark.parametrize(
    ("heading", "columns"),
    [("samples()", SAMPLE_COLUMNS), ("turns()", TURN_COLUMNS)],
    ids=["samples", "turns"],
)
def test_every_column_is_described_in_order(heading: str, columns: dict[str, str]) -> None:
    table = TEXT.split(f"### `run.{heading}`")[1].split("\n\n|")[1].split("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])] == list(columns)
