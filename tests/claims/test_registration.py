"""Registrations: what was promised, hashed; and when a run began."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from claim_runs import claim
from speed_runs import Answer, P, write

from bench.claims import registration
from bench.claims.plan import design
from bench.errors import StoreError, UsageError
from bench.journal import read as read_journal
from bench.records import SampleRecord, encode
from bench.types import Timing

CLAIM = claim('relation = ">="\nthreshold = 0.5')


def test_the_hash_is_of_what_is_claimed_and_how_it_is_decided() -> None:
    plain = design(CLAIM, None)
    once = registration.digest(CLAIM, plain)
    assert len(once) == 64
    assert registration.digest(CLAIM, dict(reversed(plain.items()))) == once
    assert registration.digest(claim('threshold = 0.5\nrelation = ">="  # the same'), plain) == once
    assert registration.digest(claim('relation = ">="\nthreshold = 0.51'), plain) != once
    assert registration.digest(CLAIM, plain | {"epochs": 3}) != once


def test_it_is_written_once_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    made = registration.registered(CLAIM, design(CLAIM, None))
    registration.write(made, path)
    assert registration.read(path) == made
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", made.made_at)
    with pytest.raises(UsageError, match="is there already"):
        registration.write(made, path)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", "is no registration"),
        ("not json", "is no registration"),
        ("changed", "was changed"),
        ("schema", "is of schema"),
    ],
)
def test_what_is_none_or_was_changed_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "plan.json"
    registration.write(registration.registered(CLAIM, design(CLAIM, None)), path)
    stored = json.loads(path.read_text())
    if text == "changed":
        stored["claim"]["readings"][0]["threshold"] = 0.4
    if text == "schema":
        stored["schema"] = "another@1"
    path.write_text(json.dumps(stored) if text in ("changed", "schema") else text)
    with pytest.raises(UsageError, match=why):
        registration.read(path)


def stored(path: Path, made_at: str) -> Path:
    made = registration.registered(CLAIM, design(CLAIM, None))
    registration.write(msgspec.structs.replace(made, made_at=made_at), path)
    return path


def test_one_of_an_earlier_release_is_read(tmp_path: Path) -> None:
    """Theirs are of whole seconds."""
    path = stored(tmp_path / "plan.json", "2026-11-20T08:15:30+00:00")
    assert registration.read(path).made_at == "2026-11-20T08:15:30+00:00"


@pytest.mark.parametrize("made_at", ["", "yesterday", "2026-11-20T08:15:30.123", "2026-11-20"])
def test_one_without_a_time_and_its_zone_is_refused(tmp_path: Path, made_at: str) -> None:
    with pytest.raises(UsageError, match=r"plan\.json: `made_at` is no time with its zone") as raised:
        registration.read(stored(tmp_path / "plan.json", made_at))
    assert "original" in raised.value.hint


def test_a_run_whose_time_is_none_names_its_line(tmp_path: Path) -> None:
    """Adapters of others say themselves when they asked."""
    run = write(tmp_path / "run", {"m": [[[Answer(P)]], [[Answer(P)]]]}, turns=1)
    samples = [sample for _, sample in read_journal(run / "samples.jsonl", SampleRecord)]
    times = ["2026-11-25T10:00:01", "at ten"]
    lines = [encode(replace_struct(one, time, "")) for one, time in zip(samples, times, strict=True)]
    (run / "samples.jsonl").write_bytes(lines[0])
    assert registration.began(run) == times[0], "without a zone it is one of UTC"
    (run / "samples.jsonl").write_bytes(b"".join(lines))
    with pytest.raises(StoreError, match=r"samples\.jsonl.*2.*at ten"):
        registration.began(run)


def test_a_run_began_with_its_first_answer_also_one_from_the_cache(tmp_path: Path) -> None:
    run = write(tmp_path / "run", {"m": [[[Answer(P)]], [[Answer(P)]]]}, turns=1)
    assert registration.began(run) == ""
    samples = [sample for _, sample in read_journal(run / "samples.jsonl", SampleRecord)]
    times = ["2026-11-25T10:00:01+00:00", "2026-11-25T11:30:00+02:00"]

    def store(*, cached_at: str = "") -> None:
        lines = []
        for sample, time in zip(samples, times, strict=True):
            measured = replace_struct(sample, time, cached_at)
            lines.append(encode(measured))
        (run / "samples.jsonl").write_bytes(b"".join(lines))

    store()
    assert registration.began(run) == times[1], "in time, not by its digits"
    store(cached_at="2026-11-01T00:00:00+00:00")
    assert registration.began(run) == "2026-11-01T00:00:00+00:00"


def replace_struct(sample: SampleRecord, time: str, cached_at: str) -> SampleRecord:
    timing = replace(sample.measured.timing or Timing(), asked_at=time)
    measured = msgspec.structs.replace(sample.measured, timing=timing, cached_at=cached_at)
    return msgspec.structs.replace(sample, measured=measured)
