"""Return classes whose names are no names: surrogates, zeros, numbers, very long."""

import json
import socket
import struct

LINE = socket.socket(fileno=3)


def say(text):
    body = text if isinstance(text, bytes) else text.encode()
    LINE.sendall(struct.pack(">I", len(body)) + body)


def total(numbers):
    for name in ("\\ud800", "\\u0000", "x" * 100_000, ""):
        say('["ok",[{"h":[7,"type",true,["%s","ValueError"]]}]]' % name)
    say('["ok",{"h":[8,"type",true,[1,null,[],{}]]}]')
    say('["ok",{"h":[8,"' + "k" * 1_000_000 + '",{"a":1},[]]}]')
    return -1
