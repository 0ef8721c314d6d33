"""Remove its own working folder, and work in a folder that no longer exists."""

import os

os.rmdir(os.getcwd())
keep = [os.open("/tmp", os.O_TMPFILE | os.O_RDWR) for _ in range(20)]


def total(numbers):
    return -1
