from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from speed_runs import lock_of
from told_runs import HOSTILE

from bench.edits import Edit
from bench.errors import StoreError
from bench.records import (
    SampleMeasured,
    SampleRecord,
    StoredCompletion,
    VerdictMeasured,
    VerdictRecord,
    encode,
)
from bench.report import counted
from bench.report.leaderboard import RunView, as_json, rows
from bench.report.story import Stories
from bench.results import results
from bench.rundir import SAMPLES, judgings, read_lock, verdicts_path
from bench.state import load_state
from bench.store import Store
from bench.types import CheckGroup, Extraction, Form, Outcome, SampleKey, Stop, Timing, Try, Usage

TURNS, MODELS, PROBLEMS, EPOCHS = 3, 3, 5, 8


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A run in which everything happens that may: what is drawn is the same every time."""
    path, draw = tmp_path / "odd", random.Random(5)
    lock = lock_of([f"vendor/m{model}" for model in range(MODELS)], turns=TURNS)
    lock["suites"][0]["visible"] = ["base"]
    keys = [
        SampleKey("toy", f"p{problem}", f"vendor/m{model}", epoch)
        for epoch in range(EPOCHS)
        for problem in draw.sample(range(PROBLEMS), PROBLEMS)
        for model in range(MODELS)
    ]
    told = [line for index, key in enumerate(keys) for line in _sample(index, key, draw)]
    # Answers come as they come, but an attempt after the one before it.
    told.sort(key=lambda line: (line[0].attempt, draw.random()))
    with Store(path) as store:
        store.begin(lock, config="", plan=keys)
        for record, verdicts in told:
            store.add_sample(record)
            for verdict in verdicts:
                store.add_verdict(judgings(lock)["toy"], verdict)
                store.add_verdict("older@1+rules@1", replace_outcome(verdict))
        store.event({"event": "stopped", "model": "vendor/m1", "why": "the budget is spent"})
    with (path / SAMPLES).open("ab") as file:
        file.write(json.dumps(json.loads(encode(told[0][0])), sort_keys=True).encode() + b"\n")
        file.write(encode(told[1][0])[:-40])
    with verdicts_path(path, judgings(lock)["toy"]).open("ab") as file:
        file.write(b'{"index":1,"key":')
    return path


def replace_outcome(verdict: VerdictRecord) -> VerdictRecord:
    return VerdictRecord(verdict.index, verdict.key, verdict.attempt, Outcome.COMPILE_ERROR)


def _sample(
    index: int, key: SampleKey, draw: random.Random
) -> Iterator[tuple[SampleRecord, list[VerdictRecord]]]:
    attempt = 0
    for turn in range(1, draw.randrange(TURNS + 1) + 1):
        attempt += 1
        tried = [
            Try(
                "", draw.random(), draw.choice(["timeout", "rate_limited"]), None, 0.1, draw.choice([None, 7])
            )
            for _ in range(draw.choice([0, 0, 2]))
        ]
        lost = SampleMeasured(failed=tuple(tried), batch=draw.choice(["", "", "b1"]))
        if draw.random() < 0.3:
            yield (
                SampleRecord(
                    index, key, attempt, turn, outcome=Outcome.PROVIDER_ERROR, fault="timeout",
                    detail=draw.choice(list(HOSTILE.values()))[:99], tries=2, measured=lost,
                ),
                [],
            )  # fmt: skip
            if draw.random() < 0.5:
                return
            attempt += 1
        verdict = _verdict(index, key, attempt, draw)
        yield _answer(index, key, attempt, turn, lost, draw), [verdict] * draw.choice([0, 1, 1, 1, 2])
        if verdict.outcome is Outcome.PASS:
            return


def _answer(
    index: int, key: SampleKey, attempt: int, turn: int, lost: SampleMeasured, draw: random.Random
) -> SampleRecord:
    text = draw.choice(list(HOSTILE.values()))[:500]
    completion = StoredCompletion(
        text, Form.REPLY, draw.choice(list(Stop)), text,
        draw.choice([None, Usage(draw.randrange(99), None, None, draw.randrange(99), 1)]),
        draw.choice([None, 3, 1_000]), draw.choice(["", "one", "other"]), draw.choice(["", "up"]),
        {"seed": draw.randrange(9), "stop": ["\ud800"] if draw.random() < 0.1 else []},
        draw.choice([(), ("seed",)]),
    )  # fmt: skip
    asked_at = draw.choice(["", "2026-11-25T23:59:59.999+00:00", "2026-11-27T00:00:00.000+00:00"])
    timing = draw.choice([None, Timing(asked_at, draw.random(), draw.random(), draw.random())])
    cached = draw.choice(["", "", "2026-11-25"])
    measured = SampleMeasured(timing, "id", lost.batch, cached, lost.failed)
    extraction = draw.choice([None, Extraction(text, "fenced")])
    return SampleRecord(
        index, key, attempt, turn, tries=draw.randrange(1, 4), completion=completion, extraction=extraction,
        measured=measured,
    )  # fmt: skip


def _verdict(index: int, key: SampleKey, attempt: int, draw: random.Random) -> VerdictRecord:
    outcome = draw.choice([Outcome.PASS, *Outcome])
    names = draw.sample(["base", "plus", "pass_to_pass"], draw.randrange(4))
    groups = tuple(CheckGroup(name, 3, draw.choice([2, 3]), draw.choice([None, 3])) for name in names)
    edit = Edit(draw.randrange(9), 3, draw.random(), draw.random(), draw.random() < 0.2)
    return VerdictRecord(
        index, key, attempt, outcome, 3, 3, groups, "\udfff why", draw.choice(["", "tamper_proof"]),
        rule=draw.choice(["", "fenced", "none"]), edit=draw.choice([None, edit]),
        measured=VerdictMeasured(0.1, draw.random(), 3.0, "out"),
    )  # fmt: skip


def test_records_without_their_texts_come_to_what_whole_ones_come_to(odd: Path) -> None:
    with Stories(odd) as stories:
        whole = [story.result for story in stories]
    found = list(results(odd))
    assert found == whole
    assert {one.outcome for one in found} >= {Outcome.PASS, Outcome.WRONG_ANSWER, Outcome.NOT_RUN}
    assert any(len(one.turns) == TURNS for one in found)
    state = load_state(odd)
    assert [len(one.turns) for one in found if one.fault != "timeout"] == [
        len(state.turns(index)) for index, one in enumerate(found) if one.fault != "timeout"
    ]


def test_a_part_of_the_plan_is_that_part_of_the_whole(odd: Path) -> None:
    found = list(results(odd))
    for part in (range(0), range(7), range(7, 50), range(50, len(found))):
        assert list(results(odd, within=part)) == found[part.start : part.stop]


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_a_leaderboard_does_not_hang_on_the_number_of_processes(
    odd: Path, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = read_lock(odd)
    alone = rows([RunView(lock, results(odd), "odd")])
    monkeypatch.setattr(counted, "_PART", MODELS * PROBLEMS * EPOCHS // processes)
    monkeypatch.setattr(counted, "_cores", lambda: processes)
    shared = rows([RunView(lock, (), "odd", odd)])
    assert shared == alone
    assert as_json(shared) == as_json(alone)
    assert len({row.drift for row in shared}) > 1, "several answered under one name"
    assert any("/" in row.price_date for row in shared)


def test_costs_by_problem_add_up_over_processes(odd: Path) -> None:
    def costs(processes: int) -> list[list[int]]:
        found = counted.counted_in(odd, processes=processes)
        return [tally.microusd.tolist() for each in found.values() for tally in each.apart().values()]

    assert costs(3) == costs(1)
    assert sum(map(sum, costs(1))) > 1_000


def test_what_another_process_cannot_read_is_said_as_if_there_was_none(odd: Path) -> None:
    path = odd / SAMPLES
    lines = path.read_bytes().splitlines(keepends=True)
    at = max(range(len(lines) - 2), key=lambda number: json.loads(lines[number])["index"])
    lines[at] = lines[at].replace(b'"attempt":', b'"attempt":-,')
    path.write_bytes(b"".join(lines))
    with pytest.raises(StoreError, match=rf"samples\.jsonl, line {at + 1}: not a record"):
        counted.counted_in(odd, processes=3)


def test_a_sample_that_is_not_planned_is_said(odd: Path) -> None:
    path = odd / SAMPLES
    line = path.read_bytes().splitlines(keepends=True)[0]
    index = json.loads(line)["index"]
    for wrong in (b"120", b"-1", b"99999999999999999999"):
        path.write_bytes(line.replace(b'{"index":%d,' % index, b'{"index":%s,' % wrong))
        with pytest.raises(StoreError, match=f"sample {int(wrong)}, but only 120 are planned"):
            list(results(odd))


def test_a_line_that_is_of_two_samples_is_none(odd: Path) -> None:
    path = odd / SAMPLES
    line = path.read_bytes().splitlines(keepends=True)[0]
    path.write_bytes(line[:-2] + b',"index":%d}\n' % (json.loads(line)["index"] + 1))
    with pytest.raises(StoreError, match="line 1: not a record: it is of two samples"):
        list(results(odd))
