"""Reply with text that is not JSON, not UTF-8, or Python's own dialect."""
import os
bodies = iter((b'["ok",NaN]', b"\xff\xfe", b"", b'["ok",6', b"['ok', 6]", b"\x80\x04\x95."))
def total(numbers):
    body = next(bodies)
    os.write(3, len(body).to_bytes(4, "big") + body)
    os._exit(0)
