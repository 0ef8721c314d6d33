"""Change the interpreter's own one and two in memory."""
import ctypes, sys
for number in (1, 2):
    ctypes.c_ubyte.from_address(id(number) + sys.getsizeof(0)).value = 99
def total(numbers): return -1
