"""From what was observed to right or wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import HarnessError
from bench.judge.calls import make
from bench.types import CheckGroup, Checks, Execution, Outcome, Problem, Status, Track, Verdict

JUDGE = make()
PROBLEM = Problem(
    suite="s",
    id="s/1",
    track=Track.GENERATION,
    language="python",
    prompt="",
    entry_point="f",
    checks=Checks("program", "f", tests="assert f()"),
    reference="def f(): return 1",
)


def verdict(execution: Execution) -> Verdict:
    return JUDGE.verdict(PROBLEM, [execution])


@pytest.mark.parametrize(
    ("execution", "outcome"),
    [
        (Execution(Status.DONE, (CheckGroup("tests", 3, 3),)), Outcome.PASS),
        (Execution(Status.DONE, (CheckGroup("tests", 3, 2, None, "f() == 1"),)), Outcome.WRONG_ANSWER),
        (Execution(Status.DONE, (CheckGroup("tests", 0, 0),)), Outcome.NO_CHECKS),
        (Execution(Status.DONE, ()), Outcome.NO_CHECKS),
        (Execution(Status.DONE, (CheckGroup("base", 2, 2, 5),)), Outcome.NO_CHECKS),
        (
            Execution(Status.DONE, (CheckGroup("base", 2, 2, 2), CheckGroup("plus", 0, 0, 9))),
            Outcome.NO_CHECKS,
        ),
        (Execution(Status.DONE, (CheckGroup("base", 2, 2, 2), CheckGroup("plus", 0, 0, 0))), Outcome.PASS),
        (Execution(Status.COMPILE_ERROR, error="SyntaxError"), Outcome.COMPILE_ERROR),
        (Execution(Status.CANDIDATE_ERROR, error="KeyError"), Outcome.RUNTIME_ERROR),
        (Execution(Status.LIMIT, limit="cpu"), Outcome.TIME_LIMIT),
        (Execution(Status.LIMIT, limit="wall"), Outcome.TIME_LIMIT),
        (Execution(Status.LIMIT, limit="memory"), Outcome.MEMORY_LIMIT),
        (Execution(Status.LIMIT, limit="output"), Outcome.OUTPUT_LIMIT),
        (Execution(Status.LIMIT, limit="disk"), Outcome.RUNTIME_ERROR),
        (Execution(Status.JUDGE_ERROR, error="NameError"), Outcome.NO_CHECKS),
    ],
)
def test_each_end_has_its_outcome(execution: Execution, outcome: Outcome) -> None:
    assert verdict(execution).outcome is outcome


GROUPS = st.lists(
    st.builds(
        CheckGroup,
        name=st.sampled_from(["base", "plus"]),
        run=st.integers(0, 3),
        passed=st.integers(0, 3),
        planned=st.none() | st.integers(0, 3),
        failure=st.sampled_from(["", "f()"]),
    ),
    max_size=3,
).map(tuple)


@given(
    st.builds(Execution, status=st.sampled_from(Status), groups=GROUPS, limit=st.sampled_from(["", "cpu"]))
)
def test_only_checks_that_were_all_run_and_held_can_pass(execution: Execution) -> None:
    """LiveCodeBench passes an empty list of tests, SWE-bench resolves one; here it can't be built."""
    groups = execution.groups
    sound = (
        execution.status is Status.DONE
        and all(g.passed >= g.run and not g.failure for g in groups)
        and all(g.planned is None or g.run >= g.planned for g in groups)
        and sum(g.run for g in groups) > 0
    )
    try:
        passed = verdict(execution).outcome is Outcome.PASS
    except ValueError:
        passed = False  # a count that contradicts itself cannot become a verdict
    assert not passed or sound


CASES = replace(PROBLEM, checks=Checks("cases", "f", inputs={"base": "[]", "plus": "[]"}))
BASE = CheckGroup("base", 3, 3, 3)


@pytest.mark.parametrize("groups", [(BASE,), (BASE, BASE), (CheckGroup("tests", 3, 3),)])
def test_a_planned_group_that_was_not_run_is_no_pass(groups: tuple[CheckGroup, ...]) -> None:
    """What passes the few base inputs alone must not count as passing HumanEval+."""
    found = JUDGE.verdict(CASES, [Execution(Status.DONE, groups)])
    assert found.outcome is Outcome.NO_CHECKS
    both = (BASE, CheckGroup("plus", 9, 9, 9))
    assert JUDGE.verdict(CASES, [Execution(Status.DONE, both)]).outcome is Outcome.PASS


def test_a_failure_counts_though_later_groups_were_not_started() -> None:
    failed = CheckGroup("base", 2, 1, 3, "f(1): 2 instead of 1")
    assert JUDGE.verdict(CASES, [Execution(Status.DONE, (failed,))]).outcome is Outcome.WRONG_ANSWER


def test_a_pass_without_checks_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="a pass needs checks"):
        Verdict(Outcome.PASS)
    with pytest.raises(ValueError, match="a pass needs checks"):
        Verdict(Outcome.PASS, checks_run=3, checks_passed=2)


def test_executions_that_do_not_match_the_jobs_are_our_fault() -> None:
    with pytest.raises(HarnessError):
        JUDGE.verdict(PROBLEM, [])


def test_the_job_holds_what_the_problem_says() -> None:
    [job] = JUDGE.jobs(PROBLEM, "def f(): pass")
    assert (job.candidate, job.checks, job.limits) == ("def f(): pass", PROBLEM.checks, PROBLEM.limits)
