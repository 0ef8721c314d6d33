"""Let a child process serve the judge, while the process it watches does nothing."""

import os
import signal


if os.fork():
    while True:
        signal.pause()


def total(numbers):
    while True:
        pass
