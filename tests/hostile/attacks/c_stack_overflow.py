"""Recurse in C, where no limit of Python's counts."""
import functools, sys
sys.setrecursionlimit(1 << 30)
def total(numbers):
    value = ()
    for _ in range(3_000_000): value = (value,)
    return hash(value)
