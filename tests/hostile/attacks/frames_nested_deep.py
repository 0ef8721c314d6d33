"""Reply with a hundred thousand brackets."""
import os
bodies = iter([b"[" * 100_000, b'["ok",' + b"[" * 100_000 + b"]" * 100_000 + b"]"] * 3)
def total(numbers):
    body = next(bodies)
    os.write(3, len(body).to_bytes(4, "big") + body)
    os._exit(0)
