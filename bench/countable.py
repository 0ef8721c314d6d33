"""What numbers are made from of a run's records: the same lines, read without their texts.

Most of a line is text that no score, cost or time hangs on; what is not named here is passed over unread.
"""

from __future__ import annotations

from typing import Any

import msgspec

from bench.edits import Edit
from bench.types import CheckGroup, Outcome, Stop, Try, Usage


class CountedCompletion(msgspec.Struct, frozen=True):
    stop: Stop
    usage: Usage | None = None
    cost_microusd: int | None = None
    served_model: str = ""
    provider: str = ""
    sent: dict[str, Any] = {}
    dropped: tuple[str, ...] = ()


class CountedExtraction(msgspec.Struct, frozen=True):
    rule: str


class CountedTiming(msgspec.Struct, frozen=True):
    asked_at: str = ""
    queue_s: float = 0.0
    first_byte_s: float | None = None
    total_s: float = 0.0


class CountedMeasured(msgspec.Struct, frozen=True):
    timing: CountedTiming | None = None
    batch: str = ""
    cached_at: str = ""
    failed: tuple[Try, ...] = ()


class CountedSample(msgspec.Struct, frozen=True):
    """Of a SampleRecord."""

    index: int
    attempt: int
    turn: int = 1
    outcome: Outcome | None = None
    fault: str = ""
    detail: str = ""
    tries: int = 1
    completion: CountedCompletion | None = None
    extraction: CountedExtraction | None = None
    measured: CountedMeasured = CountedMeasured()


class VerdictTook(msgspec.Struct, frozen=True):
    wall_s: float = 0.0


class CountedVerdict(msgspec.Struct, frozen=True):
    """Of a VerdictRecord."""

    index: int
    attempt: int
    outcome: Outcome
    groups: tuple[CheckGroup, ...] = ()
    detail: str = ""
    isolation: str = ""
    rule: str = ""
    edit: Edit | None = None
    measured: VerdictTook = VerdictTook()
