"""Return keys that all hash alike."""
def total(numbers): return {number * ((1 << 61) - 1): 0 for number in range(60000)}
