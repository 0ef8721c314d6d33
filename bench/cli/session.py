"""Asking models from a command: what is due and what it costs, then the run. Goes on where it was stopped."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.common import say, show_for, silent, slots
from bench.types import Json, SampleKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bench.cache import Cache
    from bench.cli.costs import Costs
    from bench.engine import Summary
    from bench.estimate import Bill
    from bench.lock import Asked
    from bench.models.prices import PriceList
    from bench.plan import Questions
    from bench.protocols import Judge, Model
    from bench.store import Store
    from bench.suites import Suite


class Session:
    """One call of a command that asks models: loads what was asked for, checks it early, then runs it."""

    def __init__(
        self, asked: Asked, *, costs: Costs, concurrency: int | None, timeout_s: float, quiet: bool
    ) -> None:
        self._asked = asked
        self._costs = costs
        self._concurrency = concurrency
        self._timeout_s = timeout_s
        self._quiet = quiet
        self._say = silent if quiet else say

    def run(self, path: Path, *, data: Path | None, before: Callable[[], None] = lambda: None) -> Summary:
        """Everything that can be refused is refused before the sandbox starts and the first call is paid.

        ``before`` is called when all is allowed and nothing has begun.
        """
        from bench import config, plan, resolve, secrets
        from bench import lock as locks
        from bench.models.prices import listed
        from bench.store import Store

        asked = self._asked
        suites = resolve.suites(asked, data=config.data_dirs(data), say=self._say)
        environ = self._costs.environ()
        prices = listed(environ)
        models = resolve.models(
            asked, suites, environ=environ, concurrency=self._concurrency, timeout_s=self._timeout_s
        )
        cache = self._costs.responses(asked.models, models)
        batched = self._costs.batched(models)
        judges = resolve.judges(suites)
        with Store(path, keys=secrets.of(environ)) as store:
            lock = locks.build(
                asked,
                suites=suites,
                models=models,
                judges=judges,
                sandbox=None,
                prices=prices,
                batch=batched,
            )
            store.check(lock)
            samples = plan.samples(suites, models, epochs=asked.epochs)
            questions = resolve.asked_in(asked, suites)
            due = self._due(
                store, questions, samples, models=models, prices=prices, cache=cache, batched=batched
            )
            self._costs.confirm(due)
            before()
            self._say(f"run directory: {path}")
            return self._start(store, suites, models, judges, lock=lock, prices=prices, cache=cache)

    def _due(
        self,
        store: Store,
        questions: Questions,
        samples: Iterable[SampleKey],
        *,
        models: Sequence[Model],
        prices: PriceList,
        cache: Cache | None,
        batched: Sequence[str],
    ) -> list[Bill]:
        """What is still to be paid, an answer in the cache not being so."""
        from bench.estimate import bills, seen_in

        by_name = {model.name: model for model in models}

        def is_kept(key: SampleKey) -> bool:
            return cache is not None and cache.get(by_name[key.model], questions.request(key)) is not None

        seen = {} if store.is_new else seen_in(store.path)
        to_ask = _still_to_ask(store, samples)
        return bills(
            questions,
            to_ask,
            prices=prices,
            seen=seen,
            is_kept=is_kept if cache else None,
            batched=batched,
        )

    def _start(
        self,
        store: Store,
        suites: Sequence[Suite],
        models: Sequence[Model],
        judges: Mapping[str, Judge],
        *,
        lock: Mapping[str, Json],
        prices: PriceList,
        cache: Cache | None,
    ) -> Summary:
        from bench import engine, plan, resolve, symptoms
        from bench import lock as locks
        from bench.report import labels
        from bench.rundir import judgings

        asked = self._asked
        guests = slots(plan.samples(suites, models, epochs=asked.epochs))
        with closing(resolve.sandbox(asked.sandbox, suites, slots=guests, say=self._say)) as sandbox:
            described = sandbox.describe()
            full = locks.judged_in(lock, asked, suites=suites, judges=judges, sandbox=described)
            samples = plan.samples(suites, models, epochs=asked.epochs)
            state = store.begin(full, config=asked.toml(), plan=samples)
            if not (store.path / labels.LABELS).exists():
                store.put(labels.LABELS, labels.text(suites))
            setup = resolve.setup(
                asked,
                suites,
                models=models,
                judges=judges,
                judgings=judgings(full),
                sandbox=sandbox,
                concurrency=self._concurrency,
                timeout_s=self._timeout_s,
                prices=prices,
                cache=cache,
                batch=self._costs.batch,
            )
            setup = symptoms.observed(setup, store, say=self._say)
            show = show_for(quiet=self._quiet)
            return engine.run(setup, store, state, budget_microusd=self._costs.budget_microusd, show=show)


def _still_to_ask(store: Store, samples: Iterable[SampleKey]) -> Iterable[SampleKey]:
    from bench.state import load_state

    if store.is_new:
        return samples
    state = load_state(store.path)
    return (key for index, key in enumerate(samples) if state.to_ask(index))
