"""The run directory: opening, writing and reading it back.

A run is the same run while its ``lock.json`` says the same in everything that decides what its numbers mean.
``lock.json`` is written first and whole; what else is missing then is made from it again. The latest attempt
of a sample counts, and of that attempt the latest verdict of the present judging.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

import msgspec

from bench.drift import Who
from bench.errors import StoreError
from bench.journal import TEMPORARY, Journal, read, write_atomically
from bench.records import BatchRecord, SampleRecord, VerdictRecord, decode, encode, result
from bench.secrets import without_bytes
from bench.types import Json, Outcome, Result, SampleKey, Usage

CONFIG, LOCK, PLAN = "config.toml", "lock.json", "plan.jsonl"
SAMPLES, EVENTS, BATCHES = "samples.jsonl", "events.jsonl", "batches.jsonl"
SCHEMA = 1

MAY_DIFFER = frozenset({"batch", "machine", "git", "packages", "python", "prices"})
"""Entries of the lock that do not decide what a number means: another value is an event, not another run."""
SANDBOX_TERMS = ("engine", "isolation", "guest", "memory_mib", "lacks")
"""What has to be equal of a sandbox; its image may be another build, its engine another release."""

_OUTCOMES = tuple(Outcome)
Lock = Mapping[str, Json]


class Store:
    """A run directory open for writing, held by this process alone until it is closed."""

    def __init__(self, path: Path, *, keys: Sequence[str] = ()) -> None:
        """Take the directory, making it if need be. Raises StoreError: not writable, in use, or not a run.

        ``keys`` never reach the disk, even where a plug-in puts them into what it returns or raises.
        """
        self.path = path
        self._keys = keys
        self._made = [folder for folder in (path, *path.parents) if not folder.exists()]
        self._held = _hold(path)
        self._mutex = threading.Lock()
        self._journals: dict[Path, Journal] = {}
        try:
            _refuse_foreign(path)
            for leftover in path.rglob(f"{TEMPORARY}*"):
                leftover.unlink(missing_ok=True)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_new(self) -> bool:
        return not (self.path / LOCK).exists()

    def check(self, lock: Lock) -> None:
        """Compare those entries with the run that is here, if any. Raises StoreError naming what changed."""
        if self.is_new:
            return
        changed = changes(_deciding(read_lock(self.path)), _deciding(lock), within=lock)
        if changed:
            listed = "\n".join(f"    {line}" for line in changed)
            hint = "Give another directory with -o, or the same settings to go on with this run."
            if all(line.startswith(("extractor:", "judges.", "terms.")) for line in changed):
                hint = f"Only the judging changed: `bench grade {self.path}` judges what is stored again."
            raise StoreError(f"{self.path} holds another run; what changed:\n{listed}", hint=hint)

    def begin(self, lock: Lock, *, config: str, plan: Iterable[SampleKey]) -> State:
        """Write down what the run is, or go on with the one that is here; where it stands.

        Raises StoreError when the directory holds another run.
        """
        if self.is_new:
            self.put(LOCK, _pretty(lock))
        else:
            self.check(lock)
            self._note_drift(lock)
        if not (self.path / CONFIG).exists():
            self.put(CONFIG, config.encode("utf-8", "backslashreplace"))
        if not (self.path / PLAN).exists():
            self.put(PLAN, b"".join(encode(key) for key in plan))
        return load_state(self.path)

    def relock(self, lock: Lock) -> None:
        """Replace the lock: what was stored is now judged otherwise."""
        self.event({"event": "relocked", "changed": list(changes(read_lock(self.path), lock, within=lock))})
        self.put(LOCK, _pretty(lock))

    def put(self, name: str, data: bytes) -> None:
        """Write a file of the directory whole. Raises StoreError when it cannot be."""
        try:
            write_atomically(self.path / name, data)
        except OSError as error:
            raise _unwritable(self.path / name, error) from error

    def add_sample(self, record: SampleRecord) -> None:
        self._journal(self.path / SAMPLES).append(record)

    def add_batch(self, record: BatchRecord) -> None:
        """Note what is done about a batch, on the disk before this returns: money hangs on it."""
        self._journal(self.path / BATCHES).append(record, sync=True)

    def add_verdict(self, judging: str, record: VerdictRecord) -> None:
        self._journal(verdicts_path(self.path, judging)).append(record)

    def event(self, event: Mapping[str, Json]) -> None:
        """Note something that happened, with the time."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._journal(self.path / EVENTS).append({"at": at, **event})

    def add_blob(self, text: str) -> str:
        """Keep a text verbatim; its digest, "" for an empty one. The same text is kept once."""
        if not text:
            return ""
        data = without_bytes(text.encode("utf-8", "surrogatepass"), self._keys)
        digest = hashlib.sha256(data).hexdigest()
        name = f"blobs/{digest[:2]}/{digest}.txt"
        if not (self.path / name).exists():
            self.put(name, data)
        return digest

    def sample_at(self, offset: int) -> SampleRecord:
        """The sample whose line starts at that byte."""
        with (self.path / SAMPLES).open("rb") as file:
            return decode(_line_at(file, offset), SampleRecord)

    def verdict_at(self, judging: str, offset: int) -> VerdictRecord:
        """The verdict of that judging whose line starts at that byte."""
        with verdicts_path(self.path, judging).open("rb") as file:
            return decode(_line_at(file, offset), VerdictRecord)

    def close(self) -> None:
        """Let go of the directory; what is written afterwards is refused with a StoreError."""
        with self._mutex:
            for journal in self._journals.values():
                journal.close()
            if self._held >= 0:
                os.close(self._held)
                self._held = -1
        if self.is_new:
            with suppress(OSError):  # a run that never began leaves no empty folder behind
                for folder in self._made:
                    folder.rmdir()

    def _journal(self, path: Path) -> Journal:
        with self._mutex:
            if self._held < 0:
                raise StoreError(f"{self.path} is closed")
            if path not in self._journals:
                try:
                    path.parent.mkdir(exist_ok=True)
                    self._journals[path] = Journal(path, keys=self._keys)
                except OSError as error:
                    raise _unwritable(path, error) from error
            return self._journals[path]

    def _note_drift(self, lock: Lock) -> None:
        old = read_lock(self.path)
        for name in sorted(MAY_DIFFER & lock.keys()):
            if old.get(name) != lock[name]:
                self.event({"event": "drift", "what": name, "was": old.get(name), "is": lock[name]})


@dataclass(slots=True)
class State:
    """Where a run stands; a few bytes a planned sample. Offsets are in bytes, -1 where there is no line."""

    sample_at: array[int]
    verdict_at: array[int]
    attempt: array[int]
    answered: bytearray
    """1 where the latest attempt brought a completion."""
    outcome: bytearray
    """1 + the position in Outcome, 0 where nothing is known."""
    spent_microusd: int = 0
    """Of all attempts, with what retries threw away."""
    unknown_microusd: int = 0
    """The most that was charged besides: by providers that did not say, for calls that a kill cut off."""
    stopped: dict[str, str] = field(default_factory=dict)
    """By model: why the last session left samples of it unasked, where it was for want of money."""
    input_tokens: int = 0
    output_tokens: int = 0
    served: dict[str, frozenset[Who]] = field(default_factory=dict)
    """By model: who has answered under its name."""

    @classmethod
    def empty(cls, planned: int) -> State:
        nowhere = array("q", [-1]) * planned
        attempts = array("L", [0]) * planned
        return cls(nowhere, array("q", nowhere), attempts, bytearray(planned), bytearray(planned))

    @property
    def planned(self) -> int:
        return len(self.outcome)

    def outcome_of(self, index: int) -> Outcome | None:
        return _OUTCOMES[self.outcome[index] - 1] if self.outcome[index] else None

    def to_ask(self, index: int) -> bool:
        return not self.answered[index]

    def to_judge(self, index: int) -> bool:
        outcome = self.outcome_of(index)
        return bool(self.answered[index]) and (outcome is None or not outcome.scored)

    def outcomes(self) -> Counter[Outcome]:
        """How many samples came to what; those of which nothing is known are left out."""
        return Counter({_OUTCOMES[code - 1]: n for code, n in Counter(self.outcome).items() if code})


class _CompletionMark(msgspec.Struct):
    usage: Usage | None = None
    cost_microusd: int | None = None
    served_model: str = ""
    provider: str = ""


class _KeyMark(msgspec.Struct):
    model: str


class _MeasuredMark(msgspec.Struct, frozen=True):
    cached_at: str = ""


class _SampleMark(msgspec.Struct):
    index: int
    key: _KeyMark
    attempt: int
    outcome: Outcome | None = None
    completion: _CompletionMark | None = None
    reserved_microusd: int = 0
    measured: _MeasuredMark = _MeasuredMark()


class _EventMark(msgspec.Struct):
    event: str = ""
    model: str = ""
    why: str = ""
    cost_microusd: int | None = None
    unknown_microusd: int = 0
    reserved_microusd: int = 0


class _VerdictMark(msgspec.Struct):
    index: int
    attempt: int
    outcome: Outcome


def load_state(path: Path) -> State:
    """Read once over all records. Raises StoreError for a damaged line or one of no planned sample."""
    with (path / PLAN).open("rb") as file:
        planned = sum(1 for _ in file)
    state = State.empty(planned)
    samples = path / SAMPLES
    for offset, sample in read(samples, _SampleMark):
        _in_plan(samples, sample.index, planned)
        _note_sample(state, offset, sample)
    for _, event in read(path / EVENTS, _EventMark):
        _note_event(state, event)
    state.unknown_microusd = max(0, state.unknown_microusd)
    for judging in set(judgings(read_lock(path)).values()):
        file_of_judging = verdicts_path(path, judging)
        for offset, verdict in read(file_of_judging, _VerdictMark):
            _in_plan(file_of_judging, verdict.index, planned)
            if verdict.attempt == state.attempt[verdict.index] and state.answered[verdict.index]:
                state.verdict_at[verdict.index] = offset
                state.outcome[verdict.index] = _OUTCOMES.index(verdict.outcome) + 1
    return state


def _note_sample(state: State, offset: int, sample: _SampleMark) -> None:
    index = sample.index
    state.sample_at[index], state.attempt[index] = offset, sample.attempt
    state.answered[index] = sample.completion is not None
    state.outcome[index] = 0 if sample.outcome is None else _OUTCOMES.index(sample.outcome) + 1
    if sample.completion is not None:
        usage = sample.completion.usage or Usage()
        cost = 0 if sample.measured.cached_at else sample.completion.cost_microusd
        state.spent_microusd += cost or 0
        # What had been set aside is counted with the event that said so; here it is taken off again.
        state.unknown_microusd -= 0 if cost is None else sample.reserved_microusd
        state.input_tokens += usage.input_total or 0
        state.output_tokens += usage.output_total or 0
        who = Who(sample.completion.served_model, sample.completion.provider)
        known = state.served.get(sample.key.model, frozenset())
        if who.named and who not in known:
            state.served[sample.key.model] = known | {who}


def _note_event(state: State, event: _EventMark) -> None:
    state.spent_microusd += event.cost_microusd or 0
    state.unknown_microusd += event.unknown_microusd + event.reserved_microusd
    if event.event == "stopped":
        state.stopped[event.model] = event.why
    elif event.event == "reserved":
        state.stopped.pop(event.model, None)


def results(path: Path) -> Iterator[Result]:
    """Every planned sample of a run once, in the order of the plan, as the directory has it now.

    Raises StoreError when there is no run, or a line is damaged.
    """
    by_suite = judgings(read_lock(path))
    state = load_state(path)
    with ExitStack() as stack:
        samples = _opened(stack, path / SAMPLES)
        verdicts = {name: _opened(stack, verdicts_path(path, name)) for name in set(by_suite.values())}
        for index, key in enumerate(plan_of(path)):
            sample = verdict = None
            if samples and state.sample_at[index] >= 0:
                sample = decode(_line_at(samples, state.sample_at[index]), SampleRecord)
            file = verdicts[by_suite[key.suite]]
            if file and state.verdict_at[index] >= 0:
                verdict = decode(_line_at(file, state.verdict_at[index]), VerdictRecord)
            yield result(key, sample, verdict, stopped=state.stopped.get(key.model, ""))


def plan_of(path: Path) -> Iterator[SampleKey]:
    """The planned samples, in order."""
    return (key for _, key in read(path / PLAN, SampleKey))


def batches_of(path: Path) -> Iterator[BatchRecord]:
    """What is known about batches, in order."""
    return (record for _, record in read(path / BATCHES, BatchRecord))


def read_lock(path: Path) -> dict[str, Json]:
    """The resolved inputs of a run. Raises StoreError when the directory holds none."""
    try:
        lock = json.loads((path / LOCK).read_bytes())
    except FileNotFoundError as error:
        hint = "Give the directory that `bench run -o` wrote."
        raise StoreError(f"{path} is no run directory: it has no {LOCK}", hint=hint) from error
    except (OSError, ValueError) as error:
        raise StoreError(f"{path / LOCK} cannot be read: {error}") from error
    if not isinstance(lock, dict) or lock.get("schema") != SCHEMA:
        raise StoreError(
            f"{path / LOCK} is not of schema {SCHEMA}", hint="Another release of bench wrote it."
        )
    return cast(dict[str, Json], lock)


def judgings(lock: Lock) -> dict[str, str]:
    """For each suite what its verdicts depend on, hence what its file of verdicts is named after."""
    judges = cast(Mapping[str, str], lock["judges"])
    return {suite: f"{judge}+{lock['extractor']}" for suite, judge in judges.items()}


def verdicts_path(path: Path, judging: str) -> Path:
    return path / "verdicts" / (re.sub(r"[^\w.@+-]", "_", judging) + ".jsonl")


def changes(
    old: Json | Lock, new: Json | Lock, *, within: Iterable[str] | None = None, at: str = ""
) -> list[str]:
    """What differs, a line each: ``params.seed: null -> 7``. ``within`` names the entries to look at."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        names = sorted(old.keys() | new.keys()) if within is None else sorted(within)
        pairs = ((f"{at}.{name}" if at else name, old.get(name), new.get(name)) for name in names)
        return [line for where, was, now in pairs for line in changes(was, now, at=where)]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = ((f"{at}[{i}]", was, now) for i, (was, now) in enumerate(zip(old, new, strict=True)))
        return [line for where, was, now in pairs for line in changes(was, now, at=where)]
    return [] if old == new else [f"{at}: {json.dumps(old)} -> {json.dumps(new)}"]


def _deciding(lock: Lock) -> dict[str, Json]:
    """The entries of a lock that make it this run and no other."""
    kept = {name: deepcopy(value) for name, value in lock.items() if name not in MAY_DIFFER}
    sandbox = kept.get("sandbox")
    if isinstance(sandbox, Mapping):
        kept["sandbox"] = {name: sandbox.get(name) for name in SANDBOX_TERMS}
    for suite in cast(list[dict[str, Json]], kept["suites"]):
        data = cast(Mapping[str, Json], suite["data"])
        suite["data"] = {"sha256": data.get("sha256")}  # wherever the same data came from this time
    return kept


def _hold(path: Path) -> int:
    """Make the directory and take it for this process. The lock goes with the process, however it ends."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        hint = "Wait until it is done, or give another directory with -o."
        raise StoreError(f"{path} is in use by another bench process", hint=hint) from error
    return held


def _refuse_foreign(path: Path) -> None:
    foreign = [entry.name for entry in path.iterdir() if not entry.name.startswith(TEMPORARY)]
    if foreign and LOCK not in foreign:
        hint = "Give a new directory with -o, or one that `bench run` wrote."
        raise StoreError(f"{path} is not empty and holds no run (it has {sorted(foreign)[0]})", hint=hint)
    if not os.access(path, os.W_OK):
        raise StoreError(f"{path} is not writable", hint="Give another directory with -o.")


def _unwritable(path: Path, error: OSError) -> StoreError:
    hint = "Give a directory that can be written to with -o."
    return StoreError(f"{path} cannot be written: {error.strerror or error}", hint=hint)


def _in_plan(path: Path, index: int, planned: int) -> None:
    if not 0 <= index < planned:
        raise StoreError(f"{path} has a record of sample {index}, but only {planned} are planned")


def _opened(stack: ExitStack, path: Path) -> IO[bytes] | None:
    return stack.enter_context(path.open("rb")) if path.exists() else None


def _line_at(file: IO[bytes], offset: int) -> bytes:
    file.seek(offset)
    return file.readline()


def _pretty(lock: Lock) -> bytes:
    return json.dumps(lock, indent=1, sort_keys=True).encode() + b"\n"
