"""evenbench: a vendor-neutral benchmark runner for coding models."""

from __future__ import annotations

from bench.types import Completion, Message, Params, Problem, Request, SampleKey, Stop, Usage

__all__ = ["Completion", "Message", "Params", "Problem", "Request", "SampleKey", "Stop", "Usage"]
__version__ = "0.1.0"
