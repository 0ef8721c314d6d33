"""Recurse without end, with the guard off."""
import sys
sys.setrecursionlimit(1 << 30)
def total(numbers): return total(numbers)
