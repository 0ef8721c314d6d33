"""Write the digests of a suite's dear reference results: ``python scripts/known_results.py SUITE DATA_DIR``.

Runs the data set's own reference solutions in this process. Twice: what differs is left out.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from bench.assets import tasks_dir
from bench.sandbox.guest import codec
from bench.suites import KNOWN, load_suite
from bench.types import Problem

_DEAR_S = 0.0005


def main(name: str, data: str) -> None:
    found = {}
    for problem in load_suite(name, data=[Path(data)]).problems:
        try:
            first, second = learn(problem), learn(problem)
        except Exception as error:
            print(f"{problem.id}: left out, its reference raises {type(error).__name__}")
            continue
        groups = {
            group: {
                number: text for number, text in calls.items() if second.get(group, {}).get(number) == text
            }
            for group, calls in first.items()
        }
        if any(groups.values()):
            found[problem.id] = groups
    path = tasks_dir() / name / KNOWN
    path.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    count = sum(len(calls) for groups in found.values() for calls in groups.values())
    print(f"{path}: {count} results of {len(found)} problems")


def learn(problem: Problem) -> dict[str, dict[str, str]]:
    """Run the reference of a problem: the digests of the results that took long and are plain data."""
    checks = problem.checks
    if checks.kind != "cases" or checks.oracle != "equal":
        return {}
    namespace: dict[str, object] = {"__name__": "reference"}
    exec(checks.reference, namespace)
    reference = namespace[checks.entry_point]
    assert callable(reference)
    groups: dict[str, dict[str, str]] = {}
    for group, text in checks.inputs.items():
        for number, call in enumerate(codec.loads(text)):
            args = codec.decode(call)
            started = time.thread_time()
            result = reference(*args)
            if time.thread_time() - started > _DEAR_S and not _has_a_tolerance(result):
                reply = codec.dumps(["ok", codec.Encoder().tree(result)])
                groups.setdefault(group, {})[str(number)] = codec.digest(reply.encode())
    return groups


def _has_a_tolerance(result: object) -> bool:
    """Floats are not compared exactly, and one that is changes how the next ones are (``guest.compare``)."""
    values = result if isinstance(result, list | tuple) else [result]
    return bool(values) and all(isinstance(value, float) for value in values)


if __name__ == "__main__":
    main(*sys.argv[1:])
