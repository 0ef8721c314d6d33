"""Leave a System V shared memory segment and a queue."""
import ctypes
libc = ctypes.CDLL(None)
libc.shmget(0x5eed, 4096, 0o1666)
libc.semget(0x5eed, 1, 0o1666)
libc.msgget(0x5eed, 0o1666)
def total(numbers): return 0
