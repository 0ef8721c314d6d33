"""Where the processes of a container meet: sockets in a directory that root alone may enter.

A process connects while it is still root and gives up its rights afterwards. No descriptor is ever passed
along, and a candidate cannot reach a door, let alone stand behind one.
"""

from __future__ import annotations

import os
import socket
import struct

_ROOM = "/run"
DESK = f"{_ROOM}/desk"
"""Judges report here to the supervisor."""
COURT = f"{_ROOM}/court"
"""Candidates come here to be called by a judge."""
OUTPUT = f"{_ROOM}/output"
"""The pipe that candidates print to."""

_CREDENTIALS = struct.Struct("3i")


def close_room() -> None:
    """Let nobody but root in: what an engine was told of a mount's mode is not always what it does."""
    os.chmod(_ROOM, 0o700)


def listen(path: str) -> socket.socket:
    door = socket.socket(socket.AF_UNIX)
    door.bind(path)
    door.listen(16)
    return door


def dial(path: str) -> socket.socket:
    line = socket.socket(socket.AF_UNIX)
    line.connect(path)
    return line


def accept(door: socket.socket, pid: int, timeout_s: float) -> socket.socket:
    """The connection of one process; any other that waits is turned away. Raises TimeoutError."""
    door.settimeout(timeout_s)
    while True:
        line, _ = door.accept()
        said = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        if _CREDENTIALS.unpack(said)[0] == pid:
            return line
        line.close()


def open_output() -> int:
    """The end of the output pipe that is read, without waiting."""
    os.mkfifo(OUTPUT, 0o600)
    return os.open(OUTPUT, os.O_RDWR | os.O_NONBLOCK)
