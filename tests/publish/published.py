"""A published folder of three models on the suite ``smoke``, and ways to falsify it."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from typer.testing import CliRunner, Result

from bench.cli import app
from bench.publish.folder import write_derived
from bench.publish.seals import SEALS, listing, seal_of, sealed
from bench.scripted import ServerReply, ServerRequest, scripted_server

SANDBOX = f"{Path(__file__).parents[1] / 'cli' / 'plugins.py'}:Sandbox"
RUN = "runs/mine"
VERDICTS = f"{RUN}/verdicts/calls@1+rules@2.jsonl"
SAMPLES = f"{RUN}/samples.jsonl"


def call(*arguments: object) -> Result:
    """The command, in an empty directory."""
    with TemporaryDirectory() as empty, chdir(empty):
        return CliRunner().invoke(app, [str(one) for one in arguments])


def answer(request: ServerRequest) -> ServerReply:
    """A reply with an id of its own, right where the question is of even length."""
    asked: Any = request.json
    question = "".join(message["content"] for message in asked["messages"])
    told = asked["messages"][-1]["content"].startswith("A ")
    word = "right" if told or len(question) % 2 == 0 else "wrong"
    text = f"Here it is.\n```python\nanswer = {word!r}, {len(question)}\n```\n"
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": len(question), "completion_tokens": 20, "total_tokens": len(question) + 20}
    body = {"id": f"chat-{hash(request.body)}", "model": asked["model"], "choices": [choice], "usage": usage}
    return ServerReply(200, body)


def made(folder: Path, *options: str, suite: str = "smoke", limit: int = 6) -> Path:
    """A run of the reference, of a file of samples and of a server."""
    keys = [
        f"smoke/{path.stem}"
        for path in sorted((Path(__file__).parents[2] / "tasks/smoke/problems").glob("*"))
    ]
    lines = [
        {"task_id": key, "solution": f"wrong = {at}\n" if at % 3 else f"x = {at}\n"}
        for at, key in enumerate(keys)
    ]
    samples = folder / "samples.jsonl"
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines))
    given = () if options else ("-m", f"replay/{samples}", "-m", "reference")
    with scripted_server(answer) as server:
        model = f"openai-compatible/tiny@{server.url}/v1"
        result = call(
            "run", "-s", suite, "-m", model, *given, "--sandbox", SANDBOX, "--limit", limit,
            "-o", folder / "mine", "-q", *options,
        )  # fmt: skip
    assert result.exit_code == 0, (result.output, result.exception)
    return folder / "mine"


def check(folder: Path, *options: object) -> Result:
    return call("verify", folder, "--sandbox", SANDBOX, "-q", *options)


def told(folder: Path, *options: object) -> dict[str, Any]:
    """The answer as JSON, with the exit status."""
    result = check(folder, "--json", *options)
    return {"status": result.exit_code, **json.loads(result.stdout)}


def findings(said: dict[str, Any], check: str) -> list[str]:
    return [
        f"{one['kind']}: {one['where']}: {one['what']}" for one in said["findings"] if one["check"] == check
    ]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def rewrite(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(one, separators=(",", ":")) + "\n" for one in records), "utf-8")


def seal_again(folder: Path) -> None:
    """As somebody would who changed a file and made the seals fit."""
    files = {name: seal_of(folder / name) for name in listing(folder).sizes if name != SEALS}
    (folder / SEALS).write_bytes(sealed(files)[1])


def make_again(folder: Path) -> None:
    """Tables, page and seals, made to fit the records."""
    write_derived(folder)
    seal_again(folder)


def sample_of(records: list[dict[str, Any]], model: str, at: int = 0) -> dict[str, Any]:
    return [one for one in records if one["key"]["model"].startswith(model)][at]
