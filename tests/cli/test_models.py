"""``bench models``: what each takes, how effort is sent, which keys are set; and one small question asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_support import BENCH, PLUGINS, Bench, environment

from bench.models.capabilities import RULES
from bench.models.catalogue import adapters
from bench.models.params import wire
from bench.models.vendors import VENDORS
from bench.scripted import ScriptedServer, ServerReply, ServerRequest, chat_reply, scripted_server
from bench.types import EFFORTS, Params

CANNED, DOWN = f"{PLUGINS}:Canned", f"{PLUGINS}:Down"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(chat_reply) as local:
        yield local


def compatible(server: ScriptedServer) -> str:
    return f"openai-compatible/m@{server.url}/v1"


def test_every_adapter_is_listed_with_what_it_takes(bench: Bench) -> None:
    listed = {one["name"]: one for one in json.loads(bench("models", "--json", XAI_API_KEY="sk-x").stdout)}
    assert set(VENDORS) | {"reference", "replay", "llamacpp", "hf", "command"} <= set(listed)
    assert listed["xai"]["keys"] == {"XAI_API_KEY": True}
    assert listed["mistral"]["keys"] == {"MISTRAL_API_KEY": False}
    assert listed["openrouter"]["spelling"] == "openrouter/ORG/NAME[@UPSTREAM]"
    assert listed["openai"]["batch"]
    assert not listed["vllm"]["batch"]
    for name in VENDORS:
        assert [kind["models"] for kind in listed[name]["kinds"]] == [
            rule.pattern for rule in RULES if rule.provider == name
        ]


def test_what_the_list_says_is_what_is_sent() -> None:
    """The list is made from the rules that requests go by: for each level exactly what would be sent."""
    listed = {one.name: one for one in adapters({})}
    for rule in RULES:
        kind = next(kind for kind in listed[rule.provider].kinds if kind.models == rule.pattern)
        for level in EFFORTS:
            sent = wire(rule, Params(effort=level))
            if kind.effort:
                assert dict(kind.effort[level]).items() <= dict(sent.sent).items()
                assert kind.effort[level]
            else:
                assert sent.dropped == ("effort",)
        assert set(kind.takes) | set(kind.drops) == {"max_tokens", "temperature", "seed", "effort", "stop"}
        assert not set(kind.takes) & set(kind.drops)


@pytest.mark.parametrize(
    ("vendor", "kind", "said"),
    [
        ("openai", r"gpt-([6-9]|\d\d)", "effort none minimal low -> low, medium, high, xhigh max -> xhigh"),
        ("openai", r"gpt-([6-9]|\d\d)", "drops temperature, stop"),
        (
            "deepseek",
            "any name",
            "none -> disabled, minimal low -> low, medium high -> high, xhigh max -> max",
        ),
        ("deepseek", "any name", "while it thinks also temperature"),
        ("google", r"gemini-2", "none -> 0, minimal -> 512"),
        ("llamacpp", "any name", "unasked temperature=0.0"),
    ],
)
def test_the_mapping_of_effort_is_told_in_words(bench: Bench, vendor: str, kind: str, said: str) -> None:
    text = bench("models").stdout
    of_vendor = re.split(rf"^{vendor}: .*\n", text, flags=re.MULTILINE)[1]
    of_vendor = re.split(r"^\w", of_vendor, maxsplit=1, flags=re.MULTILINE)[0]
    of_kind = of_vendor.split(f"    {kind}\n")[1]
    assert said in re.split(r"^ {4}\S", of_kind, maxsplit=1, flags=re.MULTILINE)[0]


def test_a_checked_model_shows_what_was_asked_sent_and_dropped_beside_the_raw_reply(
    bench: Bench, server: ScriptedServer
) -> None:
    text = bench("models", "--check", compatible(server), "--effort", "high").stdout
    assert "text: def add(a, b):" in text
    assert "served by: scripted-1 (openai-compatible)" in text
    assert 'asked: effort="high", max_tokens=2048' in text
    assert 'sent: max_tokens=2048, reasoning_effort="high"' in text
    assert "dropped: none" in text
    assert "tokens: 30 in (10 cached), 20 out" in text
    assert "cost: no price is known" in text
    assert re.search(r"time: first byte \d\.\d{3} s, all \d\.\d{3} s", text)
    assert '"finish_reason": "stop"' in text.split("reply: ")[1]
    assert len(server.requests) == 1


def test_a_refused_parameter_is_shown_as_dropped(bench: Bench) -> None:
    def picky(request: ServerRequest) -> ServerReply:
        assert isinstance(request.json, dict)
        if "reasoning_effort" in request.json:
            said = {"message": "Unsupported parameter: 'reasoning_effort'", "param": "reasoning_effort"}
            return ServerReply(400, {"error": {**said, "code": "unsupported_parameter"}})
        return chat_reply(request)

    with scripted_server(picky) as local:
        text = bench("models", "--check", compatible(local), "--effort", "low").stdout
    assert "dropped: effort" in text
    assert "sent: max_tokens=2048\n" in text


def test_json_has_everything_of_a_checked_model(bench: Bench, server: ScriptedServer) -> None:
    told = json.loads(bench("models", "--check", compatible(server), "--json").stdout)
    assert told["asked"] == {"max_tokens": 2048}
    assert told["usage"]["input_cached"] == 10
    assert json.loads(told["raw_reply"])["model"] == told["served_model"]
    assert json.loads(told["raw_request"])["messages"]


@pytest.mark.parametrize(
    ("reply", "fault", "hint"),
    [
        (ServerReply(401, {"error": {"message": "no such key"}}), "auth", "Check the provider's API key"),
        (ServerReply(404, {"error": {"message": "no model m"}}), "invalid_request", "Check the model's name"),
        (ServerReply(429, {"error": {"message": "slow down"}}), "rate_limited", "a run tries again"),
        (ServerReply(200, "<html>"), "invalid_reply", "a run tries again"),
        (None, "transport", "a run tries again"),
    ],
)
def test_a_fault_is_one_message_with_what_to_do(
    bench: Bench, reply: ServerReply | None, fault: str, hint: str
) -> None:
    with scripted_server(lambda _: reply) as local:
        result = bench("models", "--check", compatible(local))
        told = json.loads(bench("models", "--check", compatible(local), "--json").stdout)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.count("error:") == 1
    assert fault in result.stderr
    assert hint in result.stderr
    assert "Traceback" not in result.stderr
    assert told["error"]["fault"] == fault


def test_a_plugin_that_crashes_is_told_as_its_own_fault(tmp_path: Path, bench: Bench) -> None:
    crash = "class M:\n    name = 'm'\n    def generate(self, request, /):\n        return 1 / 0\n"
    (tmp_path / "crash.py").write_text(crash)
    result = bench("models", "--check", "./crash.py:M")
    assert result.returncode == 2
    assert "model 'm' raised ZeroDivisionError" in result.stderr
    assert "please report" not in result.stderr


def test_conformance_names_the_broken_rules_and_fails(bench: Bench, server: ScriptedServer) -> None:
    good = bench("models", "--check", compatible(server), "--conformance")
    assert good.returncode == 0, good.stdout
    assert good.stdout.count("\nok ") == 8
    assert good.stdout.count("\nuntried ") == 2, "a key, and a server that fails"
    bad = bench("models", "--check", CANNED, "--conformance")
    told = json.loads(bench("models", "--check", CANNED, "--conformance", "--json").stdout)
    assert {one["rule"] for one in told["broken"]} == {"params"}
    assert bad.returncode == 1
    assert "broken  params" in bad.stdout
    assert "dropped=request.params.asked" in bad.stdout
    assert bench("models", "--check", DOWN).returncode == 1


@pytest.mark.parametrize("options", [("--effort", "low"), ("--conformance",)])
def test_options_of_a_check_need_one(bench: Bench, options: tuple[str, ...]) -> None:
    assert bench("models", *options).returncode == 2


def test_a_wide_terminal_shows_both_side_by_side(tmp_path: Path, server: ScriptedServer) -> None:
    """Through a real terminal of 140 columns."""
    import fcntl
    import os
    import pty
    import struct
    import subprocess
    import termios

    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
    command = [*BENCH, "models", "--check", compatible(server)]
    variables = environment() | {"TERM": "xterm"}
    variables.pop("COLUMNS", None)
    process = subprocess.Popen(command, cwd=tmp_path, env=variables, stdout=side, stdin=subprocess.DEVNULL)
    os.close(side)
    text = b""
    while chunk := _read(main):
        text += chunk
    os.close(main)
    assert process.wait(60) == 0
    lines = text.decode().splitlines()
    assert any("normalised" in line and "as it came" in line for line in lines)
    assert any("text: def add" in line and "request:" in line for line in lines)


def _read(fd: int) -> bytes:
    import os

    try:
        return os.read(fd, 65536)
    except OSError:  # the other side is closed
        return b""


def test_doctor_says_which_keys_are_set_and_what_is_wrong_with_one(bench: Bench) -> None:
    found: list[dict[str, Any]] = json.loads(
        bench("doctor", "--json", OPENAI_API_KEY="sk-right", MISTRAL_API_KEY="sk wrong").stdout
    )
    keys = [one for one in found if one["about"] == "keys"]
    assert any(one["text"].startswith("set: ") and "OPENAI_API_KEY" in one["text"] for one in keys)
    assert any("not set: " in one["text"] and "ANTHROPIC_API_KEY" in one["text"] for one in keys)
    assert any(one["level"] == "warn" and "MISTRAL_API_KEY" in one["text"] for one in keys)
    assert "sk-right" not in json.dumps(found)
    assert "sk wrong" not in json.dumps(found)
