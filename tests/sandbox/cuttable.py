"""A way to the engine that can be cut and mended: a proxy on a socket of its own in front of the engine's."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
from pathlib import Path


class Proxy:
    """Forwards connections on ``path`` to the engine's socket until it is cut."""

    def __init__(self, path: Path, target: str) -> None:
        self.url = f"unix://{path}"
        self._path, self._target = path, target
        self._mutex = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._door: socket.socket | None = None
        self.mend()

    def mend(self) -> None:
        """Listen, as an engine does that was started again."""
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(self._path))
        self._door.listen()
        threading.Thread(target=self._accept, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        """Listen no more, and end every connection: what is seen of an engine that was killed."""
        assert self._door is not None
        door, self._door = self._door, None
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        self.break_lines()

    def break_lines(self) -> None:
        """End every connection, and go on listening."""
        with self._mutex:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._target)
            with self._mutex:
                self._pairs.append((near, far))
            threading.Thread(target=_forward, args=(near, far), daemon=True).start()


def _forward(near: socket.socket, far: socket.socket) -> None:
    """Both ways until either end is closed; a half-closed side is closed on."""
    other = {near: far, far: near}
    with selectors.DefaultSelector() as selector, near, far:
        for end in other:
            selector.register(end, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                end = key.fileobj
                assert isinstance(end, socket.socket)
                try:
                    data = end.recv(1 << 16)
                    if not data:
                        return
                    other[end].sendall(data)
                except OSError:
                    return


def engine_socket() -> str:
    """Where the Docker Engine of these tests listens; "" when it is not on this machine."""
    url = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    return url.removeprefix("unix://") if url.startswith("unix://") else ""
