"""A server that we did not write, with a real model: what llama.cpp's does that surprises, one test each."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest
from provider_script import request

from bench.errors import DataError, Fault, ProviderError
from bench.models import weights
from bench.protocols import Model, ModelContext
from bench.registry import load_model
from bench.types import Completion, Message, Mode, Stop

pytestmark = pytest.mark.slow

SMOLLM2 = "smollm2-135m-instruct"
ALIAS = "the-alias"
CONTEXT, SLOTS = 1024, 2
LONG = "word " * 900
"""More tokens than a slot has, fewer than the server has."""


@pytest.fixture(scope="module")
def gguf() -> Path:
    pytest.importorskip("xllamacpp")
    try:
        return weights.locate(SMOLLM2, os.environ).path
    except DataError as error:
        pytest.skip(f"the weights cannot be fetched: {error}")


def _server(gguf: Path, *, port: int = 0) -> Any:
    """The real server; it ends when nothing holds what is returned."""
    import xllamacpp

    options = xllamacpp.CommonParams()
    options.model.path = str(gguf)
    options.model_alias = {ALIAS}
    options.n_ctx, options.n_parallel = CONTEXT, SLOTS
    options.cpuparams.n_threads = 1
    options.hostnames, options.port = ["127.0.0.1"], port
    options.n_gpu_layers = 0
    options.ui = False
    options.endpoint_props = True
    options.verbosity = -1
    return xllamacpp.Server(options)


@pytest.fixture(scope="module")
def url(gguf: Path) -> Iterator[str]:
    server = _server(gguf)
    yield server.listening_address
    del server


Asked = Callable[[str], Model]
ADAPTERS = ("openai-compatible", "llama-server", "openai-responses", "anthropic")


@pytest.fixture(scope="module")
def asked(url: str) -> Asked:
    """The model of that adapter; the name asked for is one that the server has never heard."""

    def make(adapter: str) -> Model:
        environ = {
            "OPENAI_BASE_URL": f"{url}/v1",
            "OPENAI_API_KEY": "sk-none",
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "sk-none",
        }
        own = adapter in ("openai-compatible", "llama-server")
        name = f"{adapter}/nobody@{url}/v1" if own else f"{adapter}/nobody"
        return load_model(name, ModelContext(environ=environ, timeout_s=120.0))

    return make


def _raw(completion: Completion) -> dict[str, Any]:
    reply = json.loads(completion.raw_reply)
    assert isinstance(reply, dict)
    return reply


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_every_format_gets_an_answer_and_its_tokens(asked: Asked, adapter: str) -> None:
    completion = asked(adapter).generate(request("Say hi.", max_tokens=4))
    assert completion.text.strip()
    assert completion.stop is Stop.LENGTH
    assert completion.usage
    assert (completion.usage.input_total, completion.usage.output_total) == (33, 4)


def test_raw_text_is_gone_on_with(asked: Asked) -> None:
    completion = asked("llama-server").generate(
        request("def add(a, b):\n    return", mode=Mode.COMPLETE, max_tokens=4)
    )
    assert completion.text.startswith(" a")


@pytest.mark.parametrize(
    ("adapter", "mode"), [*((adapter, Mode.CHAT) for adapter in ADAPTERS), ("llama-server", Mode.COMPLETE)]
)
def test_the_context_is_shared_by_the_slots_and_too_long_is_not_asked_again(
    asked: Asked, adapter: str, mode: Mode
) -> None:
    with pytest.raises(ProviderError) as caught:
        asked(adapter).generate(request(LONG, mode=mode, max_tokens=4))
    assert (caught.value.fault, caught.value.retryable) == (Fault.CONTEXT_OVERFLOW, False)
    assert json.loads(caught.value.raw_reply)["error"]["n_ctx"] == CONTEXT // SLOTS


def test_a_response_that_was_cut_is_called_completed_and_still_counts_as_cut(asked: Asked) -> None:
    completion = asked("openai-responses").generate(request("Write a long poem.", max_tokens=6))
    assert _raw(completion)["status"] == "completed"
    assert completion.stop is Stop.LENGTH


def test_cached_tokens_are_part_of_the_input_in_every_format(asked: Asked) -> None:
    """The Messages format leaves them out of its own count, the two others do not."""
    question = request("Tell me a story about a king who had three sons.", max_tokens=2)
    totals = set()
    for adapter in ADAPTERS:
        model = asked(adapter)
        usages = [model.generate(question).usage for _ in range(2)]
        assert usages[1]
        assert usages[1].input_cached, adapter
        totals |= {usage.input_total for usage in usages if usage}
    assert len(totals) == 1
    assert _raw(asked("anthropic").generate(question))["usage"]["input_tokens"] < min(map(int, totals))


def test_several_samples_are_several_requests_each_with_its_own_tokens(asked: Asked) -> None:
    """Asked for n answers at once the server waits for n free slots, and counts the tokens of one."""
    model = asked("openai-compatible")
    with ThreadPoolExecutor(2 * SLOTS) as pool:
        answers = list(pool.map(model.generate, [request("Say hi.", max_tokens=4)] * (2 * SLOTS)))
    for answer in answers:
        assert answer.usage
        assert answer.usage.output_total == 4
        assert "n" not in json.loads(answer.raw_request)


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_model_that_nobody_knows_is_served_and_the_record_says_by_whom(asked: Asked, adapter: str) -> None:
    completion = asked(adapter).generate(request("Say hi.", max_tokens=1))
    assert json.loads(completion.raw_request)["model"] == "nobody"
    assert completion.served_model == ALIAS


def test_a_request_without_a_message_cannot_be_made(url: str) -> None:
    babble = httpx.post(f"{url}/v1/chat/completions", json={"messages": [], "max_tokens": 2}, timeout=60.0)
    assert babble.status_code == 200
    with pytest.raises(ValueError, match="needs a message"):
        replace(request(), messages=())


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_json_that_the_server_cannot_read_is_the_requests_fault_and_not_asked_again(
    asked: Asked, adapter: str
) -> None:
    """Half a surrogate pair is text to Python, and no JSON to others."""
    with pytest.raises(ProviderError) as caught:
        asked(adapter).generate(request("half a pair: \ud83d", max_tokens=2))
    assert (caught.value.fault, caught.value.http_status) == (Fault.INVALID_REQUEST, 400)
    assert not caught.value.retryable


def test_a_limit_is_sent_only_where_the_vendor_must_have_one(asked: Asked) -> None:
    """This server answers Messages without a limit; Anthropic does not, so one is always sent."""
    one_word = request("Answer with the single word yes.", stop=(" ", ".", "\n"))
    assert "max_tokens" not in json.loads(asked("openai-compatible").generate(one_word).raw_request)
    assert json.loads(asked("anthropic").generate(one_word).raw_request)["max_tokens"] > 0


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_nothing_is_streamed_so_no_piece_of_an_answer_is_null(asked: Asked, adapter: str) -> None:
    completion = asked(adapter).generate(request("Say hi.", max_tokens=2))
    assert "stream" not in json.loads(completion.raw_request)
    assert completion.usage
    assert completion.timing
    assert completion.timing.first_byte_s is not None


def test_the_server_samples_unless_told_otherwise_so_it_is_told(asked: Asked, url: str) -> None:
    defaults = httpx.get(f"{url}/props", timeout=60.0).json()["default_generation_settings"]["params"]
    assert defaults["temperature"] == pytest.approx(0.8)
    greedy = [asked("llama-server").generate(request("Invent a name.", max_tokens=8)) for _ in range(3)]
    assert greedy[0].sent == {"max_tokens": 8, "temperature": 0.0}
    assert len({answer.text for answer in greedy[1:]}) == 1
    assert asked("openai-compatible").generate(request("Hi", max_tokens=1)).sent == {"max_tokens": 1}


def test_the_template_brings_a_system_message_of_its_own_unless_one_is_sent(asked: Asked) -> None:
    model = asked("llama-server")
    plain = request("Say hi.", max_tokens=1)
    own = replace(plain, messages=(Message("system", "Be brief."), *plain.messages))
    counts = [usage.input_total for usage in (model.generate(one).usage for one in (plain, own)) if usage]
    assert None not in counts
    assert counts[0] > counts[1], "a message of ours is longer than none"  # type: ignore[operator]
    assert len(json.loads(model.generate(plain).raw_request)["messages"]) == 1


def test_the_servers_own_version_says_nothing_so_the_packages_is_recorded(asked: Asked) -> None:
    served = asked("llama-server").generate(request("Say hi.", max_tokens=1))
    assert _raw(served)["system_fingerprint"] == "b0-unknown"
    assert "unknown" not in served.served_model + served.provider
    here = load_model(f"llamacpp/{SMOLLM2}", ModelContext(environ=os.environ, timeout_s=120.0))
    assert here.generate(request("Say hi.", max_tokens=1)).provider == f"llamacpp {version('xllamacpp')}"


def test_a_server_that_is_not_ready_yet_can_be_asked_again_until_it_is(gguf: Path) -> None:
    """The port is open before the model is loaded."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = load_model(
        f"llama-server/x@http://127.0.0.1:{port}/v1", ModelContext(environ={}, timeout_s=120.0)
    )
    kept: list[Any] = []
    start = threading.Thread(target=lambda: kept.append(_server(gguf, port=port)))
    faults: list[ProviderError] = []
    served = ""
    while not served and len(faults) < 3000:
        try:
            served = model.generate(request("Say hi.", max_tokens=1)).served_model
        except ProviderError as error:
            faults.append(error)
            if len(faults) == 1:
                start.start()
            time.sleep(0.02)
    start.join()
    assert served == ALIAS
    assert faults[0].fault is Fault.TRANSPORT
    assert [error for error in faults if not error.retryable] == []


PAUSED = f"""
import os, signal, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from provider_script import request
from bench.protocols import ModelContext
from bench.registry import load_model
model = load_model("llamacpp/{SMOLLM2}", ModelContext(environ=os.environ))
model.generate(request("Say hi.", max_tokens=1))
print("ready", flush=True)
signal.pause()
"""


def test_a_run_with_a_server_inside_ends_when_it_is_told_to(gguf: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PAUSED], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGTERM)
            assert process.wait(60.0) == -signal.SIGTERM
        finally:
            process.kill()
