"""Google's generateContent against a server that refuses what Google refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from google.genai import types
from provider_script import request
from strict import Given, serving
from strict_gemini import ANSWER, KEY, MODELS, Gemini, answer, detail, refused

from bench.errors import Fault, ProviderError, UsageError
from bench.models.faults import EmptyReply
from bench.models.vendors import GOOGLE
from bench.models.wire import WireModel
from bench.protocols import ModelContext
from bench.types import EFFORTS, Completion, Message, Request, SampleKey, Stop, Usage

ASKED: dict[str, Any] = {"max_tokens": 50, "temperature": 0.2, "seed": 3, "stop": ("\nclass",)}


@pytest.fixture
def vendor() -> Gemini:
    return Gemini()


@pytest.fixture
def url(vendor: Gemini) -> Iterator[str]:
    with serving(vendor) as address:
        yield address


def model(url: str, name: str = "gemini-3.8-flash", **environ: str) -> WireModel:
    keys = environ or {"GEMINI_API_KEY": KEY}
    return GOOGLE(name, ModelContext(environ={**keys, "GOOGLE_GEMINI_BASE_URL": url}))


def answered(vendor: Gemini, url: str, *parts: dict[str, Any], **fields: Any) -> Completion:
    vendor.reply = answer(*parts, **fields)
    return model(url).generate(request())


def failed(vendor: Gemini, url: str, *parts: dict[str, Any], **fields: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        answered(vendor, url, *parts, **fields)
    return caught.value


@pytest.mark.parametrize("name", MODELS)
def test_what_is_known_of_a_model_is_never_refused(name: str, url: str, vendor: Gemini) -> None:
    asking = model(url, name)
    for effort in (None, *EFFORTS):
        asked = {**ASKED, **({"effort": effort} if effort else {})}
        completion = asking.generate(request(**asked))
        assert (completion.text, completion.served_model) == (ANSWER, name)
        assert ("thinkingConfig" in completion.sent) != (effort is None or "effort" in completion.dropped)
    assert vendor.refusals == []


def test_sampling_a_seed_and_a_limit_are_sent(url: str, vendor: Gemini) -> None:
    completion = model(url, "gemini-3.5-flash").generate(request(**ASKED))
    sent = {"maxOutputTokens": 50, "temperature": 0.2, "seed": 3, "stopSequences": ["\nclass"]}
    assert completion.sent == vendor.bodies[0]["generationConfig"] == sent
    assert completion.dropped == ()


@pytest.mark.parametrize("name", [name for name, takes in MODELS.items() if not takes.sampling])
def test_a_temperature_that_would_be_ignored_is_dropped_in_the_open(name: str, url: str) -> None:
    completion = model(url, name).generate(request(temperature=0.0, seed=3))
    assert (completion.sent, completion.dropped) == ({"seed": 3}, ("temperature",))


def test_nothing_is_configured_that_was_not_asked_for(url: str, vendor: Gemini) -> None:
    assert model(url).generate(request("hi")).sent == {}
    assert vendor.bodies == [{"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}]


@pytest.mark.parametrize(
    ("name", "effort", "config"),
    [
        ("gemini-3.8-flash", "none", {"thinkingLevel": "LOW"}),
        ("gemini-3.6-flash", "none", {"thinkingLevel": "MINIMAL"}),
        ("gemini-3.1-pro-preview", "max", {"thinkingLevel": "HIGH"}),
        ("gemini-3-pro-preview", "medium", {"thinkingLevel": "HIGH"}),
        ("gemini-2.5-pro", "none", {"thinkingBudget": 512}),
        ("gemini-2.5-flash", "none", {"thinkingBudget": 0}),
        ("gemini-2.5-flash-lite", "high", {"thinkingBudget": 24576}),
    ],
)
def test_a_level_or_a_budget_by_generation_and_never_both(
    name: str, effort: str, config: dict[str, Any], url: str
) -> None:
    assert model(url, name).generate(request(effort=effort)).sent == {"thinkingConfig": config}


@pytest.mark.parametrize(
    "words",
    [
        "Thinking level MEDIUM is not supported for this model. Please retry with other thinking level.",
        "Unable to submit request because thinking_level MEDIUM is not supported by this model.",
        "Thinking level is not supported for this model.",
    ],
)
def test_a_level_that_is_refused_is_dropped_in_the_open(words: str) -> None:
    def vendor(came: Any) -> Given:
        thinks = "thinkingConfig" in came.json.get("generationConfig", {})
        return refused(words) if thinks else Given(200, answer({"text": "x"}))

    with serving(vendor) as url:
        completion = model(url, "gemini-9-flash").generate(request(effort="medium"))
    assert (completion.sent, completion.dropped) == ({}, ("effort",))


def test_roles_are_named_as_google_names_them(url: str, vendor: Gemini) -> None:
    said = (("system", "Be brief."), ("user", "a"), ("assistant", "b"), ("user", "c"))
    asked = Request(SampleKey("s", "p", "m", 0), tuple(Message(role, words) for role, words in said))
    assert model(url).generate(asked).text == ANSWER
    assert vendor.bodies[0]["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert [one["role"] for one in vendor.bodies[0]["contents"]] == ["user", "model", "user"]


@pytest.mark.parametrize(
    "environ",
    [
        {"GEMINI_API_KEY": KEY},
        {"GOOGLE_API_KEY": KEY},
        {"GEMINI_API_KEY": KEY, "GOOGLE_API_KEY": "AIza-other"},
        {"GEMINI_API_KEY": " ", "GOOGLE_API_KEY": KEY},
    ],
)
def test_either_variable_may_hold_the_key(environ: dict[str, str], url: str) -> None:
    assert model(url, **environ).generate(request()).text == ANSWER


def test_a_missing_key_is_told_by_the_first_name(url: str) -> None:
    with pytest.raises(UsageError, match="GEMINI_API_KEY is not set"):
        model(url, PATH="/bin")


STOPS = [
    ("STOP", Stop.END),
    ("MAX_TOKENS", Stop.LENGTH),
    ("CONTINUATION", Stop.LENGTH),
    ("MALFORMED_FUNCTION_CALL", Stop.OTHER),
    ("UNEXPECTED_TOOL_CALL", Stop.OTHER),
    ("TOO_MANY_TOOL_CALLS", Stop.OTHER),
]


@pytest.mark.parametrize(("finish", "stop"), STOPS)
def test_why_it_stopped(finish: str, stop: Stop, url: str, vendor: Gemini) -> None:
    assert answered(vendor, url, {"text": "x"}, finish=finish).stop is stop


CUT = [
    ("SAFETY", Fault.FILTERED),
    ("RECITATION", Fault.FILTERED),
    ("LANGUAGE", Fault.FILTERED),
    ("BLOCKLIST", Fault.FILTERED),
    ("PROHIBITED_CONTENT", Fault.FILTERED),
    ("SPII", Fault.FILTERED),
    ("ESCALATION", Fault.FILTERED),
    ("MODEL_ARMOR", Fault.FILTERED),
    ("PUP_LIMITED_DISABLED", Fault.AUTH),
    ("OTHER", Fault.INVALID_REPLY),
    ("MALFORMED_RESPONSE", Fault.INVALID_REPLY),
    ("MISSING_THOUGHT_SIGNATURE", Fault.INVALID_REPLY),
    ("FINISH_REASON_UNSPECIFIED", Fault.INVALID_REPLY),
    (None, Fault.INVALID_REPLY),
]


@pytest.mark.parametrize(("finish", "fault"), CUT)
def test_an_answer_that_google_cut_is_not_the_models(
    finish: str | None, fault: Fault, url: str, vendor: Gemini
) -> None:
    error = failed(vendor, url, {"text": "def f("}, finish=finish)
    assert error.fault is fault
    assert str(finish or "no finish reason") in error.message
    assert "def f(" in error.raw_reply


def test_every_finish_reason_that_google_has_is_thought_of() -> None:
    for_images = {"NO_IMAGE", *(name for name in types.FinishReason.__members__ if name.startswith("IMAGE_"))}
    known = {value for value, _ in (*STOPS, *CUT)}
    assert set(types.FinishReason.__members__) == {name for name in known if name} | for_images


@pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "OTHER"])
def test_a_blocked_prompt_has_no_candidate_and_is_filtered(reason: str, url: str, vendor: Gemini) -> None:
    vendor.reply = {"promptFeedback": {"blockReason": reason}, "usageMetadata": {"promptTokenCount": 4}}
    types.GenerateContentResponse.model_validate(vendor.reply)
    with pytest.raises(ProviderError, match=reason) as caught:
        model(url).generate(request())
    assert (caught.value.fault, caught.value.retryable) == (Fault.FILTERED, False)


@pytest.mark.parametrize("reply", [{"candidates": []}, {"candidates": None}, {"usageMetadata": {}}])
def test_no_candidate_without_a_reason_is_no_answer(reply: dict[str, Any], url: str, vendor: Gemini) -> None:
    vendor.reply = reply
    with pytest.raises(ProviderError) as caught:
        model(url).generate(request())
    assert caught.value.fault is Fault.INVALID_REPLY


def test_thoughts_are_never_the_answer(url: str, vendor: Gemini) -> None:
    completion = answered(
        vendor,
        url,
        {"text": "```python\nwrong\n```", "thought": True},
        {"text": "ri", "thoughtSignature": "c2ln"},
        {"text": "ght"},
    )
    assert (completion.text, completion.reasoning) == ("right", "```python\nwrong\n```")


def test_thinking_that_took_all_tokens_is_a_truncated_answer(url: str, vendor: Gemini) -> None:
    usage = {"promptTokenCount": 9, "thoughtsTokenCount": 50, "totalTokenCount": 59}
    completion = answered(vendor, url, finish="MAX_TOKENS", usageMetadata=usage)
    assert (completion.text, completion.stop) == ("", Stop.LENGTH)
    assert completion.usage == Usage(input_total=9, output_total=50, reasoning=50)


def test_a_function_call_that_nobody_offered_leaves_an_empty_answer(url: str, vendor: Gemini) -> None:
    with pytest.raises(EmptyReply):
        answered(vendor, url, finish="MALFORMED_FUNCTION_CALL")


def test_thoughts_are_counted_beside_the_candidates_and_cached_tokens_inside_the_prompt(
    url: str, vendor: Gemini
) -> None:
    usage = answered(vendor, url, {"text": "x"}).usage
    assert usage == Usage(input_total=100, input_cached=40, output_total=27, reasoning=7)


def test_tokens_of_tools_are_beside_the_prompt(url: str, vendor: Gemini) -> None:
    counts = {"promptTokenCount": 10, "toolUsePromptTokenCount": 5, "candidatesTokenCount": 2}
    usage = answered(vendor, url, {"text": "x"}, usageMetadata=counts).usage
    assert usage == Usage(input_total=15, output_total=2)


def test_the_version_that_served_and_its_id_are_kept_and_priced(url: str, vendor: Gemini) -> None:
    vendor.reply = answer({"text": "x"}, modelVersion="gemini-3.6-flash")
    completion = model(url, "gemini-3.8-flash").generate(request())
    assert (completion.served_model, completion.request_id) == ("gemini-3.6-flash", "resp_strict")
    assert completion.provider == "google"
    assert completion.cost_microusd is not None


PER_MINUTE = {"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}
PER_DAY = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}
TOKENS_A_DAY = {"quotaId": "GenerateContentInputTokensPerModelPerDay-FreeTier"}
RETRY = detail("RetryInfo", retryDelay="37s")
SPENT = "You exceeded your current quota, please check your plan and billing details."


def exhausted(*violations: dict[str, str]) -> Given:
    details = [detail("QuotaFailure", violations=list(violations)), RETRY]
    return refused(SPENT, code=429, status="RESOURCE_EXHAUSTED", details=details)


ERRORS = [
    (exhausted(PER_MINUTE), Fault.RATE_LIMITED),
    (exhausted(PER_DAY), Fault.QUOTA),
    (exhausted(PER_MINUTE, TOKENS_A_DAY), Fault.QUOTA),
    (refused("Resource has been exhausted", code=429, status="RESOURCE_EXHAUSTED"), Fault.RATE_LIMITED),
    (refused("The model is overloaded.", code=503, status="UNAVAILABLE"), Fault.SERVER),
    (refused("An internal error has occurred.", code=500, status="INTERNAL"), Fault.SERVER),
    (refused("Deadline expired.", code=504, status="DEADLINE_EXCEEDED"), Fault.SERVER),
    (refused("no permission", code=403, status="PERMISSION_DENIED"), Fault.AUTH),
    (refused("bad request"), Fault.INVALID_REQUEST),
    (
        refused("The input token count (9) exceeds the maximum number of tokens allowed (8)."),
        Fault.CONTEXT_OVERFLOW,
    ),
]


@pytest.mark.parametrize(("given", "fault"), ERRORS, ids=[f"{g.status}-{f.value}" for g, f in ERRORS])
def test_each_error_of_googles_is_its_own_fault(given: Given, fault: Fault) -> None:
    with serving(lambda _: given) as url, pytest.raises(ProviderError) as caught:
        model(url).generate(request())
    assert caught.value.fault is fault


def test_the_wait_that_google_asks_for_stands_in_the_body() -> None:
    with serving(lambda _: exhausted(PER_MINUTE)) as url, pytest.raises(ProviderError) as caught:
        model(url).generate(request())
    assert caught.value.retry_after_s == 37


def test_a_wrong_key_is_told_though_it_comes_as_a_bad_request(url: str) -> None:
    with pytest.raises(ProviderError) as caught:
        model(url, GEMINI_API_KEY="AIza-wrong").generate(request())
    assert (caught.value.http_status, caught.value.fault) == (400, Fault.AUTH)


def test_an_unknown_model_is_told(url: str) -> None:
    with pytest.raises(ProviderError, match="not found") as caught:
        model(url, "gemini-0").generate(request())
    assert caught.value.fault is Fault.INVALID_REQUEST


def test_the_vendors_own_client_gets_the_same_answer(url: str, vendor: Gemini) -> None:
    vendor.reply = answer({"text": "hm", "thought": True}, {"text": "a"}, {"text": "b"})
    options = types.HttpOptions(base_url=url, api_version="v1beta")
    config = types.GenerateContentConfig(
        system_instruction=types.Content(parts=[types.Part(text="Be brief.")]),
        max_output_tokens=9,
        seed=3,
        stop_sequences=["\nclass"],
        thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel.LOW),
    )
    with genai.Client(api_key=KEY, http_options=options) as client:
        theirs = client.models.generate_content(model="gemini-3.8-flash", contents="hi", config=config)
    params = request(max_tokens=9, seed=3, stop=("\nclass",), effort="low").params
    said = (Message("system", "Be brief."), Message("user", "hi"))
    ours = model(url).generate(Request(SampleKey("s", "p", "m", 0), said, params))
    assert theirs.text == ours.text
    their_body, our_body = vendor.bodies
    assert their_body.pop("systemInstruction")["parts"] == our_body.pop("systemInstruction")["parts"]
    for body in (their_body, our_body):  # their client spells some names with underscores
        config = types.GenerationConfig.model_validate(body["generationConfig"])
        body["generationConfig"] = config.model_dump(exclude_none=True)
    assert their_body == our_body
