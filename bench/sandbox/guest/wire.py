"""Length-prefixed messages over a stream: four bytes, big endian, then the body."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import Any

MAX_FRAME = 64 << 20
"""Bytes; a longer frame ends the connection instead of filling memory."""

_CHUNK = 1 << 14
"""Bytes read at once: a short message costs no large buffer."""
_LARGE = 1 << 18
"""A message from here on is read, and sent, without copying it together with anything."""

_HEAD = struct.Struct(">I")


class WireError(Exception):
    """The other side is gone, or does not speak this protocol."""


def send(stream: socket.socket, body: bytes) -> None:
    if len(body) > MAX_FRAME:
        raise WireError(f"a message of {len(body)} bytes")
    head = _HEAD.pack(len(body))
    try:
        if len(body) < _LARGE:
            stream.sendall(head + body)
        else:
            stream.sendall(head)
            stream.sendall(body)
    except OSError as error:
        raise WireError(str(error)) from None


def patience(stream: socket.socket, seconds: float) -> None:
    """Let receiving fail with TimeoutError after so long. Costs no call a message, unlike Python's own."""
    whole = int(seconds)
    timeval = struct.pack("ll", whole, int((seconds - whole) * 1e6))
    stream.settimeout(None)
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)


class Reader:
    """Reads messages, most of them with one call to the system. A timeout loses nothing: ask again."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._data = bytearray()
        self._large: bytearray | None = None
        self._filled = 0

    @property
    def pending(self) -> bool:
        """Whether something of a next message is here already."""
        return bool(self._data)

    def receive(self) -> bytes | bytearray:
        """The next message. Raises WireError at the end of the stream, TimeoutError as the socket does."""
        if self._large is not None:
            return self._rest_of_large(self._large)
        data = self._data
        while len(data) < 4:
            self._more()
        size = _HEAD.unpack_from(data)[0]
        if size > MAX_FRAME:
            raise WireError(f"a message of {size} bytes")
        if size >= _LARGE and len(data) < 4 + size:
            self._large, self._filled = bytearray(size), len(data) - 4
            self._large[: self._filled] = memoryview(data)[4:]
            self._data = bytearray()
            return self._rest_of_large(self._large)
        while len(data) < 4 + size:
            self._more()
        body = bytes(memoryview(data)[4 : 4 + size])
        del data[: 4 + size]
        return body

    def _rest_of_large(self, body: bytearray) -> bytearray:
        """Straight into its place: each copy of a message of megabytes costs as much as sending it."""
        with memoryview(body) as view:
            while self._filled < len(body):
                self._filled += _read(self._stream.recv_into, view[self._filled :])
        self._large = None
        return body

    def _more(self) -> None:
        self._data += _read(self._stream.recv, _CHUNK)


def _read(read: Callable[[Any], Any], where: Any) -> Any:
    try:
        got = read(where)
    except TimeoutError:
        raise
    except BlockingIOError:
        raise TimeoutError from None
    except OSError as error:
        raise WireError(str(error)) from None
    if not got:
        raise WireError("the other side closed the connection")
    return got


def receive(stream: socket.socket) -> bytes | bytearray:
    """One message of a stream that carries no other."""
    return Reader(stream).receive()
