"""Print until the output pipe is full, and keep others from reading it."""

import fcntl
import os

fcntl.fcntl(1, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
fcntl.fcntl(1, fcntl.F_SETOWN, -os.getpgrp())
try:
    while os.write(1, b"x" * 65536):
        pass
except OSError:
    pass


def total(numbers):
    return -1
