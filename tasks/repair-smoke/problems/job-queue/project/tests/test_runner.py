import pytest
from jobqueue import Runner
from jobqueue.policy import Policy


class Flaky:
    """Fails so many times, then works."""

    def __init__(self, failures):
        self.failures = failures
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.calls <= self.failures:
            raise RuntimeError("not yet")


def test_jobs_run_in_order():
    seen = []
    jobs = {name: (lambda name=name: seen.append(name)) for name in "cab"}
    assert Runner(jobs, {"a": ["b"], "b": ["c"]}).run() == {"c": "ok", "b": "ok", "a": "ok"}
    assert seen == ["c", "b", "a"]


def test_a_job_that_works_the_second_time():
    job, slept = Flaky(1), []
    assert Runner({"a": job}, sleep=slept.append).run() == {"a": "ok"}
    assert (job.calls, slept) == (2, [1.0])


def test_a_job_gets_all_its_tries():
    job, slept = Flaky(2), []
    assert Runner({"a": job}, policy=Policy(tries=3), sleep=slept.append).run() == {"a": "ok"}
    assert (job.calls, slept) == (3, [1.0, 2.0])


def test_a_single_try_is_a_try():
    job = Flaky(0)
    assert Runner({"a": job}, policy=Policy(tries=1)).run() == {"a": "ok"}
    assert job.calls == 1


def test_nothing_is_waited_for_after_the_last_try():
    job, slept = Flaky(9), []
    assert Runner({"a": job}, policy=Policy(tries=2), sleep=slept.append).run() == {"a": "failed"}
    assert (job.calls, slept) == (2, [1.0])


def test_what_needs_a_failed_job_is_skipped():
    jobs = {"a": Flaky(9), "b": Flaky(0)}
    assert Runner(jobs, {"b": ["a"]}).run() == {"a": "failed", "b": "skipped"}
    assert jobs["b"].calls == 0


def test_what_needs_a_skipped_job_is_skipped():
    jobs = {"a": Flaky(9), "b": Flaky(0), "c": Flaky(0), "d": Flaky(0)}
    assert Runner(jobs, {"b": ["a"], "c": ["b"]}).run() == {"a": "failed", "b": "skipped", "c": "skipped", "d": "ok"}
    assert jobs["c"].calls == 0


def test_an_unknown_job_is_named():
    with pytest.raises(KeyError, match="x"):
        Runner({"a": Flaky(0)}, {"a": ["x"]})


def test_pauses_grow_up_to_a_limit():
    assert list(Policy(tries=5, first_s=10).pauses()) == [10, 20, 30.0, 30.0]
