"""A program as a model: what it is told, what it may say, and every way in which it can go wrong."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from provider_script import request

from bench.errors import Fault, ProviderError, UsageError
from bench.models import command
from bench.models.faults import EmptyReply
from bench.protocols import ModelContext
from bench.registry import load_model
from bench.testing import check_model
from bench.types import Form, Mode, Stop, Usage

KEY = "sk-planted-0123456789abcdef"
READ = "import json, os, sys, time\nasked = json.load(sys.stdin)\n"

Made = Callable[..., Any]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A model that runs a Python program; its standard library alone, so it starts fast."""

    def make(program: str, **context: Any) -> Any:
        path = tmp_path / "my model.py"
        path.write_text(READ + program, encoding="utf-8")
        environ = {**os.environ, "MY_API_KEY": KEY}
        words = shlex.join([sys.executable, "-S", "-E", str(path), "two words"])
        return load_model(
            f"command/{words}", ModelContext(**{"environ": environ, "timeout_s": 30.0, **context})
        )

    return make


def _fault(model: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        model.generate(request())
    return caught.value


def test_a_program_gets_the_whole_request_and_its_text_is_the_answer(made: Made) -> None:
    model = made('print(json.dumps({"text": json.dumps([asked, sys.argv[1]])}))')
    completion = model.generate(request("hi", max_tokens=9, effort="low", stop=("x",)))
    told, argument = json.loads(completion.text)
    assert argument == "two words"
    assert told == {
        "version": 1,
        "key": {"suite": "smoke", "problem": "smoke/1", "model": "m", "epoch": 0},
        "mode": "chat",
        "messages": [{"role": "user", "content": "hi"}],
        "params": {"max_tokens": 9, "effort": "low", "stop": ["x"]},
    }
    assert json.loads(completion.raw_request) == told
    assert completion.sent == told["params"]
    assert (completion.form, completion.stop, completion.provider) == (Form.REPLY, Stop.END, "command")
    assert completion.timing.total_s > 0


def test_it_holds_to_the_rules_of_adapters(made: Made) -> None:
    """The program cuts at the limit as it should, and fails as it is told."""
    answers = (
        "words = ['def', 'add(a, b):', 'return', 'a', '+', 'b']\n"
        "limit = asked['params'].get('max_tokens', 99)\n"
        "print(json.dumps({'text': ' '.join(words[:limit]), 'stop': 'length' if limit < 6 else 'end'}))"
    )
    check_model(lambda: made(answers), secrets=[KEY])


def test_what_nobody_told_is_unknown_and_never_free(made: Made) -> None:
    completion = made('print(json.dumps({"text": "x"}))').generate(request())
    assert (completion.cost_microusd, completion.usage) == (None, None)


def test_all_that_a_program_knows_is_taken_over(made: Made) -> None:
    reply = {
        "text": "    return 1",
        "stop": "length",
        "reasoning": "hm",
        "usage": {"input_total": 10, "input_cached": 4, "output_total": 3, "reasoning": 1},
        "cost_microusd": 0,
        "served_model": "mine-2",
        "provider": "me",
        "request_id": "r1",
        "dropped": ["seed"],
    }
    model = made(f"print({json.dumps(reply)!r})")
    completion = model.generate(request(mode=Mode.COMPLETE, seed=1, max_tokens=3))
    assert (completion.form, completion.stop, completion.reasoning) == (Form.CONTINUATION, Stop.LENGTH, "hm")
    assert completion.usage == Usage(input_total=10, input_cached=4, output_total=3, reasoning=1)
    assert (completion.cost_microusd, completion.served_model, completion.provider) == (0, "mine-2", "me")
    assert (completion.sent, completion.dropped) == ({"max_tokens": 3}, ("seed",))
    assert json.loads(completion.raw_reply) == reply


def test_an_error_that_a_program_tells_counts_whatever_its_exit_status(made: Made) -> None:
    said = '{"error": {"fault": "rate_limited", "message": "slow down", "retry_after_s": 2.5}}'
    error = _fault(made(f"print({said!r})\nsys.exit(1)"))
    assert (error.fault, error.retry_after_s) == (Fault.RATE_LIMITED, 2.5)
    assert "slow down" in error.message
    assert error.raw_reply.strip() == said


@pytest.mark.parametrize(
    ("program", "fault", "message"),
    [
        ('print("hello")', Fault.INVALID_REPLY, "not JSON"),
        ("", Fault.INVALID_REPLY, "not JSON"),
        ('print("[1]")', Fault.INVALID_REPLY, "not an object"),
        ('print(\'{"txt": "x"}\')', Fault.INVALID_REPLY, "unknown field `txt`"),
        ("print('{}')", Fault.INVALID_REPLY, "required field `text`"),
        ('print(json.dumps({"text": "x", "cost": 1}))', Fault.INVALID_REPLY, "unknown field `cost`"),
        ('print(json.dumps({"text": "x", "cost_microusd": -1}))', Fault.INVALID_REPLY, "cost_microusd"),
        ('print(json.dumps({"text": "x", "dropped": ["seed"]}))', Fault.INVALID_REPLY, "nobody asked for"),
        ('print(json.dumps({"error": {"fault": "tired"}}))', Fault.INVALID_REPLY, "tired"),
        ('print(json.dumps({"text": "x"}))\nraise LookupError("no luck")', Fault.SERVER, "status 1.*no luck"),
        ("os.kill(os.getpid(), 11)", Fault.SERVER, "SIGSEGV"),
        ('sys.stderr.write("e" * 10**6 + " the end")\nsys.exit(3)', Fault.SERVER, "status 3.* the end$"),
    ],
)
def test_whatever_is_no_reply_is_a_fault_that_says_why(
    made: Made, program: str, fault: Fault, message: str
) -> None:
    error = _fault(made(program))
    assert error.fault is fault
    assert re.search(message, error.message, re.DOTALL), error.message
    assert len(error.message) < 1000


def test_a_program_that_is_python_is_run_and_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(READ + 'print(json.dumps({"text": "from " + sys.argv[0]}))', "utf-8")
    model = load_model(f"command/{sys.executable} {tmp_path}/mine.py", ModelContext(environ=dict(os.environ)))
    assert model.generate(request()).text == f"from {tmp_path}/mine.py"


def test_an_empty_answer_is_told_from_none(made: Made) -> None:
    with pytest.raises(EmptyReply) as caught:
        made('print(json.dumps({"text": " ", "cost_microusd": 7}))').generate(request())
    assert caught.value.completion.cost_microusd == 7


def test_a_program_that_takes_too_long_is_ended_with_all_it_started(made: Made, tmp_path: Path) -> None:
    started = tmp_path / "pid"
    program = (
        "import subprocess\n"
        f"child = subprocess.Popen(['sleep', '600'])\nopen({str(started)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(600)"
    )
    error = _fault(made(program, timeout_s=1.0))
    assert (error.fault, "within 1 s" in error.message) == (Fault.TIMEOUT, True)
    _wait_gone(int(started.read_text()))


def test_a_child_left_behind_neither_delays_the_answer_nor_outlives_it(made: Made) -> None:
    program = (
        "import subprocess\nchild = subprocess.Popen(['sleep', '600'])\n"
        'print(json.dumps({"text": str(child.pid)}))'
    )
    _wait_gone(int(made(program).generate(request()).text))


def _wait_gone(pid: int) -> None:
    """Gone, or dead and not yet fetched by whoever adopts orphans here."""
    state = Path(f"/proc/{pid}/stat")
    for _ in range(500):
        try:
            if state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
                return
        except (FileNotFoundError, ProcessLookupError):
            return
        time.sleep(0.01)
    pytest.fail(f"process {pid} still runs")


def test_a_program_that_never_stops_printing_is_ended(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "MAX_REPLY_BYTES", 10**6)
    error = _fault(made('while True: sys.stdout.write("x" * 65536)'))
    assert (error.fault, "more than 1000000 bytes" in error.message) == (Fault.INVALID_REPLY, True)


def test_a_large_request_and_a_large_reply_go_through_whole(made: Made) -> None:
    """A program that writes before it has read must not wait for us while we wait for it."""
    model = made('print(json.dumps({"text": asked["messages"][0]["content"]}))')
    text = "x" * 3_000_000
    assert model.generate(request(text)).text == text


def test_a_key_reaches_the_program_and_nothing_that_is_recorded(made: Made) -> None:
    completion = made('print(json.dumps({"text": "have " + os.environ["MY_API_KEY"]}))').generate(request())
    assert completion.text == "have [key]"
    error = _fault(made('sys.stderr.write(os.environ["MY_API_KEY"])\nsys.exit(1)'))
    said = '{"error": {"fault": "auth", "message": "bad " + os.environ["MY_API_KEY"]}}'
    told = _fault(made(f"print(json.dumps({said}))"))
    assert "[key]" in error.message
    assert told.message.endswith("bad [key]")
    for shown in (repr(completion), str(error), str(told), told.raw_reply):
        assert KEY not in shown


def test_a_key_in_the_command_line_is_refused_and_not_shown() -> None:
    with pytest.raises(UsageError, match="read the key there") as caught:
        load_model(f"command/true --key {KEY}", ModelContext(environ={"MY_API_KEY": KEY, **os.environ}))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [("command/", "names no model"), ("command/no-such-program", "no such"), ("command/sh 'x", "quotation")],
)
def test_a_command_that_cannot_be_run_is_said_before_the_run(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_model(name, ModelContext(environ=dict(os.environ)))
