"""Whether the numbers of a publication follow from its samples, step by step. It is read as a stranger's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench import resolve
from bench.errors import BenchError, SandboxError
from bench.progress import Quiet, Show
from bench.protocols import Judge, Sandbox
from bench.publish.again import Again, Judged
from bench.publish.derived_checks import check_derived
from bench.publish.findings import Findings, Kind
from bench.publish.folder import RUNS, runs_of
from bench.publish.lock_checks import check_lock, is_of_this_judging
from bench.publish.opened import Run, opened
from bench.publish.record_checks import Counted, RecordChecks
from bench.publish.seals import SEALS, Seal, digest_of, listing, read_seals, release, seal_of
from bench.registry import languages_of
from bench.report.row import Row
from bench.suites import Suite, suite_names

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Means:
    """What a verification may use. ``sandbox`` is the verifier's own choice, never the publisher's."""

    data: Sequence[Path] = ()
    sandbox: str = "docker"
    slots: int = 1
    seals_only: bool = False
    judge: bool = True
    say: Say = lambda _: None
    show: Callable[[], Show] = Quiet


@dataclass(slots=True)
class Checked:
    """What came out. ``rows`` are the leaderboard as it follows from the samples."""

    found: Findings = field(default_factory=Findings)
    digest: str = ""
    made_by: str = ""
    """The release that the seals name; "" where they cannot be read."""
    files: int = 0
    runs: int = 0
    counted: Counted = field(default_factory=Counted)
    judged: Judged | None = None
    rows: list[Row] = field(default_factory=list)

    @property
    def kind(self) -> Kind | None:
        """The gravest of what was found; None where everything holds."""
        return next((one for one in (Kind.DIFFERS, Kind.UNCHECKED) if self.found.has(one)), None)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A run with the suites of this release, ready to be judged."""

    run: Run
    suites: Sequence[Suite]
    judges: Mapping[str, Judge]


def verify(folder: Path, means: Means) -> Checked:
    """Check a publication; whatever is wrong with it is a finding. Raises UsageError where there is none."""
    languages_of(means.sandbox)  # raises for a name that none has
    checked = Checked()
    found = checked.found
    seals = _check_seals(folder, checked)
    if means.seals_only or seals is None:
        return checked
    paths = runs_of(folder)
    checked.runs = len(paths)
    if not paths:
        found.differs("runs", RUNS, "there is no run")
    ready: list[_Ready] = []
    runs: list[Run] = []
    for name, path in paths.items():
        with found.damage("runs", f"{RUNS}/{name}"):
            runs.append(opened(name, path))
    for run in runs:
        with found.damage("terms", f"{RUNS}/{run.name}"):
            ready += _prepared(run, means, found)
    if len(runs) == len(paths):
        _check_derived(folder, paths, checked)
    of = {one.run.name: one for one in ready}
    for run in runs:
        with found.damage("records", f"{RUNS}/{run.name}"):
            suites = of[run.name].suites if run.name in of else None
            questions = run.questions(suites) if suites is not None else None
            RecordChecks(run, questions, seals, found, counted=checked.counted).all()
    _judge_again(ready, means, checked)
    return checked


def verified(rows: Sequence[Row]) -> list[Row]:
    """Rows whose every verdict was judged again here, marked so."""
    return [replace(row, evidence="verified") for row in rows]


def _check_seals(folder: Path, checked: Checked) -> Mapping[str, str] | None:
    """The SHA-256 of every file as it is; None where the folder holds what is not to be read."""
    found = checked.found
    there = listing(folder)
    for name, why in there.odd:
        found.differs("folder", name, why)
    if there.odd:
        return None
    for name in there.hidden:
        found.note("folder", name, "is no part of the publication, and was not looked at")
    seals: dict[str, Seal] = {}
    if SEALS not in there.sizes:
        read_seals(folder)  # raises
    for name in there.sizes:
        if name != SEALS:
            with found.damage("folder", name):
                seals[name] = seal_of(folder / name)
    if found.has(Kind.DIFFERS, "folder"):
        return None
    checked.files, checked.digest = len(seals), digest_of(seals)
    with found.damage("seals", SEALS):
        sealed = read_seals(folder)
        checked.made_by = sealed.bench
        for name in sorted(sealed.files.keys() | seals.keys()):
            was, now = sealed.files.get(name), seals.get(name)
            if now is None:
                found.differs("seals", name, "is sealed, and missing")
            elif was is None:
                found.differs("seals", name, "is there, and not sealed")
            elif was != now:
                found.differs("seals", name, "is not what was sealed")
        if not found.has(Kind.DIFFERS, "seals") and sealed.digest != checked.digest:
            found.differs("seals", SEALS, "its digest is not that of the files it lists")
    _check_blobs(seals, found)
    return {name: seal.sha256 for name, seal in seals.items()}


def _check_blobs(seals: Mapping[str, Seal], found: Findings) -> None:
    for name, seal in seals.items():
        parts = name.split("/")
        if len(parts) == 5 and parts[2] == "blobs" and parts[4] != f"{seal.sha256}.txt":
            found.differs("replies", name, "is not the text that its name is the hash of")


def _prepared(run: Run, means: Means, found: Findings) -> list[_Ready]:
    """The run with its suites, where they are to be had and judge as it was judged."""
    if not is_of_this_judging(run, found):
        found.unchecked("judging", f"{RUNS}/{run.name}", "was not judged again: another judge judged it")
        return []
    foreign = [name for name in run.asked.suites if name not in suite_names()]
    if foreign:
        told = (
            f"suite {foreign[0]} is none of this release's: its code, questions and verdicts were not checked"
        )
        found.unchecked("judging", f"{RUNS}/{run.name}", told)
        return []
    try:
        asked = replace(run.asked, sandbox=means.sandbox)
        suites = resolve.suites(asked, data=means.data, say=means.say)
        judges = resolve.judges(suites)
    except BenchError as error:
        told = f"its code, questions and verdicts were not checked: {error.message}"
        found.unchecked("judging", f"{RUNS}/{run.name}", told)
        return []
    check_lock(run, suites, judges, found)
    known = {(suite.name, problem.id) for suite in suites for problem in suite.problems}
    strange = next((key for key in run.keys if (key.suite, key.problem) not in known), None)
    if strange is None:
        return [_Ready(run, suites, judges)]
    found.differs("terms", str(strange), "is planned, and no problem of the suite")
    return []


def _check_derived(folder: Path, paths: Mapping[str, Path], checked: Checked) -> None:
    same = checked.made_by in ("", release())
    with checked.found.damage("leaderboard", RUNS):
        checked.rows = check_derived(folder, paths, checked.found, same_release=same)
    for row in checked.rows:
        named = f"{row.model} on {row.suite}"
        if row.is_self_reported:
            checked.found.note("evidence", named, "self-reported: the answers were given, bench did not ask")
        if row.limited:
            told = f"partial: {row.problems} of {row.problems_total} problems"
            checked.found.note("evidence", named, told)


def _judge_again(ready: Sequence[_Ready], means: Means, checked: Checked) -> None:
    found = checked.found
    if not means.judge:
        found.unchecked("judging", "", "verdicts were not judged again, as was asked for")
        return
    if not ready:
        return
    suites = [suite for one in ready for suite in one.suites]
    try:
        with closing(_sandbox(means, suites)) as sandbox:
            again = Again(sandbox, means.show, found)
            checked.judged = again.judged
            for one in ready:
                guest = sandbox.describe().get("guest")
                if one.run.shape.sandbox.get("guest") != guest:
                    told = f"was judged by guest {one.run.shape.sandbox.get('guest')}, and is here by {guest}"
                    found.note("judging", f"{RUNS}/{one.run.name}", told)
                with found.damage("judging", f"{RUNS}/{one.run.name}"):
                    again.judge(one.run, one.suites, one.judges)
    except SandboxError as error:
        found.unchecked("judging", "", f"verdicts were not judged again: {error.message}")


def _sandbox(means: Means, suites: Sequence[Suite]) -> Sandbox:
    return resolve.sandbox(means.sandbox, suites, slots=means.slots, say=means.say)
