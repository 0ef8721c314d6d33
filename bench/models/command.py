"""Any program as a model: a JSON request on its stdin, a JSON reply on its stdout, one process a request.

The request::

    {"version": 1, "key": {"suite", "problem", "model", "epoch"}, "mode": "chat" or "complete",
     "messages": [{"role", "content"}], "params": {what was asked for: "max_tokens", "temperature", ...}}

The reply is an object with ``text``, and whatever else is known of the fields of ``_Reply``; or, where there
is no answer, ``{"error": {"fault": a word of Fault's, "message", "retry_after_s"}}``. The program has the
environment of the run, keys included. What it costs only it can say: a program may call an API that is paid.
"""

from __future__ import annotations

import json
import os
import selectors
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec

from bench import secrets
from bench.errors import Fault, ProviderError, UsageError
from bench.models.capabilities import rule_for
from bench.models.faults import SHOWN_CHARS, EmptyReply
from bench.models.http import MAX_REPLY_BYTES, json_object, required_name
from bench.models.params import wire
from bench.protocols import ModelContext
from bench.types import Completion, Form, Json, Mode, Request, Stop, Timing, Usage

VERSION = 1
_TAIL_BYTES = 4096
"""How much of stderr is kept: its end says why a program ended."""
_TICK_S = 0.02

T = TypeVar("T")
_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Usage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    input_total: _Count | None = None
    input_cached: _Count | None = None
    input_cache_write: _Count | None = None
    output_total: _Count | None = None
    reasoning: _Count | None = None


class _Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    stop: Stop = Stop.END
    reasoning: str = ""
    usage: _Usage | None = None
    cost_microusd: _Count | None = None
    """0 for a model on own hardware; unknown when it is not told."""
    served_model: str = ""
    provider: str = "command"
    request_id: str = ""
    dropped: tuple[str, ...] = ()
    """Names in ``params`` that the model does not take."""


class _Error(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fault: Fault
    message: str = ""
    retry_after_s: Annotated[float, msgspec.Meta(ge=0)] | None = None


class _Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    error: _Error


def make(name: str, context: ModelContext, /) -> Command:
    """``command/PROGRAM ARG...``, a program that reads a JSON request and writes a JSON reply.

    The words are split as a shell splits them. Raises UsageError for a program that cannot be run.
    """
    required_name(name, "command")
    try:
        words = shlex.split(name)
    except ValueError as error:
        raise UsageError(f"command/{name}: {error}", hint="Close the quotation.") from None
    keys = secrets.of(context.environ)
    if secrets.without(name, keys) != name:
        hint = "The program has the environment: let it read the key there."
        raise UsageError("command/: a key stands in the command, and would in every record", hint=hint)
    program = shutil.which(words[0], path=context.environ.get("PATH")) if words else None
    if program is None:
        hint = "Give a program of the PATH, or a path to one that may be executed."
        raise UsageError(f"command/{name}: no such program", hint=hint)
    return Command(name, argv=(program, *words[1:]), context=context)


class Command:
    """One program. Every request has a process of its own."""

    def __init__(self, name: str, *, argv: tuple[str, ...], context: ModelContext) -> None:
        self.name = f"command/{name}"
        self._argv = argv
        self._environ = dict(context.environ)
        self._keys = secrets.of(context.environ)
        self._timeout_s = context.timeout_s

    def generate(self, request: Request, /) -> Completion:
        """One answer. Raises ProviderError for what is none: a broken reply, an error that is told."""
        asked = wire(rule_for("command", self.name), request.params)
        question = json.dumps(_question(request, asked.sent))
        asked_at, start = datetime.now(UTC).isoformat(timespec="milliseconds"), time.perf_counter()
        ended = self._run(question.encode())
        total_s = time.perf_counter() - start
        raw = secrets.without_in_json(ended.stdout, self._keys)
        reply = self._reply(ended, raw)
        unknown = sorted(set(reply.dropped) - set(asked.sent))
        if unknown:
            raise self._invalid(f"it dropped {', '.join(unknown)}, which nobody asked for", raw)
        chat = request.mode is Mode.CHAT
        completion = Completion(
            reply.text,
            form=Form.REPLY if chat else Form.CONTINUATION,
            stop=reply.stop,
            reasoning=reply.reasoning,
            usage=Usage(**msgspec.structs.asdict(reply.usage)) if reply.usage else None,
            cost_microusd=reply.cost_microusd,
            served_model=reply.served_model,
            provider=reply.provider,
            request_id=reply.request_id,
            sent={name: value for name, value in asked.sent.items() if name not in reply.dropped},
            dropped=tuple(sorted(reply.dropped)),
            raw_request=question,
            raw_reply=raw,
            timing=Timing(asked_at=asked_at, total_s=total_s),
        )
        if chat and not reply.text.strip() and reply.stop in (Stop.END, Stop.OTHER):
            raise EmptyReply(completion)
        return completion

    def _reply(self, ended: _Ended, raw: str) -> _Reply:
        """What the program said. An error that it tells counts whatever its exit status."""
        try:
            said = json_object(raw)
        except ProviderError as error:
            if ended.status == 0:
                raise self._invalid(error.message, raw, ended.stderr) from None
            said = {}
        if "error" in said:
            told = self._converted(said, _Failure, raw).error
            message = f"{self.name}: {told.message[:SHOWN_CHARS] or told.fault.value}"
            raise ProviderError(told.fault, message, retry_after_s=told.retry_after_s, raw_reply=raw)
        if ended.status != 0:
            how = f"status {ended.status}" if ended.status > 0 else signal.Signals(-ended.status).name
            raise ProviderError(
                Fault.SERVER, f"{self.name} ended with {how}{self._tail(ended.stderr)}", raw_reply=raw
            )
        return self._converted(said, _Reply, raw)

    def _converted(self, said: Mapping[str, Json], kind: type[T], raw: str) -> T:
        try:
            return msgspec.convert(said, kind)
        except msgspec.ValidationError as error:
            raise self._invalid(str(error), raw) from None

    def _invalid(self, what: str, raw: str, stderr: str = "") -> ProviderError:
        return ProviderError(
            Fault.INVALID_REPLY,
            f"{self.name}: {what}{self._tail(stderr)}",
            raw_reply=raw,
            hint='It must print one JSON object, {"text": ...} or {"error": {"fault": ..., "message": ...}}.',
        )

    def _tail(self, stderr: str) -> str:
        """The end of what it wrote to stderr, as part of a message."""
        last = secrets.without(stderr, self._keys).strip()[-SHOWN_CHARS:]
        return f": {last}" if last else ""

    def _run(self, question: bytes) -> _Ended:
        """Run it once. When this returns, its whole process group is gone."""
        with tempfile.TemporaryFile() as stdin:
            stdin.write(question)
            stdin.seek(0)
            try:
                process = subprocess.Popen(
                    self._argv,
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env=self._environ,
                    start_new_session=True,
                )
            except OSError as error:
                raise ProviderError(Fault.TRANSPORT, f"{self.name} cannot be started: {error}") from None
        with process:
            try:
                stdout, stderr = self._read(process)
            finally:
                # Not reaped yet, so the number is still the group's own.
                os.killpg(process.pid, signal.SIGKILL)
        return _Ended(process.returncode, _text(stdout), _text(stderr))

    def _read(self, process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
        """All of stdout and the end of stderr. A child that was left behind does not keep us waiting."""
        deadline = time.monotonic() + self._timeout_s
        output, tail = bytearray(), bytearray()
        with selectors.DefaultSelector() as pipes:
            for pipe, kept in ((process.stdout, output), (process.stderr, tail)):
                assert pipe is not None
                pipes.register(pipe, selectors.EVENT_READ, kept)
            while True:
                ended = _has_ended(process.pid)
                ready = pipes.select(0 if ended else _TICK_S)
                for key, _ in ready:
                    data = os.read(key.fd, 2**16)
                    key.data.extend(data)
                    if not data:
                        pipes.unregister(key.fileobj)
                del tail[:-_TAIL_BYTES]
                if ended and not ready:
                    return bytes(output), bytes(tail)
                if len(output) > MAX_REPLY_BYTES:
                    raise self._invalid(f"it printed more than {MAX_REPLY_BYTES} bytes", "", _text(tail))
                if time.monotonic() > deadline:
                    message = f"{self.name}: no reply within {self._timeout_s:g} s{self._tail(_text(tail))}"
                    raise ProviderError(Fault.TIMEOUT, message)


@dataclass(frozen=True, slots=True)
class _Ended:
    """``status`` is negative for a signal, as subprocess has it."""

    status: int
    stdout: str
    stderr: str


def _question(request: Request, sent: Mapping[str, Json]) -> dict[str, Json]:
    messages: list[Json] = [{"role": one.role, "content": one.text} for one in request.messages]
    return {
        "version": VERSION,
        "key": asdict(request.key),
        "mode": request.mode.value,
        "messages": messages,
        "params": dict(sent),
    }


def _has_ended(pid: int) -> bool:
    """Whether a child has ended; it is not reaped, so that its number is not given away."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _text(data: bytes | bytearray) -> str:
    return data.decode("utf-8", "replace")
