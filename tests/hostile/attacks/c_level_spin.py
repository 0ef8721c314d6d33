"""Spin where Python's own signal handlers never run."""
import re
def total(numbers): return re.match(r"(a+)+$", "a" * 64 + "b")
