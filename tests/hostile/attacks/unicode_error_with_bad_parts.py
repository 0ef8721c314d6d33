"""Raise exceptions of built-in classes that need parts of their own, without them."""

import json
import socket
import struct

LINE = socket.socket(fileno=3)


def say(text):
    body = text if isinstance(text, bytes) else text.encode()
    LINE.sendall(struct.pack(">I", len(body)) + body)


def total(numbers):
    names = "UnicodeDecodeError UnicodeEncodeError ExceptionGroup SyntaxError OSError ImportError StopAsyncIteration"
    for name in names.split():
        say('["raise",{"types":["%s","Exception"],"class":null,"args":[1,2],"text":"t","line":null,"errno":28}]' % name)
    raise ExceptionGroup("g", [ExceptionGroup("h", [ValueError(1)])])
