"""Raise exceptions whose parts are of kinds that no exception has."""

import json
import socket
import struct

LINE = socket.socket(fileno=3)


def say(text):
    body = text if isinstance(text, bytes) else text.encode()
    LINE.sendall(struct.pack(">I", len(body)) + body)

PARTS = ("null", "[]", "{}", "3", '"x"', '[{"@":0}]', '{"t":[[]]}', '[{"h":[1,"a",false,[]]}]')


def total(numbers):
    for one in PARTS:
        for key in ("types", "class", "args", "text", "line", "errno"):
            told = {"types": ["ValueError"], "class": None, "args": [], "text": "", "line": 1, "errno": None}
            told[key] = json.loads(one)
            say(json.dumps(["raise", told], separators=(",", ":")))
    return -1
