"""Promise a long reply and let it drip, a byte at a time."""
import os, time
def total(numbers):
    os.write(3, (1000).to_bytes(4, "big"))
    while True:
        os.write(3, b"[")
        time.sleep(0.1)
