"""Frames to and from a guest: four bytes of length, then the body, over whatever stream leads there."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Callable
from typing import Protocol

from bench.errors import SandboxError

_PIECE = 1 << 16
_LARGEST = 64 << 20
"""Bytes of a frame that a host takes: more is no reply, whoever sent it."""
_SEND_S = 60.0
_KEPT_STDERR = 4096


class Lost(SandboxError):
    """A guest stopped answering, or its line broke: which of the two, and whose fault, the pool finds out."""


class Decoder(Protocol):
    """Takes the guest's own bytes out of what a stream carries."""

    def decode(self, data: bytes, /) -> bytes: ...

    @property
    def stderr(self) -> str:
        """The end of what the guest complained about."""
        ...


class Plain:
    """A stream that carries a guest's output and nothing else; its complaints go elsewhere."""

    def __init__(self, stderr: Callable[[], bytes]) -> None:
        self._stderr = stderr

    def decode(self, data: bytes, /) -> bytes:
        return data

    @property
    def stderr(self) -> str:
        return _text(self._stderr())


class Multiplexed:
    """An engine's attach stream: pieces with a header of eight bytes that names the output and the length."""

    def __init__(self) -> None:
        self._raw = bytearray()
        self._stderr = b""

    def decode(self, data: bytes, /) -> bytes:
        self._raw += data
        out = bytearray()
        while len(self._raw) >= 8:
            end = 8 + int.from_bytes(self._raw[4:8], "big")
            if len(self._raw) < end:
                break
            if self._raw[0] == 2:
                self._stderr = (self._stderr + self._raw[8:end])[-_KEPT_STDERR:]
            else:
                out += self._raw[8:end]
            del self._raw[:end]
        return bytes(out)

    @property
    def stderr(self) -> str:
        return _text(self._stderr)


class Channel:
    """One guest's line. Everything that goes wrong on it is ``Lost``; after that it can only be closed."""

    def __init__(self, line: socket.socket, decoder: Decoder) -> None:
        self._line, self._decoder = line, decoder
        self._buffer = bytearray()

    def send(self, body: bytes) -> None:
        try:
            self._line.settimeout(_SEND_S)
            self._line.sendall(len(body).to_bytes(4, "big") + body)
        except (OSError, ValueError) as error:
            raise self._lost(error) from error

    def receive(self, timeout_s: float) -> bytes:
        """The next frame; ``timeout_s`` is how long the guest may be silent."""
        try:
            self._line.settimeout(timeout_s)
            size = int.from_bytes(self._take(4), "big")
            if size > _LARGEST:
                raise ConnectionError(f"a reply of {size} bytes")
            return self._take(size)
        except (OSError, ValueError) as error:
            raise self._lost(error) from error

    @property
    def quiet(self) -> bool:
        """Whether the line is as it must be between jobs: open, with nothing to read."""
        poll = select.poll()
        try:
            poll.register(self._line, select.POLLIN)
        except (OSError, ValueError):
            return False
        return not self._buffer and not poll.poll(0)

    def close(self) -> None:
        # Shut down first: a close alone does not wake a thread that waits for a reply.
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._line.close()

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            data = self._line.recv(_PIECE)
            if not data:
                raise ConnectionError("it ended")
            self._buffer += self._decoder.decode(data)
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _lost(self, error: Exception) -> Lost:
        said = self._decoder.stderr
        return Lost(f"a sandbox stopped answering: {error}{f' ({said[-300:]})' if said else ''}")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip()
