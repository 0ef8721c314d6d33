"""The run directory: what survives, what is refused, what is read back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from engine_fakes import FakeSandbox, Scripted, opened, small_suite, whole

from bench import engine
from bench.errors import StoreError
from bench.progress import Quiet
from bench.results import results
from bench.rundir import changes, read_lock
from bench.state import load_state
from bench.store import Store
from bench.types import Json, Outcome, Params, Request


def finished(path: Path, **options: object) -> Path:
    setup, store, state = opened(path, [Scripted(lambda _: whole())], **options)  # type: ignore[arg-type]
    with store:
        engine.run(setup, store, state, budget_microusd=None, show=Quiet())
    return path


def test_the_plan_is_there_before_the_first_call(tmp_path: Path) -> None:
    path, seen = tmp_path / "run", []

    def answer(_: Request) -> object:
        seen.append(sum(1 for _ in (path / "plan.jsonl").open()))
        return whole()

    setup, store, state = opened(path, [Scripted(answer)])  # type: ignore[arg-type]
    with store:
        engine.run(setup, store, state, budget_microusd=None, show=Quiet())
    assert set(seen) == {6}


@pytest.mark.parametrize("name", ["samples.jsonl", "verdicts"])
def test_a_torn_last_line_is_cut_off_and_made_again(tmp_path: Path, name: str) -> None:
    path = finished(tmp_path / "run")
    torn = path / name if name.endswith(".jsonl") else next((path / name).glob("*.jsonl"))
    torn.write_bytes(torn.read_bytes()[:-9])
    assert sum(result.outcome is Outcome.PASS for result in results(path)) == 5
    finished(path)
    assert [json.loads(line) for line in torn.open()]
    assert sum(result.outcome is Outcome.PASS for result in results(path)) == 6


def test_damage_elsewhere_is_an_error_with_the_line(tmp_path: Path) -> None:
    path = finished(tmp_path / "run")
    lines = (path / "samples.jsonl").read_bytes().splitlines(keepends=True)
    lines[2] = lines[2][:20] + b"\n"
    (path / "samples.jsonl").write_bytes(b"".join(lines))
    with pytest.raises(StoreError, match=r"samples\.jsonl, line 3: not a record"):
        list(results(path))


def test_another_runs_directory_is_refused_with_all_that_changed(tmp_path: Path) -> None:
    path = finished(tmp_path / "run")
    with pytest.raises(StoreError) as caught:
        opened(path, [Scripted(lambda _: whole())], epochs=3, params=Params(temperature=0.2))
    assert "epochs: null -> 3" in caught.value.message
    assert "params.temperature: null -> 0.2" in caught.value.message


def test_a_changed_problem_is_another_run(tmp_path: Path) -> None:
    path = finished(tmp_path / "run")
    with pytest.raises(StoreError, match="problem_digest"):
        finished(path, suite=small_suite(5))


def test_another_machine_is_an_event_not_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = finished(tmp_path / "run")
    monkeypatch.setattr("bench.lock.platform.release", lambda: "another kernel")
    finished(path)
    events = [json.loads(line) for line in (path / "events.jsonl").open()]
    assert [event["what"] for event in events if event["event"] == "drift"] == ["machine"]


def test_another_build_of_the_image_is_the_same_run_but_another_isolation_is_not(tmp_path: Path) -> None:
    class Other(FakeSandbox):
        def __init__(self, **changed: Json) -> None:
            super().__init__()
            self._changed = changed

        def describe(self) -> dict[str, Json]:
            return {**super().describe(), **self._changed}

    path = finished(tmp_path / "run")
    finished(path, sandbox=Other(image_id="sha256:2"))
    with pytest.raises(StoreError, match=r"sandbox\.isolation"):
        finished(path, sandbox=Other(isolation="tamper_proof"))


def test_a_directory_that_is_no_run_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match="holds no run"):
        Store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("where", ["file.txt/run", "/proc/run"])
def test_a_directory_that_cannot_be_made_is_an_error(tmp_path: Path, where: str) -> None:
    (tmp_path / "file.txt").write_text("a file")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(tmp_path / where)


def test_two_processes_never_write_to_one_run(tmp_path: Path) -> None:
    with Store(tmp_path / "run"), pytest.raises(StoreError, match="in use"):
        Store(tmp_path / "run")


def test_a_run_that_never_began_leaves_nothing_behind(tmp_path: Path) -> None:
    with Store(tmp_path / "run"):
        assert (tmp_path / "run").is_dir()
    assert not (tmp_path / "run").exists()


def test_a_kill_while_the_run_is_written_down_is_made_good(tmp_path: Path) -> None:
    path = finished(tmp_path / "run")
    plan = (path / "plan.jsonl").read_bytes()
    for name in ("plan.jsonl", "config.toml"):
        (path / name).unlink()
    (path / ".tmp-half").write_text("half a file")
    finished(path)
    assert (path / "plan.jsonl").read_bytes() == plan
    assert not (path / ".tmp-half").exists()


def test_any_text_of_a_model_survives(tmp_path: Path) -> None:
    nasty = "x = '\ud800 \u2028 \x00 \U0001f600'\n# wrong\r\n"
    setup, store, state = opened(tmp_path / "run", [Scripted(lambda _: whole(nasty, raw_reply=nasty))])
    with store:
        engine.run(setup, store, state, budget_microusd=None, show=Quiet())
        state = load_state(store.path)
        sample = store.sample_at(state.sample_at[0])
    assert sample.completion is not None
    assert sample.completion.text == nasty
    blobs = [path.read_bytes() for path in (tmp_path / "run" / "blobs").rglob("*.txt")]
    assert [blob.decode("utf-8", "surrogatepass") for blob in blobs] == [nasty]


def test_what_was_not_done_is_not_run(tmp_path: Path) -> None:
    _, store, _ = opened(tmp_path / "run", [Scripted(lambda _: whole())])
    store.close()
    assert {result.outcome for result in results(tmp_path / "run")} == {Outcome.NOT_RUN}
    finished(tmp_path / "run")
    next((tmp_path / "run" / "verdicts").glob("*.jsonl")).unlink()
    assert {result.detail for result in results(tmp_path / "run")} == {"not judged yet"}


def test_two_runs_of_the_same_are_equal_but_for_what_was_measured(tmp_path: Path) -> None:
    def records(path: Path) -> list[object]:
        files = (path / "samples.jsonl", next((path / "verdicts").glob("*.jsonl")))
        lines = [json.loads(line) for file in files for line in file.open()]
        return sorted(({k: v for k, v in line.items() if k != "measured"} for line in lines), key=json.dumps)

    assert records(finished(tmp_path / "a")) == records(finished(tmp_path / "b"))
    assert read_lock(tmp_path / "a") == read_lock(tmp_path / "b")


def test_changes_names_every_difference() -> None:
    old: dict[str, Json] = {"a": {"b": 1, "c": [1, 2]}, "d": 1}
    new: dict[str, Json] = {"a": {"b": 2, "c": [1, 3]}, "e": None}
    assert changes(old, new) == ["a.b: 1 -> 2", "a.c[1]: 2 -> 3", "d: 1 -> null"]
