"""Sleep instead of answering."""
import time
def total(numbers): time.sleep(1e9)
