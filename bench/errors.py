"""Everything that can go wrong, by who is answerable.

::

    BenchError                    message, and a hint: what to do next
      UsageError                  the command or a file of the user's is wrong (exit status 2)
        PluginError               a plug-in could not be loaded, with its cause
        DataError                 a data set is missing, unreachable or not what was pinned
        StoreError                a run directory is unusable, or belongs to another run
      ProviderError               the model's provider; ``fault`` says how, ``retryable`` whether to try again
      SandboxError                the sandbox could not run a job
      BudgetError                 the money allowed is spent
      HarnessError                a fault of our own
"""

from __future__ import annotations

from enum import StrEnum

from bench.types import Allowance, Cause


class BenchError(Exception):
    """Base of all our errors. ``hint`` says what to do next."""

    cause: Cause = Cause.HARNESS

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class UsageError(BenchError):
    """Bad usage or configuration."""


class PluginError(UsageError):
    """A plug-in that was asked for could not be loaded."""


class DataError(UsageError):
    """A data set could not be had, or is not the one that was pinned."""

    cause = Cause.DATASET


class StoreError(UsageError):
    """A run directory cannot be used."""


class Fault(StrEnum):
    """How a provider failed to answer."""

    RATE_LIMITED = "rate_limited"
    QUOTA = "quota"
    AUTH = "auth"
    SERVER = "server"
    TRANSPORT = "transport"
    TIMEOUT = "timeout"
    INVALID_REPLY = "invalid_reply"
    EMPTY = "empty"
    FILTERED = "filtered"
    CONTEXT_OVERFLOW = "context_overflow"
    INVALID_REQUEST = "invalid_request"
    MISSING = "missing"


RETRYABLE = frozenset(
    {Fault.RATE_LIMITED, Fault.SERVER, Fault.TRANSPORT, Fault.TIMEOUT, Fault.INVALID_REPLY, Fault.EMPTY}
)


MAY_COST = frozenset({Fault.TRANSPORT, Fault.TIMEOUT, Fault.INVALID_REPLY, Fault.EMPTY, Fault.FILTERED})


class ProviderError(BenchError):
    """The provider gave no answer that could be judged. ``retry_after_s`` is what it asked us to wait."""

    cause = Cause.PROVIDER

    def __init__(
        self,
        fault: Fault,
        message: str,
        *,
        retry_after_s: float | None = None,
        http_status: int | None = None,
        raw_reply: str = "",
        allowances: tuple[Allowance, ...] = (),
        unsent: bool = False,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.fault = fault
        self.unsent = unsent
        """Whether the provider never got the request."""
        self.retry_after_s = retry_after_s
        self.http_status = http_status
        self.raw_reply = raw_reply
        self.allowances = allowances
        self.tries = 1
        """How often it was asked before giving up."""

    @property
    def may_cost(self) -> bool:
        """Whether the provider may have charged for it all the same, and did not say so.

        It may also where it sent a reply as one sends an answer, and only the reading found none in it.
        """
        replied = self.http_status is None and bool(self.raw_reply)
        return (self.fault in MAY_COST or replied) and not self.unsent

    @property
    def retryable(self) -> bool:
        return self.fault in RETRYABLE


class SandboxError(BenchError):
    """The sandbox could not run the job; says nothing about the candidate."""

    cause = Cause.SANDBOX


class JudgeEnded(SandboxError):
    """The judge's process ended before it decided. Twice in a row, it was what the candidate returned."""


class BudgetError(BenchError):
    """The money allowed for the run is spent."""

    cause = Cause.BUDGET


class HarnessError(BenchError):
    """A fault of our own."""
