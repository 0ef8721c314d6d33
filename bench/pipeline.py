"""What the threads of a run share: what they work with, and the switch that stops them."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.cache import Cache
from bench.errors import BenchError
from bench.models.prices import PriceList, built_in
from bench.models.retry import RetryPolicy
from bench.plan import Questions
from bench.protocols import Judge, Model, Sandbox
from bench.types import Json, SampleKey

POLL_S = 0.1
"""How soon a waiting thread notices that it is to stop."""


class Stopped(Exception):
    """The run is being stopped: give up what is only being waited for."""


class Switch:
    """Stops a run, and remembers why. Asking can be stopped alone: what was answered is still judged."""

    def __init__(self) -> None:
        self.asking = threading.Event()
        self.judging = threading.Event()
        self.reasons: list[str] = []
        self.error: BaseException | None = None
        self._mutex = threading.Lock()

    def stop_asking(self, reason: str) -> None:
        with self._mutex:
            if reason not in self.reasons:
                self.reasons.append(reason)
        self.asking.set()

    def stop_all(self, reason: str) -> None:
        self.stop_asking(reason)
        self.judging.set()

    def fail(self, error: BaseException) -> None:
        """A fault that nothing can go on after, such as a full disk."""
        with self._mutex:
            self.error = self.error or error
        self.asking.set()
        self.judging.set()

    def note(self, reason: str) -> None:
        """Something ended early, but the run goes on."""
        with self._mutex:
            self.reasons.append(reason)

    def wait(self, seconds: float) -> None:
        """A sleep that ends, with Stopped, when asking is stopped."""
        if self.asking.wait(seconds):
            raise Stopped


@dataclass(frozen=True, slots=True)
class Polling:
    """How often batches are looked at: soon at first, then less and less while nothing happens."""

    first_s: float = 5.0
    factor: float = 1.5
    cap_s: float = 300.0
    settle_s: float = 60.0
    """How long a batch that was perhaps sent is looked for before it counts as never sent."""


@dataclass(frozen=True, slots=True)
class Setup:
    """All that a run works with. ``judges`` and ``judgings`` go by suite name."""

    questions: Questions
    models: tuple[Model, ...]
    judges: Mapping[str, Judge]
    judgings: Mapping[str, str]
    sandbox: Sandbox
    concurrency: int | None = None
    """Calls in flight a model, at most; as many as it stands where nothing was said."""
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    prices: PriceList = field(default_factory=built_in)
    cache: Cache | None = None
    """Answers of other runs, where the user wants them."""
    batch: bool = False
    """Ask in batches where the provider takes them."""
    polling: Polling = Polling()


def spawn(name: str, work: Callable[[], None], switch: Switch) -> threading.Thread:
    """Start a thread whose failure stops the run.

    It is a daemon: a call that never ends must not keep the process.
    """

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            switch.fail(error)

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread


def told(error: Exception) -> str:
    """An error in one line."""
    return str(error) if isinstance(error, BenchError) else f"{type(error).__name__}: {error}"


def harness_event(key: SampleKey, error: Exception) -> Mapping[str, Json]:
    """The event of a fault of ours, or of a plug-in's."""
    trace = "".join(traceback.format_exception(error))
    return {"event": "harness_error", "sample": str(key), "message": told(error), "traceback": trace}
