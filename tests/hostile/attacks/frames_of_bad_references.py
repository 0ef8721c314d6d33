"""Reply with references to containers that are not there."""
import os
bodies = iter((b'["ok",{"@":9}]', b'["ok",{"@":-1}]', b'["ok",{"@":true}]', b'["ok",{"@":"0"}]', b'["ok",{"@":1e400}]', b'["ok",0,[{"@":0}]]'))
def total(numbers):
    body = next(bodies)
    os.write(3, len(body).to_bytes(4, "big") + body)
    os._exit(0)
