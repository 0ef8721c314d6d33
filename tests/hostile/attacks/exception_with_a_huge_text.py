"""Raise an exception of a hundred million letters, and a chain without end."""
def total(numbers):
    error = ValueError("6" * 100_000_000)
    error.__cause__ = error
    raise error
