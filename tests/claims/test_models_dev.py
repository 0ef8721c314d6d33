"""Claims of vendors from models.dev become drafts of claim files, each of which is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.claims.files import parse
from bench.claims.models_dev import imported
from bench.errors import UsageError

MODEL = """name = "Small Coder"
release_date = 2026-04-24
open_weights = true

[limit]
context = 32_000

[[benchmarks]]
name = "HumanEval+"
score = 57.3
metric = "pass@1"
source = "https://example.com/report"

[[benchmarks]]
name = "Terminal-Bench"
score = 64.7
metric = "resolved"
harness = "Some \\"Agent\\""
version = "2.1"
"""


def test_each_benchmark_becomes_a_claim(tmp_path: Path) -> None:
    path = tmp_path / "small-coder.toml"
    path.write_text(MODEL)
    found = imported(path, by="its vendor")
    assert list(found) == ["small-coder-humaneval+", "small-coder-terminal-bench-2.1"]
    plus, terminal = (parse(text, Path(f"{name}.toml")) for name, text in found.items())
    assert plus.population is not None
    assert (plus.population.suite, plus.population.about, plus.by) == (
        "humaneval-plus",
        "these",
        "its vendor",
    )
    assert (plus.readings[0].threshold, plus.readings[0].relation) == (0.573, "approximately")
    assert (plus.source, plus.date) == ("https://example.com/report", "2026-04-24")
    assert plus.subject.models == ("*small-coder*",)
    assert terminal.population is None
    assert terminal.not_testable is not None
    assert terminal.text == 'Terminal-Bench: 64.7 (resolved), 2.1, Some "Agent"'


@pytest.mark.parametrize("text", ["", "name = 3", 'name = "x"\nrelease_date = "2026"', "[["])
def test_what_states_no_benchmark_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"m\.toml"):
        imported(path, by="x")
