"""What ``bench.attack`` says is what happened: an attack that achieves something is told apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bench import attack
from bench.cli.attack import render
from bench.errors import DataError, SandboxError
from bench.judge.calls import make as make_judge
from bench.types import CheckGroup, Execution, Job, Json, Outcome, Status

PASSED = Execution(
    Status.DONE, (CheckGroup("tests", 1, 1), CheckGroup("base", 2, 2), CheckGroup("plus", 1, 1))
)
WRONG = Execution(Status.DONE, (CheckGroup("tests", 1, 0, failure="no"),))
QUIET: dict[str, Any] = {
    "uid": 10_002,
    "slot": "box 1",
    "processes": [[0, "guest", "S"], [10_000, "judge", "S"]],
    "files": [],
    "ipc": [],
    "sockets": [],
    "inodes": {"/tmp": 2},
}
HOSTILE = attack.Attack("bad", "Be bad.", "bad = 1")
Answer = Callable[[], Execution]


@dataclass
class Place:
    """A sandbox in which everything goes as the test says."""

    attacked: Answer = lambda: WRONG
    honest: Answer = lambda: PASSED
    found: dict[str, Any] = field(default_factory=lambda: dict(QUIET))
    slots: int = 1
    jobs: list[Job] = field(default_factory=list)

    def run(self, job: Job, /) -> Execution:
        self.jobs.append(job)
        if job.candidate == attack.NEIGHBOUR:
            return replace(self.honest(), output=json.dumps(self.found))
        return self.attacked()

    def describe(self) -> dict[str, Json]:
        return {"engine": "none"}

    def close(self) -> None:
        pass


def attempt(**happens: Any) -> attack.Attempt:
    """One attack in a place that is quiet before it and as told afterwards."""
    place = Place()
    where = attack.Range(place, make_judge())
    for name, value in happens.items():
        setattr(place, name, value)
    return where.attempt(HOSTILE)


def raising(error: Exception) -> Answer:
    def answer() -> Execution:
        raise error

    return answer


def test_an_attack_that_is_only_wrong_does_no_harm() -> None:
    tried = attempt()
    assert (tried.verdict, tried.neighbour, tried.left, tried.replaced) == (
        Outcome.WRONG_ANSWER,
        True,
        (),
        False,
    )
    assert not tried.harm


def test_a_pass_in_one_way_of_comparing_is_a_pass() -> None:
    answers = iter((WRONG, WRONG, PASSED, WRONG, WRONG, WRONG))
    tried = attempt(attacked=lambda: next(answers))
    assert (tried.verdict, tried.harm) == (Outcome.PASS, "passed")


def test_every_way_of_comparing_is_tried_with_a_neighbour_after_each() -> None:
    place = Place()
    attack.Range(place, make_judge()).attempt(HOSTILE)
    codes = [job.candidate for job in place.jobs[1:]]
    assert codes == [HOSTILE.code, attack.NEIGHBOUR] * len(attack.problems())


def test_one_that_is_stopped_by_a_limit_is_tried_once() -> None:
    place = Place(attacked=lambda: Execution(Status.LIMIT, limit="cpu"))
    tried = attack.Range(place, make_judge()).attempt(HOSTILE)
    assert (tried.verdict, len(place.jobs)) == (Outcome.TIME_LIMIT, 3)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [(SandboxError("gone"), Outcome.SANDBOX_ERROR), (ValueError("40"), Outcome.HARNESS_ERROR)],
)
def test_an_attack_whose_verdict_is_lost_is_harm(error: Exception, verdict: Outcome) -> None:
    tried = attempt(attacked=raising(error))
    assert (tried.verdict, tried.harm) == (verdict, "lost its verdict")
    assert str(error) in tried.detail


@pytest.mark.parametrize("honest", [lambda: WRONG, raising(SandboxError("gone"))])
def test_a_neighbour_that_does_not_pass_is_harm(honest: Answer) -> None:
    assert attempt(honest=honest).harm == "hurt its neighbour"


def test_a_neighbour_that_prints_what_is_not_its_own_is_harm() -> None:
    place = Place()
    where = attack.Range(place, make_judge())
    place.run = lambda job: replace(PASSED, output="PASS PASS")  # type: ignore[method-assign]
    assert not where.attempt(HOSTILE).neighbour


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"processes": [*QUIET["processes"], [10_001, "judge", "S"]]}, "process judge (S) of uid 10001"),
        ({"files": ["/tmp/a\nb\udcff"]}, r"file /tmp/a\nb\udcff"),
        ({"ipc": ["shm 24301"]}, "shm 24301"),
        ({"sockets": ["tcp 0100007F:1F90"]}, "socket tcp 0100007F:1F90"),
        ({"inodes": {"/tmp": 5}}, "3 inodes in /tmp"),
    ],
)
def test_what_is_left_is_named(change: dict[str, Any], left: str) -> None:
    tried = attempt(found=QUIET | change)
    assert (tried.left, tried.harm) == ((left,), "left something")


def test_processes_of_later_samples_are_not_left_over() -> None:
    waiting = {"processes": [*QUIET["processes"], [10_003, "candidate", "S"]]}
    assert attempt(found=QUIET | waiting).left == ()


def test_another_container_is_a_price_and_no_harm() -> None:
    tried = attempt(found=QUIET | {"slot": "box 2"})
    assert (tried.replaced, tried.harm) == (True, "")


def test_attacks_are_refused_where_not_even_an_honest_answer_passes() -> None:
    with pytest.raises(SandboxError, match="an honest answer does not pass here"):
        attack.Range(Place(honest=lambda: WRONG), make_judge())
    with pytest.raises(SandboxError, match="one slot, not 2"):
        attack.Range(Place(slots=2), make_judge())


def test_the_counts_say_what_was_achieved() -> None:
    harmless = attempt()
    forged = replace(harmless, verdict=Outcome.PASS)
    report = attack.Report({"engine": "none"}, (harmless, forged, replace(harmless, replaced=True)))
    assert report.harmful == (forged,)
    assert report.summary() == (
        "3 attacks on none: 1 passed, 0 lost their verdict, 0 hurt their neighbour, 0 left something, "
        "1 cost a container."
    )


def test_an_attack_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no attacks in"):
        attack.load(tmp_path)
    (tmp_path / "mute.py").write_text("x = 1\n", "utf-8")
    with pytest.raises(DataError, match="does not say what it tries"):
        attack.load(tmp_path)


def test_an_attack_on_the_parser_says_it_in_a_comment(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("# Break the parser.\n(((\n", "utf-8")
    [broken] = attack.load(tmp_path)
    assert (broken.name, broken.tried) == ("broken", "Break the parser.")


def test_the_table_shows_markup_of_an_attack_as_text() -> None:
    from rich.console import Console

    left = ("file /tmp/[red]x[/red]",)
    console = Console(width=200)
    with console.capture() as captured:
        console.print(render([replace(attempt(), left=left)]))
    assert "[red]x[/red]" in captured.get()
