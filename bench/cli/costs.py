"""What ``bench run`` does about money before it starts: prices, the cache of responses, and the bill."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bench.cli.common import say
from bench.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.cache import Cache
    from bench.estimate import Bill
    from bench.protocols import Model

PRICES_HINT = "Give its price in a file with --prices (0 where nobody is paid); docs/money.md shows how."


@dataclass(frozen=True, slots=True)
class Costs:
    """The options about money."""

    budget_microusd: int | None = None
    yes: bool = False
    prices: Path | None = None
    cache: bool = False
    cache_dir: Path | None = None
    batch: bool = False

    def batched(self, models: Sequence[Model]) -> list[str]:
        """The models that are asked in batches; says which are not, where they should be."""
        from bench.protocols import OffersBatches

        if not self.batch:
            return []
        takes = [model.name for model in models if isinstance(model, OffersBatches) and model.batches]
        for model in models:
            if model.name not in takes:
                say(f"{model.name} takes no batches: it is asked in the normal way, at its normal price")
        return takes

    def environ(self) -> Mapping[str, str]:
        """The environment, in which ``--prices`` counts before ``BENCH_PRICES``."""
        from bench import config
        from bench.models.prices import VARIABLE

        own = {VARIABLE: str(self.prices)} if self.prices else {}
        return {**config.environ(), **own}

    def responses(self, specs: Sequence[str], models: Sequence[Model]) -> Cache | None:
        """The cache of responses, if it is wanted. Raises UsageError where it cannot be written."""
        from bench import config, secrets
        from bench.cache import Cache
        from bench.lock import file_digest
        from bench.protocols import CountsSamples

        if not self.cache and self.cache_dir is None:
            return None
        path = self.cache_dir or config.cache_dir() / "responses"
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            hint = "Name another folder with --cache-dir."
            raise UsageError(f"the cache {path} cannot be made: {error.strerror}", hint=hint) from error
        if not os.access(path, os.W_OK):
            raise UsageError(
                f"the cache {path} is not writable", hint="Name another folder with --cache-dir."
            )
        asked = [
            (spec, model)
            for spec, model in zip(specs, models, strict=True)
            if not isinstance(model, CountsSamples)
        ]
        files = {model.name: file_digest(spec) for spec, model in asked}
        return Cache(path, files=files, keys=secrets.of(self.environ()))

    def confirm(self, due: Sequence[Bill]) -> None:
        """Say what the run may cost, and have it confirmed. Raises UsageError when it is not."""
        from bench.estimate import together

        paid = [bill for bill in due if bill.paid]
        for bill in paid if len(paid) < 2 else [*paid, together(paid)]:
            say(bill.told())
        unknown = [bill.model for bill in due if bill.cost is None]
        if self.budget_microusd is not None and unknown:
            raise UsageError(f"no price is known for {unknown[0]}: a budget cannot be kept", hint=PRICES_HINT)
        if not paid or self.yes or self.budget_microusd is not None:
            return
        if not sys.stdin.isatty():
            hint = "Pass --yes to go ahead, or --budget USD to keep to a limit."
            raise UsageError("this run costs money", hint=hint)
        if not typer.confirm("Go ahead?", err=True):
            raise UsageError("not confirmed: nothing was asked")
