"""Use neither time nor sleep to the limit: spin a little, sleep a little, for ever."""
import time
def total(numbers):
    while True:
        end = time.process_time() + 0.004
        while time.process_time() < end: pass
        time.sleep(0.004)
