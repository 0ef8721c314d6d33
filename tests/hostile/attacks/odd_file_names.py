"""Leave files with names of line breaks, 255 bytes, dashes and no encoding."""
import os
for place in (b"/tmp/", b"/dev/shm/", os.getcwdb() + b"/"):
    for name in (b"\n", b"x" * 255, b"-rf", b"\xff\xfe", b" ", b"...", b"*", b"$(reboot)", b"\xed\xa0\x80", "\u202e".encode()):
        try:
            os.mkdir(place + name, 0); open(place + b"f" + name[:254], "w").close()
        except OSError: pass
def total(numbers): return 0
