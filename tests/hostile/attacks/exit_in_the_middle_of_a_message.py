"""Write half of an answer, and end; a child goes on with the other half."""

import os
import time


def total(numbers):
    if os.fork() == 0:
        time.sleep(0.05)
        os.write(3, b"7]")
        os._exit(0)
    os.write(3, bytes([0, 0, 0, 8]) + b'["ok",')
    os._exit(0)
