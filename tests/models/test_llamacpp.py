"""Local weights: pinned, checked, and asked through the real server."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from provider_script import request

from bench.errors import DataError, Fault, ProviderError, UsageError
from bench.models import llamacpp, weights
from bench.protocols import ModelContext
from bench.registry import load_model
from bench.testing import check_model
from bench.types import Form, Mode, Stop

SMOLLM2 = "smollm2-135m-instruct"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path))
    return tmp_path / "weights"


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean 'smollm2-135m-instruct'"):
        weights.locate("smollm2-135m", {})


def test_a_file_that_is_no_gguf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"PK\x03\x04")
    with pytest.raises(UsageError, match="not a GGUF file"):
        weights.locate(str(tmp_path / "x.gguf"), {})
    with pytest.raises(UsageError, match="cannot be read"):
        weights.locate(str(tmp_path / "none.gguf"), {})


def test_a_file_of_the_users_own_bears_its_name_and_digest(tmp_path: Path) -> None:
    (tmp_path / "mine.gguf").write_bytes(b"GGUF")
    located = weights.locate(str(tmp_path / "mine.gguf"), {})
    assert (located.label, located.sha256) == ("mine", weights.sha256_of(tmp_path / "mine.gguf"))


def test_a_file_in_the_cache_that_was_changed_is_not_used(cache: Path) -> None:
    cache.mkdir()
    (cache / weights.KNOWN[SMOLLM2].file).write_bytes(b"GGUF but other")
    with pytest.raises(DataError, match="not the pinned file"):
        weights.locate(SMOLLM2, {})


def test_a_download_with_another_digest_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(weights: weights.Weights, target: Path, endpoint: str) -> None:
        target.write_bytes(b"GGUF but other")

    monkeypatch.setattr(weights, "_from_hub", other)
    with pytest.raises(DataError, match="is pinned"):
        weights.locate("qwen2.5-coder-0.5b-instruct", {})
    assert list(cache.iterdir()) == []


def test_an_unreachable_hub_says_what_else_to_do(cache: Path) -> None:
    with pytest.raises(DataError, match=r"qwen2\.5-coder-0\.5b.*HF_ENDPOINT"):
        weights.locate("qwen2.5-coder-0.5b-instruct", {"HF_ENDPOINT": "http://127.0.0.1:9"})
    assert list(cache.iterdir()) == []


def test_a_failed_pip_download_says_what_else_to_do(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 1, "", "ERROR: none\nERROR: no network\n")

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(DataError, match=r"ERROR: no network\n.*unzip"):
        weights.locate(SMOLLM2, {})


def test_nothing_is_fetched_where_that_is_forbidden(cache: Path) -> None:
    with pytest.raises(DataError, match="BENCH_OFFLINE=1 allows no fetching"):
        weights.locate(SMOLLM2, {"BENCH_OFFLINE": "1"})


@pytest.mark.parametrize("settings", ["ctx=many", "context=9", "ctx", "ctx=-1", "ctx=\u0668", "&"])
def test_a_setting_that_is_none_is_named_before_anything_is_fetched(settings: str) -> None:
    with pytest.raises(UsageError, match=r"cannot be set so\n  For example llamacpp/NAME\?ctx=4096&threads="):
        llamacpp.make(f"{SMOLLM2}?{settings}", ModelContext())


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(UsageError, match=r"pip install 'evenbench\[local\]'"):
        load_model(f"llamacpp/{SMOLLM2}", ModelContext())


@pytest.fixture(scope="module")
def model() -> Any:
    pytest.importorskip("xllamacpp")
    try:
        return load_model(f"llamacpp/{SMOLLM2}", ModelContext(timeout_s=120.0))
    except DataError as error:
        pytest.skip(f"the weights cannot be fetched: {error}")


@pytest.mark.slow
def test_a_real_model_answers_the_same_every_time(model: Any) -> None:
    asked = request("Write a Python function add(a, b). Answer with code only.", max_tokens=24)
    first = model.generate(asked)
    assert first.text.strip()
    assert first.stop in (Stop.END, Stop.LENGTH)
    assert first.served_model == f"{SMOLLM2}@sha256:b179c9523d0e"
    assert first.provider.startswith("llamacpp 20")
    assert first.cost_microusd == 0
    assert first.sent == {"max_tokens": 24, "temperature": 0.0, "cache_prompt": False}
    assert first.usage.input_total > 10
    with ThreadPoolExecutor(3) as pool:
        texts = {completion.text for completion in pool.map(model.generate, [asked] * 3)}
    assert texts == {first.text}, "requests in flight together must not change the answer"


@pytest.mark.slow
def test_a_real_model_goes_on_from_raw_text(model: Any) -> None:
    completion = model.generate(request("def add(a, b):\n", mode=Mode.COMPLETE, max_tokens=8))
    assert (completion.form, completion.sent["temperature"]) == (Form.CONTINUATION, 0.0)


@pytest.mark.slow
def test_a_prompt_too_long_for_a_real_server_is_context_overflow(model: Any) -> None:
    with pytest.raises(ProviderError) as caught:
        model.generate(request("word " * 6000))
    assert caught.value.fault is Fault.CONTEXT_OVERFLOW


@pytest.mark.slow
def test_the_servers_log_stays_off_the_terminal(model: Any, capfd: pytest.CaptureFixture[str]) -> None:
    model.generate(request("hi", max_tokens=2))
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_it_holds_to_the_rules_of_adapters(model: Any) -> None:
    check_model(model)


@pytest.mark.slow
def test_a_server_that_was_lost_is_started_again_for_the_next_call(model: Any) -> None:
    asked = request("hi", max_tokens=2)
    first = model.generate(asked).text
    model._server = None  # ends it, as nothing else holds it
    with pytest.raises(ProviderError) as caught:
        model.generate(asked)
    assert (caught.value.fault, caught.value.retryable) == (Fault.TRANSPORT, True)
    assert model.generate(asked).text == first


@pytest.mark.slow
def test_an_answer_that_our_context_cut_short_is_no_answer_of_the_models(model: Any) -> None:
    """The context is ours: an answer that it ends before the limit was never given its allowance."""
    small = load_model(f"llamacpp/{SMOLLM2}?ctx=256", ModelContext(timeout_s=120.0))
    asked = request("Count from 1 to 1000, one number a line.", max_tokens=400)
    with pytest.raises(ProviderError, match=r"full after \d+ of 400") as caught:
        small.generate(asked)
    assert (caught.value.fault, caught.value.retryable) == (Fault.CONTEXT_OVERFLOW, False)
    assert caught.value.hint.endswith(f"llamacpp/{SMOLLM2}?ctx=512")
    cut = small.generate(request("Count from 1 to 1000, one number a line.", max_tokens=20))
    assert (cut.stop, cut.usage.output_total) == (Stop.LENGTH, 20)


@pytest.mark.slow
def test_weights_that_do_not_load_are_named(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    (tmp_path / "torn.gguf").write_bytes(b"GGUF" + b"\0" * 1000)
    torn = llamacpp.make(str(tmp_path / "torn.gguf"), ModelContext())
    with pytest.raises(ProviderError, match=r"torn\.gguf") as caught:
        torn.generate(request())
    assert not caught.value.retryable


def test_importing_the_adapter_does_not_load_the_library() -> None:
    code = "import sys, bench.models.llamacpp; sys.exit('xllamacpp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
