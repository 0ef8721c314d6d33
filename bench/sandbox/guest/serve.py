"""The candidate's side: its code runs here, and answers the judge's calls with data.

Nothing in this process is trusted. Whatever it sends is read by ``remote`` as data of a closed encoding.
"""

from __future__ import annotations

import sys
import types
from socket import socket
from typing import Any

from . import codec, evident, wire

READY = b'["ready"]'
"""The first message: what goes wrong before it is our fault, not the candidate's."""

_MODULE = "solution"


class Server:
    """Answers one judge until it hangs up."""

    def __init__(self, stream: socket) -> None:
        self._stream = stream
        self._reader = wire.Reader(stream)
        self._handles: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._handed = 0
        self._namespace: dict[str, Any] = {}
        self._request: bytes | bytearray = b""

    def run(self) -> None:
        """Say that all rights are given up, then answer."""
        wire.send(self._stream, READY)
        while True:
            self._request = self._reader.receive()
            request = codec.loads(self._request)
            if request[0] == "calls":
                self._answer_calls(request[1], request[2])
            else:
                self._say(self._answer(request))

    def _say(self, reply: list[Any]) -> None:
        wire.send(self._stream, codec.dumps(reply).encode())

    def _answer_calls(self, target: str, calls: list[Any]) -> None:
        """Calls in turn, each answered at once: the judge sees which one takes long.

        None after one that raises, nor after a result that the judge may want to look into first.
        """
        for args in calls:
            handed = self._handed
            reply = self._answer(["call", target, args, [], False])
            self._say(reply)
            if reply[0] != "ok" or self._handed > handed:
                return

    def _answer(self, request: list[Any]) -> list[Any]:
        operation, *operands = request
        try:
            return getattr(self, "_do_" + operation)(*operands)  # type: ignore[no-any-return]
        except BaseException as error:
            if isinstance(error, wire.WireError):
                raise
            return ["raise", self._exception(error)]

    # --- what the judge may ask ---

    def _do_exec(self, source: str) -> list[Any]:
        try:
            code = compile(source, "<solution>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return ["syntax", f"{type(error).__name__}: {error}"[:500]]
        module = types.ModuleType(_MODULE)
        sys.modules[_MODULE] = module
        self._namespace = module.__dict__
        exec(code, self._namespace)
        return ["ok"]

    def _do_prepare(self) -> list[Any]:
        """Before the answer comes: remember what its tests will rest on."""
        self._evidence = evident.Evidence()
        return ["ok"]

    def _do_tests(self, source: str, job: dict[str, Any]) -> list[Any]:
        """Run tests here, with a harness that comes with them."""
        namespace: dict[str, Any] = {"__name__": "harness"}
        exec(compile(source, "<harness>", "exec", dont_inherit=True), namespace)
        said = namespace["run"](self._evidence, self._namespace, job)
        return ["ok", codec.Encoder().tree(said)]

    def _do_get(self, name: str) -> list[Any]:
        if name not in self._namespace:
            return ["missing"]
        return ["ok", codec.Encoder(self._handle).tree(self._namespace[name])]

    def _do_call(self, target: Any, args: Any, kwargs: Any, track: bool) -> list[Any]:
        decoder = codec.Decoder(self._resolve)
        positional = decoder.value(args)
        named = {name: decoder.value(value) for name, value in kwargs}
        function = self._namespace[target] if type(target) is str else self._handles[target]
        value = function(*positional, **named)
        nodes = decoder.nodes if track else []
        encoder = codec.Encoder(self._handle, nodes)
        result = encoder.tree(value)
        if not nodes or self._request == self._as_asked(target, positional, named):
            return ["ok", result]
        return ["ok", result, [encoder.content(node) for node in nodes]]

    def _as_asked(self, target: Any, positional: list[Any], named: dict[str, Any]) -> bytes:
        """The request for a call with these arguments: the one received, if the call changed none of them."""
        encoder = codec.Encoder(self._handle)
        tree = encoder.tree(positional)
        pairs = [[name, encoder.tree(value)] for name, value in named.items()]
        return codec.dumps(["call", target, tree, pairs, True]).encode()

    def _do_op(self, operation: str, number: int, args: list[Any]) -> list[Any]:
        decoder = codec.Decoder(self._resolve)
        operands = [decoder.value(arg) for arg in args]
        value = _OPERATIONS[operation](self._handles[number], *operands)
        return ["ok", codec.Encoder(self._handle).tree(value)]

    # --- values that are not data ---

    def _handle(self, value: Any) -> Any:
        self._handed += 1
        number = self._numbers.get(id(value))
        if number is None:
            number = self._numbers[id(value)] = len(self._handles)
            self._handles.append(value)
        lineage = _lineage(value) if isinstance(value, type) and issubclass(value, BaseException) else []
        return {"h": [number, type(value).__name__, callable(value), lineage]}

    def _resolve(self, payload: Any) -> Any:
        """What the judge passes back: one of our own objects, or a function of its own."""
        kind, number = payload
        return self._handles[number] if kind == "own" else self._callback(number)

    def _callback(self, number: int) -> Any:
        def call(*args: Any) -> Any:
            tree = codec.Encoder(self._handle).tree(list(args))
            self._say(["callback", number, tree])
            while True:
                request = codec.loads(self._reader.receive())
                if request[0] == "returned":
                    return codec.Decoder(self._resolve).value(request[1])
                if request[0] == "raised":
                    raise codec.TYPES.get(request[1], Exception)(request[2])
                self._say(self._answer(request))

        return call

    def _exception(self, error: BaseException) -> dict[str, Any]:
        try:
            args = codec.Encoder().tree(list(error.args))
        except Exception:
            args = []
        try:
            text = str(error)[:500]
        except BaseException:
            text = ""
        return {
            "types": _lineage(type(error)),
            "class": self._numbers.get(id(type(error))),
            "args": args,
            "text": text,
            "line": _line(error),
            "errno": error.errno if isinstance(error, OSError) else None,
        }


def _lineage(cls: type) -> list[str]:
    return [base.__name__ for base in cls.__mro__ if base is not object]


def _line(error: BaseException) -> int | None:
    """The line of the candidate's own code that raised."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<solution>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _isinstance(cls: Any, value: Any) -> bool:
    return isinstance(value, cls)


_OPERATIONS: dict[str, Any] = {
    "getattr": getattr,
    "setattr": setattr,
    "getitem": lambda v, key: v[key],
    "setitem": lambda v, key, item: v.__setitem__(key, item),
    "delitem": lambda v, key: v.__delitem__(key),
    "len": len,
    "iter": iter,
    "next": next,
    "str": str,
    "repr": repr,
    "isinstance": _isinstance,
    "enter": lambda v: v.__enter__(),
    "exit": lambda v: v.__exit__(None, None, None),
}
