"""Sleep in the first thread and burn in others, so that it looks at rest."""

import threading
import time


def burn():
    while True:
        pass


def total(numbers):
    for _ in range(3):
        threading.Thread(target=burn, daemon=True).start()
    time.sleep(1000)
