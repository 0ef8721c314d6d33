"""Every way a provider fails is its own outcome, told apart over real HTTP; none becomes an answer."""

from __future__ import annotations

import socket
from typing import Any

import httpx
import pytest
from provider_script import CLOSE, Script, chat, message, request

from bench.errors import Fault, ProviderError, UsageError
from bench.models.faults import EmptyReply
from bench.models.http import Client
from bench.models.vendors import COMPATIBLE, OPENAI, VENDORS
from bench.protocols import Model, ModelContext
from bench.registry import load_model
from bench.types import Stop

KEY = "sk-test-3f9a1c77e0"


def context(server: Script, **fields: Any) -> ModelContext:
    environ = {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": f"{server.url}/v1",
        "ANTHROPIC_API_KEY": KEY,
        "ANTHROPIC_BASE_URL": server.url,
        "OPENAI_COMPATIBLE_API_KEY": KEY,
    }
    return ModelContext(environ=environ, **fields)


@pytest.fixture(params=["openai/gpt-5-mini", "anthropic/claude-opus-5-5", "openai-compatible/m:7b@URL/v1"])
def model(request: pytest.FixtureRequest, server: Script) -> Model:
    return load_model(request.param.replace("URL", server.url), context(server))


def failure(model: Model) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        model.generate(request())
    return caught.value


PER_MINUTE = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}],
}
PER_DAY = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
}
ERRORS = [
    (400, {"error": {"message": "bad", "type": "invalid_request_error"}}, Fault.INVALID_REQUEST),
    (401, {"error": {"message": "no", "type": "authentication_error"}}, Fault.AUTH),
    (402, {"error": {"message": "Insufficient Balance"}}, Fault.QUOTA),
    (403, {"error": {"message": "region"}}, Fault.AUTH),
    (404, {"error": {"message": "no such model"}}, Fault.INVALID_REQUEST),
    (408, "", Fault.TIMEOUT),
    (409, "", Fault.SERVER),
    (413, {"error": {"type": "request_too_large", "message": "too large"}}, Fault.CONTEXT_OVERFLOW),
    (422, {"detail": [{"msg": "field required"}]}, Fault.INVALID_REQUEST),
    (429, {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, Fault.RATE_LIMITED),
    (429, {"error": {"message": "exceeded your current quota", "code": "insufficient_quota"}}, Fault.QUOTA),
    (400, {"error": {"message": "Your credit balance is too low to access the API"}}, Fault.QUOTA),
    (500, "Internal Server Error", Fault.SERVER),
    (503, "<html>unavailable</html>", Fault.SERVER),
    (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, Fault.SERVER),
    (400, {"error": {"code": "context_length_exceeded", "message": "x"}}, Fault.CONTEXT_OVERFLOW),
    (400, {"error": {"code": 400, "type": "exceed_context_size_error"}}, Fault.CONTEXT_OVERFLOW),
    (400, {"error": {"message": "prompt is too long: 208310 tokens > 200000"}}, Fault.CONTEXT_OVERFLOW),
    (400, {"object": "error", "message": "This model's maximum context length is 8"}, Fault.CONTEXT_OVERFLOW),
    (400, {"error": {"code": "content_filter", "message": "filtered"}}, Fault.FILTERED),
    (400, {"error": {"code": "billing_hard_limit_reached", "message": "limit"}}, Fault.QUOTA),
    (400, {"error": {"code": "invalid_prompt", "message": "flagged"}}, Fault.FILTERED),
    (403, {"error": {"code": "unsupported_country_region_territory", "message": "no"}}, Fault.AUTH),
    (429, {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "quota"}}, Fault.RATE_LIMITED),
    (429, {"error": {"code": 429, "message": "quota", "details": [PER_DAY]}}, Fault.QUOTA),
    (400, {"error": {"code": 400, "message": "API key not valid. Pass a valid API key."}}, Fault.AUTH),
    (
        400,
        [
            {
                "error": {
                    "code": 400,
                    "message": "The input token count exceeds the maximum number of tokens "
                    "allowed (1048576).",
                }
            }
        ],
        Fault.CONTEXT_OVERFLOW,
    ),
    (503, {"error": {"code": 503, "status": "UNAVAILABLE", "message": "overloaded"}}, Fault.SERVER),
    (
        422,
        {"detail": [{"loc": ["body", "n"], "msg": "bad", "input": "context_length_exceeded"}]},
        Fault.INVALID_REQUEST,
    ),
    (200, {"error": {"code": 429, "message": "upstream is busy"}}, Fault.RATE_LIMITED),
    (200, {"error": {"code": "502", "message": "upstream"}, "choices": None}, Fault.SERVER),
    (200, {"error": {"type": "overloaded_error", "message": "busy"}}, Fault.SERVER),
    (200, {"error": {"message": "maximum context length is 8 tokens"}}, Fault.CONTEXT_OVERFLOW),
    (200, "{not json", Fault.INVALID_REPLY),
    (200, "", Fault.INVALID_REPLY),
    (200, "[1, 2]", Fault.INVALID_REPLY),
    (200, {"hello": "world"}, Fault.INVALID_REPLY),
    (204, "", Fault.INVALID_REPLY),
    (302, "", Fault.INVALID_REQUEST),
    (CLOSE, "", Fault.TRANSPORT),
]


@pytest.mark.parametrize(("status", "body", "fault"), ERRORS, ids=[f"{e[0]}-{e[2].value}" for e in ERRORS])
def test_each_error_is_its_own_fault(
    model: Model, server: Script, status: int, body: object, fault: Fault
) -> None:
    server.answer(status, body)
    error = failure(model)
    assert error.fault is fault
    assert len(server.bodies) == 1, "an adapter must not retry by itself"


def test_only_faults_that_may_pass_are_retryable(model: Model, server: Script) -> None:
    for status, retryable in ((429, True), (500, True), (401, False), (400, False)):
        server.answer(status, {"error": {"message": "x"}})
        assert failure(model).retryable is retryable


def test_nobody_listening_is_a_transport_fault() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        model = COMPATIBLE(f"m@{url}", ModelContext())
        assert failure(model).fault is Fault.TRANSPORT


def test_a_server_that_never_answers_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        model = COMPATIBLE(f"m@{url}", ModelContext(timeout_s=0.2))
        assert failure(model).fault is Fault.TIMEOUT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry_after": "7"}, 7.0), ({"retry_after_ms": "1500", "retry_after": "9"}, 1.5), ({}, None)],
)
def test_the_wait_a_provider_asks_for_is_read(
    model: Model, server: Script, headers: dict[str, str], seconds: float | None
) -> None:
    server.answer(429, {"error": {"message": "slow"}}, **headers)
    assert failure(model).retry_after_s == seconds


@pytest.mark.parametrize(
    "words",
    [
        "This model is only supported in v1/responses and not in v1/chat/completions.",
        "This is not a chat model and thus not supported in the v1/chat/completions endpoint.",
    ],
)
def test_a_model_of_the_other_format_is_told_where_to_be_asked(server: Script, words: str) -> None:
    server.answer(404, {"error": {"message": words, "param": "model", "code": None}})
    error = failure(OPENAI("gpt-5-pro", context(server)))
    assert error.fault is Fault.INVALID_REQUEST
    assert "openai-responses/NAME" in error.hint


@pytest.mark.parametrize(("delay", "seconds"), [("37s", 37.0), ("1.5s", 1.5), ("soon", None), (None, None)])
def test_the_wait_that_google_asks_for_stands_in_the_body(
    model: Model, server: Script, delay: str | None, seconds: float | None
) -> None:
    details = [PER_MINUTE, {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
    error = {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED", "details": details}
    server.answer(429, {"error": error}).answer(429, {"error": error}, retry_after="2")
    first, second = failure(model), failure(model)
    assert (first.fault, first.retry_after_s) == (Fault.RATE_LIMITED, seconds)
    assert second.retry_after_s == 2.0, "a header comes first"


@pytest.mark.parametrize("choices", [None, [], [None], [{"finish_reason": "stop"}]])
def test_a_reply_without_a_choice_is_not_an_empty_answer(server: Script, choices: object) -> None:
    server.answer(200, {"choices": choices})
    assert failure(OPENAI("m", context(server))).fault is Fault.INVALID_REPLY


@pytest.mark.parametrize("content", ["", None, "  \n", [], [{"type": "text", "text": ""}]])
def test_an_openai_reply_without_text_is_empty_not_wrong(server: Script, content: object) -> None:
    server.answer(200, chat(content))
    error = failure(OPENAI("gpt-5-mini", context(server)))
    assert isinstance(error, EmptyReply)
    assert error.fault is Fault.EMPTY
    assert '"choices"' in error.raw_reply
    assert error.completion.cost_microusd == 56, "an empty answer is paid for too"


def test_an_anthropic_reply_without_text_is_empty_not_wrong(server: Script) -> None:
    server.answer(200, message({"type": "thinking", "thinking": "hm"}))
    assert failure(load_model("anthropic/claude-opus-5-5", context(server))).fault is Fault.EMPTY


def test_an_answer_cut_before_its_first_word_is_truncated_not_empty(server: Script) -> None:
    server.answer(200, chat("", "length")).answer(200, message(stop="max_tokens"))
    for spec in ("openai/gpt-5-mini", "anthropic/claude-opus-5-5"):
        completion = load_model(spec, context(server)).generate(request())
        assert (completion.text, completion.stop) == ("", Stop.LENGTH)


def test_a_refusal_is_an_answer_of_its_own_kind(server: Script) -> None:
    server.answer(200, chat(None, refusal="I can't help with that."))
    server.answer(200, message(stop="refusal", stop_details={"type": "refusal", "explanation": "policy"}))
    for spec, text in (
        ("openai/gpt-5-mini", "I can't help with that."),
        ("anthropic/claude-opus-5-5", "policy"),
    ):
        completion = load_model(spec, context(server)).generate(request())
        assert (completion.text, completion.stop) == (text, Stop.REFUSAL)


@pytest.mark.parametrize(
    ("finish", "fault"), [("content_filter", Fault.FILTERED), ("insufficient_system_resource", Fault.SERVER)]
)
def test_an_answer_the_provider_cut_is_not_the_models(server: Script, finish: str, fault: Fault) -> None:
    server.answer(200, chat("def f(", finish))
    assert failure(OPENAI("m", context(server))).fault is fault


def test_a_full_context_window_is_our_fault_not_the_models(server: Script) -> None:
    server.answer(200, message({"type": "text", "text": "x"}, stop="model_context_window_exceeded"))
    error = failure(load_model("anthropic/claude-opus-5-5", context(server)))
    assert error.fault is Fault.CONTEXT_OVERFLOW
    assert error.may_cost, "its tokens were written, and are charged for"


def test_no_key_in_any_error_even_when_the_provider_repeats_it(model: Model, server: Script) -> None:
    server.answer(401, {"error": {"message": f"Incorrect API key provided: {KEY}"}})
    error = failure(model)
    assert KEY in str(server.headers[0])
    assert KEY not in f"{error} {error!r} {error.raw_reply} {error.message} {error.hint} {vars(error)}"
    assert KEY not in repr(model) + repr(vars(model))


def test_no_key_in_a_completion(server: Script) -> None:
    server.answer(200, chat(f"the key is {KEY}"))
    assert KEY not in repr(OPENAI("gpt-5-mini", context(server)).generate(request()))


@pytest.mark.parametrize("spec", ["openai/", "anthropic/", "llamacpp/", "openai-compatible/", "replay/"])
def test_a_provider_without_a_name_is_a_usage_error(spec: str, server: Script) -> None:
    with pytest.raises(UsageError, match=spec):
        load_model(spec, context(server))


@pytest.mark.parametrize("key", ["sk-abc\nd", "sk-“abc”", "sk abc"])
def test_a_mangled_key_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY") as caught:
        load_model("openai/gpt-5", ModelContext(environ={"OPENAI_API_KEY": key}))
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "variable"),
    [(f"{name}/x", vendor.key_variable) for name, vendor in VENDORS.items() if vendor.needs_key],
)
def test_a_missing_key_is_named(spec: str, variable: str) -> None:
    with pytest.raises(UsageError, match=variable):
        load_model(spec, ModelContext(environ={"AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:1"}))


@pytest.mark.parametrize(
    "name", ["m", "@http://h/v1", "m@http://user:pw@h/v1", "m@http://h/v1?key=1", "m@https://", "m@httpx://h"]
)
def test_a_malformed_address_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError):
        COMPATIBLE(name, ModelContext())


@pytest.mark.parametrize(
    ("url", "checked"), [("http://h/v1", False), ("https://h/v1", True), ("HTTPS://h/v1", True)]
)
def test_certificates_are_left_out_only_where_there_are_none(
    url: str, checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []

    def noted(**options: Any) -> None:
        seen.append(options["verify"])

    monkeypatch.setattr(httpx, "Client", noted)
    Client(url, timeout_s=1.0)
    assert seen == [checked]
