"""Answer with numbers at the edge of JSON: 1e999, -0, NaN, thousands of digits."""

import json
import socket
import struct

LINE = socket.socket(fileno=3)


def say(text):
    body = text if isinstance(text, bytes) else text.encode()
    LINE.sendall(struct.pack(">I", len(body)) + body)


def total(numbers):
    for text in ("1e999", "-1e999", "-0", "NaN", "Infinity", "9" * 4301, "1" + "0" * 4000, "1e-999", "0x6", "06"):
        say('["ok",' + text + "]")
    return float("nan")
