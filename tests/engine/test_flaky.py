"""Bad servers: every sample is answered once, none lost, none paid twice, every try in the records."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engine_fakes import opened, small_suite
from flaky_server import FAULTS, GOOD, Given, Plan, one_in, serving

from bench import engine
from bench.models.retry import RetryPolicy
from bench.models.vendors import COMPATIBLE
from bench.progress import Quiet
from bench.protocols import ModelContext
from bench.results import results

SAMPLES = 1000
PATIENT = RetryPolicy(base_s=0.01, cap_s=0.1)


def run(
    path: Path,
    given: Given,
    *,
    samples: int = SAMPLES,
    timeout_s: float = 0.8,
    concurrency: int | None = None,
) -> engine.Summary:
    model = COMPATIBLE(f"m@{given.url}", ModelContext(timeout_s=timeout_s))
    setup, store, state = opened(path, [model], suite=small_suite(samples), concurrency=concurrency)
    with store:
        setup = replace(setup, policy=PATIENT)
        return engine.run(setup, store, state, budget_microusd=None, show=Quiet())


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (path / "samples.jsonl").open()]


def name_of(record: dict[str, Any]) -> str:
    return "f" + record["key"]["problem"].partition("/")[2]


def check_books(path: Path, given: Given, *, samples: int = SAMPLES) -> None:
    """What the server gave is what the run has."""
    lines = records(path)
    assert Counter(map(name_of, lines)) == Counter(f"f{number}" for number in range(samples))
    assert all(line["completion"] for line in lines)
    assert {str(result.outcome) for result in results(path)} == {"pass"}
    assert set(given.good.values()) == {1}, "an answer was paid for twice"
    assert {name_of(line): line["tries"] for line in lines} == given.requests
    for line in lines:
        assert len(line["measured"]["failed"]) == line["tries"] - 1


@pytest.mark.slow
def test_a_thousand_samples_come_through_errors_of_every_kind(tmp_path: Path) -> None:
    with serving(one_in(0.05)) as given:
        summary = run(tmp_path / "run", given)
        check_books(tmp_path / "run", given)
    assert summary.unmeasured == 0
    assert set(given.kinds) == {GOOD, *FAULTS}, "the server did not do its worst"
    tries = [one for line in records(tmp_path / "run") for one in line["measured"]["failed"]]
    assert Counter(one["http_status"] for one in tries if one["http_status"]) == {
        429: given.kinds["limited"],
        500: given.kinds["server"],
        502: given.kinds["html"],
        503: given.kinds["unavailable"],
        529: given.kinds["overloaded"],
        200: given.kinds["error in 200"],
    }
    assert sum(one["fault"] == "timeout" for one in tries) == given.kinds["slow"]
    assert all(one["wait_s"] is not None and one["total_s"] >= 0 and one["asked_at"] for one in tries)
    told = [one for one in tries if one["http_status"]]
    assert all((tmp_path / "run" / "blobs" / one["reply_blob"][:2]).is_dir() for one in told)


def every(number: int, fault: str) -> Plan:
    """Each so-many-th sample's first request fails."""
    return lambda sample, tried: fault if tried == 1 and int(sample[1:]) % number == 0 else GOOD


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "slow"])
def test_one_sort_of_error_costs_one_more_try(tmp_path: Path, fault: str) -> None:
    with serving(every(5, fault)) as given:
        run(tmp_path / "run", given, samples=40)
        check_books(tmp_path / "run", given, samples=40)
    assert given.kinds == {GOOD: 40, fault: 8}


def test_a_slow_server_answers_everything_and_is_not_asked_beyond_what_was_allowed(tmp_path: Path) -> None:
    with serving(lambda sample, tried: GOOD, latency_s=0.05) as given:
        run(tmp_path / "run", given, samples=100, timeout_s=30.0, concurrency=6)
        check_books(tmp_path / "run", given, samples=100)
    assert given.most_at_once == 6


def test_a_sample_that_ends_unanswered_keeps_all_its_tries(tmp_path: Path) -> None:
    with serving(lambda sample, tried: "server" if sample == "f3" else GOOD) as given:
        run(tmp_path / "run", given, samples=8)
    [line] = [line for line in records(tmp_path / "run") if line["completion"] is None]
    assert given.requests["f3"] == line["tries"] == len(line["measured"]["failed"]) == PATIENT.tries
    waits = [one["wait_s"] for one in line["measured"]["failed"]]
    assert waits[-1] is None
    assert None not in waits[:-1]


def test_waits_are_in_no_time_of_the_model(tmp_path: Path) -> None:
    with serving(lambda sample, tried: "limited" if tried < 4 else GOOD) as given:
        run(tmp_path / "run", given, samples=6, concurrency=1)
        check_books(tmp_path / "run", given, samples=6)
    for line in records(tmp_path / "run"):
        failed, timing = line["measured"]["failed"], line["measured"]["timing"]
        assert [one["fault"] for one in failed] == ["rate_limited"] * 3
        waited = sum(one["wait_s"] for one in failed) + timing["queue_s"]
        assert waited >= 0.06, "three times 0.02 s were asked for"
        assert timing["first_byte_s"] <= timing["total_s"] < waited
