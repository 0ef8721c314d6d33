"""What a plug-in must look like. One or two methods each; the docstrings list what they raise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from bench.errors import ProviderError
from bench.types import Completion, Execution, Job, Json, Problem, Request, Verdict


@runtime_checkable
class Model(Protocol):
    """Answers requests. Must be safe to call from several threads."""

    @property
    def name(self) -> str: ...

    def generate(self, request: Request, /) -> Completion:
        """Answer one request, once: retrying is the harness's part.

        Raises ProviderError for anything that is not an answer; never returns an error as text.
        """
        ...


@runtime_checkable
class CountsSamples(Protocol):
    """A model with a fixed number of answers (a samples file) says how many it has for a problem."""

    def samples_for(self, problem: Problem, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """One request of a batch: what goes into it, and what has to be known again to read the reply."""

    line: Mapping[str, Json]
    wire: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Found:
    """What came of looking for a batch. ``undecided``: one that is not done yet may be it."""

    batch: str = ""
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """How far a batch is."""

    ended: bool
    done: int = 0
    """Requests that are answered or refused, as far as the provider tells."""
    lost: ProviderError | None = None
    """What became of requests that it says nothing about, once it has ended."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """What a batch says about one request: the body of a reply, or the error; neither if it is unreadable."""

    raw: str
    custom_id: str = ""
    body: dict[str, Json] | None = None
    request_id: str = ""
    error: ProviderError | None = None


class Batches(Protocol):
    """Many requests at once, at a lower price, answered within a day. All methods raise ProviderError."""

    most_requests: int
    most_bytes: int

    def prepare(self, custom_id: str, request: Request, /) -> Prepared:
        """The request as it stands in a batch. ``custom_id``: 1 to 64 of ``a-zA-Z0-9_-``."""
        ...

    def submit(self, token: str, lines: Sequence[Mapping[str, Json]], /) -> str:
        """Start a batch, and return the provider's name for it. ``token`` begins every custom id in it."""
        ...

    def find(self, token: str, count: int, since: float, known: Collection[str], /) -> Found:
        """The batch of that token, begun at about ``since`` (seconds of the epoch); none of the known."""
        ...

    def status(self, batch: str, /) -> BatchStatus: ...

    def results(self, batch: str, /) -> Iterator[BatchLine]:
        """What an ended batch came to, in any order."""
        ...

    def completion(self, line: BatchLine, request: Request, wire: Mapping[str, Json], /) -> Completion:
        """The answer of a line; raises its error where it has none."""
        ...

    def learn(self, request: Request, wire: Mapping[str, Json], error: ProviderError, /) -> bool:
        """Learn what the model does not take; whether the request would now be another."""
        ...


@runtime_checkable
class OffersBatches(Protocol):
    """A model whose provider may take batches, too."""

    @property
    def batches(self) -> Batches | None: ...


TIMEOUT_S = 600.0
"""How long one call may take, unless the user says otherwise."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """How many calls at once a model gets: ``start`` at first, never more than ``most``.

    ``measured``: more only while they bring more. A provider of many machines says when it is too much; one
    machine lets calls wait in line.
    """

    start: int = 2
    most: int = 64
    measured: bool = True


@runtime_checkable
class Paced(Protocol):
    """A model that knows how many calls at once suit it; any other gets ``Pacing()``."""

    @property
    def pacing(self) -> Pacing: ...


@runtime_checkable
class Identified(Protocol):
    """A model whose answers may be kept in the cache of responses."""

    def identity(self, request: Request, /) -> Mapping[str, Json]:
        """All that decides about the answer to a request but chance; never a secret.

        May raise ProviderError for a request that it cannot ask at all.
        """
        ...


@dataclass(frozen=True, slots=True)
class ModelContext:
    """What a model factory may look at besides its name."""

    problems: Mapping[tuple[str, str], Problem] = field(default_factory=dict)
    """All problems of the run by (suite, problem id); only ``reference`` and ``replay`` read it."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """The environment, read by ``bench.config`` alone; keys are taken from here."""
    timeout_s: float = TIMEOUT_S
    concurrency: int = 4


class ModelFactory(Protocol):
    """Makes a model from what stands behind the provider's name in ``provider/name``.

    Raises UsageError for an unknown name, a missing key or a missing extra.
    """

    def __call__(self, name: str, context: ModelContext, /) -> Model: ...


class Judge(Protocol):
    """Decides right or wrong. Both methods are pure: what they return depends on their arguments alone."""

    @property
    def version(self) -> str: ...

    def jobs(self, problem: Problem, code: str, /) -> Sequence[Job]:
        """What to run to decide about this code."""
        ...

    def verdict(self, problem: Problem, executions: Sequence[Execution], /) -> Verdict:
        """What the executions of those jobs mean, in the same order."""
        ...


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """What a sandbox is made with. ``say`` takes lines of progress for the user."""

    slots: int
    memory_mib: int = 1024
    say: Callable[[str], None] = print
    variant: str = ""
    """What stood behind the colon of ``engine:variant``: a runtime of the engine's."""


class Sandbox(Protocol):
    """Runs untrusted code. Safe to call from as many threads as it has ``slots``.

    A class or factory that makes sandboxes for other languages has an attribute ``languages``: the names
    (``Problem.language``) of those it runs. Without it that is Python alone.
    """

    @property
    def slots(self) -> int: ...

    def run(self, job: Job, /) -> Execution:
        """Run one job, once. Raises SandboxError when it could not be run."""
        ...

    def describe(self) -> Mapping[str, Json]:
        """What goes into the lock: engine, image digest, limits, which guarantees hold."""
        ...

    def close(self) -> None:
        """Leave nothing behind."""
        ...


@runtime_checkable
class Reports(Protocol):
    """A sandbox that mends itself says what it had to mend."""

    def report(self) -> Mapping[str, Json]:
        """``replaced`` (how many), ``reasons`` (how many of each), ``outages_s``, ``slots_lost``; so far."""
        ...


class SuiteFactory(Protocol):
    """A plug-in suite: returns ``bench.suites.Suite``. Kept loose here so that protocols import no suite."""

    def __call__(self) -> object: ...
