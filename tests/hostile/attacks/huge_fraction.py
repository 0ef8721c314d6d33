"""Return a fraction whose reduction, hash and float take for ever."""
from fractions import Fraction
def total(numbers): return Fraction((1 << 2_000_000) + 1, 3 ** 1_000_000)
