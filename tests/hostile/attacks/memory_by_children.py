"""Take all memory in many processes, each below its own limit."""
import os
for _ in range(20):
    if os.fork() == 0:
        hoard = [bytearray(200 << 20)]
        while True: pass
def total(numbers):
    while True: pass
