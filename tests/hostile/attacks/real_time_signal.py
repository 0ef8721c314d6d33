"""End by a signal that has no name."""
import os
def total(numbers): os.kill(os.getpid(), 40)
