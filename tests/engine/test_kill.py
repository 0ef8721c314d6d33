"""A run that is killed at any moment goes on where it was, pays nothing twice, and ends the same."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from engine_fakes import small_suite

DRIVER = Path(__file__).with_name("run_driver.py")
CONCURRENCY = 3
EPOCHS = 200
KILLS = 22


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Answers of which about a third are wrong, told apart by their text."""
    rng, path = random.Random(7), tmp_path / "samples.jsonl"
    with path.open("w") as file:
        for problem in small_suite().problems:
            for epoch in range(EPOCHS):
                word = "wrong" if rng.random() < 0.3 else "right"
                file.write(json.dumps({"task_id": problem.id, "solution": f"# {word} {epoch}\n"}) + "\n")
    return path


def start(
    run: Path, samples: Path, counter: Path, *, epochs: int = EPOCHS, turns: int = 1
) -> subprocess.Popen[str]:
    command = [sys.executable, str(DRIVER), str(run), str(samples), str(counter), str(epochs), str(turns)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def records(run: Path) -> list[str]:
    """All that a run has, but for what was measured, in the order of the plan."""
    files = (run / "samples.jsonl", *(run / "verdicts").glob("*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.open()]
    for line in lines:
        del line["measured"]
    return sorted(json.dumps(line, sort_keys=True) for line in lines)


def stored(run: Path) -> set[str]:
    """The samples that a run has, whole lines only: what must not be asked for again."""
    path = run / "samples.jsonl"
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    keys = [json.loads(line)["key"] for line in lines]
    return {f"{key['problem']} {key['epoch']}" for key in keys}


def calls(counter: Path) -> list[str]:
    return counter.read_text().splitlines() if counter.exists() else []


@pytest.mark.slow
def test_killed_at_many_moments_it_ends_as_if_undisturbed(tmp_path: Path, samples: Path) -> None:
    rng, run, counter = random.Random(20), tmp_path / "killed", tmp_path / "counter"
    kills = 0
    for number in range(KILLS):
        before, known = len(calls(counter)), stored(run)
        process = start(run, samples, counter)
        if number % 5:  # every fifth is killed while it starts
            assert process.stdout is not None
            process.stdout.readline()
        # Counted in calls, since machines differ in how many a moment has.
        wanted = before + rng.randint(1, 4 * EPOCHS // KILLS)
        while number % 5 and len(calls(counter)) < wanted and process.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.02))
        process.kill()
        kills += process.wait() == -signal.SIGKILL
        new = calls(counter)[before:]
        assert not known & set(new), "an answer that was stored was paid for again"
        assert len(new) - len(stored(run) - known) <= CONCURRENCY, "more was lost than calls in flight"
    assert kills >= 20
    assert len(stored(run)) < 6 * EPOCHS, "the run was over before the last kill: make it longer"
    assert start(run, samples, counter).wait() == 0

    assert start(tmp_path / "undisturbed", samples, tmp_path / "other-counter").wait() == 0
    assert records(run) == records(tmp_path / "undisturbed")
    for name in ("plan.jsonl", "lock.json", "config.toml"):
        assert (run / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes()
    assert sum(Counter(calls(counter)).values()) <= 6 * EPOCHS + KILLS * CONCURRENCY


@pytest.mark.slow
def test_killed_between_and_within_turns_every_turn_is_paid_once(tmp_path: Path) -> None:
    rng, run, counter, other = (
        random.Random(21),
        tmp_path / "killed",
        tmp_path / "counter",
        tmp_path / "other",
    )
    epochs, kills = 40, 12

    def of_turns(path: Path) -> list[str]:
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        found = [json.loads(line) for line in lines]
        return [f"{line['key']['problem']} {line['key']['epoch']} {line['turn']}" for line in found]

    for _ in range(kills):
        before, known = len(calls(counter)), set(of_turns(run / "samples.jsonl"))
        process = start(run, tmp_path, counter, epochs=epochs, turns=3)
        wanted = before + rng.randint(1, 30)
        while len(calls(counter)) < wanted and process.poll() is None:
            time.sleep(0.001)
        time.sleep(rng.uniform(0, 0.02))
        process.kill()
        process.wait()
        new = calls(counter)[before:]
        assert not known & set(new), "a turn that was stored was paid for again"
        lost = len(new) - len(set(of_turns(run / "samples.jsonl")) - known)
        assert lost <= CONCURRENCY, "more was lost than calls in flight"
    assert start(run, tmp_path, counter, epochs=epochs, turns=3).wait() == 0
    assert start(other, tmp_path, tmp_path / "other-counter", epochs=epochs, turns=3).wait() == 0
    assert records(run) == records(other)
    assert len(of_turns(run / "samples.jsonl")) == len(set(of_turns(run / "samples.jsonl")))


def test_ctrl_c_writes_what_is_in_flight_and_the_same_command_goes_on(tmp_path: Path, samples: Path) -> None:
    run, counter = tmp_path / "run", tmp_path / "counter"
    process = start(run, samples, counter, epochs=100)
    assert process.stdout is not None
    process.stdout.readline()
    while len(calls(counter)) < 20:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert len(calls(counter)) == len(stored(run)) < 600
    assert start(run, samples, counter, epochs=100).wait() == 0
    assert len(calls(counter)) == 600, "no answer was paid for twice"
