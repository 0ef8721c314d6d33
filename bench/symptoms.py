"""How programs that are to be mended fail, for suites that show it: each is run before the first call."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bench.errors import StoreError
from bench.pipeline import Setup
from bench.store import Store

SYMPTOMS = "symptoms.json"
"""In a run directory: suite -> problem id -> what is shown. A run that goes on asks as it began."""


def observed(setup: Setup, store: Store, *, say: Callable[[str], None]) -> Setup:
    """The setup with what its questions show of programs that fail.

    Raises SandboxError when one cannot be run, StoreError when what was kept cannot be read or written.
    """
    questions, sandbox = setup.questions, setup.sandbox
    wanted = [
        (suite, id_)
        for suite, id_ in questions.problems
        if questions.shows_symptom(suite) and (suite, id_) not in questions.symptoms
    ]
    if not wanted:
        return setup
    found = _kept(store)
    missing = [(suite, id_) for suite, id_ in wanted if id_ not in found.get(suite, {})]

    def symptom(place: tuple[str, str]) -> str:
        problem, judge = questions.problems[place], setup.judges[place[0]]
        jobs = judge.jobs(problem, problem.fields["buggy"])
        return questions.symptom(place, judge.verdict(problem, [sandbox.run(job) for job in jobs]))

    if missing:
        say(f"running {len(missing)} programs that are to be mended, to show how they fail")
        with ThreadPoolExecutor(sandbox.slots) as pool:
            for (suite, id_), told in zip(missing, pool.map(symptom, missing), strict=True):
                found.setdefault(suite, {})[id_] = told
        store.put(SYMPTOMS, json.dumps(found, indent=1, sort_keys=True).encode())
    shown = {(suite, id_): found[suite][id_] for suite, id_ in wanted}
    return replace(setup, questions=replace(questions, symptoms={**questions.symptoms, **shown}))


def _kept(store: Store) -> dict[str, dict[str, str]]:
    path = store.path / SYMPTOMS
    try:
        return dict(json.loads(path.read_bytes())) if path.exists() else {}
    except (OSError, ValueError) as error:
        hint = f"Delete {path}: it is made again."
        raise StoreError(f"{path} cannot be read: {error}", hint=hint) from error
