"""What the adapters of batches must not do, whatever a provider sends."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import strict_anthropic
import strict_gemini
import strict_openai
from batch_server import BatchVendor
from batch_vendors import VENDORS, Anthropic, Gemini, environ_of
from provider_script import request
from strict import Came, Given, serving

from bench.errors import Fault, ProviderError
from bench.models.http import Client
from bench.protocols import BatchLine, ModelContext, OffersBatches
from bench.registry import load_model

EVERY = tuple(VENDORS)


@contextmanager
def batches(model: str, **settings: Any) -> Iterator[tuple[Any, BatchVendor]]:
    vendor = VENDORS[model][0](**settings)
    with serving(vendor) as url:
        yield load_model(model, ModelContext(environ=environ_of(model, url))).batches, vendor  # type: ignore[attr-defined]


def sent(taken: Any, count: int = 3, *, token: str = "t0") -> str:
    lines = [taken.prepare(f"{token}-{place}", request(f"def f{place}()")).line for place in range(count)]
    name = taken.submit(token, lines)
    assert isinstance(name, str)
    return name


def by_id(taken: Any, name: str) -> dict[str, BatchLine]:
    return {line.custom_id: line for line in taken.results(name)}


@pytest.mark.parametrize("model", EVERY)
def test_a_reply_in_a_batch_is_read_like_any_other(model: str) -> None:
    asked = request("def f0()", max_tokens=99)
    with batches(model, looks=0) as (taken, vendor):
        prepared = taken.prepare("t0-0", asked)
        name = taken.submit("t0", [prepared.line])
        assert taken.status(name).ended
        together = taken.completion(by_id(taken, name)["t0-0"], asked, prepared.wire)
    with serving(vendor.alone) as url:
        alone = load_model(model, ModelContext(environ=environ_of(model, url))).generate(asked)
    for part in ("usage", "stop", "served_model", "provider", "sent", "dropped", "reasoning", "raw_request"):
        assert getattr(together, part) == getattr(alone, part), part
    assert together.timing is None, "when a batch answers says nothing about the model's speed"


@pytest.mark.parametrize("model", EVERY)
def test_limits_of_a_batch_are_within_the_vendors(model: str) -> None:
    documented = {"openai": (50_000, 200e6), "anthropic": (100_000, 256e6), "google": (None, 20e6)}
    requests, size = documented[model.partition("/")[0].partition("-")[0]]
    with batches(model) as (taken, _):
        assert requests is None or taken.most_requests <= requests
        assert taken.most_bytes <= size


def test_who_offers_batches() -> None:
    keys = {"OPENAI_API_KEY": "k", "DEEPSEEK_API_KEY": "k", "AZURE_OPENAI_API_KEY": "k"}
    environ = {**keys, "AZURE_OPENAI_ENDPOINT": "https://x.example"}
    offered = {
        name: load_model(f"{name}/gpt-5-mini", ModelContext(environ=environ))
        for name in ("openai", "openai-responses", "deepseek", "azure")
    }
    assert {
        name for name, model in offered.items() if isinstance(model, OffersBatches) and model.batches
    } == {
        "openai",
        "openai-responses",
    }


def test_an_answer_without_a_key_is_given_to_no_question() -> None:
    """Google's answers have come in another order than asked, and without their metadata."""

    def unmarked(lines: list[Any]) -> list[Any]:
        return [{"response": line["response"]} for line in lines]

    with batches("google/gemini-3.8-flash", looks=0, lines=unmarked) as (taken, _):
        assert [line.custom_id for line in taken.results(sent(taken))] == ["", "", ""]


def test_results_at_another_address_are_not_fetched_with_our_key() -> None:
    came: list[Came] = []

    class Astray(Anthropic):
        def _told(self, job: Any) -> dict[str, Any]:
            told = super()._told(job)
            return {**told, "results_url": told["results_url"] and "http://127.0.0.1:9/v1/elsewhere/x"}

        def route(self, request: Came) -> Any:
            came.append(request)
            if request.path.endswith("/results"):
                name = request.path.split("/")[-2]
                return "results", lambda: Given(200, self._jsonl(name))
            return super().route(request)

        def _jsonl(self, name: str) -> str:
            import json

            return "".join(json.dumps(line) + "\n" for line in self._lines(self.jobs[name]))

    vendor = Astray(looks=0)
    model = "anthropic/claude-opus-5-5"
    with serving(vendor) as url:
        taken: Any = load_model(model, ModelContext(environ=environ_of(model, url))).batches  # type: ignore[attr-defined]
        name = sent(taken)
        assert taken.status(name).ended
        assert by_id(taken, name).keys() == {"t0-0", "t0-1", "t0-2"}
    assert came[-1].path == f"/v1/messages/batches/{name}/results"


@pytest.mark.parametrize("model", EVERY)
def test_no_key_is_in_what_a_batch_tells(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-planted-5d0f77aa91c4"
    for module in (strict_openai, strict_anthropic, strict_gemini):
        monkeypatch.setattr(module, "KEY", key)

    def leak(function: str, body: Any) -> Given:
        error = {"type": "invalid_request_error", "message": f"bad {key}", "code": 400, "status": "X"}
        return Given(400, {"type": "error", "error": error, "request_id": None})

    with serving(VENDORS[model][0](looks=0, answer=leak)) as url:
        environ = {name: key if "KEY" in name else value for name, value in environ_of(model, url).items()}
        taken: Any = load_model(model, ModelContext(environ=environ)).batches  # type: ignore[attr-defined]
        lines = list(taken.results(sent(taken)))
    assert len(lines) == 3
    for line in lines:
        assert "bad" in line.raw
        assert key not in f"{line.raw} {line.error} {line.error.raw_reply}"


@pytest.mark.parametrize("model", EVERY)
def test_a_batch_is_found_among_those_of_others_on_any_page(model: str) -> None:
    with batches(model, looks=0) as (taken, vendor):
        mine = sent(taken, token="mine0")
        for number in range(5):
            sent(taken, token=f"other{number}")
        since = time.time()
        assert taken.find("mine0", 3, since, ()).batch == mine
        absent = taken.find("absent", 3, since, ())
        assert (absent.batch, absent.undecided) == ("", False)
        if isinstance(vendor, Gemini):
            return  # its list is searched as a whole
        assert not taken.find("mine0", 3, since + 86_400, ()).batch, "older ones are not looked at"


def test_while_a_batch_runs_that_may_be_ours_it_is_undecided() -> None:
    """Anthropic's batches can be told apart by their results alone."""
    with batches("anthropic/claude-opus-5-5", looks=3) as (taken, _):
        other = sent(taken, token="other0")
        assert taken.find("mine0", 3, time.time(), ()).undecided
        assert not taken.find("mine0", 3, time.time(), (other,)).undecided, (
            "one that is known is no candidate"
        )
        assert not taken.find("mine0", 4, time.time(), ()).undecided, "one of another size is none"


def test_a_file_that_breaks_off_is_no_file() -> None:
    """Or half of the answers would be taken for all of them."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"custom_id": "a"}\n')

        thread = threading.Thread(target=serve)
        thread.start()
        client = Client(f"http://127.0.0.1:{server.getsockname()[1]}", timeout_s=5)
        got: list[str] = []
        with pytest.raises(ProviderError) as caught:
            got.extend(client.lines("/file"))
        thread.join()
        client.close()
    assert caught.value.fault is Fault.TRANSPORT
    assert got == []
