"""The cache gives back what was paid for, and never anything else."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from engine_fakes import Scripted, opened, small_suite, whole

import bench
from bench import engine
from bench.cache import Cache
from bench.models.hf import HuggingFace
from bench.models.hf_loaded import Source
from bench.models.reference import Reference
from bench.models.replay import Replay
from bench.models.vendors import OPENAI, VLLM
from bench.progress import Quiet
from bench.protocols import Identified, Model, ModelContext
from bench.records import SampleRecord
from bench.state import load_state
from bench.types import (
    Allowance,
    Completion,
    Form,
    Json,
    Message,
    Mode,
    Params,
    Request,
    SampleKey,
    Stop,
    Timing,
    Usage,
)

KEY = "sk-planted"
ANSWER = Completion(
    "def f():\n    return '\ud800 ü'\n",
    form=Form.CONTINUATION,
    stop=Stop.LENGTH,
    reasoning="hm",
    usage=Usage(10, 2, 3, 4, 1),
    cost_microusd=77,
    served_model="gpt-5.5-2026-04-23",
    provider="openai",
    request_id="req_1",
    sent={"max_completion_tokens": 5, "reasoning": {"effort": "low"}},
    dropped=("seed", "temperature"),
    raw_request='{"model": "gpt-5.5"}',
    raw_reply='{"choices": []}',
    timing=Timing("2026-11-25T10:00:00.000+00:00", 0.5, 0.25, 1.5),
)


def model(name: str = "gpt-5.5", url: str = "https://api.openai.com/v1") -> Model:
    return OPENAI(name, ModelContext(environ={"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": url}))


def asked(
    text: str = "hi", *, epoch: int = 0, suite: str = "s", system: str = "", **params: object
) -> Request:
    messages = (*((Message("system", system),) if system else ()), Message("user", text))
    return Request(SampleKey(suite, "p", "m", epoch), messages, Params(**params))  # type: ignore[arg-type]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "kept")


def test_an_answer_comes_back_whole(cache: Cache) -> None:
    cache.put(model(), asked(), ANSWER)
    kept = cache.get(model(), asked())
    assert kept is not None
    assert kept.completion == ANSWER
    assert kept.at == "2026-11-25T10:00:00.000+00:00"


def test_what_is_left_of_limits_is_not_kept(cache: Cache) -> None:
    cache.put(model(), asked(), replace(ANSWER, allowances=(Allowance("requests", 1, 2),)))
    kept = cache.get(model(), asked())
    assert kept is not None
    assert kept.completion == ANSWER


def test_another_suite_with_the_same_question_hits(cache: Cache) -> None:
    cache.put(model(), asked(suite="humaneval"), ANSWER)
    assert cache.get(model(), asked(suite="humaneval-plus")) is not None


OTHER: dict[str, Callable[[], tuple[Model, Request]]] = {
    "prompt": lambda: (model(), asked("ho")),
    "system text": lambda: (model(), asked(system="Be brief.")),
    "epoch": lambda: (model(), asked(epoch=1)),
    "parameter": lambda: (model(), asked(max_tokens=5)),
    "parameter that is dropped": lambda: (model(), asked(temperature=0.5)),
    "effort": lambda: (model(), asked(effort="low")),
    "stop": lambda: (model(), asked(stop=("\n",))),
    "mode": lambda: (model(), replace(asked(), mode=Mode.COMPLETE)),
    "model": lambda: (model("gpt-5.4"), asked()),
    "address": lambda: (model(url="https://eu.api.openai.com/v1"), asked()),
    "vendor": lambda: (VLLM("gpt-5.5@https://api.openai.com", ModelContext()), asked()),
}


@pytest.mark.parametrize("what", OTHER)
def test_a_changed_question_misses(cache: Cache, what: str) -> None:
    cache.put(model(), asked(), ANSWER)
    assert cache.get(*OTHER[what]()) is None


def test_another_release_misses(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put(model(), asked(), ANSWER)
    monkeypatch.setattr(bench, "__version__", "999")
    assert cache.get(model(), asked()) is None


def test_what_a_provider_refused_meanwhile_changes_no_key(cache: Cache) -> None:
    learned = model()
    cache.put(learned, asked(seed=1), ANSWER)
    negotiator = learned.negotiator(asked(seed=1))  # type: ignore[attr-defined]
    negotiator._rule = replace(negotiator._rule, refuses=frozenset({"seed"}))
    assert cache.get(learned, asked(seed=1)) is not None


def test_a_plug_in_goes_by_the_digest_of_its_file(tmp_path: Path) -> None:
    plain = Scripted(lambda _: whole(), name="mine")
    Cache(tmp_path, files={"mine": "abc"}).put(plain, asked(), ANSWER)
    assert Cache(tmp_path, files={"mine": "abc"}).get(plain, asked()) is not None
    assert Cache(tmp_path, files={"mine": "abd"}).get(plain, asked()) is None
    assert Cache(tmp_path).get(plain, asked()) is None


def test_a_plug_in_may_say_what_decides(cache: Cache) -> None:
    class Own(Scripted):
        revision = "1"

        def identity(self, request: Request, /) -> dict[str, Json]:
            return {"revision": self.revision}

    own = Own(lambda _: whole(), name="own")
    cache.put(own, asked(), ANSWER)
    assert cache.get(own, asked()) is not None
    own.revision = "2"
    assert cache.get(own, asked()) is None


def test_local_weights_go_by_what_their_folder_holds(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "model.safetensors").write_text("123")
    cuda = SimpleNamespace(is_available=lambda: False)
    libraries = SimpleNamespace(
        torch=SimpleNamespace(__version__="2.9", cuda=cuda), transformers=SimpleNamespace(__version__="5.1")
    )
    source = Source(str(folder))
    hf = HuggingFace("weights", source=source, libraries=libraries, context=ModelContext())
    cache = Cache(tmp_path / "kept")
    cache.put(hf, asked(), ANSWER)
    assert cache.get(hf, asked()) is not None
    libraries.torch.__version__ = "2.10"
    assert cache.get(hf, asked()) is None
    libraries.torch.__version__ = "2.9"
    (folder / "sub" / "model.safetensors").write_text("1234")
    assert cache.get(hf, asked()) is None


def test_what_costs_nothing_to_have_again_is_not_kept(cache: Cache, tmp_path: Path) -> None:
    plain = Scripted(lambda _: whole())
    cache.put(plain, asked(), ANSWER)
    assert not cache.path.exists()
    assert not issubclass(Replay, Identified)
    assert not issubclass(Reference, Identified)


@pytest.mark.parametrize(
    ("completion", "is_kept"),
    [
        (Completion(""), False),
        (Completion(" \n", stop=Stop.OTHER), False),
        (Completion("", stop=Stop.LENGTH), True),
        (Completion("I cannot.", stop=Stop.REFUSAL), True),
    ],
)
def test_only_answers_are_kept(cache: Cache, completion: Completion, is_kept: bool) -> None:
    cache.put(model(), asked(), completion)
    assert (cache.get(model(), asked()) is not None) is is_kept


def test_a_damaged_entry_is_none_and_is_replaced(cache: Cache) -> None:
    cache.put(model(), asked(), ANSWER)
    (path,) = cache.path.rglob("*.json")
    good = path.read_bytes()
    for bad in (
        good[:-10],
        good.replace(b"return", b"retorn"),
        b"",
        b"\xff\n{}",
        good.replace(b"\n", b"", 1),
    ):
        path.write_bytes(bad)
        assert cache.get(model(), asked()) is None
        cache.put(model(), asked(), ANSWER)
        assert path.read_bytes() == good


def test_no_key_is_in_it(cache: Cache) -> None:
    cache.put(model(), asked(), ANSWER)
    (path,) = cache.path.rglob("*.json")
    assert KEY.encode() not in path.read_bytes()
    assert KEY not in str(model().identity(asked()))  # type: ignore[attr-defined]


def _write(path: Path, start: threading.Barrier, text: str) -> None:
    own, request = model(), asked()
    start.wait()
    for _ in range(100):
        Cache(path).put(own, request, replace(ANSWER, text=text * 5000))


def test_processes_that_write_the_same_answer_leave_a_whole_one(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    writers = [context.Process(target=_write, args=(tmp_path, start, text)) for text in "ab"]
    for writer in writers:
        writer.start()
    own, request = model(), asked()
    start.wait()
    while any(writer.is_alive() for writer in writers):
        kept = Cache(tmp_path).get(own, request)
        assert kept is None or kept.completion.text in ("a" * 5000, "b" * 5000)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert Cache(tmp_path).get(model(), asked()) is not None
    assert len(list(tmp_path.rglob("*.*"))) == 1, "no file is left behind"


class Keeping(Scripted):
    def identity(self, request: Request, /) -> dict[str, Json]:
        return {}


def go(path: Path, model: Model, cache: Cache, *, budget: int | None = None) -> engine.Summary:
    setup, store, state = opened(path, [model], suite=small_suite(3))
    with store:
        setup = replace(setup, cache=cache)
        return engine.run(setup, store, state, budget_microusd=budget, show=Quiet())


def test_a_run_takes_from_the_cache_what_is_there_and_no_money_for_it(
    tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.money.worst_call", lambda *_, **__: 100)
    paid = Keeping(lambda _: whole(cost_microusd=60))
    first = go(tmp_path / "one", paid, cache)
    assert (len(paid.calls), first.cached, first.spent_microusd) == (3, 0, 180)
    again = Keeping(lambda _: whole("wrong", cost_microusd=60))
    second = go(tmp_path / "two", again, cache, budget=0)
    assert (again.calls, second.cached, second.spent_microusd) == ([], 3, 0)
    assert second.outcomes == first.outcomes
    state = load_state(tmp_path / "two")
    assert (state.spent_microusd, state.unknown_microusd) == (0, 0)


def test_a_cache_that_cannot_be_written_loses_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    summary = go(tmp_path / "run", Keeping(lambda _: whole()), Cache(tmp_path / "file"))
    assert summary.unmeasured == 0
    assert "cache_failed" in (tmp_path / "run" / "events.jsonl").read_text()


def test_records_of_before_the_cache_are_read() -> None:
    assert SampleRecord(0, SampleKey("s", "p", "m", 0), 1).measured.cached_at == ""
