"""How far a run is: counts that threads add to, and how they are shown while it goes on."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from bench.types import Completion, Outcome, Usage

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LINE_EVERY_S = 30.0


class Tally:
    """Counts over a run. Safe to add to from several threads."""

    def __init__(self, planned: int, *, before: Counter[Outcome] | None = None) -> None:
        """``before`` holds what was scored when the run was opened."""
        self.planned = planned
        self.outcomes = Counter(before or {})
        self.input_tokens = 0
        self.output_tokens = 0
        self.cost_microusd = 0
        self.cached = 0
        self.started = time.monotonic()
        self._before = sum(self.outcomes.values())
        self._mutex = threading.Lock()

    @property
    def done(self) -> int:
        return sum(self.outcomes.values())

    @property
    def passed(self) -> int:
        return self.outcomes[Outcome.PASS]

    @property
    def scored(self) -> int:
        return sum(count for outcome, count in self.outcomes.items() if outcome.scored)

    def answered(self, completion: Completion, *, is_cached: bool = False) -> None:
        """Count an answer; one from the cache costs nothing now."""
        usage = completion.usage or Usage()
        with self._mutex:
            self.input_tokens += usage.input_total or 0
            self.output_tokens += usage.output_total or 0
            self.cached += is_cached
            self.cost_microusd += 0 if is_cached else completion.cost_microusd or 0

    def ended(self, outcome: Outcome) -> None:
        with self._mutex:
            self.outcomes[outcome] += 1

    def left_s(self) -> float | None:
        """Seconds to go at the pace so far; None before anything is done."""
        new = self.done - self._before
        if not new:
            return None
        return (time.monotonic() - self.started) / new * (self.planned - self.done)

    def line(self) -> str:
        """All in one line, for people."""
        parts = [f"{self.done}/{self.planned}"]
        if self.scored:
            parts.append(f"{100 * self.passed / self.scored:.1f}% pass")
        if self.done > self.scored:
            parts.append(f"{self.done - self.scored} unmeasured")
        if self.input_tokens or self.output_tokens:
            parts.append(f"{_thousands(self.input_tokens)} in, {_thousands(self.output_tokens)} out")
        if self.cached:
            parts.append(f"{self.cached} from the cache")
        if self.cost_microusd:
            parts.append(f"${self.cost_microusd / 1e6:.4f}")
        return " | ".join(parts)


class Show(Protocol):
    """Shows a tally and notes beside it. ``update`` is called several times a second from one thread."""

    def update(self, tally: Tally) -> None: ...

    def note(self, text: str) -> None: ...

    def close(self) -> None: ...


class Quiet:
    """Shows nothing."""

    def update(self, tally: Tally) -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def close(self) -> None:
        pass


class Lines:
    """A plain line every half minute, where the output is no terminal."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._next = time.monotonic() + _LINE_EVERY_S

    def update(self, tally: Tally) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _LINE_EVERY_S
        left = tally.left_s()
        self._say(tally.line() + (f" | {_duration(left)} left" if left is not None else ""))

    def note(self, text: str) -> None:
        self._say(text)

    def close(self) -> None:
        pass


class Bar:
    """A bar on a terminal's stderr."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def update(self, tally: Tally) -> None:
        if self._progress is None:
            self._progress = _bar()
            self._task = self._progress.add_task("", total=tally.planned, left="")
            self._progress.start()
        left = tally.left_s()
        if self._task is not None:
            shown = f"{_duration(left)} left" if left is not None else ""
            self._progress.update(self._task, completed=tally.done, description=tally.line(), left=shown)

    def note(self, text: str) -> None:
        if self._progress is not None:
            self._progress.console.print(text, markup=False)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TextColumn("{task.fields[left]}"))
    return Progress(*columns, console=Console(stderr=True), refresh_per_second=4, transient=True)


def _thousands(count: int) -> str:
    return f"{count / 1000:.1f}k" if count >= 1000 else str(count)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
