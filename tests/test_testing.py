"""The conformance kit: every adapter of ours holds to it, and an adapter that breaks a rule is told which."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.errors import Fault, ProviderError
from bench.models.http import Client
from bench.models.reference import make as reference
from bench.models.vendors import VENDORS
from bench.protocols import Model, ModelContext
from bench.scripted import ServerReply, ServerRequest
from bench.testing import RULES, Nonconforming, chat_reply, check_http_model, check_model, scripted_server
from bench.types import Completion, Form, Mode, Params, Request, Stop, Usage

KEY = "sk-conform/ance+0123456789=="
GOOD = "def add(a, b):\n    return a + b\n"


def text(request: ServerRequest, *, limit: str, low: int = 20) -> tuple[str, bool, int]:
    """What a server writes under this limit, whether that is all, and how many tokens it took."""
    found: Any = request.json
    for part in limit.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    allowed = found if isinstance(found, int) else 100
    return GOOD[: 4 * allowed], allowed >= low, min(allowed, low)


def responses_reply(request: ServerRequest) -> ServerReply:
    """Says ``completed`` even when it was cut off, as a live server was seen to do."""
    said, _, written = text(request, limit="max_output_tokens")
    part = {"type": "output_text", "text": said, "annotations": []}
    item = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [part]}
    usage = {"input_tokens": 30, "output_tokens": written, "total_tokens": 30 + written}
    usage |= {"input_tokens_details": {"cached_tokens": 10}, "output_tokens_details": {"reasoning_tokens": 0}}
    body = {"id": "r", "object": "response", "model": "scripted-1", "status": "completed", "error": None}
    return ServerReply(200, {**body, "incomplete_details": None, "output": [item], "usage": usage})


def messages_reply(request: ServerRequest) -> ServerReply:
    said, whole, written = text(request, limit="max_tokens")
    usage = {"input_tokens": 7, "cache_read_input_tokens": 23, "output_tokens": written}
    body = {"id": "m", "type": "message", "role": "assistant", "model": "scripted-1", "usage": usage}
    content = [{"type": "text", "text": said}]
    return ServerReply(
        200, {**body, "content": content, "stop_reason": "end_turn" if whole else "max_tokens"}
    )


def gemini_reply(request: ServerRequest) -> ServerReply:
    said, whole, written = text(request, limit="generationConfig.maxOutputTokens")
    candidate = {"content": {"role": "model", "parts": [{"text": said}]}, "index": 0}
    usage = {"promptTokenCount": 30, "candidatesTokenCount": written, "totalTokenCount": 30 + written}
    body = {"modelVersion": "scripted-1", "responseId": "r", "usageMetadata": usage}
    return ServerReply(
        200, {**body, "candidates": [{**candidate, "finishReason": "STOP" if whole else "MAX_TOKENS"}]}
    )


def ollama_reply(request: ServerRequest) -> ServerReply:
    said, whole, written = text(request, limit="options.num_predict")
    body: dict[str, Any] = {"model": "scripted-1", "created_at": "2026-11-20T10:00:00Z", "done": True}
    body |= {"done_reason": "stop" if whole else "length", "prompt_eval_count": 30, "eval_count": written}
    raw = request.path.endswith("/generate")
    return ServerReply(
        200, body | ({"response": said} if raw else {"message": {"role": "assistant", "content": said}})
    )


REPLIES = {
    "openai-responses": responses_reply,
    "anthropic": messages_reply,
    "google": gemini_reply,
    "ollama": ollama_reply,
}


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_our_own_adapters_hold_to_every_rule(vendor: str) -> None:
    """A key in each, and a server that repeats it in its errors."""
    entry = VENDORS[vendor]

    def make(url: str) -> Model:
        environ = {entry.key_variable: KEY, entry.url_variable or "NONE": url}
        name = f"some-model@{url}/v1" if entry.own_server and not entry.url_variable else "some-model"
        return entry(name, ModelContext(environ=environ, concurrency=4, timeout_s=10.0))

    check_http_model(make, reply=REPLIES.get(vendor, chat_reply), key=KEY)


class Mine:
    """Holds to all rules in as few lines as can be."""

    name = "mine"

    def generate(self, request: Request, /) -> Completion:
        if request.mode is Mode.COMPLETE:
            raise ProviderError(Fault.INVALID_REQUEST, "chat only")
        return Completion(GOOD, dropped=request.params.asked)


def test_the_least_that_conforms() -> None:
    check_model(Mine)
    check_model(Mine())


def mine(answer: Callable[[Request], object], *, name: str = "mine") -> Callable[[], Any]:
    """A class of models that answer so, and refuse mode complete."""

    def generate(_: object, request: Request, /) -> object:
        if request.mode is Mode.COMPLETE:
            raise ProviderError(Fault.INVALID_REQUEST, "chat only")
        return answer(request)

    return type("Broken", (), {"name": name, "generate": generate})


def good(request: Request, **more: Any) -> Completion:
    return Completion(GOOD, dropped=request.params.asked, **more)


def raises(error: Exception) -> Callable[[Request], Completion]:
    def answer(_: Request) -> Completion:
        raise error

    return answer


def sometimes(request: Request) -> object:
    """The text of the error as the answer, where the question is short of a limit."""
    return None if request.params.max_tokens else good(request)


refusal = raises(ProviderError(Fault.INVALID_REQUEST, "no seeds here"))


def good_as_sent(request: Request, **more: Any) -> Completion:
    return Completion(GOOD, sent={"all": str(request.params)}, **more)


numbers = itertools.count()

BREAKERS: dict[str, tuple[str, Callable[[], Any], str]] = {
    "no name": ("name", mine(good, name=""), 'name = "my-model"'),
    "two lines": ("name", mine(good, name="a\nb"), 'name = "my-model"'),
    "numbered": ("name", lambda: mine(good, name=f"m{next(numbers)}")(), "not from chance"),
    "a str": ("answer", mine(lambda _: GOOD), "Completion(text)"),
    "None as text": ("answer", mine(lambda _: Completion(None)), "Give a str"),  # type: ignore[arg-type]
    "None now and then": ("answer", mine(sometimes), "Completion(text)"),
    "refuses all": ("answer", mine(raises(ProviderError(Fault.AUTH, "no"))), "Let it answer"),
    "another exception": ("errors", mine(raises(ValueError("no"))), "ProviderError"),
    "a set": ("record", mine(lambda r: good(r, sent={"a": {1, 2}})), "JSON"),
    "a list dropped": ("record", mine(lambda r: Completion(GOOD, dropped=list(r.params.asked))), "tuple"),
    "stop as text": ("record", mine(lambda r: good(r, stop="finished")), "declared type"),
    "cached apart": ("usage", mine(lambda r: good(r, usage=Usage(7, 24))), "includes input_cached"),
    "thoughts apart": (
        "usage",
        mine(lambda r: good(r, usage=Usage(7, output_total=5, reasoning=9))),
        "output_total includes reasoning",
    ),
    "a negative cost": ("usage", mine(lambda r: good(r, cost_microusd=-1)), "micro-dollars"),
    "dollars": ("record", mine(lambda r: good(r, cost_microusd=0.5)), "declared type"),
    "silence": ("params", mine(lambda _: Completion(GOOD)), "dropped=request.params.asked"),
    "always all": ("params", mine(lambda _: Completion(GOOD, dropped=("seed",))), "asked for only"),
    "refuses a seed": (
        "params",
        mine(lambda r: good(r) if r.params.seed is None else refusal(r)),
        "without seed",
    ),
    "cut in silence": (
        "length",
        mine(lambda r: good_as_sent(r, usage=Usage(9, output_total=r.params.max_tokens))),
        "Stop.LENGTH",
    ),
}  # fmt: skip


@pytest.mark.parametrize("which", BREAKERS)
def test_a_broken_rule_is_named_with_how_to_mend_it(which: str) -> None:
    rule, model, mend = BREAKERS[which]
    with pytest.raises(Nonconforming) as caught:
        check_model(model)
    assert {one.rule for one in caught.value.broken} <= {rule, "usage"}
    assert rule in {one.rule for one in caught.value.broken}
    assert mend in str(caught.value)
    assert RULES[rule] in str(caught.value)
    assert str(caught.value).count("mend:") == len(caught.value.broken)


def test_a_chat_reply_in_mode_complete_is_no_continuation() -> None:
    class Chats(Mine):
        def generate(self, request: Request, /) -> Completion:
            return good(request)

    class GoesOn(Mine):
        def generate(self, request: Request, /) -> Completion:
            return good(request, form=Form.CONTINUATION if request.mode is Mode.COMPLETE else Form.REPLY)

    with pytest.raises(Nonconforming, match=r"Form\.CONTINUATION"):
        check_model(Chats)
    check_model(GoesOn)


def test_a_model_that_mixes_up_its_threads_is_caught() -> None:
    """What belongs to one request stands in the object, where the next thread overwrites it."""
    import threading

    class Mixed(Mine):
        def __init__(self) -> None:
            self.together = threading.Barrier(4)

        def generate(self, request: Request, /) -> Completion:
            self.last = request
            if "questi" in request.messages[0].text and "# question" in request.messages[0].text:
                self.together.wait(10)
            if request.mode is Mode.COMPLETE:
                raise ProviderError(Fault.INVALID_REQUEST, "chat only")
            return good(request, raw_request=json.dumps(self.last.messages[0].text))

    with pytest.raises(Nonconforming, match="another question's request") as caught:
        check_model(Mixed)
    assert {one.rule for one in caught.value.broken} == {"threads"}


def test_an_error_that_comes_back_as_text_is_caught() -> None:
    with pytest.raises(Nonconforming, match="became the answer 'Bad gateway'"):
        check_model(Mine, failing=mine(lambda r: Completion("Bad gateway", dropped=r.params.asked)))
    check_model(Mine, failing=mine(raises(ProviderError(Fault.SERVER, "Bad gateway"))))


@pytest.mark.parametrize("place", ["repr", "completion", "error", "cause"])
def test_a_key_that_shows_is_caught(place: str) -> None:
    class Shows(Mine):
        def __repr__(self) -> str:
            return f"Shows({KEY})" if place == "repr" else "Shows()"

        def generate(self, request: Request, /) -> Completion:
            if request.mode is Mode.COMPLETE:
                try:
                    raise ValueError(KEY if place == "cause" else "")
                except ValueError as error:
                    message = f"chat only {KEY if place == 'error' else ''}"
                    raise ProviderError(Fault.INVALID_REQUEST, message) from error
            return good(request, raw_request=json.dumps({"key": KEY if place == "completion" else ""}))

    with pytest.raises(Nonconforming) as caught:
        check_model(Shows, secrets=[KEY])
    assert {one.rule for one in caught.value.broken} == {"secrets"}
    assert KEY not in str(caught.value)


def test_a_rule_can_be_set_aside_knowingly_but_not_by_a_slip() -> None:
    check_model(mine(lambda _: Completion(GOOD)), except_for=["params"])
    with pytest.raises(ValueError, match="no such rule: parms"):
        check_model(Mine, except_for=["parms"])


class Careless:
    """Over HTTP, as it is often written."""

    def __init__(self, url: str, *, check: bool = True, tries: int = 1) -> None:
        self.name = "careless"
        self.url, self.check, self.tries = url, check, tries

    def generate(self, request: Request, /) -> Completion:
        import httpx

        if request.mode is Mode.COMPLETE:
            raise ProviderError(Fault.INVALID_REQUEST, "chat only")
        for _ in range(self.tries):
            reply = httpx.post(self.url, json={"model": "m"}, headers={"authorization": f"Bearer {KEY}"})
        if not self.check:
            return good(request, raw_reply=reply.text)
        if reply.status_code != 200:
            raise ProviderError(Fault.SERVER, f"{reply.status_code} {reply.text}")
        return Completion(reply.json()["choices"][0]["message"]["content"], dropped=request.params.asked)


def broken_by(make: Callable[[str], Model]) -> str:
    with pytest.raises(Nonconforming) as caught:
        check_http_model(make, key=KEY)
    return str(caught.value)


def test_a_careless_http_adapter_is_told_all_that_is_wrong() -> None:
    told = broken_by(Careless)
    assert "HTTP 429 with retry-after: 7 became Fault.SERVER" in told
    assert "HTTP 401 became Fault.SERVER" in told
    assert "the key stands in an error" in told
    assert "HTTP 200 and no JSON: it raised JSONDecodeError" in told
    assert "a closed connection: it raised RemoteProtocolError" in told


def test_an_http_adapter_that_takes_any_page_for_an_answer_is_caught() -> None:
    assert "HTTP 500 became the answer" in broken_by(lambda url: Careless(url, check=False))


def test_an_http_adapter_that_retries_by_itself_is_caught() -> None:
    assert "HTTP 500: asked 3 times" in broken_by(lambda url: Careless(url, tries=3))


def test_reference_holds_to_the_rules_but_is_asked_nothing() -> None:
    made = reference("", ModelContext())
    with pytest.raises(Nonconforming) as caught:
        check_model(made)
    assert {one.rule for one in caught.value.broken} == {"answer"}


@pytest.fixture
def asked() -> Iterator[list[ServerRequest]]:
    with scripted_server(chat_reply) as server:
        Client(server.url, timeout_s=5).post("/x", {"a": 1})
        yield server.requests


def test_the_scripted_server_notes_what_it_was_asked(asked: list[ServerRequest]) -> None:
    assert [(one.method, one.path, one.json) for one in asked] == [("POST", "/x", {"a": 1})]
    assert Params().asked == ()
    assert Stop.END is Stop("end")
