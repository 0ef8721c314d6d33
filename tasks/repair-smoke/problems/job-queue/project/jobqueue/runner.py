"""Runs jobs in order."""

from jobqueue.graph import order
from jobqueue.policy import Policy


class Runner:
    """``jobs``: functions by name. ``needs``: names of the jobs that each waits for."""

    def __init__(self, jobs, needs=None, policy=None, sleep=lambda seconds: None):
        self.jobs = dict(jobs)
        self.needs = {name: set((needs or {}).get(name, ())) for name in self.jobs}
        unknown = set().union(*self.needs.values()) - set(self.jobs) if self.needs else set()
        if unknown:
            raise KeyError(f"no such job: {', '.join(sorted(unknown))}")
        self.policy = policy or Policy()
        self._sleep = sleep

    def run(self):
        """By job: ``ok``, ``failed``, or ``skipped`` where something it needs did not go well."""
        states = {}
        for name in order(self.needs):
            if any(states[other] == "failed" for other in self.needs[name]):
                states[name] = "skipped"
            else:
                states[name] = "ok" if self._tried(self.jobs[name]) else "failed"
        return states

    def _tried(self, job):
        for pause in self.policy.pauses():
            try:
                job()
            except Exception:
                self._sleep(pause)
            else:
                return True
        return False
