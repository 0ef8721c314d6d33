"""Servers that take batches as strictly as the vendors document it, and keep account of what they charge.

Each request of a batch is answered by the vendor's strict server for single requests, so a batch is held to
the same rules. What goes out is checked against the vendors' own types.
"""

from __future__ import annotations

import email.parser
import email.policy
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import strict_anthropic
import strict_gemini
import strict_openai
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse
from batch_server import BatchVendor, Job, Lines, jsonl
from google.genai import batches as google_batches
from google.genai import types as google_types
from openai.types import Batch as OpenAIBatch
from openai.types import FileObject
from openai.types.batch_create_params import BatchCreateParams
from pydantic import TypeAdapter
from strict import Came, Given, Vendor


@dataclass
class OpenAI(BatchVendor):
    """``/v1/files`` and ``/v1/batches``."""

    alone: Vendor = field(default_factory=strict_openai.OpenAI)
    files: dict[str, str] = field(default_factory=dict)
    prefix = "batch_"

    def route(self, came: Came) -> tuple[str, Callable[[], Given]]:
        assert came.headers["authorization"] == f"Bearer {strict_openai.KEY}"
        path = came.path
        if came.method == "POST" and path == "/v1/files":
            return "upload", lambda: self._upload(came)
        if came.method == "POST" and path == "/v1/batches":
            return "create", lambda: self._create(came)
        if found := re.fullmatch(r"/v1/batches\?limit=100(&after=(\w+))?", path):
            return "list", lambda: self._list(found[2])
        if found := re.fullmatch(r"/v1/batches/(\w+)", path):
            return "status", lambda: self._status(found[1])
        if found := re.fullmatch(r"/v1/files/(\w+)/content", path):
            return "results", lambda: Given(200, self.files[found[1]])
        return "", lambda: strict_openai.refused(404, f"Invalid URL ({came.method} {path})")

    def saying(self, body: Any, text: str) -> Any:
        if "output" in body:
            body["output"][0]["content"][0]["text"] = text
        else:
            body["choices"][0]["message"]["content"] = text
        return body

    def _upload(self, came: Came) -> Given:
        head = f"content-type: {came.headers['content-type']}\r\n\r\n".encode()
        form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + came.body)
        parts = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
        assert parts.keys() == {"purpose", "file"}
        assert parts["purpose"].get_content().strip() == "batch"
        data = parts["file"].get_payload(decode=True)
        assert parts["file"].get_filename().endswith(".jsonl")
        name = f"file{len(self.files)}"
        self.files[name] = data.decode()
        told = {
            "id": name,
            "object": "file",
            "bytes": len(data),
            "created_at": int(time.time()),
            "filename": parts["file"].get_filename(),
            "purpose": "batch",
            "status": "processed",
        }
        FileObject.model_validate(told)
        return Given(200, told)

    def _create(self, came: Came) -> Given:
        body = came.json
        TypeAdapter(BatchCreateParams).validate_python(body, strict=True)
        assert body.keys() == {"input_file_id", "endpoint", "completion_window", "metadata"}
        lines = [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        for line in lines:
            assert line.keys() == {"custom_id", "method", "url", "body"}
            assert (line["method"], line["url"]) == ("POST", body["endpoint"])
        assert len({line["custom_id"] for line in lines}) == len(lines)
        asked = [(line["custom_id"], line["url"], line["body"]) for line in lines]
        failed = self.scripted.get("validate")
        job = self.take(body["metadata"]["evenbench"], [] if failed else asked, came.headers)
        job.asked = asked
        job.failed = failed.pop(0).body if failed else None  # type: ignore[assignment]
        return Given(200, self._told(job))

    def _list(self, after: str | None) -> Given:
        newest = sorted(self.jobs.values(), key=lambda job: job.name, reverse=True)
        names = [job.name for job in newest]
        page = newest[names.index(after) + 1 :] if after else newest
        told = [self._told(job) for job in page[:2]]
        return Given(200, {"object": "list", "data": told, "has_more": len(page) > 2})

    def _status(self, name: str) -> Given:
        if name not in self.jobs:
            return strict_openai.refused(404, f"No batch found with id '{name}'.")
        self.look(self.jobs[name])
        return Given(200, self._told(self.jobs[name]))

    def _told(self, job: Job) -> dict[str, Any]:
        ended = self.has_ended(job) or job.failed is not None
        state = "failed" if job.failed else self.ends if ended else "in_progress"
        told: dict[str, Any] = {
            "id": job.name,
            "object": "batch",
            "endpoint": job.asked[0][1],
            "input_file_id": "file0",
            "completion_window": "24h",
            "status": state,
            "errors": {"object": "list", "data": [job.failed]} if job.failed else None,
            "created_at": int(job.created),
            "metadata": {"evenbench": job.mark},
            "request_counts": {"total": len(job.asked), "completed": 0, "failed": 0},
            "output_file_id": None,
            "error_file_id": None,
        }
        if ended and not job.failed:
            told |= self._files(job)
        OpenAIBatch.model_validate(told)
        return told

    def _files(self, job: Job) -> dict[str, Any]:
        """Answers in one file, errors and what was not run in another."""
        good, bad = [], []
        for number, (custom_id, given) in enumerate(job.answers):
            reply = {"status_code": given.status, "request_id": f"req_{number}", "body": given.body}
            line = {"id": f"batch_req_{number}", "custom_id": custom_id, "response": reply, "error": None}
            (good if given.status == 200 else bad).append(line)
        code = {"expired": "batch_expired", "cancelled": "batch_cancelled"}.get(self.ends)
        for custom_id, _, _ in job.asked[len(job.answers) :] if code else ():
            error = {"code": code, "message": "This request could not be executed."}
            bad.append({"id": "batch_req_x", "custom_id": custom_id, "response": None, "error": error})
        told: dict[str, Any] = {}
        for name, lines in (("output", self.lines(good)), ("error", bad)):
            if lines:
                file = f"{name}{job.name.replace('_', '')}"
                self.files[file] = jsonl(lines)
                told[f"{name}_file_id"] = file
        return told


@dataclass
class Anthropic(BatchVendor):
    """``/v1/messages/batches``."""

    alone: Vendor = field(default_factory=strict_anthropic.Anthropic)
    url: str = ""
    prefix = "msgbatch_"

    def route(self, came: Came) -> tuple[str, Callable[[], Given]]:
        assert came.headers["x-api-key"] == strict_anthropic.KEY
        self.url = f"http://{came.headers['host']}"
        path = came.path
        if came.method == "POST" and path == "/v1/messages/batches":
            return "create", lambda: self._create(came)
        if found := re.fullmatch(r"/v1/messages/batches\?limit=100(&after_id=(\w+))?", path):
            return "list", lambda: self._list(found[2])
        if found := re.fullmatch(r"/v1/messages/batches/(\w+)", path):
            return "status", lambda: self._status(found[1])
        if found := re.fullmatch(r"/v1/elsewhere/(\w+)", path):
            return "results", lambda: Given(200, jsonl(self.lines(self._lines(self.jobs[found[1]]))))
        return "", lambda: strict_anthropic.refused("not found", status=404, kind="not_found_error")

    def saying(self, body: Any, text: str) -> Any:
        body["content"][0]["text"] = text
        return body

    def _create(self, came: Came) -> Given:
        body = came.json
        assert body.keys() == {"requests"}
        for one in body["requests"]:
            assert one.keys() == {"custom_id", "params"}
            assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", one["custom_id"])
        asked = [(one["custom_id"], "/v1/messages", one["params"]) for one in body["requests"]]
        assert len({custom_id for custom_id, *_ in asked}) == len(asked)
        return Given(200, self._told(self.take("", asked, came.headers)))

    def _list(self, after: str | None) -> Given:
        newest = sorted(self.jobs.values(), key=lambda job: job.name, reverse=True)
        names = [job.name for job in newest]
        page = newest[names.index(after) + 1 :] if after else newest
        for job in page[:2]:
            self.look(job)  # a batch ends whether or not anybody knows its name
        told = [self._told(job) for job in page[:2]]
        first, last = (told[0]["id"], told[-1]["id"]) if told else (None, None)
        return Given(200, {"data": told, "has_more": len(page) > 2, "first_id": first, "last_id": last})

    def _status(self, name: str) -> Given:
        if name not in self.jobs:
            return strict_anthropic.refused("no such batch", status=404, kind="not_found_error")
        self.look(self.jobs[name])
        return Given(200, self._told(self.jobs[name]))

    def _told(self, job: Job) -> dict[str, Any]:
        ended, count = self.has_ended(job), len(job.asked)
        kinds = Counter(line["result"]["type"] for line in self._lines(job))
        states = ("succeeded", "errored", "canceled", "expired")
        at = datetime.fromtimestamp(job.created, UTC).isoformat().replace("+00:00", "Z")
        told = {
            "id": job.name,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "request_counts": {
                "processing": 0 if ended else count,
                **{state: kinds[state] if ended else 0 for state in states},
            },
            "created_at": at,
            "expires_at": at,
            "ended_at": at if ended else None,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": f"{self.url}/v1/elsewhere/{job.name}" if ended else None,
        }
        MessageBatch.model_validate(told)
        return told

    def _lines(self, job: Job) -> Lines:
        lines: Lines = []
        for custom_id, given in job.answers:
            result = {"type": "succeeded", "message": given.body}
            if given.status != 200:
                result = {"type": "errored", "error": given.body}
            lines.append({"custom_id": custom_id, "result": result})
        kind = {"cancelled": "canceled"}.get(self.ends, "expired")
        lines += [
            {"custom_id": custom_id, "result": {"type": kind}}
            for custom_id, _, _ in job.asked[len(job.answers) :]
        ]
        for line in lines:
            MessageBatchIndividualResponse.model_validate(line)
        return lines


@dataclass
class Gemini(BatchVendor):
    """``:batchGenerateContent`` and ``/v1beta/batches``."""

    alone: Vendor = field(default_factory=strict_gemini.Gemini)
    prefix = "batches/g"

    def route(self, came: Came) -> tuple[str, Callable[[], Given]]:
        assert came.headers["x-goog-api-key"] == strict_gemini.KEY
        if found := re.fullmatch(r"(/v1beta/models/[\w.-]+):batchGenerateContent", came.path):
            return "create", lambda: self._create(found[1], came)
        if found := re.fullmatch(r"/v1beta/batches\?pageSize=100(&pageToken=(\d+))?", came.path):
            return "list", lambda: self._list(int(found[2] or 0))
        if found := re.fullmatch(r"/v1beta/(batches/\w+)", came.path):
            return "status", lambda: self._status(found[1])
        return "", lambda: strict_gemini.refused("not found", code=404, status="NOT_FOUND")

    def saying(self, body: Any, text: str) -> Any:
        body["candidates"][0]["content"]["parts"][0]["text"] = text
        return body

    def _create(self, model: str, came: Came) -> Given:
        body = came.json
        assert body.keys() == {"batch"}
        assert body["batch"].keys() == {"displayName", "inputConfig"}
        assert body["batch"]["inputConfig"].keys() == {"requests"}
        requests = body["batch"]["inputConfig"]["requests"]["requests"]
        for one in requests:
            assert one.keys() == {"request", "metadata"}
        asked = [(one["metadata"]["key"], f"{model}:generateContent", one["request"]) for one in requests]
        return Given(200, self._told(self.take(body["batch"]["displayName"], asked, came.headers)))

    def _list(self, start: int) -> Given:
        jobs = list(self.jobs.values())
        told = [self._told(job) for job in jobs[start : start + 2]]
        more = {"nextPageToken": str(start + 2)} if len(jobs) > start + 2 else {}
        return Given(200, {"operations": told, **more})

    def _status(self, name: str) -> Given:
        if name not in self.jobs:
            return strict_gemini.refused("not found", code=404, status="NOT_FOUND")
        self.look(self.jobs[name])
        return Given(200, self._told(self.jobs[name]))

    def _told(self, job: Job) -> dict[str, Any]:
        ended = self.has_ended(job)
        state = {"completed": "SUCCEEDED"}.get(self.ends, self.ends.upper()) if ended else "RUNNING"
        metadata: dict[str, Any] = {
            "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
            "name": job.name,
            "displayName": job.mark,
            "state": f"BATCH_STATE_{state}",
            "createTime": datetime.fromtimestamp(job.created, UTC).isoformat(),
            "batchStats": {"requestCount": str(len(job.asked)), "pendingRequestCount": str(len(job.asked))},
        }
        told: dict[str, Any] = {"name": job.name, "metadata": metadata}
        if ended and state == "SUCCEEDED":
            output = {"inlinedResponses": {"inlinedResponses": self.lines(self._lines(job))}}
            metadata["output"] = output
            told |= {"done": True, "response": output}
        elif ended:
            code = {"CANCELLED": 1, "EXPIRED": 4}.get(state, 13)
            told |= {"done": True, "error": {"code": code, "message": f"the batch is {state.lower()}"}}
        parsed = google_batches._BatchJob_from_mldev(json.loads(json.dumps(told)))
        google_types.BatchJob.model_validate(parsed)
        return told

    def _lines(self, job: Job) -> Lines:
        lines: Lines = []
        for key, given in job.answers:
            body: Any = given.body
            result = {"response": body} if given.status == 200 else {"error": _status_of(body["error"])}
            lines.append({**result, "metadata": {"key": key}})
        return lines


def _status_of(error: Mapping[str, Any]) -> dict[str, Any]:
    """Inside a batch an error is a google.rpc.Status, whose codes are not those of HTTP."""
    code = {400: 3, 404: 5, 429: 8, 500: 13, 503: 14}[error["code"]]
    return {"code": code, "message": error["message"]}


VENDORS: dict[str, tuple[type[BatchVendor], dict[str, str]]] = {
    "openai/gpt-5-mini": (OpenAI, {"OPENAI_API_KEY": strict_openai.KEY, "OPENAI_BASE_URL": "{url}/v1"}),
    "openai-responses/gpt-5-mini": (
        OpenAI,
        {"OPENAI_API_KEY": strict_openai.KEY, "OPENAI_BASE_URL": "{url}/v1"},
    ),
    "anthropic/claude-opus-5-5": (
        Anthropic,
        {"ANTHROPIC_API_KEY": strict_anthropic.KEY, "ANTHROPIC_BASE_URL": "{url}"},
    ),
    "google/gemini-3.8-flash": (
        Gemini,
        {"GEMINI_API_KEY": strict_gemini.KEY, "GOOGLE_GEMINI_BASE_URL": "{url}"},
    ),
}
"""By model: the server that takes its batches, and the environment that leads there."""


def environ_of(model: str, url: str) -> dict[str, str]:
    return {name: value.format(url=url) for name, value in VENDORS[model][1].items()}
