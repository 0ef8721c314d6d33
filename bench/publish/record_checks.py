"""Whether the records of a published run belong together: plan, answers, raw replies, code, verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.extract import extract
from bench.feedback import Exchange
from bench.journal import read
from bench.plan import Questions
from bench.publish.findings import Findings
from bench.publish.opened import Run
from bench.publish.replies import asked_otherwise, invented, keeps_replies, reread, sent_otherwise
from bench.records import SampleRecord, StoredCompletion, VerdictRecord, completion_of, verdict_of
from bench.results import results
from bench.rundir import PLAN, SAMPLES, judgings, verdicts_path

_CHECK = "records"


@dataclass(slots=True)
class _Seen:
    """A sample, as far as its records have been read."""

    attempt: int = 0
    answered: int = 0
    """The last turn that was answered, in the attempt ``at``."""
    at: int = 0
    wrote: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Counted:
    """What there was to be looked at."""

    planned: int = 0
    answers: int = 0
    unmeasured: int = 0


class RecordChecks:
    """Over the records of one run. ``questions`` is None where the suites could not be had."""

    def __init__(
        self,
        run: Run,
        questions: Questions | None,
        hashes: Mapping[str, str],
        found: Findings,
        *,
        counted: Counted,
    ) -> None:
        self._run, self._questions, self._hashes, self._found = run, questions, hashes, found
        self._seen: dict[int, _Seen] = {}
        self._answers: set[tuple[int, int]] = set()
        self._told = _told_about(run) if run.shape.turns > 1 else {}
        self._replies: dict[str, int] = {}
        self._counted = counted
        counted.planned += len(run.keys)
        self._extracted_here = _was_extracted_once(run)

    def all(self) -> None:
        """Every check, one after the other. Raises StoreError and more for damaged records."""
        self._plan()
        for _, record in read(self._run.path / SAMPLES, SampleRecord):
            self._sample(record)
        self._verdicts()
        for index, one in enumerate(results(self._run.path)):
            if not one.outcome.scored:
                self._counted.unmeasured += 1
                reason = one.detail.split("\n")[0] or one.outcome.value
                self._found.unchecked("partial", self._name(index), f"is planned, but not measured: {reason}")

    def _plan(self) -> None:
        plan, name = self._run.shape.plan, self._run.file(PLAN)
        if len(self._run.keys) != plan.samples:
            told = f"{len(self._run.keys)} samples are planned, {plan.samples} by the lock"
            self._found.differs(_CHECK, name, told)
        elif self._hashes.get(name) != plan.sha256:
            self._found.differs(_CHECK, name, "is not the plan that the lock names by its SHA-256")
        if len(set(self._run.keys)) != len(self._run.keys):
            self._found.differs(_CHECK, name, "a sample is planned twice")

    def _sample(self, record: SampleRecord) -> None:
        index, keys = record.index, self._run.keys
        if not 0 <= index < len(keys) or keys[index] != record.key:
            self._differs(record, f"is stored as sample {index}, which the plan has otherwise")
            return
        seen = self._seen.setdefault(index, _Seen())
        if record.attempt != seen.attempt + 1:
            self._differs(record, f"attempt {seen.attempt + 1} is missing, attempt {record.attempt} is there")
        seen.attempt = record.attempt
        if record.turn != seen.answered + 1:
            self._differs(record, f"turn {seen.answered} was answered, and turn {record.turn} was asked next")
        for blob in (record.reply_blob, *(one.reply_blob for one in record.measured.failed)):
            self._blob(record, blob)
        if record.completion is not None:
            self._answers.add((index, record.attempt))
            self._counted.answers += 1
            self._answer(record, record.completion, seen)
            seen.answered, seen.at = record.turn, record.attempt

    def _answer(self, record: SampleRecord, stored: StoredCompletion, seen: _Seen) -> None:
        model = record.key.model
        if record.turn > 1:
            self._told_so(record, after=seen.at)
            seen.told.append(record.told)
        raw = self._blob(record, stored.reply_blob)
        problem = self._questions.problem(record.key) if self._questions else None
        if why := invented(record):
            self._differs(record, why)
        if raw is not None:
            if why := reread(record, raw, problem):
                self._differs(record, why)
            self._once(record, stored.reply_blob)
        elif not stored.reply_blob and keeps_replies(model):
            self._found.unchecked("replies", str(record.key), "its raw reply is not there")
        if problem is not None and model == "reference" and stored.text != problem.reference:
            self._differs(record, "the reply is not the suite's reference")
        asked = self._blob(record, stored.request_blob)
        if self._questions is not None and problem is not None:
            before = [Exchange(*one) for one in zip(seen.wrote, seen.told, strict=False)]
            if asked is not None:
                request = self._questions.request(record.key, before)
                why = asked_otherwise(model, asked, request) or sent_otherwise(record, asked, request.params)
                if why:
                    self._differs(record, why)
            if self._extracted_here and record.extraction is not None:
                found = extract(completion_of(record), problem)
                if found != record.extraction:
                    self._differs(record, "the code that is stored is not what is taken from the reply")
        if self._run.shape.turns > 1:
            seen.wrote.append(stored.text)

    def _told_so(self, record: SampleRecord, *, after: int) -> None:
        """What the model was told has to be what some judging said of the turn before."""
        if self._questions is None:
            return
        verdicts = self._told.get((record.index, after), [])
        due = {self._questions.told(record.key, verdict_of(one)) for one in verdicts}
        if verdicts and record.told not in due:
            self._differs(record, f"before turn {record.turn} it was told what no verdict says")

    def _once(self, record: SampleRecord, blob: str) -> None:
        first = self._replies.setdefault(blob, record.index)
        if first != record.index and not record.key.model.startswith("replay/"):
            told = f"has the very reply of {self._name(first)}: one answer, counted twice?"
            self._found.note("replies", str(record.key), told)

    def _blob(self, record: SampleRecord, digest: str) -> str | None:
        """A text that a record names; None for none. Its hash was compared when the folder was read."""
        if not digest:
            return None
        name = f"blobs/{digest[:2]}/{digest}.txt"
        if self._run.file(name) not in self._hashes:
            self._found.unchecked("replies", str(record.key), f"{name[:24]}... is not there")
            return None
        return (self._run.path / name).read_bytes().decode("utf-8", "surrogatepass")

    def _verdicts(self) -> None:
        """Those that count: each is of an answer that is there, and the only one on it."""
        scored = set[tuple[int, int]]()
        for judging in sorted(set(judgings(self._run.lock).values())):
            for _, verdict in read(verdicts_path(self._run.path, judging), VerdictRecord):
                place = verdict.index, verdict.attempt
                named = f"{verdict.key}, attempt {verdict.attempt}"
                if place not in self._answers or self._run.keys[verdict.index] != verdict.key:
                    self._found.differs(_CHECK, named, "there is a verdict, and no such answer")
                elif place in scored:
                    self._found.differs(_CHECK, named, "has a second verdict of the same judge")
                if verdict.outcome.scored:
                    scored.add(place)

    def _name(self, index: int) -> str:
        return str(self._run.keys[index])

    def _differs(self, record: SampleRecord, what: str) -> None:
        turn = f", turn {record.turn}" if self._run.shape.turns > 1 else ""
        self._found.differs(_CHECK, f"{record.key}{turn}", what)


def _told_about(run: Run) -> dict[tuple[int, int], list[VerdictRecord]]:
    """By sample and attempt: what any judging has said; a later one may have replaced it since."""
    said: dict[tuple[int, int], list[VerdictRecord]] = {}
    for path in sorted((run.path / "verdicts").glob("*.jsonl")):
        for _, one in read(path, VerdictRecord):
            said.setdefault((one.index, one.attempt), []).append(one)
    return said


def _was_extracted_once(run: Run) -> bool:
    """Whether the stored code was taken out by the extractor that the lock names: no judging had another.

    Judging again extracts again, and leaves the code in the records as it was.
    """
    names = {path.name for path in (run.path / "verdicts").glob("*.jsonl")}
    return names <= {verdicts_path(run.path, one).name for one in judgings(run.lock).values()}
