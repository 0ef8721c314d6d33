"""Return an integer with more digits than Python prints."""
def total(numbers): return 10 ** 5000
