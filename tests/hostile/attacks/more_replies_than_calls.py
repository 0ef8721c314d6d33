"""Answer each call of a batch twice, so that answers and calls no longer match."""

import json
import socket
import struct

LINE = socket.socket(fileno=3)


def say(text):
    body = text if isinstance(text, bytes) else text.encode()
    LINE.sendall(struct.pack(">I", len(body)) + body)


def total(numbers):
    say('["ok",7]')
    say('["ok",-1]')
    say('["ok",0.75]')
    return -1
