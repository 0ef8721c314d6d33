"""Keys are planted everywhere, and a server and a plug-in repeat them wherever they can: none is ever seen.

Not in a file of the run or of the cache, not on the screen; not as it is, nor as base64, an address, JSON,
HTML or hexadecimal digits.
"""

from __future__ import annotations

import base64
import html
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from bench import secrets
from bench.models.vendors import VENDORS
from bench.scripted import ServerReply, ServerRequest, chat_reply, scripted_server

KEYS = {
    variable: f"sk-{number:02d}/{variable.lower()}+Zm9v&<0>=="
    for number, variable in enumerate(
        sorted(
            {
                name
                for vendor in VENDORS.values()
                for name in (vendor.key_variable, vendor.other_key_variable)
                if name
            }
            | {"MY_SERVICE_TOKEN"}
        )
    )
}
IN_FILE = {"OPENAI_API_KEY", "MY_SERVICE_TOKEN"}
"""These stand in ``.env``, the others in the environment."""

PLUGINS = '''
import base64
import os
import urllib.parse
from bench.errors import Fault, ProviderError
from bench.types import Completion, Form
from bench.config import environ

KEY = environ()["MY_SERVICE_TOKEN"]
HIDDEN = " ".join([KEY, base64.b64encode(b"user:" + KEY.encode()).decode(), urllib.parse.quote(KEY, safe="")])


class Crashes:
    """Its crash says the key, and so does the cause of it."""

    name = "crashes"

    def generate(self, request, /):
        try:
            raise ValueError(f"Authorization: Bearer {HIDDEN}")
        except ValueError as error:
            raise RuntimeError(f"cannot call with {HIDDEN}") from error


class Fails:
    """Its errors say the key."""

    name = "fails"

    def generate(self, request, /):
        raise ProviderError(Fault.AUTH, f"bad key {HIDDEN}", raw_reply=HIDDEN, hint=HIDDEN)


class Tells:
    """Its answers say the key, in every field there is."""

    name = "tells"

    def generate(self, request, /):
        return Completion(
            f"# {HIDDEN}\\n" + request.key.problem, form=Form.PROGRAM, reasoning=HIDDEN, served_model=HIDDEN,
            provider=HIDDEN, request_id=HIDDEN, sent={"key": HIDDEN}, dropped=(HIDDEN,), raw_request=HIDDEN,
            raw_reply=HIDDEN,
        )


class Box:
    """Runs nothing, passes everything."""

    def __init__(self, options):
        self.slots = options.slots

    def run(self, job):
        from bench.types import CheckGroup, Execution, Status
        return Execution(Status.DONE, groups=(CheckGroup("tests", 1, 1, planned=1),), output=job.candidate)

    def describe(self):
        return {"engine": "fake", "isolation": "none", "memory_mib": 1024}

    def close(self):
        pass
'''


def seen(request: ServerRequest) -> str:
    """The key as it came."""
    for header in ("authorization", "x-api-key", "api-key", "x-goog-api-key"):
        if header in request.headers:
            return request.headers[header].removeprefix("Bearer ")
    return ""


def repeating(request: ServerRequest) -> ServerReply:
    """Repeats the key in another place at each question: errors, redirects, headers, answers."""
    key, number = seen(request), next(NUMBERS)
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in key)
    basic = base64.b64encode(f"user:{key}".encode()).decode()
    shown = f"{key} {basic} {quote(key, safe='')} {html.escape(key)} {key.encode().hex()}"
    headers = {"x-request-id": key, "retry-after": "0.01"}
    cases = (
        ServerReply(429, {"error": {"message": f"slow down, {shown}"}}, headers),
        ServerReply(503, f"<p>{shown}</p>", headers),
        ServerReply(200, f'{{"error": {{"message": "bad {escaped}", "code": 500}}}}', headers),
        ServerReply(302, shown, {"location": f"http://127.0.0.1:9/?key={quote(key)}"}),
        ServerReply(200, f"not JSON: {shown}", headers),
        ServerReply(400, {"error": {"message": f"what? {shown}"}}, headers),
    )
    return cases[number % 9] if number % 9 < len(cases) else repeated(request, escaped=number % 2 == 0)


def repeated(request: ServerRequest, *, escaped: bool) -> ServerReply:
    """A good answer that says the key in every field; ``escaped``: each letter of it as JSON may write it."""
    key = seen(request)
    letters = "".join(f"\\u{ord(letter):04x}" for letter in key)
    good = chat_reply(request).body
    assert isinstance(good, dict)
    choices = good["choices"]
    assert isinstance(choices, list)
    assert isinstance(choices[0], dict)
    told = f"```python\n# {key} {base64.b64encode(key.encode()).decode()}\npass\n```"
    answer = {**good, "model": key, "id": key, "provider": key}
    answer["choices"] = [{**choices[0], "message": {"content": told, "reasoning_content": key}}]
    text = json.dumps(answer)
    text = text.replace(json.dumps(key)[1:-1], letters) if escaped else text
    return ServerReply(200, text, {"x-request-id": key})


NUMBERS: Iterator[int] = iter(range(10**6))


def server(request: ServerRequest) -> ServerReply:
    return repeating(request) if request.path.endswith("/chat/completions") else turned_away(request)


def turned_away(request: ServerRequest) -> ServerReply:
    return ServerReply(401, {"error": {"message": f"Incorrect API key provided: {seen(request)}"}})


def environment(url: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PYTHONPATH", "LANG")
    }
    addresses = {vendor.url_variable: url for vendor in VENDORS.values() if vendor.url_variable}
    keys = {name: key for name, key in KEYS.items() if name not in IN_FILE}
    return {**kept, **addresses, **keys, "BENCH_DEBUG": "1"}


def forms(key: str) -> set[str]:
    """Written anew, not with the code under test: how a key may be found again."""
    data = key.encode()
    found = {key, json.dumps(key)[1:-1], quote(key), quote(key, safe=""), html.escape(key), data.hex()}
    found.add("".join(f"\\u{ord(letter):04x}" for letter in key))
    for before in range(3):
        text = base64.b64encode(b"x" * before + data + b"xxx").decode()
        found.add(text[4 if before else 0 : -8])
    return found


def leaks(text: str, where: str) -> list[str]:
    return [f"{name} in {where}" for name, key in KEYS.items() if any(form in text for form in forms(key))]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "plugins.py").write_text(PLUGINS)
    lines = [f"export {name}='{KEYS[name]}'" for name in sorted(IN_FILE)]
    (tmp_path / ".env").write_text("\n".join(lines) + "\n")
    return tmp_path


def called(place: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from bench.cli import main; main()", *arguments],
        cwd=place,
        env=environment(url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=250,
    )


def models(url: str) -> list[str]:
    named = []
    for name, vendor in sorted(VENDORS.items()):
        own = vendor.own_server and not vendor.url_variable
        named.append(f"{name}/m@{url}/v1" if own else f"{name}/m")
    return named


def found_in(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in (".env", "plugins.py")]
    assert files
    texts = ((path, path.read_bytes().decode("utf-8", "replace")) for path in files)
    return [leak for path, text in texts for leak in leaks(text, str(path.relative_to(folder)))]


@pytest.mark.slow
def test_no_planted_key_is_seen_anywhere(place: Path) -> None:
    with scripted_server(server) as local:
        named = [*models(local.url), *(f"./plugins.py:{name}" for name in ("Crashes", "Fails", "Tells"))]
        arguments = [
            "run",
            "-s",
            "smoke",
            "--limit",
            "5",
            "--sandbox",
            "./plugins.py:Box",
            "-o",
            "run",
            "--yes",
        ]
        arguments += ["--cache", "--cache-dir", "cache", "--concurrency", "2"]
        for name in named:
            arguments += ["-m", name]
        run = called(place, local.url, *arguments)
        again = called(place, local.url, *arguments, "--json")
        came = {seen(request) for request in local.requests}
    assert run.returncode == 1, run.stderr[-3000:]
    assert "could not be measured" in run.stderr
    assert came >= {KEYS["OPENAI_API_KEY"], KEYS["DEEPSEEK_API_KEY"], KEYS["ANTHROPIC_API_KEY"]}
    board = called(place, "http://127.0.0.1:9", "leaderboard", "run", "-o", "board.csv")
    shown = called(place, "http://127.0.0.1:9", "leaderboard", "run")
    assert "[key]" in (place / "run" / "samples.jsonl").read_text(), "nothing was repeated: no test at all"
    assert "[key]" in (place / "run" / "events.jsonl").read_text()
    assert list((place / "cache").rglob("*.json"))
    found = found_in(place)
    for about, result in (("run", run), ("--json", again), ("leaderboard", board), ("table", shown)):
        found += leaks(result.stdout + result.stderr, about)
    assert found == []


@pytest.mark.parametrize(
    "model", ["openai/m", "anthropic/m", "./plugins.py:Crashes", "./plugins.py:Fails", "./plugins.py:Tells"]
)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_checked_model_shows_no_key(place: Path, model: str, as_json: bool) -> None:
    def answers(request: ServerRequest) -> ServerReply:
        return repeated(request, escaped=as_json)

    for script in (answers, turned_away):
        with scripted_server(script) as local:
            result = called(place, local.url, "models", "--check", model, *(["--json"] if as_json else []))
        assert leaks(result.stdout + result.stderr, model) == []
        assert "[key]" in result.stdout + result.stderr or (model == "anthropic/m" and script is answers)


def test_the_list_of_models_says_which_keys_are_set_and_never_which_they_are(place: Path) -> None:
    for arguments in (("models",), ("models", "--json"), ("doctor",)):
        result = called(place, "http://127.0.0.1:9", *arguments)
        assert "OPENAI_API_KEY" in result.stdout
        assert leaks(result.stdout + result.stderr, " ".join(arguments)) == []


def test_an_env_file_that_cannot_be_read_shows_nothing_of_it(place: Path) -> None:
    key = KEYS["OPENAI_API_KEY"]
    (place / ".env").write_text(f"OPENAI_API_KEY {key}\n")
    result = called(place, "http://127.0.0.1:9", "models")
    assert result.returncode == 2
    assert ".env, line 1" in result.stderr
    assert leaks(result.stdout + result.stderr, "error") == []


@pytest.mark.parametrize("key", sorted(KEYS.values())[:3])
def test_every_form_of_a_key_is_known(key: str) -> None:
    encoded = [base64.b64encode(b"x" * before + key.encode() + b"xxx").decode() for before in range(3)]
    plain = [form for form in forms(key) if not any(form in text for text in encoded)]
    for form in (*plain, *encoded):
        text = json.dumps({"a": f"Basic {form}"}) if "\\u" not in form else f'{{"a": "{form}"}}'
        assert leaks(text, "")
        assert leaks(secrets.without_in_json(text, [key]), "") == []
        assert json.loads(secrets.without_in_json(text, [key]))


def test_a_word_is_no_key() -> None:
    """A server of one's own takes any key; what the model writes about EMPTY lists must stay as it is."""
    words = {
        "VLLM_API_KEY": "EMPTY",
        "OPENAI_COMPATIBLE_API_KEY": "lm-studio",
        "TOKENIZERS_PARALLELISM": "x" * 20,
    }
    assert secrets.of(words) == ()
    assert secrets.of({"A_TOKEN": " " + "k" * 16 + "\n"}) == ("k" * 16,)


def test_an_answer_keeps_a_word_that_is_also_the_key() -> None:
    from bench.models.http import Client

    def says(request: ServerRequest) -> ServerReply:
        return ServerReply(200, {"text": "if not items: return EMPTY"}, {"x-request-id": "r"})

    with scripted_server(says) as local:
        reply = Client(local.url, timeout_s=5, key="EMPTY").post("/", {})
    assert reply.json == {"text": "if not items: return EMPTY"}
