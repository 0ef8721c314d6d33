"""Judging what is published again, in a copy, and comparing verdict by verdict."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bench import engine, resolve, symptoms
from bench.journal import read
from bench.pipeline import Setup
from bench.progress import Show
from bench.protocols import Judge, Sandbox
from bench.publish.findings import Findings
from bench.publish.opened import Run
from bench.records import VerdictRecord, decode
from bench.rundir import CONFIG, LOCK, PLAN, SAMPLES, judgings, verdicts_path
from bench.state import load_state
from bench.store import Store
from bench.suites import Suite
from bench.types import Outcome

_CHECK = "judging"
_ADDRESS = re.compile(r"0x[0-9a-f]+")
Place = tuple[int, int]
"""A sample and its attempt."""


class _Mark(msgspec.Struct):
    index: int


@dataclass(slots=True)
class Judged:
    """How many verdicts there were, and how many came out as published, at once or the second time."""

    answers: int = 0
    equal: int = 0


class Again:
    """Judges runs again in one sandbox."""

    def __init__(self, sandbox: Sandbox, show: Callable[[], Show], found: Findings) -> None:
        self._sandbox, self._show, self._found = sandbox, show, found
        self.judged = Judged()

    def judge(self, run: Run, suites: Sequence[Suite], judges: Mapping[str, Judge]) -> None:
        """Every answer once; those that come out otherwise once more."""
        published = dict(_verdicts(run.path, run))
        first = self._judged(run, suites, judges, only=None)
        is_equal = {place: _equal(published.get(place), one, self._engine) for place, one in first.items()}
        odd = {place for place, same in is_equal.items() if not same}
        second = self._judged(run, suites, judges, only={index for index, _ in odd}) if odd else {}
        self.judged.answers += len(first)
        self.judged.equal += len(first) - len(odd)
        for place in sorted(odd):
            known, now, then = published.get(place), second.get(place, first[place]), first[place]
            self.judged.equal += self._compared(known, then, now)

    @property
    def _engine(self) -> str:
        return str(self._sandbox.describe().get("engine", ""))

    def _compared(self, known: VerdictRecord | None, first: VerdictRecord, second: VerdictRecord) -> bool:
        """Say how a verdict came out otherwise; whether the second time it was as published."""
        where = str(second.key) if second.attempt == 1 else f"{second.key}, attempt {second.attempt}"
        was = known.outcome.value if known else "nothing"
        now = second.outcome
        if _equal(known, second, self._engine):
            told = f"published {was}; judged here {first.outcome.value}, then {now.value}: it is not steady"
            self._found.note(_CHECK, where, told)
            return True
        if not now.scored:
            self._found.unchecked(_CHECK, where, f"could not be judged here: {now.value}: {second.detail}")
            return False
        same = f"published {was}, judged here {now.value}, twice"
        if known is not None and known.outcome is now:
            other = _other(known, second, engine=self._engine)
            self._found.differs(
                _CHECK, where, f"{was} here too, but the published {other} are not what comes out"
            )
        elif known is None or not _is_of_time(known, first, second):
            self._found.differs(_CHECK, where, same)
        elif known.outcome is Outcome.PASS:
            self._found.differs(_CHECK, where, f"{same}; it hangs on time: is this machine much slower?")
        else:
            told = f"{same}; it hangs on time, and may be so on a slower or faster machine"
            self._found.unchecked(_CHECK, where, told)
        return False

    def _symptoms(self, run: Run, seen: Setup) -> None:
        """What questions show of a program that is to be mended, but for addresses in memory."""
        shown = run.questions([]).symptoms
        for (suite, problem), text in seen.questions.symptoms.items():
            published = shown.get((suite, problem), "")
            if _ADDRESS.sub("", text) != _ADDRESS.sub("", published):
                told = f"the question shows how it fails as {published!r}, and here it is {text!r}"
                self._found.unchecked(_CHECK, f"{suite} {problem}", told)

    def _judged(
        self,
        run: Run,
        suites: Sequence[Suite],
        judges: Mapping[str, Judge],
        *,
        only: Collection[int] | None,
    ) -> dict[Place, VerdictRecord]:
        """The verdicts of today on the answers to all samples, or to some."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "run"
            copy.mkdir()
            for name in (LOCK, CONFIG, PLAN):
                shutil.copyfile(run.path / name, copy / name)
            _copy_samples(run.path / SAMPLES, copy / SAMPLES, only)
            with Store(copy) as store:
                setup = resolve.setup(
                    run.asked,
                    suites,
                    models=(),
                    judges=judges,
                    judgings=judgings(run.lock),
                    sandbox=self._sandbox,
                    concurrency=1,
                )
                if only is None:
                    self._symptoms(run, symptoms.observed(setup, store, say=lambda _: None))
                done = engine.grade(setup, store, load_state(copy), show=self._show())
            if done.summary.interrupted:
                raise KeyboardInterrupt
            for reason in done.summary.reasons:
                self._found.unchecked(_CHECK, run.name, f"judging stopped: {reason}")
            return dict(_verdicts(copy, run))


def _verdicts(path: Path, run: Run) -> Iterator[tuple[Place, VerdictRecord]]:
    for judging in sorted(set(judgings(run.lock).values())):
        for _, one in read(verdicts_path(path, judging), VerdictRecord):
            yield (one.index, one.attempt), one


def _copy_samples(source: Path, to: Path, only: Collection[int] | None) -> None:
    if only is None:
        shutil.copyfile(source, to)
        return
    with source.open("rb") as lines, to.open("wb") as kept:
        kept.writelines(line for line in lines if decode(line, _Mark).index in only)


def _equal(known: VerdictRecord | None, now: VerdictRecord, engine: str) -> bool:
    return known is not None and known.outcome is now.outcome and not _other(known, now, engine=engine)


def _other(known: VerdictRecord, now: VerdictRecord, *, engine: str) -> str:
    """What else scores are read from, and is another; how far a failing answer got may vary."""
    pairs = {
        "extraction": (known.rule, now.rule),
        "edits": (known.edit, now.edit),
        "groups of checks": (_groups(known), _groups(now)),
        "numbers of checks": (_checks(known), _checks(now)),
        "isolation": (known.isolation, now.isolation if known.sandbox == engine else known.isolation),
    }
    return next((name for name, (one, two) in pairs.items() if one != two), "")


def _groups(verdict: VerdictRecord) -> list[tuple[str, bool]]:
    return [
        (one.name, 0 < one.run == one.passed and one.planned in (None, one.run)) for one in verdict.groups
    ]


def _checks(verdict: VerdictRecord) -> tuple[int, int]:
    return (verdict.checks_run, verdict.checks_passed) if verdict.outcome is Outcome.PASS else (0, 0)


def _is_of_time(*verdicts: VerdictRecord) -> bool:
    return any(one.outcome is Outcome.TIME_LIMIT for one in verdicts)
