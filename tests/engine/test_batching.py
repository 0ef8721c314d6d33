"""A run in batches pays and records each sample once, whatever the provider does."""

from __future__ import annotations

import random
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_driver import go
from batch_support import (
    CHAT,
    EACH_ONCE,
    EVERY,
    FUNCTIONS,
    check_whole,
    errors,
    events,
    provider,
    samples,
    start,
)
from batch_vendors import VENDORS, OpenAI, environ_of
from engine_fakes import Scripted, opened, whole
from strict import Given, serving

from bench import engine
from bench.cache import Cache
from bench.models.batch.openai import OpenAIBatches
from bench.pipeline import Polling, Switch
from bench.progress import Quiet
from bench.results import results
from bench.rundir import batches_of
from bench.types import Params


@pytest.mark.parametrize("model", EVERY)
def test_answers_in_any_order_go_to_their_own_questions(tmp_path: Path, model: str) -> None:
    rng = random.Random(3)
    with provider(model, lines=lambda lines: rng.sample(lines, len(lines))) as (vendor, environ):
        summary = go(tmp_path, model, environ, epochs=2)
        assert summary.unmeasured == 0
        check_whole(tmp_path, epochs=2)
        assert vendor.charged == Counter(FUNCTIONS * 2)
        assert len(vendor.jobs) == 1
        name = next(iter(vendor.jobs))
        asked = len(vendor.done)
        assert {record["measured"]["batch"] for record in samples(tmp_path)} == {name}
        assert all(record["measured"]["timing"] is None for record in samples(tmp_path))
        go(tmp_path, model, environ, epochs=2)
        assert len(vendor.done) == asked, "what is there is not asked for again"


@pytest.mark.parametrize("model", EVERY)
def test_a_batch_costs_half(tmp_path: Path, model: str) -> None:
    with provider(model) as (_, environ):
        together = go(tmp_path / "together", model, environ)
    with serving(VENDORS[model][0]().alone) as url:
        alone = go(tmp_path / "alone", model, environ_of(model, url), batch=False)
    assert 0 < together.spent_microusd <= alone.spent_microusd / 2 + len(FUNCTIONS)
    assert together.unknown_microusd == 0


@pytest.mark.parametrize("model", EVERY)
def test_a_line_that_could_not_be_read_is_read_again_before_it_is_paid_again(
    tmp_path: Path, model: str
) -> None:
    reads = Counter[str]()

    def torn(lines: list[Any]) -> list[Any]:
        reads["all"] += bool(lines)
        unmarked = {"response": lines[-1]["response"]} if "gemini" in model and lines else None
        stranger = {"custom_id": "other-1", "metadata": {"key": "other-1"}}
        broken: Any = unmarked or '{"custom_id": "x", "resu'
        return [*lines[:-2], broken, lines[0], stranger] if reads["all"] <= 3 and lines else lines

    with provider(model, lines=torn, looks=0) as (vendor, environ):
        assert go(tmp_path, model, environ).unmeasured == 0
        check_whole(tmp_path)
        assert vendor.charged == EACH_ONCE
    assert len(events(tmp_path, "batch_line_unused")) >= 2


@pytest.mark.parametrize("model", EVERY)
def test_a_line_that_is_lost_for_good_is_asked_for_in_another_batch(tmp_path: Path, model: str) -> None:
    def lose(lines: list[Any]) -> list[Any]:
        return lines[1:] if len(lines) == len(FUNCTIONS) else lines

    with provider(model, lines=lose, looks=0) as (vendor, environ):
        assert go(tmp_path, model, environ).unmeasured == 0
        check_whole(tmp_path)
        assert len(vendor.jobs) == 2
    first = [record for record in samples(tmp_path) if not record.get("completion")]
    assert [(record["fault"], record["attempt"]) for record in first] == [("invalid_reply", 1)]
    assert events(tmp_path, "unknown"), "that it may have been charged for is accounted"


@pytest.mark.parametrize("model", EVERY)
@pytest.mark.parametrize(("status", "fault"), [(429, "rate_limited"), (500, "server")])
def test_a_request_that_failed_is_asked_again_with_others_that_did(
    tmp_path: Path, model: str, status: int, fault: str
) -> None:
    with provider(model, answer=errors(status, "f1", "f4")) as (vendor, environ):
        assert go(tmp_path, model, environ).unmeasured == 0
        check_whole(tmp_path)
        assert vendor.charged == EACH_ONCE
        assert [len(job.asked) for job in vendor.jobs.values()] == [6, 2]
    failed = [record for record in samples(tmp_path) if not record.get("completion")]
    assert Counter((record["fault"], record["measured"]["batch"]) for record in failed) == {
        (fault, next(iter(vendor.jobs))): 2
    }


@pytest.mark.parametrize("model", EVERY)
def test_a_request_that_is_refused_for_good_is_unmeasured_and_not_repeated(
    tmp_path: Path, model: str
) -> None:
    with provider(model, answer=errors(400, "f2", times=9)) as (vendor, environ):
        assert go(tmp_path, model, environ).unmeasured == 1
        assert len(vendor.jobs) == 1
    faults = Counter(result.fault for result in results(tmp_path) if not result.outcome.scored)
    assert faults == {"invalid_request": 1}


def test_what_the_model_does_not_take_is_learned_from_a_batch_and_dropped_in_the_open(tmp_path: Path) -> None:
    model = "openai/sphinx-2"
    vendor = OpenAI()
    with serving(vendor) as url:
        summary = go(tmp_path, model, environ_of(CHAT, url), params=Params(temperature=0.0, max_tokens=512))
    assert summary.unmeasured == 0
    check_whole(tmp_path)
    assert vendor.charged == EACH_ONCE
    answers = [record["completion"] for record in samples(tmp_path) if record.get("completion")]
    assert {tuple(answer["dropped"]) for answer in answers} == {("temperature",)}
    assert {tuple(answer["sent"]) for answer in answers} == {("max_completion_tokens",)}


@pytest.mark.parametrize("model", EVERY)
def test_what_a_batch_had_no_time_for_is_asked_again(tmp_path: Path, model: str) -> None:
    answered = 0 if "gemini" in model else 4  # there, an expired batch has no results at all
    with provider(model, ends="expired", answered=answered) as (vendor, environ):

        def then(operation: str) -> None:
            if operation == "create" and len(vendor.jobs) == 1:
                vendor.answered = None
            if operation == "create" and len(vendor.jobs) == 2:
                vendor.ends = "completed"

        vendor.on = then
        assert go(tmp_path, model, environ).unmeasured == 0
        check_whole(tmp_path)
        assert vendor.charged == EACH_ONCE
    late = [record["fault"] for record in samples(tmp_path) if not record.get("completion")]
    assert Counter(late) == {"timeout": len(FUNCTIONS) - answered}
    assert not events(tmp_path, "unknown"), "what expired was not charged for"


@pytest.mark.parametrize("model", EVERY)
def test_a_cancelled_batch_is_not_started_anew_unasked(tmp_path: Path, model: str) -> None:
    with provider(model, ends="cancelled", answered=0) as (vendor, environ):
        assert go(tmp_path, model, environ).unmeasured == len(FUNCTIONS)
        assert len(vendor.jobs) == 1
        assert {result.fault for result in results(tmp_path)} == {"missing"}
        vendor.ends, vendor.answered = "completed", None
        assert go(tmp_path, model, environ).unmeasured == 0
        assert vendor.charged == EACH_ONCE


@pytest.mark.parametrize("model", EVERY)
def test_a_provider_that_is_busy_or_away_is_waited_for(tmp_path: Path, model: str) -> None:
    busy = Given(429, {"error": {"message": "slow down", "code": 429}}, {"retry-after": "0.05"})
    away = Given(503, {"error": {"message": "restarting", "code": 503}})
    scripted = {"create": [busy, busy], "status": [away] * 5 + [busy], "results": [away], "upload": [busy]}
    with provider(model, scripted=scripted) as (vendor, environ):
        assert go(tmp_path, model, environ).unmeasured == 0
        check_whole(tmp_path)
        assert vendor.charged == EACH_ONCE
    assert len(vendor.jobs) == 1


@pytest.mark.parametrize("model", EVERY)
def test_a_batch_whose_name_got_lost_on_the_way_is_found_again(tmp_path: Path, model: str) -> None:
    with provider(model, swallowed=["create"]) as (vendor, environ):
        for number in range(3):  # batches of others, on more pages than one
            vendor.take(f"other-{number}", vendor_job(model, len(FUNCTIONS)), {})
        vendor.charged.clear()
        assert go(tmp_path, model, environ).unmeasured == 0
        check_whole(tmp_path)
        assert vendor.charged == EACH_ONCE
    assert len(vendor.jobs) == 4


def vendor_job(model: str, count: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Requests of somebody else's, as many as ours."""
    return [(f"theirs-{number}", "/v1/x", {"ask": "def theirs(x)"}) for number in range(count)]


@pytest.mark.parametrize("model", EVERY)
def test_a_batch_that_never_arrived_is_sent_again(tmp_path: Path, model: str) -> None:
    lost = Given(502, {"error": {"message": "bad gateway", "code": 502}})
    with provider(model, scripted={"create": [lost]}) as (vendor, environ):
        assert go(tmp_path, model, environ).unmeasured == 0
        assert vendor.charged == EACH_ONCE
    closed = [record.detail for record in batches_of(tmp_path) if record.event == "closed"]
    assert closed[0] == "it never arrived"


def test_a_queue_that_is_full_gets_smaller_batches(tmp_path: Path) -> None:
    full = {"code": "token_limit_exceeded", "message": "Enqueued token limit reached for gpt-5-mini."}
    with provider(CHAT, scripted={"validate": [Given(400, full), Given(400, full)]}) as (vendor, environ):
        assert go(tmp_path, CHAT, environ).unmeasured == 0
        check_whole(tmp_path)
        assert vendor.charged == EACH_ONCE
        assert max(len(job.asked) for job in vendor.jobs.values() if not job.failed) < 6
    assert all(record.get("completion") for record in samples(tmp_path)), (
        "nothing was asked, so nothing failed"
    )


def test_a_batch_that_is_refused_says_why(tmp_path: Path) -> None:
    refusal = {"code": "model_not_found", "message": "The provided model is not supported by the Batch API."}
    with provider(CHAT, scripted={"validate": [Given(400, refusal)]}) as (_, environ):
        assert go(tmp_path, CHAT, environ).unmeasured == len(FUNCTIONS)
    assert {"not supported by the Batch API" in result.detail for result in results(tmp_path)} == {True}


@pytest.mark.parametrize("model", EVERY)
def test_a_key_that_is_refused_ends_the_asking(tmp_path: Path, model: str) -> None:
    locked = Given(401, {"error": {"message": "no such key", "code": 401}})
    with provider(model, scripted={"create": [locked], "upload": [locked]}) as (vendor, environ):
        summary = go(tmp_path, model, environ)
    assert summary.unmeasured == len(FUNCTIONS)
    assert not vendor.jobs
    assert any("was asked no more (auth)" in reason for reason in summary.reasons)


@pytest.mark.parametrize("model", EVERY)
def test_an_unknown_batch_is_left_alone_and_not_paid_again(tmp_path: Path, model: str) -> None:
    """With another account's key, every batch is unknown: that is no reason to send it once more."""
    with provider(model, looks=10**6) as (vendor, environ):

        def forget(operation: str) -> None:
            if operation == "status":
                vendor.jobs, hidden[0] = {}, vendor.jobs or hidden[0]

        hidden: list[dict[str, Any]] = [{}]
        vendor.on = forget
        summary = go(tmp_path, model, environ)
        assert any("the same command collects it" in reason for reason in summary.reasons)
        vendor.on, vendor.looks, vendor.jobs = lambda _: None, 0, hidden[0]
        assert go(tmp_path, model, environ).unmeasured == 0
        assert vendor.charged == EACH_ONCE


def test_a_budget_sends_what_it_allows_and_the_rest_when_more_is_left(tmp_path: Path) -> None:
    with provider(CHAT) as (vendor, environ):
        params = Params(max_tokens=1000)
        # One answer may cost 1,000 of the micro-dollars of a batch; each of them costs some twenty.
        summary = go(tmp_path, CHAT, environ, params=params, budget=3300)
        assert summary.unmeasured == 0
        sizes = [len(job.asked) for job in vendor.jobs.values()]
        assert len(sizes) >= 2
        assert max(sizes) == 3
        assert vendor.charged == EACH_ONCE
        assert 0 < summary.spent_microusd <= 3300


def test_a_budget_that_allows_nothing_asks_nothing(tmp_path: Path) -> None:
    with provider(CHAT) as (vendor, environ):
        summary = go(tmp_path, CHAT, environ, params=Params(max_tokens=1000), budget=100)
        assert not vendor.done
    assert summary.unmeasured == len(FUNCTIONS)
    assert any("budget" in reason for reason in summary.reasons)


def test_batches_keep_to_the_limits_of_the_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OpenAIBatches, "most_requests", 4)
    with provider(CHAT) as (vendor, environ):
        go(tmp_path / "counted", CHAT, environ)
        assert [len(job.asked) for job in vendor.jobs.values()] == [4, 2]
    monkeypatch.setattr(OpenAIBatches, "most_bytes", 1000)
    with provider(CHAT) as (vendor, environ):
        go(tmp_path / "weighed", CHAT, environ)
        assert len(vendor.jobs) > 2
        sizes = [len(file) for name, file in vendor.files.items() if name.startswith("file")]  # type: ignore[attr-defined]
        assert max(sizes) <= 1000
        assert vendor.charged == EACH_ONCE


def test_without_the_flag_an_open_batch_is_collected_all_the_same(tmp_path: Path) -> None:
    with provider(CHAT) as (vendor, environ):
        assert start(tmp_path, CHAT, environ, when="submitted").wait() == -signal.SIGKILL
        assert go(tmp_path, CHAT, environ, batch=False).unmeasured == 0
        assert vendor.charged == EACH_ONCE
        assert len(vendor.jobs) == 1


def test_what_the_cache_has_is_in_no_batch_and_what_a_batch_brings_is_kept(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    with provider(CHAT) as (vendor, environ):
        go(tmp_path / "first", CHAT, environ, cache=cache)
        assert len(vendor.jobs) == 1
        assert go(tmp_path / "second", CHAT, environ, epochs=2, cache=cache).unmeasured == 0
        check_whole(tmp_path / "second", epochs=2)
        assert [len(job.asked) for job in vendor.jobs.values()] == [6, 6]
        assert go(tmp_path / "third", CHAT, environ, epochs=2, cache=cache).spent_microusd == 0
        assert len(vendor.jobs) == 2


def test_a_batch_that_is_kept_no_longer_is_asked_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with provider(CHAT, looks=10**6) as (vendor, environ):
        assert start(tmp_path, CHAT, environ, when="submitted").wait() == -signal.SIGKILL
        vendor.jobs, vendor.looks = {}, 0
        monkeypatch.setattr("bench.batching._KEPT_S", 0.0)
        assert go(tmp_path, CHAT, environ).unmeasured == len(FUNCTIONS)
        assert {result.fault for result in results(tmp_path)} == {"missing"}
        assert go(tmp_path, CHAT, environ).unmeasured == 0


def test_a_model_without_batches_is_asked_alone(tmp_path: Path) -> None:
    model = Scripted(lambda _: whole())
    setup, store, state = opened(tmp_path, [model])
    with store:
        setup = replace(setup, batch=True)
        summary = engine.run(setup, store, state, budget_microusd=None, show=Quiet())
    assert summary.unmeasured == 0
    assert len(model.calls) == 6


def test_a_batch_is_looked_at_less_and_less_while_nothing_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(Switch, "wait", lambda self, seconds: waits.append(seconds))
    with provider(CHAT, looks=15) as (_, environ):
        assert go(tmp_path, CHAT, environ, polling=Polling()).unmeasured == 0
    assert waits[0] == waits[1] / 1.5 == 5
    assert waits == sorted(waits)
    assert waits[-1] == 300
