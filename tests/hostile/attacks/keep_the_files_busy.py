"""Leave files mapped, locked, leased and watched by a child that will not go."""
import fcntl, mmap, os, signal, time
with open("busy", "wb") as file: file.write(bytes(4096))
if os.fork() == 0:
    os.setsid()
    for number in range(1, 32):
        try: signal.signal(number, signal.SIG_IGN)
        except OSError: pass
    file = open("busy", "r+b")
    mapped = mmap.mmap(file.fileno(), 0)
    fcntl.flock(file, fcntl.LOCK_EX)
    while True: time.sleep(1)
def total(numbers): return 0
