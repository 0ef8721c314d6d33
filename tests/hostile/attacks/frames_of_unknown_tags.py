"""Reply with tags that do not exist, or two at once."""
import os
bodies = iter((b'["ok",{"x":[]}]', b'["ok",{"i":"6","f":"nan"}]', b'["ok",{}]', b'["ok",{"T":"eval"}]', b'["ok",{"S":[]}]', b'["ok",{"__class__":"int"}]'))
def total(numbers):
    body = next(bodies)
    os.write(3, len(body).to_bytes(4, "big") + body)
    os._exit(0)
