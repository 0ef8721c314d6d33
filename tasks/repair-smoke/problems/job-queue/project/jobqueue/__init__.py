"""Jobs that wait for each other and are tried again."""

from jobqueue.graph import CycleError, order
from jobqueue.runner import Runner

__all__ = ["CycleError", "Runner", "order"]
