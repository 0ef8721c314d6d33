"""An engine that has gone: wait for it, say so, and count how often it came back."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

from bench.errors import SandboxError
from bench.sandbox.engines import Engine

PATIENCE_S = 600.0
_LOOK_EVERY_S = 0.5
_TELL_EVERY_S = 30.0


class Outage:
    """One thread looks and tells; the others wait behind it and find the engine back."""

    def __init__(
        self,
        engine: Engine,
        *,
        say: Callable[[str], None],
        closed: threading.Event,
        patience_s: float = PATIENCE_S,
        tell_every_s: float = _TELL_EVERY_S,
    ) -> None:
        self._engine, self._say, self._closed = engine, say, closed
        self._patience_s, self._tell_every_s = patience_s, tell_every_s
        self._mutex = threading.Lock()
        self._given_up = False
        self.epoch = 0
        """How often the engine has come back."""
        self.seconds: list[float] = []
        """How long it was away each time."""

    def sit_out(self) -> None:
        """Return when the engine answers. Raises SandboxError when it stays away or the sandbox is closed."""
        with self._mutex:
            if self._engine.answers():
                return
            self._wait()
            self.epoch += 1
            with contextlib.suppress(SandboxError):  # gone again? Whoever starts a guest will notice.
                self._engine.reap(before_epoch=self.epoch)

    def _wait(self) -> None:
        name, began = self._engine.name, time.monotonic()
        told = began
        if not self._given_up:
            self._say(
                f"{name} does not answer any more: waiting for it, up to {self._patience_s / 60:.0f} minutes"
            )
        while not self._given_up and not self._closed.wait(_LOOK_EVERY_S):
            away_s = time.monotonic() - began
            if self._engine.answers():
                self._say(f"{name} is back after {away_s:.0f} s: going on")
                self.seconds.append(round(away_s, 1))
                return
            self._given_up = away_s > self._patience_s
            if time.monotonic() - told > self._tell_every_s:
                told = time.monotonic()
                self._say(f"still waiting for {name}, {away_s:.0f} s now")
        if self._given_up:
            hint = "start it and give the same command again: what is stored is kept"
            raise SandboxError(
                f"{name} did not come back within {self._patience_s / 60:.0f} minutes", hint=hint
            )
        raise SandboxError("the sandbox is closed")
