"""Money is whole micro-dollars, rounded up; an unknown price is None and never 0; nothing is fetched."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.models import prices
from bench.types import Usage

USAGE = Usage(input_total=1000, input_cached=100, output_total=1000)

TABLE = """
[[price]]
provider = "acme"
model = "m-1"
from = 2026-01-01
input = 1.0
output = 2.0

[[price]]
provider = "acme"
model = "m-1"
from = 2026-06-01
input = 0.5
cached_input = 0.05
output = 2.000001
source = "here"
"""


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("a price must not open a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_known_models_cost_what_the_library_says() -> None:
    # gpt-5: 1.25 dollars a million in, 0.125 cached, 10 out.
    assert prices.cost("openai", "gpt-5-2025-08-07", USAGE) == 11_138


@pytest.mark.parametrize(
    ("provider", "model"), [("openai", "gpt-99"), ("openai-compatible", "gpt-5"), ("nobody", "m")]
)
def test_an_unknown_price_is_none(provider: str, model: str) -> None:
    assert prices.cost(provider, model, USAGE) is None


@pytest.mark.parametrize("usage", [None, Usage(), Usage(input_total=5)])
def test_unknown_tokens_cost_an_unknown_amount(usage: Usage | None) -> None:
    assert prices.cost("openai", "gpt-5", usage) is None


def test_own_hardware_is_free() -> None:
    assert prices.cost("llamacpp", "any", None) == 0


@pytest.mark.parametrize(
    ("month", "expected"),
    # Before June: 1000 x 1 + 1000 x 2. Then 900 x 0.5 + 100 x 0.05 + 1000 x 2.000001, rounded up.
    [(3, 3000), (8, 2456)],
)
def test_the_override_of_the_day_counts(tmp_path: Path, month: int, expected: int) -> None:
    (tmp_path / "p.toml").write_text(TABLE)
    table = prices.read_overrides(tmp_path / "p.toml")
    at = datetime(2026, month, 1, tzinfo=UTC)
    assert prices.cost("acme", "m-1-2026-05-01", USAGE, at=at, overrides=table) == expected
    before = datetime(2025, 1, 1, tzinfo=UTC)
    assert prices.cost("acme", "m-1", USAGE, at=before, overrides=table) is None


def test_an_estimate_is_known_only_where_the_price_is() -> None:
    assert prices.estimate("openai/gpt-5", 1000, 1000) == 11_250
    assert prices.estimate("replay/samples.jsonl", 1000, 1000) == 0
    assert prices.estimate("./mine.py:Mine", 1000, 1000) is None


def test_the_lock_learns_where_prices_come_from() -> None:
    table = prices.price_table()
    assert table["library"] == "genai-prices"
    assert len(str(table["overrides_sha256"])) == 64
