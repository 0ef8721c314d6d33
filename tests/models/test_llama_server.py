"""OpenAI's formats against a server we did not write: llama.cpp's own, with a real model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from provider_script import request

from bench.errors import DataError, Fault, ProviderError
from bench.models import weights
from bench.models.vendors import VENDORS
from bench.models.wire import WireModel
from bench.protocols import ModelContext
from bench.types import Form, Mode, Stop

pytestmark = pytest.mark.slow

SAY = "Write a Python function add(a, b). Answer with code only."


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    xllamacpp = pytest.importorskip("xllamacpp")
    try:
        path = weights.locate("smollm2-135m-instruct", {}).path
    except DataError as error:
        pytest.skip(f"the weights cannot be fetched: {error}")
    options = xllamacpp.CommonParams()
    options.model.path = str(path)
    options.n_ctx, options.n_parallel = 1024, 1
    options.cpuparams.n_threads = 1
    options.hostnames, options.port = ["127.0.0.1"], 0
    options.n_gpu_layers, options.ui, options.verbosity = 0, False, -1
    server = xllamacpp.Server(options)
    yield server.listening_address
    del server


def model(provider: str, url: str) -> WireModel:
    environ = {"OPENAI_API_KEY": "sk-any", "OPENAI_BASE_URL": f"{url}/v1"}
    own = provider in ("openai", "openai-responses")
    name = "smollm2" if own else f"smollm2@{url}"
    return VENDORS[provider](name, ModelContext(environ=environ, timeout_s=120.0))


FORMATS = ["llama-server", "openai", "openai-responses"]


@pytest.mark.parametrize("provider", FORMATS)
def test_an_answer_is_read_whole(provider: str, url: str) -> None:
    completion = model(provider, url).generate(request("Say yes.", max_tokens=400, temperature=0.0))
    assert completion.text.strip()
    assert completion.stop is Stop.END
    assert completion.usage is not None
    assert completion.usage.input_total is not None
    assert completion.usage.output_total is not None
    assert completion.usage.input_total > 10
    assert completion.usage.output_total < 400
    assert "SmolLM2" in completion.served_model, "the server's own name for it, not the one asked for"


@pytest.mark.parametrize("provider", FORMATS)
def test_an_answer_that_was_cut_shows_it(provider: str, url: str) -> None:
    """Its Responses endpoint calls such an answer completed: only the tokens tell."""
    completion = model(provider, url).generate(request(SAY, max_tokens=12, temperature=0.0))
    assert completion.stop is Stop.LENGTH
    assert completion.usage is not None
    assert completion.usage.output_total == 12


@pytest.mark.parametrize("provider", FORMATS)
def test_a_prompt_that_is_too_long_is_context_overflow(provider: str, url: str) -> None:
    with pytest.raises(ProviderError) as caught:
        model(provider, url).generate(request("word " * 3000, max_tokens=9))
    assert caught.value.fault is Fault.CONTEXT_OVERFLOW
    assert not caught.value.retryable


def test_the_same_words_from_every_format(url: str) -> None:
    asked = request(SAY, max_tokens=24, temperature=0.0)
    texts = {model(provider, url).generate(asked).text for provider in ("openai", "openai-responses")}
    assert len(texts) == 1


def test_a_raw_text_is_gone_on_with(url: str) -> None:
    asked: Any = request("def add(a, b):\n", mode=Mode.COMPLETE, max_tokens=8)
    completion = model("llama-server", url).generate(asked)
    assert (completion.form, completion.stop) == (Form.CONTINUATION, Stop.LENGTH)
    assert completion.sent == {"max_tokens": 8, "temperature": 0.0}
