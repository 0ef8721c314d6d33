"""Answer with objects of two tags, of doubled tags, and of none."""

import json
import socket
import struct

LINE = socket.socket(fileno=3)


def say(text):
    body = text if isinstance(text, bytes) else text.encode()
    LINE.sendall(struct.pack(">I", len(body)) + body)


def total(numbers):
    for text in ('{"t":[6],"d":[]}', '{"t":[1],"t":[6]}', "{}", '{"":6}', '{"@":-1}', '{"@":true}', '{"@":0.0}'):
        say('["ok",' + text + "]")
    return -1
