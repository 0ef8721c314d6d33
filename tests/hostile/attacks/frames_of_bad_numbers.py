"""Reply with numbers, dates and text that cannot be built."""
import os
bodies = iter((b'["ok",{"F":[1,0]}]', b'["ok",{"r":[0,9,0]}]', b'["ok",{"q":[-5]}]', b'["ok",{"td":[1e300,0,0]}]', b'["ok",{"n":["AAAA","AA=="]}]', b'["ok",{"i":"0x_"}]'))
def total(numbers):
    body = next(bodies)
    os.write(3, len(body).to_bytes(4, "big") + body)
    os._exit(0)
