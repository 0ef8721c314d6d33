"""Length-prefixed messages over a stream: four bytes, big endian, then the body."""

from __future__ import annotations

import socket
import struct

MAX_FRAME = 64 << 20
"""Bytes; a longer frame ends the connection instead of filling memory."""

_HEAD = struct.Struct(">I")


class WireError(Exception):
    """The other side is gone, or does not speak this protocol."""


def send(stream: socket.socket, body: bytes) -> None:
    if len(body) > MAX_FRAME:
        raise WireError(f"a message of {len(body)} bytes")
    try:
        stream.sendall(_HEAD.pack(len(body)) + body)
    except OSError as error:
        raise WireError(str(error)) from None


def receive(stream: socket.socket) -> bytes:
    (length,) = _HEAD.unpack(exactly(stream, 4))
    if length > MAX_FRAME:
        raise WireError(f"a message of {length} bytes")
    return exactly(stream, length)


def exactly(stream: socket.socket, count: int) -> bytes:
    """``count`` bytes; WireError at the end of the stream. A socket's timeout passes through."""
    try:
        data = stream.recv(count)
        if len(data) == count:
            return data
        parts = [data]
        left = count - len(data)
        while left and parts[-1]:
            parts.append(stream.recv(min(left, 1 << 20)))
            left -= len(parts[-1])
    except TimeoutError:
        raise
    except OSError as error:
        raise WireError(str(error)) from None
    if left:
        raise WireError("the other side closed the connection")
    return b"".join(parts)
