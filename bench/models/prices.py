"""What a completion cost, in whole micro-dollars rounded up; None when unknown, never 0 for want of a price.

A price is looked for in the user's own file (``BENCH_PRICES``), then in ours (``prices.toml``); own hardware
costs nothing; the rest is in the data that the library genai-prices carries. Nothing is ever fetched.
"""

from __future__ import annotations

import hashlib
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from pathlib import Path

import msgspec

from bench.errors import UsageError
from bench.types import Json, Usage

OVERRIDES = Path(__file__).with_name("prices.toml")
VARIABLE = "BENCH_PRICES"

FREE = frozenset({"hf", "llama-server", "llamacpp", "ollama", "reference", "replay", "sglang", "vllm"})
"""Nobody is paid for these: own hardware, or nothing is asked at all."""

BATCH_SHARE = Decimal("0.5")
"""What a request costs in a batch, of what it costs alone: half, with every vendor that has batches."""

_SELLERS = {"openai-responses": "openai", "xai": "x-ai"}
"""Vendors that the library calls otherwise than we do."""

_HOSTED = "cloud"
"""How the names of Ollama's models end that it runs on its own machines, for money."""

_GRATIS = ":free"
"""How the names of OpenRouter's models end that cost nothing."""

_DATED = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Rates:
    """Micro-dollars a token, which is dollars a million; for requests of more than ``above`` input tokens."""

    input: Decimal
    cached_input: Decimal
    cache_write: Decimal
    output: Decimal
    above: int = 0

    def cost(self, usage: Usage) -> Decimal | None:
        """None for a count that cannot be: more tokens from the cache than there were."""
        cached, written = usage.input_cached or 0, usage.input_cache_write or 0
        plain = (usage.input_total or 0) - cached - written
        if plain < 0:
            return None
        output = (usage.output_total or 0) * self.output
        return plain * self.input + cached * self.cached_input + written * self.cache_write + output


@dataclass(frozen=True, slots=True)
class Price:
    """One entry of a price file. It holds from ``since`` to ``until``, both days included."""

    provider: str
    model: str
    since: date
    until: date
    rates: tuple[Rates, ...]
    """By rising ``above``; the last that a request is above holds for all its tokens."""
    batch: Decimal = BATCH_SHARE

    def cost(self, usage: Usage, *, batch: bool) -> Decimal | None:
        fitting = [
            rates for rates in self.rates if (usage.input_total or 0) >= rates.above + bool(rates.above)
        ]
        cost = fitting[-1].cost(usage)
        return cost * self.batch if cost is not None and batch else cost

    def is_of(self, provider: str, model: str, day: date) -> bool:
        names = {model, _DATED.sub("", model)} if self.provider else {f"{provider}/{model}".rstrip("/")}
        return self.provider in (provider, "") and self.model in names and self.since <= day <= self.until


@dataclass(frozen=True, slots=True)
class PriceList:
    """All prices there are for a run. ``files``: the entries of each price file, in the order of asking."""

    files: tuple[tuple[Price, ...], ...]
    digests: Mapping[str, Json]

    def cost(
        self,
        provider: str,
        model: str,
        usage: Usage | None,
        *,
        at: datetime | None = None,
        batch: bool = False,
    ) -> int | None:
        """Micro-dollars for that usage at the prices of ``at`` (now, if not given); None when unknown."""
        moment = at or datetime.now(UTC)
        entry = self._entry(provider, model, moment.astimezone(UTC).date())
        hosted = provider == "ollama" and model.endswith(_HOSTED)
        if entry is None and provider in FREE and not hosted:
            return 0
        if usage is None or usage.input_total is None or usage.output_total is None:
            return None
        if entry is not None:
            microusd = entry.cost(usage, batch=batch)
        else:
            microusd = _library_cost(provider, model, usage, moment, batch=batch)
        return None if microusd is None else math.ceil(microusd)

    def first_cost(
        self,
        provider: str,
        models: Sequence[str],
        usage: Usage | None,
        *,
        at: str = "",
        batch: bool = False,
    ) -> int | None:
        """The cost under the first name that has a price: the served name, then the one asked for.

        ``at`` is a time as in ``Timing.asked_at``.
        """
        moment = datetime.fromisoformat(at) if at else None
        costs = (self.cost(provider, model, usage, at=moment, batch=batch) for model in models if model)
        return next((known for known in costs if known is not None), None)

    def worst(
        self, provider: str, model: str, *, input_tokens: int, output_tokens: int, batch: bool = False
    ) -> int | None:
        """Most that a request of so many tokens may cost at any hour of today; None when unknown.

        Some vendors charge more for writing their cache, which they may do unasked.
        """
        plain = Usage(input_total=input_tokens, output_total=output_tokens)
        written = Usage(input_total=input_tokens, input_cache_write=input_tokens, output_total=output_tokens)
        at = _dearest_hour(provider, model, datetime.now(UTC).date())
        costs = [self.cost(provider, model, usage, at=at, batch=batch) for usage in (plain, written)]
        return max((one for one in costs if one is not None), default=None)

    def described(self) -> Mapping[str, Json]:
        """Where prices come from, for the lock: the library's version and the digests of the files."""
        return {"library": "genai-prices", "version": version("genai-prices"), **self.digests}

    def _entry(self, provider: str, model: str, day: date) -> Price | None:
        """The newest entry of the first file that has one; of two as new, the one with the exact name."""
        for file in self.files:
            fitting = [price for price in file if price.is_of(provider, model, day)]
            if fitting:
                return max(fitting, key=lambda price: (price.since, price.model == model))
        return None


@cache
def built_in() -> PriceList:
    """Prices without a file of the user's."""
    return PriceList((read(OVERRIDES),), {"overrides_sha256": _digest(OVERRIDES), "own_sha256": ""})


def listed(environ: Mapping[str, str]) -> PriceList:
    """All prices, with those of the file that ``BENCH_PRICES`` names. Raises UsageError for a bad file."""
    named = environ.get(VARIABLE, "").strip()
    if not named:
        return built_in()
    path = Path(named).expanduser()
    own = read(path)
    return PriceList((own, *built_in().files), {**built_in().digests, "own_sha256": _digest(path)})


def read(path: Path) -> tuple[Price, ...]:
    """The entries of a price file. Raises UsageError, with the place, for one that cannot be right."""
    hint = "docs/money.md shows what stands in a price file."
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        entries = msgspec.convert(table, _File).price
        return tuple(_price(entry) for entry in entries)
    except OSError as error:
        raise UsageError(f"price file {path} cannot be read: {error.strerror or error}", hint=hint) from error
    except ValueError as error:
        raise UsageError(f"price file {path}: {error}", hint=hint) from error


class _Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    input_tokens: int
    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: str
    since: date = msgspec.field(name="from")
    input: Decimal
    output: Decimal
    provider: str = ""
    until: date = date.max
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    batch: Decimal = BATCH_SHARE
    above: tuple[_Tier, ...] = ()
    source: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    price: tuple[_Entry, ...] = ()


def _price(entry: _Entry) -> Price:
    tiers = sorted(entry.above, key=lambda tier: tier.input_tokens)
    rates = (_rates(entry, 0), *(_rates(tier, tier.input_tokens) for tier in tiers))
    numbers = [
        entry.batch,
        *(n for one in rates for n in (one.input, one.cached_input, one.cache_write, one.output)),
    ]
    if not all(number.is_finite() and number >= 0 for number in numbers):
        raise ValueError(f"a price of {entry.model!r} is negative or no number")
    return Price(entry.provider, entry.model, entry.since, entry.until, rates, entry.batch)


def _rates(stated: _Entry | _Tier, above: int) -> Rates:
    """Where a price of cached or of written input is not stated, it is that of input: never too little."""
    cached = stated.input if stated.cached_input is None else stated.cached_input
    written = stated.input if stated.cache_write is None else stated.cache_write
    return Rates(stated.input, cached, written, stated.output, above)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _library_cost(
    provider: str, model: str, usage: Usage, at: datetime, *, batch: bool = False
) -> Decimal | None:
    from genai_prices import Usage as LibraryUsage
    from genai_prices import calc_price

    seller = _SELLERS.get(provider, provider)
    if not _in_library(seller, model):
        return None
    tokens = LibraryUsage(
        input_tokens=usage.input_total,
        cache_read_tokens=usage.input_cached or None,
        cache_write_tokens=usage.input_cache_write or None,
        output_tokens=usage.output_total,
    )

    def price(context: Mapping[str, str]) -> Decimal | None:
        found = calc_price(
            tokens,
            model_ref=model,
            provider_id=seller,
            genai_request_timestamp=at,
            price_context=context,
        )
        # The library also finds sellers by likeness: another one's price says nothing about this one. And
        # it takes tokens without a price for free.
        stated = found.model_price.input_mtok is not None and found.model_price.output_mtok is not None
        known = found.provider.id == seller and (stated or model.endswith(_GRATIS))
        return found.total_price * 1_000_000 if known else None

    try:
        alone = price({})
        if alone is None or not batch:
            return alone
        together = price({"processing": "batch"})
    except (LookupError, ValueError):
        return None
    return together if together is not None and together < alone else alone * BATCH_SHARE


@cache
def _in_library(seller: str, model: str) -> bool:
    """Asked once a model: for one that it does not know, the library searches all that it has, each time."""
    from genai_prices import Usage as LibraryUsage
    from genai_prices import calc_price

    try:
        calc_price(LibraryUsage(input_tokens=1, output_tokens=1), model_ref=model, provider_id=seller)
    except LookupError:
        return False
    except ValueError:  # known, and to be told by whoever asks what it costs
        return True
    return True


@cache
def _dearest_hour(provider: str, model: str, day: date) -> datetime:
    """When a model costs most that day: some are cheaper by night."""
    usage = Usage(input_total=1000, output_total=1000)
    hours = [datetime.combine(day, time(hour, 30), UTC) for hour in range(24)]
    return max(hours, key=lambda at: _library_cost(provider, model, usage, at) or 0)
