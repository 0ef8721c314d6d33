"""Plug-ins named by file on the command line: a sandbox that runs nothing, models that cost nothing."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from pathlib import Path

from bench.errors import Fault, ProviderError, SandboxError
from bench.protocols import SandboxOptions
from bench.types import CheckGroup, Completion, Execution, Form, Job, Json, Request, Status


class Sandbox:
    """Passes everything that has no ``wrong`` in it."""

    def __init__(self, options: SandboxOptions) -> None:
        self.slots = options.slots

    def run(self, job: Job, /) -> Execution:
        good = "wrong" not in job.candidate
        return Execution(Status.DONE, groups=(CheckGroup("tests", 1, int(good), planned=1),))

    def describe(self) -> Mapping[str, Json]:
        return {"engine": "fake", "isolation": "none", "memory_mib": 1024}

    def close(self) -> None:
        Path("sandbox-closed").touch()


def no_engine(options: SandboxOptions) -> Sandbox:
    raise SandboxError("no Docker Engine answers", hint="start it")


class Canned:
    """Notes every call in ``calls.txt``."""

    name = "canned"

    def generate(self, request: Request, /) -> Completion:
        with Path("calls.txt").open("a") as file:
            file.write(f"{request.key}\n")
        return Completion(f"# {request.key.problem}", form=Form.PROGRAM)


class Down:
    name = "down"

    def generate(self, request: Request, /) -> Completion:
        raise ProviderError(Fault.INVALID_REQUEST, "no such model")


class Slow(Canned):
    """Answers four at once, then takes longer than anyone waits."""

    name = "slow"

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def generate(self, request: Request, /) -> Completion:
        number = next(self._numbers)
        completion = super().generate(request)
        if number >= 4:
            time.sleep(600)
        return completion
