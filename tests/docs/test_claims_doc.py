"""docs/claims.md: its example is a claim; every field, verdict and claim of ours stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from docs_support import DOCS

from bench.claims.claim import (
    METRICS,
    Claim,
    Conditions,
    Distribution,
    NotTestable,
    Party,
    Population,
    Reading,
)
from bench.claims.decision import Verdict
from bench.claims.files import parse, paths, read
from bench.claims.plan import plan
from bench.models.prices import built_in

TEXT = (DOCS / "claims.md").read_text(encoding="utf-8")


def test_the_example_is_one_of_our_claims() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    shown = parse(example, Path("qwen2.5-coder-0.5b-humaneval.toml"))
    ours = read(next(path for path in paths() if path.stem == shown.id))
    for name in ("title", "text", "readings", "population", "conditions", "by", "date"):
        assert getattr(shown, name) == getattr(ours, name), name


@pytest.mark.parametrize(
    "form",
    [Claim, Party, Population, Conditions, Reading, Distribution, NotTestable],
    ids=lambda form: form.__name__,
)
def test_every_field_is_described(form: type[msgspec.Struct]) -> None:
    fields = {one.name for one in msgspec.structs.fields(form)} - {"id", "models"}
    missing = {name for name in fields if f"`{name}`" not in TEXT and f"[{name}]" not in TEXT}
    assert missing == set()


def test_every_metric_and_verdict_is_described() -> None:
    assert {name for name in METRICS if f"| `{name}` |" not in TEXT} == set()
    assert {one for one in Verdict if f"| {one} |" not in TEXT} == set()


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_every_claim_of_ours_is_listed_with_its_status(path: Path) -> None:
    (line,) = (line for line in TEXT.splitlines() if line.startswith("| `") and f"`{path.stem}`" in line)
    status = line.split("|")[3].strip()
    assert status.startswith("testable" if plan(read(path), prices=built_in()).testable else "not testable")
