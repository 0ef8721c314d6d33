"""One guest that was started somewhere, and takes one job at a time."""

from __future__ import annotations

import os

from bench.sandbox import dialogue
from bench.sandbox.engines import Bounds, Engine
from bench.types import Execution, Job

_FIRST_UID, _LAST_UID = 10_000, 60_000


class Slot:
    """A guest, ready for jobs. Any error but a job's own means: close it and start another."""

    def __init__(self, engine: Engine, bounds: Bounds, *, index: int, slots: int, epoch: int) -> None:
        """Start it. ``index`` of ``slots`` decides its uids: no two guests share one. Raises SandboxError."""
        self.index, self.epoch = index, epoch
        span = (_LAST_UID - _FIRST_UID) // slots
        self._guest = engine.start(bounds, epoch=epoch)
        try:
            # Another process's pool begins at another processor: two runs do not crowd on one.
            config = {"uid_first": _FIRST_UID + index * span, "uid_count": span, "cpu": os.getpid() + index}
            self.ready = dialogue.boot(self._guest.channel, config)
            engine.check(self.ready, bounds)
        except BaseException:
            self.close()
            raise

    @property
    def healthy(self) -> bool:
        """Whether it can be given a job, as far as can be seen without asking it."""
        return self._guest.channel.quiet

    def run(self, job: Job) -> tuple[Execution, bool]:
        """Run one job; also whether the guest is clean, so fit for another. Raises Lost and SandboxError."""
        return dialogue.run(self._guest.channel, job, slowness=float(self.ready["slowness"]))

    def lives(self) -> bool:
        """Whether the guest outlived its line. Raises SandboxError when nobody can tell."""
        return self._guest.lives()

    def close(self) -> None:
        self._guest.channel.close()
        self._guest.remove()
