"""The records: every noun of the project, defined once, frozen, data only.

They travel in this order::

    Problem -> Request -> Completion -> Extraction -> Job -> Execution -> Verdict

Times are seconds (``_s``), sizes kibi- or mebibytes (``_kib``, ``_mib``), money integer micro-dollars.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Cause(StrEnum):
    """Who is answerable for an outcome. Only what the candidate caused is scored."""

    CANDIDATE = "candidate"
    PROVIDER = "provider"
    SANDBOX = "sandbox"
    HARNESS = "harness"
    DATASET = "dataset"
    BUDGET = "budget"


class Outcome(StrEnum):
    """What became of a sample. Scored outcomes first, unmeasured ones (never "failed") after them."""

    PASS = "pass"
    WRONG_ANSWER = "wrong_answer"
    RUNTIME_ERROR = "runtime_error"
    COMPILE_ERROR = "compile_error"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    NO_CODE = "no_code"
    TRUNCATED = "truncated"
    REFUSED = "refused"

    PROVIDER_ERROR = "provider_error"
    SANDBOX_ERROR = "sandbox_error"
    HARNESS_ERROR = "harness_error"
    NO_CHECKS = "no_checks"
    NOT_RUN = "not_run"

    __hash__ = str.__hash__  # that of an Enum is worked out in Python, once a lookup

    @cached_property
    def cause(self) -> Cause:
        return _CAUSES.get(self, Cause.CANDIDATE)

    @cached_property
    def scored(self) -> bool:
        """Whether the sample counts in a score; the others only widen its bounds."""
        return self.cause is Cause.CANDIDATE


_CAUSES = {
    Outcome.PROVIDER_ERROR: Cause.PROVIDER,
    Outcome.SANDBOX_ERROR: Cause.SANDBOX,
    Outcome.HARNESS_ERROR: Cause.HARNESS,
    Outcome.NO_CHECKS: Cause.DATASET,
    Outcome.NOT_RUN: Cause.BUDGET,
}


class Track(StrEnum):
    """What kind of work a problem asks for."""

    GENERATION = "generation"
    REPAIR = "repair"


class Mode(StrEnum):
    """How a model is asked: a conversation, or raw text to go on with (base models)."""

    CHAT = "chat"
    COMPLETE = "complete"


class Form(StrEnum):
    """What a completion's text is, hence how code is taken from it."""

    REPLY = "reply"
    """A chat reply: prose and code; the extraction rules apply."""
    CONTINUATION = "continuation"
    """What a base model wrote after the prompt; cut at the end of the function, joined to the prompt."""
    PROGRAM = "program"
    """A whole program, judged as it is (a samples file, a reference solution)."""


class Stop(StrEnum):
    """Why the model stopped writing."""

    END = "end"
    LENGTH = "length"
    REFUSAL = "refusal"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class SampleKey:
    """One answer to one problem: the unit that is planned, asked, judged and counted."""

    suite: str
    problem: str
    model: str
    epoch: int

    def __str__(self) -> str:
        return f"{self.model} {self.suite} {self.problem} #{self.epoch}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use. CPU time decides; wall time is only the backstop."""

    cpu_s: float = 30.0
    """CPU seconds of the candidate over the whole job."""
    call_cpu_s: float = 4.0
    """CPU seconds of one call; never less than ``call_factor`` times the reference's own."""
    call_factor: float = 4.0
    wall_s: float = 120.0
    memory_mib: int = 1024
    output_kib: int = 16 * 1024
    file_mib: int = 64
    processes: int = 64


@dataclass(frozen=True, slots=True)
class Checks:
    """What decides right or wrong; the model never sees it. ``kind`` names the guest's judging routine.

    ``program``: ``tests`` is Python run in the judge's process, where names of the candidate are remote
    objects. ``cases``: the candidate is called with each of ``inputs`` and compared with what ``reference``
    returns; by group name, a JSON list of argument lists, each a text in the guest's encoding. ``project``:
    ``setup`` and ``tests`` are bundles (``bench.repo.bundle``) of a project and of its tests, ``inputs`` the
    tests that have to pass, by group. The name of a language other than Python: ``setup`` and ``tests`` are
    the text of a test program in it, for sandboxes that say they run it.
    """

    kind: str
    entry_point: str
    setup: str = ""
    tests: str = ""
    reference: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    oracle: str = "equal"
    tolerance: float = 0.0
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By group and number of the call: the digest of what the reference returns, where running it is dear."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One item of a suite: what the model sees, and what it never sees."""

    suite: str
    id: str
    track: Track
    language: str
    prompt: str
    """Code the answer goes on from (a signature and docstring), or the task in words."""
    entry_point: str
    checks: Checks
    reference: str
    """A whole program that solves the problem."""
    preamble: str = ""
    """Code always kept in front of the answer: the prompt's imports and helpers."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """More for the prompt template (buggy code, shown tests, ...)."""
    tags: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    text: str


EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Levels of reasoning effort, rising; each vendor has some of them."""


@dataclass(frozen=True, slots=True)
class Params:
    """What was asked of the model; ``None`` leaves the vendor's default. ``effort`` is one of ``EFFORTS``."""

    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    effort: str | None = None
    stop: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """Names of those that were set: what an adapter that takes none of them has dropped."""
        return tuple(sorted(one.name for one in fields(self) if getattr(self, one.name) not in (None, ())))


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model. ``messages`` holds a single message in mode ``complete``."""

    key: SampleKey
    messages: tuple[Message, ...]
    params: Params = Params()
    mode: Mode = Mode.CHAT

    def __post_init__(self) -> None:
        if not self.messages:
            raise ValueError("a request needs a message: a server may answer none at all with babble")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens in one normal form: ``input_total`` includes cached, ``output_total`` includes reasoning."""

    input_total: int | None = None
    input_cached: int | None = None
    input_cache_write: int | None = None
    output_total: int | None = None
    reasoning: int | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Measured, so never equal between two runs.

    ``queue_s`` is what the harness waited before it sent (limits of rate, a local model in use) and is in no
    other time; ``first_byte_s`` and ``total_s`` count from the sending of the try that was answered.
    """

    asked_at: str = ""
    queue_s: float = 0.0
    first_byte_s: float | None = None
    total_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Try:
    """A call that brought no answer: an attempt's others, and its last one where none brought one.

    ``wait_s`` is what was waited before the next; None where none followed. ``cost_microusd`` is what the
    provider said it took; an event told of it at once, and that is where a run's money is counted.
    """

    asked_at: str
    total_s: float
    fault: str
    http_status: int | None = None
    wait_s: float | None = None
    cost_microusd: int | None = None
    reply_blob: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a provider says is left of a limit of rate, and in how many seconds it is whole again."""

    kind: str
    """``requests``, ``tokens``, ``input_tokens`` or ``output_tokens``."""
    remaining: float
    reset_s: float
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model returned. An adapter need only give the text."""

    text: str
    form: Form = Form.REPLY
    stop: Stop = Stop.END
    reasoning: str = ""
    usage: Usage | None = None
    cost_microusd: int | None = None
    served_model: str = ""
    provider: str = ""
    request_id: str = ""
    sent: Mapping[str, Json] = field(default_factory=dict)
    """Parameters as they went over the wire."""
    dropped: tuple[str, ...] = ()
    """Parameters asked for that the provider does not take."""
    raw_request: str = ""
    raw_reply: str = ""
    """Both verbatim; secrets never appear in a request body."""
    timing: Timing | None = None
    allowances: tuple[Allowance, ...] = ()
    """What is left of the provider's limits; decides how fast the next calls go, and is not recorded."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """The code taken out of a completion, and by which rule."""

    code: str
    rule: str
    candidates: int = 0
    """How many pieces of code could have been meant."""
    closed: bool = True
    """False when the piece was cut off (an unclosed fence)."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to run in a sandbox: a candidate, and the checks that decide about it."""

    candidate: str
    checks: Checks
    limits: Limits = Limits()


class Status(StrEnum):
    """How an execution ended."""

    DONE = "done"
    """The judge finished: the groups tell the rest."""
    COMPILE_ERROR = "compile_error"
    """The candidate is not a program."""
    CANDIDATE_ERROR = "candidate_error"
    """The candidate raised, or ended its own process."""
    LIMIT = "limit"
    JUDGE_ERROR = "judge_error"
    """The tests or the reference themselves failed."""


@dataclass(frozen=True, slots=True)
class CheckGroup:
    """Checks that belong together (``base``, ``plus``); judging stops at a group's first failure."""

    name: str
    run: int
    passed: int
    planned: int | None = None
    failure: str = ""
    """The first failed check: what was called, expected and got; bounded."""


@dataclass(frozen=True, slots=True)
class Execution:
    """What was observed while one job ran."""

    status: Status
    groups: tuple[CheckGroup, ...] = ()
    limit: str = ""
    """Which limit ended it: ``cpu``, ``wall``, ``memory``, ``output``, ``processes`` or ``disk``."""
    error: str = ""
    where: str = ""
    """``import`` or ``call``, when the candidate raised."""
    output: str = ""
    """The candidate's own stdout and stderr, bounded."""
    isolation: str = "tamper_proof"
    cpu_s: float = 0.0
    wall_s: float = 0.0
    memory_mib: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Right or wrong and why. A pass with nothing checked cannot be built."""

    outcome: Outcome
    checks_run: int = 0
    checks_passed: int = 0
    groups: tuple[CheckGroup, ...] = ()
    detail: str = ""
    isolation: str = ""
    review: tuple[str, ...] = ()
    """What a person should look at, where the answer shared a process with its tests."""

    def __post_init__(self) -> None:
        if self.outcome is Outcome.PASS and (self.checks_run == 0 or self.checks_run != self.checks_passed):
            raise ValueError(
                f"a pass needs checks that all passed, not {self.checks_passed} of {self.checks_run}"
            )
