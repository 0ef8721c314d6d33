"""Both of OpenAI's formats against a server that refuses what OpenAI refuses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from provider_script import request
from strict import serving
from strict_openai import KEY, MODELS, OpenAI

from bench.errors import Fault, ProviderError
from bench.models.vendors import VENDORS
from bench.models.wire import WireModel
from bench.protocols import ModelContext
from bench.types import EFFORTS, Completion, Message, Request, SampleKey, Usage

PROVIDERS = ("openai", "openai-responses")
KNOWN = [model for model in MODELS if model != "sphinx-2"]
ASKED: dict[str, Any] = {"max_tokens": 50, "temperature": 0.2, "seed": 3, "stop": ("\nclass",)}


@pytest.fixture
def vendor() -> OpenAI:
    return OpenAI()


@pytest.fixture
def url(vendor: OpenAI) -> Iterator[str]:
    with serving(vendor) as address:
        yield f"{address}/v1"


def model(provider: str, name: str, url: str) -> WireModel:
    environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": url}
    return VENDORS[provider](name, ModelContext(environ=environ))


def accounted(completion: Completion, **asked: Any) -> bool:
    """Whether every parameter asked for was either sent, under some name, or recorded as dropped."""
    places = {
        "max_tokens": {"max_tokens", "max_completion_tokens", "max_output_tokens"},
        "effort": {"reasoning_effort", "reasoning"},
    }
    return all(
        (name in completion.dropped) != bool(places.get(name, {name}) & set(completion.sent))
        for name in asked
    )


@pytest.mark.parametrize(("provider", "name"), list(product(PROVIDERS, KNOWN)))
def test_what_is_known_of_a_model_is_never_refused(
    provider: str, name: str, url: str, vendor: OpenAI
) -> None:
    known = model(provider, name, url)
    for effort in (None, *EFFORTS):
        asked = {**ASKED, **({"effort": effort} if effort else {})}
        completion = known.generate(request(**asked))
        assert completion.text == "def f(): pass"
        assert accounted(completion, **asked)
    assert vendor.refusals == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_unknown_model_tells_what_it_takes_and_is_believed(
    provider: str, url: str, vendor: OpenAI
) -> None:
    asked = {**ASKED, "effort": "medium"}
    unheard = model(provider, "sphinx-2", url)
    completion = unheard.generate(request(**asked))
    assert accounted(completion, **asked)
    told = len(vendor.refusals)
    assert unheard.generate(request(**asked)).dropped == completion.dropped
    assert len(vendor.refusals) == told, "it is not asked again"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_temperature_is_sent_where_it_counts(provider: str, url: str) -> None:
    # provider-apis 4.1: only while it thinks is a temperature refused
    def sent(name: str, **params: Any) -> bool:
        completion = model(provider, name, url).generate(request(temperature=0.2, **params))
        assert ("temperature" in completion.dropped) != ("temperature" in completion.sent)
        return "temperature" in completion.sent

    assert sent("gpt-4o")
    assert sent("gpt-5-chat-latest")
    assert sent("gpt-5.1", effort="none")
    assert sent("gpt-5.1"), "its default is not to think"
    assert not sent("gpt-5.1", effort="low")
    assert sent("gpt-5.6-luna", effort="none")
    assert not sent("gpt-5.6-luna")
    assert not sent("gpt-6.2-sol", effort="none"), "the nearest it has is low"
    assert not sent("o3")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_both_formats_give_the_same_normal_form(provider: str, url: str, vendor: OpenAI) -> None:
    messages = (Message("system", "Be brief."), Message("user", "hi"), Message("assistant", "ho"))
    asked = Request(SampleKey("s", "p", "m", 0), (*messages, Message("user", "go on")))
    completion = model(provider, "gpt-5-mini", url).generate(asked)
    assert completion.usage == Usage(100, 40, 8, 20, 7)
    assert (completion.served_model, completion.request_id) == ("gpt-5-mini-2026-11-17", "req_7")
    (body,) = vendor.bodies
    sent = body["messages" if provider == "openai" else "input"]
    assert [(one["role"], one["content"]) for one in sent] == [
        ("system", "Be brief."),
        ("user", "hi"),
        ("assistant", "ho"),
        ("user", "go on"),
    ]


def test_nothing_is_left_with_the_provider(url: str, vendor: OpenAI) -> None:
    model("openai-responses", "gpt-4o", url).generate(request())
    assert vendor.bodies[0]["store"] is False


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_model_that_is_not_there_is_no_parameter_refused(provider: str, url: str, vendor: OpenAI) -> None:
    with pytest.raises(ProviderError, match="does not exist") as caught:
        model(provider, "gpt-7-nova", url).generate(request(**ASKED))
    assert caught.value.fault is Fault.INVALID_REQUEST
    assert len(vendor.bodies) == 1
