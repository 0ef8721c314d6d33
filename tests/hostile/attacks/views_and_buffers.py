"""Return buffers and C numbers whose content changes after they were compared."""
import ctypes, threading
cell = ctypes.c_long(0)
def flip():
    while True: cell.value ^= 6
threading.Thread(target=flip, daemon=True).start()
def total(numbers): return memoryview(cell)
