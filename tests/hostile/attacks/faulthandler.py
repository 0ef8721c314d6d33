"""Dump its stack to every descriptor, at every signal and after every while."""

import faulthandler
import signal

for number in range(0, 256):
    try:
        faulthandler.dump_traceback_later(0.01, repeat=True, file=number)
        faulthandler.enable(file=number)
        for one in (signal.SIGUSR1, signal.SIGALRM, signal.SIGTERM):
            faulthandler.register(one, file=number, chain=True)
    except (OSError, ValueError, RuntimeError):
        pass


def total(numbers):
    import ctypes

    return ctypes.string_at(0)
