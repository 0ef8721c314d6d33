"""A run in batches that is killed or stopped at any moment pays for each sample once."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from pathlib import Path
from subprocess import PIPE

import pytest
from batch_server import BatchVendor
from batch_support import (
    CHAT,
    EACH_ONCE,
    EVERY,
    FUNCTIONS,
    check_whole,
    errors,
    provider,
    start,
)

from bench.rundir import batches_of


def test_ctrl_c_leaves_the_batch_running_and_the_same_command_collects_it(tmp_path: Path) -> None:
    with provider(CHAT, looks=10**6) as (vendor, environ):
        process = start(tmp_path, CHAT, environ, out=PIPE)
        while vendor.done.count("status") < 2:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "6 samples are in batches; the same command collects them" in told
        vendor.looks = 0
        assert start(tmp_path, CHAT, environ).wait() == 0
        assert vendor.charged == EACH_ONCE
        assert len(vendor.jobs) == 1


def killed_when_it(
    vendor: BatchVendor, operation: str, run: Path, model: str, environ: dict[str, str]
) -> None:
    """Kill a run once the server has done that operation, before the answer goes out."""
    gone = []

    def kill(done: str) -> None:
        if done == operation and not gone:
            gone.append(operation)
            process.kill()
            process.wait()

    with vendor.mutex:
        process = start(run, model, environ)
        vendor.on = kill
    assert process.wait() == -signal.SIGKILL
    assert gone


def check_resumed(vendor: BatchVendor, run: Path, model: str, environ: dict[str, str]) -> None:
    vendor.on = lambda _: None
    assert start(run, model, environ).wait() == 0
    check_whole(run)
    assert vendor.charged == EACH_ONCE, "every sample is paid once"


@pytest.mark.parametrize("model", EVERY)
def test_killed_after_a_batch_was_taken_and_before_its_name_came_back(tmp_path: Path, model: str) -> None:
    with provider(model) as (vendor, environ):
        killed_when_it(vendor, "create", tmp_path, model, environ)
        assert [record.event for record in batches_of(tmp_path)] == ["intent"]
        check_resumed(vendor, tmp_path, model, environ)
        assert len(vendor.jobs) == 1


@pytest.mark.slow
@pytest.mark.parametrize("model", EVERY)
@pytest.mark.parametrize("when", ["intent", "submitted", "1", "3", "6", "closed"])
def test_killed_at_each_of_its_own_steps(tmp_path: Path, model: str, when: str) -> None:
    with provider(model) as (vendor, environ):
        assert start(tmp_path, model, environ, when=when).wait() == -signal.SIGKILL
        check_resumed(vendor, tmp_path, model, environ)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "operation"),
    [
        (model, operation)
        for model in EVERY
        for operation in ("upload", "status", "results")
        if "openai" in model or operation != "upload"
        if "gemini" not in model or operation == "status"
    ],
)
def test_killed_while_the_provider_answers(tmp_path: Path, model: str, operation: str) -> None:
    with provider(model) as (vendor, environ):
        killed_when_it(vendor, operation, tmp_path, model, environ)
        check_resumed(vendor, tmp_path, model, environ)


@pytest.mark.slow
@pytest.mark.parametrize("model", [CHAT, *EVERY[2:]])
def test_killed_at_any_moment_every_sample_is_paid_once(tmp_path: Path, model: str) -> None:
    rng = random.Random(11)
    epochs = 8
    lines = lambda lines: rng.sample(lines, len(lines))  # noqa: E731
    with provider(model, looks=4, lines=lines, answer=errors(500, "f0", "f5", times=3)) as (vendor, environ):
        kills = 0
        for _ in range(12):
            process = start(tmp_path, model, environ, epochs=epochs)
            # Counted in what the server has done, since machines differ in how soon a run is over.
            wanted = len(vendor.done) + rng.randint(1, 4)
            while len(vendor.done) < wanted and process.poll() is None:
                time.sleep(0.0005)
            time.sleep(rng.uniform(0, 0.01))
            process.kill()
            kills += process.wait() == -signal.SIGKILL
        assert kills >= 5
        assert start(tmp_path, model, environ, epochs=epochs).wait() == 0
        check_whole(tmp_path, epochs=epochs)
        assert vendor.charged == Counter(FUNCTIONS * epochs)
