"""Become another interpreter that speaks for this one on its line."""
import os, sys
os.set_inheritable(3, True)
code = """
import json, os
for body in (["ok"], ["ok", {"h": [0, "function", True, []]}], ["ok", {"h": [1, "int", False, []]}]):
    data = json.dumps(body).encode()
    os.write(3, len(data).to_bytes(4, "big") + data)
    os.read(3, 65536)
"""
os.execv(sys.executable, [sys.executable, "-c", code])
