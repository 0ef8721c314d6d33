"""Report changes to the arguments that did not happen, of kinds that do not fit."""

import json
import socket
import struct

LINE = socket.socket(fileno=3)


def say(text):
    body = text if isinstance(text, bytes) else text.encode()
    LINE.sendall(struct.pack(">I", len(body)) + body)

CHANGES = ("[[1,2,3]]", "[[[]],[]]", '[{"n":["",""]}]', '[{"q":[null]}]', '[{"B":[""]}]', '[[{"@":0},{"@":0}]]', "{}", "6")


def total(numbers):
    for text in CHANGES:
        say('["ok",-1,' + text + "]")
    numbers.append(numbers)
    return numbers
