"""A run whose model changes under its name says so: at its end, in its events, on every line of the table."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import SANDBOX, Bench

from bench.scripted import ServerReply, ServerRequest, chat_reply, scripted_server

SMOKE = ("run", "-s", "smoke", "--limit", "6", "--sandbox", SANDBOX, "-o", "run", "--concurrency", "1")


def serving_as(*names: str) -> Callable[[ServerRequest], ServerReply]:
    """A good server that gives these names, one after the other, the last one for good."""
    given = itertools.chain(names, itertools.repeat(names[-1]))

    def answer(request: ServerRequest) -> ServerReply:
        body = chat_reply(request).body
        assert isinstance(body, dict)
        return ServerReply(200, {**body, "model": next(given)})

    return answer


def board(path: Path) -> list[dict[str, str]]:
    with (path / "run" / "leaderboard.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("command", ["run", "grade"])
def test_drift_is_told_and_never_pooled(tmp_path: Path, bench: Bench, command: str) -> None:
    with scripted_server(serving_as("m-0613", "m-0613", "m-0910")) as server:
        name = f"openai-compatible/m@{server.url}/v1"
        result = bench(*SMOKE, "-m", name)
    assert result.returncode == 0, result.stderr
    assert f"{name}: not one model answered under this name but m-0613" in result.stderr
    assert "m-0910 (openai-compatible)" in result.stderr
    if command == "grade":
        assert bench("grade", "run", "-q").returncode == 0
    found = {row["served_model"]: row for row in board(tmp_path)}
    assert {name: (row["samples_planned"], row["rank"]) for name, row in found.items()} == {
        "m-0613": ("2", ""),
        "m-0910": ("4", ""),
    }
    assert found["m-0613"]["drift"] == "m-0910 (openai-compatible)"
    assert "(drift)" in result.stdout
    events = [json.loads(line) for line in (tmp_path / "run" / "events.jsonl").read_text().splitlines()]
    assert [event["now"] for event in events if event["event"] == "model_drift"] == [
        "m-0910 (openai-compatible)"
    ]


def test_a_model_that_stays_itself_is_not_spoken_of(tmp_path: Path, bench: Bench) -> None:
    with scripted_server(serving_as("m-0613")) as server:
        result = bench(*SMOKE, "-m", f"openai-compatible/m@{server.url}/v1")
    assert "not one model" not in result.stderr
    (row,) = board(tmp_path)
    assert (row["rank"], row["drift"], row["samples_planned"]) == ("1", "", "6")
