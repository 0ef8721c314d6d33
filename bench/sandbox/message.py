"""A job as it goes to a guest: one line that its supervisor reads, and a body for the judge alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec

from bench.sandbox import bundle
from bench.sandbox.program import instrument, may_share, unit_tests
from bench.types import Checks, Job, Limits


def frame(job: Job, *, nonce: str, slowness: float = 1.0) -> bytes:
    """The bytes of a job. ``slowness``: how many times as long as the nominal machine this one takes."""
    limits = msgspec.to_builtins(scaled(job.limits, slowness))
    header = {"limits": limits, "shared": _shared(job.checks)}
    body = {"nonce": nonce, "candidate": job.candidate, "checks": _checks(job.checks), "limits": limits}
    return f"{json.dumps(header)}\n{json.dumps(body)}".encode()


def scaled(limits: Limits, slowness: float) -> Limits:
    """Limits of time as this machine needs them."""
    return replace(
        limits,
        cpu_s=limits.cpu_s * slowness,
        call_cpu_s=limits.call_cpu_s * slowness,
        wall_s=limits.wall_s * slowness,
    )


def _checks(checks: Checks) -> dict[str, Any]:
    """Checks as the guest's judge reads them: a test program goes instrumented."""
    told: dict[str, Any] = msgspec.to_builtins(checks)
    if checks.kind == "program":
        told["program"] = msgspec.to_builtins(instrument(told.pop("tests")))
    elif checks.kind == "unittest":
        told["program"] = msgspec.to_builtins(unit_tests(told.pop("tests"))) | {"harness": bundle.harness()}
    elif checks.kind == "project":
        told["program"] = {"harness": bundle.harness(), "testrun": bundle.testrun()}
    return told


def _shared(checks: Checks) -> bool:
    return checks.kind not in ("unittest", "project") and all(
        map(may_share, (checks.setup, checks.tests, checks.reference))
    )
