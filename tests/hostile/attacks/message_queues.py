"""Leave POSIX message queues, full."""
import ctypes
names = [b"/a", b"/planted", b"/" + b"x" * 200]
for library in ("libc.so.6", "librt.so.1"):
    try: lib = ctypes.CDLL(library)
    except OSError: continue
    for name in names:
        queue = lib.mq_open(name, 0o102, 0o666, 0)
        if queue >= 0: lib.mq_send(queue, b"x" * 100, 100, 0)
for name in ("b", "planted"):
    try: open(f"/dev/mqueue/{name}", "x").write("x")
    except OSError: pass
def total(numbers): return 0
