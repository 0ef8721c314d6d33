"""Raise an exception that says it is of a class the judge made for another handle."""

import json
import socket
import struct

LINE = socket.socket(fileno=3)


def say(text):
    body = text if isinstance(text, bytes) else text.encode()
    LINE.sendall(struct.pack(">I", len(body)) + body)


def total(numbers):
    say('["ok",{"h":[5,"type",true,["AssertionError"]]}]')
    for kind in ("5", "[]", "{}", "true", "1e400", '"5"'):
        say('["raise",{"types":["StopIteration"],"class":%s,"args":[],"text":"","line":1,"errno":null}]' % kind)
    return -1
