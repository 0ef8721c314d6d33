"""Put a filter of system calls of its own on itself that lies about every call."""

import ctypes
import struct

libc = ctypes.CDLL(None)
step = lambda *parts: struct.pack("HBBI", *parts)
program = step(0x20, 0, 0, 0) + step(0x15, 0, 1, 39) + step(0x06, 0, 0, 0x00050000) + step(0x06, 0, 0, 0x7FFF0000)
body = ctypes.create_string_buffer(program)
libc.prctl(22, 2, struct.pack("HxxxxxxP", 4, ctypes.addressof(body)), 0, 0)


def total(numbers):
    import os

    return os.getpid() or -1
