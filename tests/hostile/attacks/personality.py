"""Change what kind of process it is, and start a child of that kind."""

import ctypes
import os

libc = ctypes.CDLL(None)
for kind in (0x0400000, 0x0040000, 0x0020000, 0x4000000):
    libc.personality(kind)
libc.prctl(33, 1)
libc.prctl(26, 2)
if os.fork() == 0:
    os.execv("/bin/sh", ["sh", "-c", "sleep 30"])


def total(numbers):
    return -1
