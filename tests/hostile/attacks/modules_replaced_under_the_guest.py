"""Replace the modules that its own server works with, one by one."""

import sys
import types


class Liar(types.ModuleType):
    def __getattr__(self, name):
        return lambda *args, **named: b'["ok",6]' if name == "dumps" else 7


for name in list(sys.modules):
    if name.startswith("guest") or name in ("json", "socket", "struct", "base64", "decimal", "fractions"):
        sys.modules[name] = Liar(name)


def total(numbers):
    return -1
