"""Open pseudo-terminals until there are none."""

import os

held = []
try:
    while True:
        held.append(os.openpty())
except OSError:
    pass
if os.fork() == 0:
    import time

    time.sleep(30)


def total(numbers):
    return -1
