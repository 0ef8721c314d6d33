"""Spin in children, where a limit on the own CPU time does not count."""
import os, time
for _ in range(8):
    if os.fork() == 0:
        while True: pass
def total(numbers): time.sleep(1e9)
