"""Call back functions that the tests never passed, for ever."""
import json, os
def total(numbers):
    body = json.dumps(["callback", 0, [[6]]]).encode()
    while True:
        os.write(3, len(body).to_bytes(4, "big") + body)
        os.read(3, 65536)
