"""A name that another model answers under: seen when it happens, also when it happens between sessions."""

from __future__ import annotations

import json
from pathlib import Path

from engine_fakes import Scripted, opened, whole

from bench import engine
from bench.drift import Answering, Who
from bench.errors import Fault, ProviderError
from bench.progress import Quiet
from bench.types import Completion, Request, SampleKey


def drifts(path: Path) -> list[dict[str, object]]:
    lines = (path / "events.jsonl").read_text().splitlines() if (path / "events.jsonl").exists() else []
    return [event for event in map(json.loads, lines) if event["event"] == "model_drift"]


def session(path: Path, model: Scripted) -> list[dict[str, object]]:
    setup, store, state = opened(path, [model], concurrency=1)
    with store:
        engine.run(setup, store, state, budget_microusd=None, show=Quiet())
    return drifts(path)


def served(*names: str) -> Scripted:
    """Answers under these names, one after the other, the last one for good; ``-`` fails."""
    left = list(names)

    def answer(request: Request) -> Completion:
        name = left.pop(0) if len(left) > 1 else left[0]
        if name == "-":
            raise ProviderError(Fault.INVALID_REQUEST, "no")
        return whole(served_model=name, provider="v")

    return Scripted(answer)


def test_each_new_name_is_an_event_once(tmp_path: Path) -> None:
    found = session(tmp_path / "run", served("a", "a", "b", "a", "b", "c"))
    assert [(event["before"], event["now"]) for event in found] == [
        (["a (v)"], "b (v)"),
        (["a (v)", "b (v)"], "c (v)"),
    ]


def test_one_name_throughout_is_no_event_nor_is_none(tmp_path: Path) -> None:
    assert session(tmp_path / "one", served("a")) == []
    assert session(tmp_path / "none", served("")) == []


def test_a_run_that_goes_on_weeks_later_notices_that_another_answers(tmp_path: Path) -> None:
    assert session(tmp_path / "run", served("a", "a", "-")) == []
    found = session(tmp_path / "run", served("b"))
    assert [(event["before"], event["now"]) for event in found] == [(["a (v)"], "b (v)")]
    assert session(tmp_path / "run", served("b")) == found


def test_models_are_watched_apart() -> None:
    answering = Answering({})
    keys = [SampleKey("s", "p", model, 0) for model in ("m", "n")]
    assert [answering.noted(key, Who(key.model, "v")) for key in keys] == [None, None]
