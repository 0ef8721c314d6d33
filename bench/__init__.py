"""evenbench: a vendor-neutral benchmark runner for coding models."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bench.types import Completion, Message, Params, Problem, Request, SampleKey, Stop, Usage

if TYPE_CHECKING:
    from bench.frames import Run

__all__ = ["Completion", "Message", "Params", "Problem", "Request", "SampleKey", "Stop", "Usage", "open"]
__version__ = "0.1.0"


def open(path: str | os.PathLike[str]) -> Run:
    """A run directory, whose scores and samples are to be had as pandas DataFrames (docs/python.md).

    Raises StoreError for a directory that is no run.
    """
    from bench.frames import Run

    return Run(path)
