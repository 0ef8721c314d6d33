"""Anthropic's Messages on a server that we did not write: llama.cpp's, with a real model."""

from __future__ import annotations

from typing import Any

import pytest
from provider_script import request

from bench.errors import DataError, Fault, ProviderError
from bench.models import weights
from bench.models.vendors import ANTHROPIC
from bench.models.wire import WireModel
from bench.protocols import ModelContext
from bench.types import Stop

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url() -> Any:
    library = pytest.importorskip("xllamacpp", reason="the extra 'local' is not installed")
    try:
        located = weights.locate("smollm2-135m-instruct", {})
    except DataError as error:
        pytest.skip(f"the weights cannot be fetched: {error}")
    options = library.CommonParams()
    options.model.path, options.model_alias = str(located.path), {"smollm2"}
    options.n_ctx, options.n_parallel, options.n_gpu_layers = 512, 1, 0
    options.cpuparams.n_threads = 1
    options.hostnames, options.port, options.ui, options.verbosity = ["127.0.0.1"], 0, False, -1
    server = library.Server(options)
    yield server.listening_address
    del server


def model(url: str, name: str = "claude-opus-5-5") -> WireModel:
    environ = {"ANTHROPIC_API_KEY": "none", "ANTHROPIC_BASE_URL": url}
    return ANTHROPIC(name, ModelContext(environ=environ, timeout_s=120.0))


def test_cached_tokens_are_part_of_the_input(url: str) -> None:
    first, again = (model(url).generate(request("Say hello.", max_tokens=8)) for _ in range(2))
    assert first.usage is not None
    assert again.usage is not None
    assert again.usage.input_total == first.usage.input_total
    assert again.usage.input_cached == (again.usage.input_total or 0) - 1


def test_a_limit_reached_is_truncation(url: str) -> None:
    greedy = request("Write a long story about a fox.", max_tokens=5, temperature=0.0)
    completion = model(url, "claude-3-haiku-20240307").generate(greedy)
    assert completion.usage is not None
    assert (completion.stop, completion.usage.output_total) == (Stop.LENGTH, 5)


def test_what_the_server_serves_is_recorded_and_never_priced_as_the_name_asked_for(url: str) -> None:
    completion = model(url).generate(request("hi", max_tokens=2))
    assert (completion.served_model, completion.cost_microusd) == ("smollm2", None)


def test_a_stop_sequence_ends_the_answer(url: str) -> None:
    asked = request("Say: one two three", max_tokens=40, temperature=0.0, stop=(" ",))
    completion = model(url, "smollm2").generate(asked)
    assert completion.stop is Stop.END
    assert " " not in completion.text.strip()


def test_thinking_and_effort_are_taken_without_complaint(url: str) -> None:
    completion = model(url).generate(request("hi", max_tokens=2, effort="high"))
    assert "output_config" in completion.sent


def test_a_prompt_that_is_too_long_is_context_overflow(url: str) -> None:
    with pytest.raises(ProviderError) as caught:
        model(url).generate(request("x " * 2000, max_tokens=2))
    assert caught.value.fault is Fault.CONTEXT_OVERFLOW
