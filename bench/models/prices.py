"""What a completion cost, in whole micro-dollars rounded up; None when unknown, never 0 for want of a price.

Our own dated table (``prices.toml``) comes first, then the data that the library genai-prices carries.
Nothing is ever fetched.
"""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from pathlib import Path

from bench.types import Json, Usage

OVERRIDES = Path(__file__).with_name("prices.toml")
FREE = frozenset({"llamacpp", "reference", "replay"})
"""Nobody is paid for these: own hardware, or nothing is asked at all."""

BATCH_SHARE = Decimal("0.5")
"""What a request costs in a batch, of what it costs alone: half, with every vendor that has batches."""

_DATED = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Price:
    """One entry of the override file; micro-dollars a token, which is dollars a million."""

    provider: str
    model: str
    since: date
    input: Decimal
    cached_input: Decimal
    cache_write: Decimal
    output: Decimal

    def cost(self, usage: Usage) -> Decimal:
        cached, written = usage.input_cached or 0, usage.input_cache_write or 0
        plain = (usage.input_total or 0) - cached - written
        output = (usage.output_total or 0) * self.output
        return plain * self.input + cached * self.cached_input + written * self.cache_write + output


def cost(
    provider: str,
    model: str,
    usage: Usage | None,
    *,
    at: datetime | None = None,
    overrides: Sequence[Price] | None = None,
    batch: bool = False,
) -> int | None:
    """Micro-dollars for that usage at the prices of ``at`` (now, if not given); None when unknown."""
    if provider in FREE:
        return 0
    if usage is None or usage.input_total is None or usage.output_total is None:
        return None
    moment = at or datetime.now(UTC)
    own = _own_price(provider, model, moment.date(), _overrides() if overrides is None else overrides)
    microusd = own.cost(usage) if own else _library_cost(provider, model, usage, moment)
    if microusd is None:
        return None
    return math.ceil(microusd * BATCH_SHARE if batch else microusd)


def first_cost(
    provider: str, models: Sequence[str], usage: Usage | None, *, batch: bool = False
) -> int | None:
    """The cost under the first of these names that has a price: the served name, then the one asked for."""
    costs = (cost(provider, model, usage, batch=batch) for model in models if model)
    return next((known for known in costs if known is not None), None)


def estimate(
    provider_model: str, input_tokens: int, max_output_tokens: int, *, batch: bool = False
) -> int | None:
    """Most that one request to ``provider/model`` may cost, in micro-dollars; None when unknown."""
    provider, _, model = provider_model.partition("/")
    usage = Usage(input_total=input_tokens, output_total=max_output_tokens)
    return cost(provider, model, usage, batch=batch)


def price_table() -> Mapping[str, Json]:
    """What prices come from, for the lock: the library's version and the digest of our own table."""
    return {
        "library": "genai-prices",
        "version": version("genai-prices"),
        "overrides_sha256": hashlib.sha256(OVERRIDES.read_bytes()).hexdigest(),
    }


def read_overrides(path: Path) -> tuple[Price, ...]:
    """The entries of a price file. Prices are read as decimals: no rounding before the last step."""
    table = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return tuple(_price(entry) for entry in table.get("price", []))


@cache
def _overrides() -> tuple[Price, ...]:
    return read_overrides(OVERRIDES)


def _price(entry: Mapping[str, object]) -> Price:
    def dollars(name: str, fallback: str = "") -> Decimal:
        return Decimal(str(entry[name] if name in entry or not fallback else entry[fallback]))

    since = entry["from"]
    if not isinstance(since, date):
        raise ValueError(f"prices: 'from' of {entry['model']} is not a date")
    return Price(
        provider=str(entry["provider"]),
        model=str(entry["model"]),
        since=since,
        input=dollars("input"),
        cached_input=dollars("cached_input", "input"),
        cache_write=dollars("cache_write", "input"),
        output=dollars("output"),
    )


def _own_price(provider: str, model: str, day: date, prices: Sequence[Price]) -> Price | None:
    undated = _DATED.sub("", model)
    fitting = [p for p in prices if p.provider == provider and p.model in (model, undated) and p.since <= day]
    return max(fitting, key=lambda price: price.since, default=None)


def _library_cost(provider: str, model: str, usage: Usage, at: datetime) -> Decimal | None:
    from genai_prices import Usage as LibraryUsage
    from genai_prices import calc_price

    tokens = LibraryUsage(
        input_tokens=usage.input_total,
        cache_read_tokens=usage.input_cached or None,
        cache_write_tokens=usage.input_cache_write or None,
        output_tokens=usage.output_total,
    )
    try:
        price = calc_price(tokens, model_ref=model, provider_id=provider, genai_request_timestamp=at)
    except (LookupError, ValueError):
        return None
    # The library also matches by the model's name alone: another seller's price says nothing about this one.
    return price.total_price * 1_000_000 if price.provider.id == provider else None
