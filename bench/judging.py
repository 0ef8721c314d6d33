"""The judging side of a run: a bounded queue of answers, and a worker for each slot of the sandbox."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import replace

from bench import records, solve
from bench.edits import of_repair
from bench.errors import JudgeEnded, SandboxError, StoreError
from bench.extract import extract
from bench.judge.review import review
from bench.pipeline import POLL_S, Setup, Switch, harness_event, spawn, told
from bench.records import SampleRecord, VerdictMeasured, VerdictRecord
from bench.store import Store
from bench.types import Checks, Execution, Job, Outcome, Problem, Status, Verdict

Sink = Callable[[SampleRecord, VerdictRecord], None]

_OUTPUT_CHARS = 4_000
"""Of what a candidate printed, kept with its verdict."""

_PROBE = Job(
    "def answer():\n    return 42\n",
    Checks(kind="program", entry_point="answer", tests="assert answer() == 42"),
)
"""A job that any working sandbox can run."""


class Judging:
    """Workers that judge what comes through a bounded queue; each verdict goes to ``sink``."""

    def __init__(
        self, setup: Setup, store: Store, switch: Switch, sink: Sink, *, extract_again: bool
    ) -> None:
        self._setup = setup
        self._store = store
        self._switch = switch
        self._sink = sink
        self._extract_again = extract_again
        self._engine = str(setup.sandbox.describe().get("engine", ""))
        self._queue: queue.Queue[SampleRecord] = queue.Queue(maxsize=4 * setup.sandbox.slots + 16)
        self._finishing = threading.Event()
        self.threads = [self._thread(number) for number in range(setup.sandbox.slots)]

    def offer(self, sample: SampleRecord) -> None:
        """Hand a sample over, waiting while the queue is full."""
        while not self._switch.judging.is_set():
            try:
                self._queue.put(sample, timeout=POLL_S)
            except queue.Full:
                continue
            return

    def finish(self) -> None:
        """Nothing more will be offered: workers end when the queue is empty."""
        self._finishing.set()

    def _thread(self, number: int) -> threading.Thread:
        return spawn(f"judge-{number}", self._work, self._switch)

    def _work(self) -> None:
        while not self._switch.judging.is_set():
            try:
                sample = self._queue.get(timeout=POLL_S)
            except queue.Empty:
                if self._finishing.is_set():
                    return
                continue
            verdict = self._judged(sample)
            if verdict is not None:
                self._sink(sample, verdict)

    def _judged(self, sample: SampleRecord) -> VerdictRecord | None:
        """The verdict; None when the run was stopped over it: then the sample is judged the next time."""
        problem = self._setup.questions.problem(sample.key)
        rule, measured, changed = "", VerdictMeasured(), None
        try:
            completion = records.completion_of(sample)
            extraction = None if self._extract_again else sample.extraction
            extraction = extraction or extract(completion, problem)
            rule = extraction.rule
            verdict = solve.unjudged(completion, extraction)
            if verdict is None:
                verdict, measured = self._run(sample.key.suite, problem, extraction.code)
                changed = of_repair(problem, extraction.code)
                verdict = solve.settle(completion, verdict)
                if verdict.isolation == "tamper_evident":
                    before = problem.fields.get("buggy", "")
                    verdict = replace(verdict, review=review(extraction.code, before=before))
        except SandboxError as error:
            if self._switch.judging.is_set():
                return None
            verdict = Verdict(Outcome.SANDBOX_ERROR, detail=str(error))
            self._store.event({"event": "sandbox_error", "sample": str(sample.key), "message": str(error)})
            self._probe(error)
        except StoreError:
            raise
        except Exception as error:
            verdict = Verdict(Outcome.HARNESS_ERROR, detail=f"judging: {told(error)}")
            self._store.event(harness_event(sample.key, error))
        return records.judged(sample, verdict, rule, measured, edit=changed, sandbox=self._engine)

    def _run(self, suite: str, problem: Problem, code: str) -> tuple[Verdict, VerdictMeasured]:
        """Run an answer and judge it; once more if the sandbox failed."""
        judge = self._setup.judges[suite]
        jobs = judge.jobs(problem, code)
        try:
            executions = [self._setup.sandbox.run(job) for job in jobs]
        except SandboxError as error:
            if self._switch.judging.is_set():
                raise
            self._store.event({"event": "judging_again", "problem": problem.id, "message": str(error)})
            executions = [self._again(job, error) for job in jobs]
        return judge.verdict(problem, executions), _measured(executions)

    def _again(self, job: Job, before: SandboxError) -> Execution:
        """The second and last attempt. A judge that ended twice did so over what the candidate returned."""
        try:
            return self._setup.sandbox.run(job)
        except JudgeEnded as error:
            if not isinstance(before, JudgeEnded):
                raise
            return Execution(Status.CANDIDATE_ERROR, error=f"{error}, twice", where="call")

    def _probe(self, error: SandboxError) -> None:
        """One answer may break a sandbox twice; one that cannot run a trivial job either is gone."""
        try:
            self._setup.sandbox.run(_PROBE)
        except SandboxError:
            self._switch.stop_all(f"the sandbox stopped working: {error}")


def _measured(executions: list[Execution]) -> VerdictMeasured:
    return VerdictMeasured(
        cpu_s=sum(execution.cpu_s for execution in executions),
        wall_s=sum(execution.wall_s for execution in executions),
        memory_mib=max((execution.memory_mib for execution in executions), default=0.0),
        output="".join(execution.output for execution in executions)[:_OUTPUT_CHARS],
    )
