"""Compute one power that takes a day, in C."""
def total(numbers): return 3 ** (10 ** 9) % 7
