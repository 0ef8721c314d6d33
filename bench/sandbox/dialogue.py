"""What host and guest say to each other: the boot, and one job at a time."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from bench.sandbox import bundle, facts, message
from bench.sandbox.channel import Channel, Lost
from bench.types import Execution, Job

_START_S = 60.0
_REPLY_SLACK_S = 30.0
"""How long a guest may be silent; it beats every few seconds while a job runs."""


def boot(channel: Channel, config: Mapping[str, int]) -> dict[str, Any]:
    """Send the guest its own code; what it says when it is ready."""
    channel.send(json.dumps({"modules": bundle.modules(), "config": dict(config)}).encode())
    return _reply(channel, _START_S)


def run(channel: Channel, job: Job, *, slowness: float) -> tuple[Execution, bool]:
    """Run one job; also whether the guest is clean, so fit for another.

    ``slowness``: how many times as long as the nominal machine this one takes, as the guest found.

    Raises Lost when the guest is gone, SandboxError when the job could not be run.
    """
    nonce = secrets.token_hex(16)
    channel.send(message.frame(job, nonce=nonce, slowness=slowness))
    observed = _reply(channel, _REPLY_SLACK_S)
    while "still" in observed:
        observed = _reply(channel, _REPLY_SLACK_S)
    return facts.execution(observed, job, nonce=nonce), bool(observed["clean"])


def _reply(channel: Channel, timeout_s: float) -> dict[str, Any]:
    try:
        reply: dict[str, Any] = json.loads(channel.receive(timeout_s))
    except ValueError as error:
        raise Lost(f"a sandbox said what is no reply: {error}") from error
    return reply
