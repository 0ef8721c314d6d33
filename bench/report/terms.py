"""What two rows have to have in common to be compared, and in what they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.errors import StoreError
from bench.lock import AS_GIVEN
from bench.rundir import turns_of
from bench.types import Json

_SANDBOX = ("engine", "isolation", "lacks")


def suite_of(lock: Mapping[str, Any], suite: str, model: str) -> tuple[Mapping[str, Any], str]:
    """What the lock says of a suite, and the hash of the terms that a model had on it.

    Raises StoreError for a suite or a model that is not in the lock.
    """
    entry = next((one for one in lock["suites"] if one["name"] == suite), None)
    terms = lock["terms"].get(suite, {}).get(model)
    if entry is None or terms is None:
        raise StoreError(f"a result of {model!r} on suite {suite!r} is not in its run's lock")
    return entry, terms


def settings(lock: Mapping[str, Any], suite: str, model: str) -> dict[str, Json]:
    """What the terms of a model on a suite are made of (``bench.lock``), as far as the lock has it in words.

    Two of them, given to ``bench.rundir.changes``, say why two hashes differ.
    """
    entry, _ = suite_of(lock, suite, model)
    given, sandbox = model in lock.get("as_given", ()), lock.get("sandbox") or {}
    prompt = entry.get("prompt") or entry["prompts"][0]
    found: dict[str, Json] = {
        "suite": f"{suite} version {entry['version']}",
        "data": entry["data"].get("sha256"),
        "problems": entry["problems"],
        "problem_digest": entry.get("problem_digest"),
        "prompt": AS_GIVEN if given else prompt,
        "mode": AS_GIVEN if given else lock.get("mode"),
        "params": AS_GIVEN if given else lock.get("params"),
        "system": None if given else lock.get("system"),
        "turns": turns_of(lock),
        "extractor": lock["extractor"],
        "judge": lock["judges"][suite],
        "sandbox": {name: sandbox[name] for name in _SANDBOX if sandbox.get(name)},
    }
    if not given:
        found["prompt_digest"] = entry.get("prompt_digests", {}).get(prompt)
    return found
