"""Write to the line from several threads while the answer is on its way."""
import os, threading
def write():
    while True: os.write(3, b"\0\0\0\7[\"ok\"]\0\0\0")
def total(numbers):
    for _ in range(4): threading.Thread(target=write, daemon=True).start()
    return ["wrong"] * 50_000
