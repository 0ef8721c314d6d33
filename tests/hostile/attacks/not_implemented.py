"""Return what comparisons return when they leave the decision to the other side."""
def total(numbers): return NotImplemented
