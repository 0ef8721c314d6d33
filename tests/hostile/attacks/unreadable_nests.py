"""Leave nests of folders that nobody may enter, full of pipes, sockets and devices."""

import os
import socket

for place in ("/tmp", "/dev/shm"):
    try:
        path = f"{place}/nest"
        for depth in range(6):
            os.mkdir(path)
            os.mkfifo(f"{path}/fifo")
            socket.socket(socket.AF_UNIX).bind(f"{path}/socket")
            os.symlink(".", f"{path}/self")
            os.link(f"{path}/fifo", f"{path}/link")
            path += "/n"
        while len(path) > len(place) + 1:
            path = path.rpartition("/")[0]
            os.chmod(path, 0)
    except OSError:
        pass


def total(numbers):
    return -1
