"""Reply with exceptions that have no class, no name, or one that cannot be a name."""
import os
bodies = iter((b'["raise",6]', b'["raise",{}]', b'["raise",{"types":[],"text":"","args":[],"class":null,"line":null,"errno":null}]', b'["raise",{"types":["\\u0000"],"text":"","args":[],"class":null,"line":null,"errno":null}]', b'["raise",{"types":["\\ud800"],"text":"\\ud800","args":{"i":"z"},"class":null,"line":"x","errno":null}]', b'["raise",{"types":["ExceptionGroup"],"text":"","args":["",[]],"class":[],"line":null,"errno":[]}]'))
def total(numbers):
    body = next(bodies)
    os.write(3, len(body).to_bytes(4, "big") + body)
    os._exit(0)
