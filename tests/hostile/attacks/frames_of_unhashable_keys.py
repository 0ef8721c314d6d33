"""Reply with sets and dictionaries of what cannot be a key."""
import os
bodies = iter((b'["ok",{"s":[[]]}]', b'["ok",{"d":[{"d":[]},6]}]', b'["ok",{"z":[{"s":[]}]}]', b'["ok",{"d":[1]}]', b'["ok",{"s":[{"D":"sNaN"}]}]', b'["ok",{"C":[[],[]]}]'))
def total(numbers):
    body = next(bodies)
    os.write(3, len(body).to_bytes(4, "big") + body)
    os._exit(0)
