"""A run in batches, in a process of its own to be killed: ``batch_driver.py RUN MODEL EPOCHS [WHEN]``.

It kills itself at WHEN: an event of batches.jsonl that it has just noted, or so many records written down.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from engine_fakes import FakeSandbox, opened

from bench import engine
from bench.pipeline import Polling
from bench.progress import Quiet
from bench.protocols import ModelContext
from bench.records import BatchRecord, SampleRecord
from bench.registry import load_model
from bench.store import Store

FAST = Polling(first_s=0.01, factor=1.2, cap_s=0.03, settle_s=0.3)


def go(
    run: Path, model: str, environ: dict[str, str], *, epochs: int = 1, batch: bool = True, **more: object
) -> engine.Summary:
    budget, polling, cache = (more.pop(name, None) for name in ("budget", "polling", "cache"))
    loaded = load_model(model, ModelContext(environ=environ))
    setup, store, state = opened(run, [loaded], sandbox=FakeSandbox(), epochs=epochs, **more)  # type: ignore[arg-type]
    setup = replace(setup, batch=batch, polling=polling or FAST, cache=cache)
    with store:
        return engine.run(setup, store, state, budget_microusd=budget, show=Quiet())  # type: ignore[arg-type]


def kill_at(when: str) -> None:
    """Make this process kill itself then."""

    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    add_batch, add_sample, written = Store.add_batch, Store.add_sample, 0

    def batch(self: Store, record: BatchRecord) -> None:
        add_batch(self, record)
        if when == record.event:
            kill()

    def sample(self: Store, record: SampleRecord) -> None:
        nonlocal written
        add_sample(self, record)
        written += 1
        if when == str(written):
            kill()

    Store.add_batch, Store.add_sample = batch, sample  # type: ignore[method-assign]


def main() -> int:
    run, model, epochs, *when = sys.argv[1:]
    if when:
        kill_at(when[0])
    summary = go(Path(run), model, dict(os.environ), epochs=int(epochs))
    print(*summary.reasons, sep="\n")
    return 130 if summary.interrupted else 1 if summary.unmeasured else 0


if __name__ == "__main__":
    sys.exit(main())
