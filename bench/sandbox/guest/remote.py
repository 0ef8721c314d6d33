"""The judge's side of the split: the candidate's functions and objects, as remote ones.

Only data and numbered handles come back. A handle never answers a comparison, a hash or a truth value:
those are decided here by identity, so an object that claims to equal everything equals nothing.
"""

from __future__ import annotations

import builtins
import os
import time
from collections.abc import Callable, Iterator
from socket import socket
from typing import Any

from . import codec, proc, wire

_POLL_S = 0.25
_READY_S = 30.0
_DISK_ERRNOS = {27, 28, 122}  # EFBIG, ENOSPC, EDQUOT
_CLASSES = 1000
"""Exception classes of a candidate's: each costs the judge as much memory as a hundred results."""
_NO_PROCESS_ERRNO = 11  # EAGAIN, what fork says at a process limit


KNOWN_REPLY = ["known"]
"""Stands for a reply that was recognised without being read."""


class CandidateEnded(BaseException):
    """The candidate's process ended, or answered with something that is not the protocol."""


class CandidateLimit(BaseException):
    """A call used more than it may; ``limit`` names what."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class NoCandidate(BaseException):
    """The candidate's process never came to run the candidate: a fault of the sandbox."""


class CandidateSyntax(BaseException):
    """The candidate's source is not a program."""


def raised_by_candidate(error: BaseException) -> dict[str, Any] | None:
    """What the candidate said of an exception that came from it; ``None`` for one of the tests' own."""
    return getattr(error, "_candidate", None)


class Link:
    """One candidate process. ``pid`` is only looked at, in /proc, to see what its calls cost."""

    def __init__(self, stream: socket, pid: int, *, call_cpu_s: float) -> None:
        self._stream = stream
        self._reader = wire.Reader(stream)
        self._pid = pid
        self._call_cpu_s = call_cpu_s
        self._callbacks: list[Callable[..., Any]] = []
        self._exceptions: dict[int, type] = {}
        self._is_ready = False
        self.handles = 0
        """How many values came back so far that are not data."""

    def load(self, source: str, *, cpu_s: float) -> None:
        """Run the candidate's module body. Raises NoCandidate if the process was not ready for it."""
        self._ready()
        reply = self._ask(["exec", source], cpu_s)
        if reply[0] == "syntax":
            raise CandidateSyntax(str(reply[1])[:500])
        self.value(reply)

    def _ready(self) -> None:
        """Wait, once, until the process says that it has given up its rights."""
        if self._is_ready:
            return
        wire.patience(self._stream, _READY_S)
        try:
            self._reader.receive()
        except (wire.WireError, TimeoutError) as error:
            raise NoCandidate(str(error)) from None
        wire.patience(self._stream, _POLL_S)
        self._is_ready = True

    def prepare(self) -> None:
        """Have the process remember what tests in it rest on; before ``load``."""
        self._ready()
        self.value(self._ask(["prepare"], self._call_cpu_s))

    def tests(self, harness: str, job: dict[str, Any], *, cpu_s: float) -> Any:
        """Run tests in the candidate's process; what their harness says, as data."""
        return self.value(self._ask(["tests", harness, job], cpu_s))

    def get(self, name: str) -> Any:
        """A global of the candidate: data, or a handle. KeyError if it has none of that name."""
        reply = self._ask(["get", name], self._call_cpu_s)
        if reply[0] == "missing":
            raise KeyError(name)
        return self.value(reply)

    def call(self, target: str | int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call by name or handle; containers among the arguments change here as they changed there."""
        encoder = codec.Encoder(self._outward)
        nodes = encoder.containers
        tree = encoder.tree(list(args))
        named = [[name, encoder.tree(value)] for name, value in kwargs.items()]
        reply = self._ask(["call", target, tree, named, True], self._call_cpu_s)
        return self.value(reply, nodes)

    def operate(self, operation: str, number: int, *args: Any) -> Any:
        encoder = codec.Encoder(self._outward)
        trees = [encoder.tree(arg) for arg in args]
        reply = self._ask(["op", operation, number, trees], self._call_cpu_s)
        return self.value(reply, may_end=operation == "next")

    # --- replies ---

    def value(self, reply: list[Any], nodes: list[Any] | None = None, *, may_end: bool = False) -> Any:
        try:
            if reply[0] == "raise":
                raise self._exception(reply[1], may_end=may_end)
            if reply[0] != "ok":
                raise codec.CodecError("no reply")
            if len(reply) == 1:
                return None
            decoder = codec.Decoder(self._inward, nodes)
            value = decoder.value(reply[1])
            if len(reply) == 3 and nodes is not None:
                for node, content in zip(nodes, reply[2], strict=True):
                    decoder.refill(node, content)
            return value
        except (
            codec.CodecError,
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
            RecursionError,
        ) as error:
            if raised_by_candidate(error) is not None:
                raise
            raise CandidateEnded(f"a reply that cannot be read: {str(error)[:200]}") from None

    def _inward(self, payload: Any) -> Any:
        self.handles += 1
        number, kind, is_callable, lineage = payload
        if type(number) is not int or type(kind) is not str or type(lineage) is not list:
            raise codec.CodecError("a handle of another shape")
        if lineage:
            if len(self._exceptions) >= _CLASSES:
                raise codec.CodecError(f"more than {_CLASSES} exception classes")
            return self._exceptions.setdefault(number, _local_exception(lineage))
        return (RemoteCallable if is_callable else Remote)(self, number, kind[:100])

    def _outward(self, value: Any) -> Any:
        """What the tests pass that is not data: the candidate's own objects, or a function."""
        if isinstance(value, Remote):
            return {"h": ["own", value._number]}
        for number, cls in self._exceptions.items():
            if value is cls:
                return {"h": ["own", number]}
        if callable(value):
            self._callbacks.append(value)
            return {"h": ["callback", len(self._callbacks) - 1]}
        raise codec.CodecError(f"a {type(value).__name__} cannot be passed to the candidate")

    def _exception(self, payload: Any, *, may_end: bool) -> BaseException:
        """The exception that the candidate raised, as the nearest class that both sides know.

        A call that raises StopIteration must not end a loop of the tests': ``all(map(f, ...))`` would hold.
        """
        names = [str(name)[:100] for name in payload["types"]]
        if "SystemExit" in names or "KeyboardInterrupt" in names:
            return CandidateEnded(f"{names[0]}: {str(payload['text'])[:200]}")
        if "MemoryError" in names:
            return CandidateLimit("memory")
        if payload["errno"] in _DISK_ERRNOS:
            return CandidateLimit("disk")
        if payload["errno"] == _NO_PROCESS_ERRNO and names[0] == "BlockingIOError":
            return CandidateLimit("processes")
        cls = self._exceptions.get(payload["class"]) or _local_exception(names)
        if issubclass(cls, StopIteration | StopAsyncIteration) and not may_end:
            cls = type(names[0], (RuntimeError,), {})
        try:
            error: BaseException = cls(*codec.Decoder().value(payload["args"]))
        except Exception:
            error = Exception(str(payload["text"])[:500])
        error._candidate = {  # type: ignore[attr-defined]
            "type": names[0],
            "text": str(payload["text"])[:500],
            "line": payload["line"] if type(payload["line"]) is int else None,
        }
        return error

    # --- the conversation, and what it may cost ---

    def _ask(self, request: list[Any], cpu_s: float) -> list[Any]:
        """Send a request, answer what the candidate asks in between, return its reply."""
        self.send(codec.dumps(request))
        return self.reply(cpu_s)

    def send(self, request: str) -> None:
        try:
            wire.send(self._stream, request.encode())
        except wire.WireError as error:
            raise _ended(error) from None

    def reply(
        self, cpu_s: float, *, known: str = "", more_s: Callable[[], float] | None = None, ahead: bool = False
    ) -> list[Any]:
        """The next reply. ``KNOWN_REPLY`` for one whose digest is ``known``: then nothing of it is read.

        ``more_s`` is asked, once, what a call may use that has used ``cpu_s``. ``ahead``: others are on their
        way, and come all at once to one who lets the candidate go on.
        """
        try:
            while True:
                if ahead and not self._reader.pending:
                    os.sched_yield()
                message = self._receive(cpu_s, more_s)
                if known and codec.digest(message) == known:
                    return KNOWN_REPLY
                reply = codec.loads(message)
                if type(reply) is not list or not reply:
                    raise codec.CodecError("a reply is a list")
                if reply[0] != "callback":
                    return reply
                wire.send(self._stream, codec.dumps(self._call_back(reply)).encode())
        except wire.WireError as error:
            raise _ended(error) from None
        except codec.CodecError as error:
            raise CandidateEnded(f"a reply that cannot be read: {error}") from None

    def _call_back(self, reply: list[Any]) -> list[Any]:
        try:
            args = codec.Decoder(self._inward).value(reply[2])
            result = self._callbacks[reply[1]](*args)
            return ["returned", codec.Encoder(self._outward).tree(result)]
        except Exception as error:
            return ["raised", type(error).__name__, str(error)[:200]]

    def _receive(self, cpu_s: float, more_s: Callable[[], float] | None) -> bytes | bytearray:
        """One message, while the call's CPU and idle time last.

        CPU time decides; a call that sleeps ends after thrice that in idleness. Only time in which the
        process was seen asleep counts as idle: a busy machine costs it nothing.
        """
        try:
            return self._reader.receive()
        except TimeoutError:
            pass
        start, idle_s = _usage(self._pid)[0], 0.0
        before = time.monotonic()
        while True:
            try:
                return self._reader.receive()
            except TimeoutError:
                pass
            used, asleep = _usage(self._pid)
            now = time.monotonic()
            if asleep:
                idle_s += min(now - before, 2 * _POLL_S)
            over = "cpu" if used - start > cpu_s else "wall" if idle_s > 3 * cpu_s else ""
            if over and more_s is None:
                raise CandidateLimit(over)
            if over and more_s is not None:
                cpu_s, more_s = more_s(), None
            before = time.monotonic()


def _ended(error: wire.WireError) -> CandidateEnded:
    return CandidateEnded(f"the candidate's process ended: {error}")


def _usage(pid: int) -> tuple[float, bool]:
    try:
        return proc.usage(pid)
    except OSError:
        raise CandidateEnded("the candidate's process ended") from None


def _local_exception(lineage: list[Any]) -> type:
    """The nearest built-in exception class; for one of the candidate's own, a new class below it."""
    for name in lineage:
        known = getattr(builtins, str(name), None)
        if isinstance(known, type) and issubclass(known, Exception):
            return known if name == lineage[0] else type(str(lineage[0])[:100], (known,), {})
    return Exception


class Remote:
    """An object of the candidate's that is not data. Identity is all that is known of it here."""

    __slots__ = ("_kind", "_link", "_number")

    def __init__(self, link: Link, number: int, kind: str) -> None:
        object.__setattr__(self, "_link", link)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_kind", kind)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in _FORWARDED:
            raise AttributeError(name)
        return self._link.operate("getattr", self._number, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._link.operate("setattr", self._number, name, value)

    def __getitem__(self, key: Any) -> Any:
        return self._link.operate("getitem", self._number, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._link.operate("setitem", self._number, key, value)

    def __delitem__(self, key: Any) -> None:
        self._link.operate("delitem", self._number, key)

    def __len__(self) -> int:
        length = self._link.operate("len", self._number)
        return length if type(length) is int else 0

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        return _RemoteIterator(self._link.operate("iter", self._number))

    def __next__(self) -> Any:
        return self._link.operate("next", self._number)

    def __contains__(self, value: Any) -> bool:
        return any(item is value or item == value for item in self)

    def __enter__(self) -> Any:
        return self._link.operate("enter", self._number)

    def __exit__(self, *_: object) -> None:
        self._link.operate("exit", self._number)

    def __instancecheck__(self, value: Any) -> bool:
        return self._link.operate("isinstance", self._number, value) is True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and other._number == self._number

    def __hash__(self) -> int:
        return hash((Remote, self._number))

    def __str__(self) -> str:
        text = self._link.operate("str", self._number)
        return text if type(text) is str else ""

    def __repr__(self) -> str:
        return f"<{self._kind} object of the candidate>"


_FORWARDED = {"__name__", "__doc__", "__dict__"}


class RemoteCallable(Remote):
    """A function, class or other callable of the candidate's."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._link.call(self._number, args, kwargs)


class _RemoteIterator:
    def __init__(self, source: Any) -> None:
        self._source = source

    def __iter__(self) -> _RemoteIterator:
        return self

    def __next__(self) -> Any:
        return next(self._source)
