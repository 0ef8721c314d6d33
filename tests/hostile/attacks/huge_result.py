"""Return more than memory holds."""
def total(numbers): return [0] * (1 << 27)
