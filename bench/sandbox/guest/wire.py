"""Length-prefixed messages over a stream: four bytes, big endian, then the body."""

from __future__ import annotations

import socket
import struct

MAX_FRAME = 64 << 20
"""Bytes; a longer frame ends the connection instead of filling memory."""

_CHUNK = 1 << 14
_MOST = 1 << 20
"""Bytes read at once: a short message costs no large buffer, a long one not many reads."""

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

    def receive(self) -> bytes:
        """The next message. Raises WireError at the end of the stream, TimeoutError as the socket does."""
        data = self._data
        while len(data) < 4:
            self._more(_CHUNK)
        end = 4 + _HEAD.unpack_from(data)[0]
        if end > MAX_FRAME:
            raise WireError(f"a message of {end} bytes")
        while len(data) < end:
            self._more(min(max(end - len(data), _CHUNK), _MOST))
        body = bytes(data[4:end])
        del data[:end]
        return body

    def _more(self, count: int) -> None:
        try:
            part = self._stream.recv(count)
        except TimeoutError:
            raise
        except BlockingIOError:
            raise TimeoutError from None
        except OSError as error:
            raise WireError(str(error)) from None
        if not part:
            raise WireError("the other side closed the connection")
        self._data += part


def receive(stream: socket.socket) -> bytes:
    """One message of a stream that carries no other."""
    return Reader(stream).receive()
