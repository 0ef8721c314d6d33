"""Return an integer of a hundred million digits."""
def total(numbers): return 1 << 400_000_000
