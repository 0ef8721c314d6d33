"""Read what is not there."""
import ctypes
def total(numbers): return ctypes.string_at(8)
