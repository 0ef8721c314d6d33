"""Doing a run: asking and judging side by side, until nothing is missing or something stops it."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.asking import Asking
from bench.batching import Batching
from bench.estimate import once_unpriced
from bench.judging import Judging
from bench.money import Budget
from bench.pipeline import Setup, Switch, spawn
from bench.progress import Show, Tally
from bench.protocols import Reports, Sandbox
from bench.records import SampleRecord, VerdictRecord
from bench.rundir import plan_of
from bench.state import State
from bench.store import Store
from bench.types import Json, Outcome

GRACE_S = 5.0
"""How long calls in flight may still take after Ctrl-C."""

_TICK_S = 0.1


@dataclass(frozen=True, slots=True)
class Summary:
    """How a run went. ``outcomes`` counts scored samples of earlier sessions too."""

    planned: int
    outcomes: Counter[Outcome]
    reasons: tuple[str, ...]
    """Why something was not done, in words."""
    interrupted: bool
    spent_microusd: int
    """By all sessions, retries included."""
    unknown_microusd: int = 0
    """What providers may have charged besides, at most, without saying so."""
    cached: int = 0
    """Answers of this session that came from the cache of responses."""
    sandbox: Mapping[str, Json] = field(default_factory=dict)
    """What the sandbox had to mend, as ``bench.protocols.Reports`` says; empty when it does not say."""

    @property
    def unmeasured(self) -> int:
        return self.planned - sum(count for outcome, count in self.outcomes.items() if outcome.scored)


@dataclass(frozen=True, slots=True)
class Regrade:
    """How judging again compares with what was stored."""

    summary: Summary
    added: int
    """Verdicts that were missing and are now written."""
    equal: int
    changed: tuple[str, ...]
    """Verdicts of the same judging that came out otherwise; what was stored is left as it is."""


def run(setup: Setup, store: Store, state: State, *, budget_microusd: int | None, show: Show) -> Summary:
    """Ask for what is missing and judge what is not judged, until all is done or the run is stopped.

    One Ctrl-C stops the asking and gives calls in flight a few seconds. Raises StoreError (disk full).
    """
    switch = Switch()
    scored = Counter({outcome: n for outcome, n in state.outcomes().items() if outcome.scored})
    tally = Tally(state.planned, before=scored)
    unknown = state.unknown_microusd
    if budget_microusd is not None:
        unknown += once_unpriced(store.path, setup.questions, setup.prices)
    budget = Budget(
        budget_microusd, spent=state.spent_microusd, unknown=unknown, is_stopped=switch.asking.is_set
    )

    def sink(sample: SampleRecord, verdict: VerdictRecord) -> None:
        store.add_verdict(setup.judgings[sample.key.suite], verdict)
        if not asking.goes_on(sample, verdict):
            tally.ended(verdict.outcome)

    judging = Judging(setup, store, switch, sink, extract_again=False)
    asking = Asking(setup, store, switch, state=state, tally=tally, budget=budget, hand_on=judging.offer)
    batching = Batching(setup, store, switch, state=state, budget=budget, asking=asking, say=show.note)
    alone = [model for model in setup.models if not batching.asks(model)]
    sources = asking.threads(lambda: plan_of(store.path), models=alone, apart=batching.apart)
    # After the lanes are there: a verdict on a stored answer may bring another turn.
    feeder = spawn("stored", lambda: _feed(store, state, judging, switch, only_missing=True), switch)
    sources += [feeder, *batching.threads(lambda: plan_of(store.path))]
    interrupted = _until_done(switch, sources, judging, tally=tally, show=show)
    mended = _mended(setup.sandbox, store)
    return Summary(
        state.planned,
        tally.outcomes,
        tuple(switch.reasons),
        interrupted,
        spent_microusd=budget.spent - budget.unknown,
        unknown_microusd=budget.unknown,
        cached=tally.cached,
        sandbox=mended,
    )


def grade(setup: Setup, store: Store, state: State, *, show: Show) -> Regrade:
    """Judge every stored completion again, from the extraction on; no model is asked.

    A verdict that is missing for this judging is written. One that is there is compared and left alone.
    """
    switch = Switch()
    answered = sum(len(state.answers(index)) for index in range(state.planned))
    tally = Tally(answered)
    mutex = threading.Lock()
    changed: list[str] = []
    counts = Counter[str]()

    def sink(sample: SampleRecord, verdict: VerdictRecord) -> None:
        known = (turn.outcome for turn in state.answers(sample.index) if turn.attempt == sample.attempt)
        before = next(known, None)
        tally.ended(verdict.outcome)
        with mutex:
            if before is None or not before.scored:
                counts["added"] += 1
            elif before is verdict.outcome:
                counts["equal"] += 1
                return
            else:
                changed.append(f"{sample.key}: {before} -> {verdict.outcome}")
                return
        store.add_verdict(setup.judgings[sample.key.suite], verdict)

    judging = Judging(setup, store, switch, sink, extract_again=True)
    feeder = spawn("stored", lambda: _feed(store, state, judging, switch, only_missing=False), switch)
    interrupted = _until_done(switch, [feeder], judging, tally=tally, show=show)
    mended = _mended(setup.sandbox, store)
    summary = Summary(answered, tally.outcomes, tuple(switch.reasons), interrupted, 0, sandbox=mended)
    return Regrade(summary, counts["added"], counts["equal"], tuple(sorted(changed)))


def _mended(sandbox: Sandbox, store: Store) -> Mapping[str, Json]:
    """What the sandbox had to mend during a run; an event if it was anything."""
    if not isinstance(sandbox, Reports):
        return {}
    report = sandbox.report()
    if any(report.values()):
        store.event({"event": "sandbox_mended", **report})
    return report


def _feed(store: Store, state: State, judging: Judging, switch: Switch, *, only_missing: bool) -> None:
    """Hand stored completions to the judging workers."""
    for index in range(state.planned):
        if switch.judging.is_set():
            return
        for answer in state.to_judge(index) if only_missing else state.answers(index):
            judging.offer(store.sample_at(answer.sample))


def _until_done(
    switch: Switch, sources: Sequence[threading.Thread], judging: Judging, *, tally: Tally, show: Show
) -> bool:
    """Wait until all is through, or stopped; whether Ctrl-C did it. A second Ctrl-C is not caught.

    Raises what a thread failed with.
    """

    def wait(until: float) -> None:
        for threads in (sources, judging.threads):
            for thread in threads:
                while thread.is_alive() and switch.error is None and time.monotonic() < until:
                    thread.join(_TICK_S)
                    show.update(tally)
            judging.finish()

    interrupted = False
    try:
        wait(math.inf)
    except KeyboardInterrupt:
        interrupted = True
        switch.stop_asking("interrupted")
        show.note(f"stopping: calls in flight have {GRACE_S:.0f} s; Ctrl-C again leaves at once")
        wait(time.monotonic() + GRACE_S)
    finally:
        switch.asking.set()
        switch.judging.set()
        show.close()
    if switch.error is not None:
        raise switch.error
    return interrupted
