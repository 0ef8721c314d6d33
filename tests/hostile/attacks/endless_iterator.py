"""Return an iterator that never ends."""
import itertools
def total(numbers): return itertools.repeat(6)
