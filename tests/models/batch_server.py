"""What servers of batches have in common: jobs, troubles, and the account of what is charged."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from strict import Came, Given, Vendor

Lines = list[dict[str, Any]]


@dataclass
class Job:
    """A batch as the server has it. ``asked`` holds (custom id, path, body), in order."""

    name: str
    mark: str
    asked: list[tuple[str, str, dict[str, Any]]]
    answers: list[tuple[str, Given]]
    looks: int = 0
    failed: dict[str, Any] | None = None
    created: float = field(default_factory=time.time)


@dataclass
class BatchVendor:
    """What the three have in common; ``alone`` answers one request."""

    alone: Vendor
    looks: int = 1
    """How often a batch is looked at before it has ended."""
    ends: str = "completed"
    answered: int | None = None
    """How many requests it answers before it ends; all, unless told otherwise."""
    scripted: dict[str, list[Given]] = field(default_factory=dict)
    """By operation: what is answered instead, without doing it."""
    swallowed: list[str] = field(default_factory=list)
    """Operations that are done, but whose answer gets lost: the next one of that name ends with 500."""
    lines: Callable[[Lines], Lines | list[Any]] = lambda lines: lines
    """What becomes of the lines of results on the way."""
    on: Callable[[str], object] = lambda operation: None
    """Called once an operation is done, before its answer goes out."""
    answer: Callable[[str, dict[str, Any]], Given | None] = lambda function, body: None
    """What a request is answered with instead."""
    jobs: dict[str, Job] = field(default_factory=dict)
    charged: Counter[str] = field(default_factory=Counter)
    """By the function asked for: how many answers were paid."""
    done: list[str] = field(default_factory=list)
    mutex: threading.RLock = field(default_factory=threading.RLock)

    def __call__(self, came: Came) -> Given:
        with self.mutex:
            operation, handle = self.route(came)
            self.done.append(operation)
            if self.scripted.get(operation):
                return self.scripted[operation].pop(0)
            given = handle()
            self.on(operation)
            if operation in self.swallowed:
                self.swallowed.remove(operation)
                return Given(500, {"error": {"message": "lost"}})
            return given

    def route(self, came: Came) -> tuple[str, Callable[[], Given]]:
        raise NotImplementedError

    def take(
        self, mark: str, asked: list[tuple[str, str, dict[str, Any]]], headers: Mapping[str, str]
    ) -> Job:
        """Answer the requests and charge for the answers."""
        answers = []
        for custom_id, path, body in asked[: self.answered]:
            function = asked_for(body)
            given = self.answer(function, body)
            if given is None:
                given = self.alone(Came("POST", path, headers, json.dumps(body).encode()))
                if given.status == 200:
                    given = Given(200, self.saying(given.body, program(function)), given.headers)
            self.charged[function] += given.status == 200
            answers.append((custom_id, given))
        job = Job(f"{self.prefix}{len(self.jobs):04}", mark, asked, answers)
        self.jobs[job.name] = job
        return job

    prefix = ""

    def saying(self, body: Any, text: str) -> Any:
        raise NotImplementedError

    def look(self, job: Job) -> bool:
        """Count a look; whether it has ended."""
        job.looks += 1
        return job.looks > self.looks

    def has_ended(self, job: Job) -> bool:
        return job.looks > self.looks


def asked_for(body: Any) -> str:
    """The name of the function that a request asks for; a request in prose may hold none."""
    return (re.findall(r"def (\w+)", json.dumps(body)) or ["f"])[-1]


def program(function: str) -> str:
    return f"```python\ndef {function}(x):\n    return x\n```"


def jsonl(lines: list[Any]) -> str:
    return "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
