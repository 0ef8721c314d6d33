"""The guest's own code, as it travels into a container: read here, sent over the wire, never in the image."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_GUEST = Path(__file__).parent / "guest"
_MODULES = (
    *("codec", "wire", "proc", "doors", "remote", "ahead", "evident", "serve", "compare"),
    *("unittests", "project", "judging", "confine", "zygote", "judges", "cgroup", "sweep"),
    *("syscalls", "supervisor"),
)
"""In the order in which they import each other."""

BOOT = """
import json, os, sys, types
def read(count):
    data = b""
    while len(data) < count:
        part = os.read(0, count - len(data))
        if not part:
            raise SystemExit(0)
        data += part
    return data
boot = json.loads(read(int.from_bytes(read(4), "big")))
package = types.ModuleType("guest")
package.__path__ = []
sys.modules["guest"] = package
for name, source in boot["modules"]:
    module = types.ModuleType("guest." + name)
    module.__package__ = "guest"
    sys.modules[module.__name__] = module
    setattr(package, name, module)
    exec(compile(source, "<guest/" + name + ">", "exec", dont_inherit=True), module.__dict__)
sys.modules["guest.supervisor"].main(boot["config"])
"""
"""What the container's interpreter is started with."""


@cache
def modules() -> tuple[tuple[str, str], ...]:
    """(name, source) of each guest module."""
    return tuple((name, (_GUEST / f"{name}.py").read_text("utf-8")) for name in _MODULES)


@cache
def harness() -> str:
    """What runs unittest tests in a candidate's process. It travels with the tests, after the answer."""
    return (_GUEST / "harness.py").read_text("utf-8")


@cache
def testrun() -> str:
    """What runs a project's tests in a candidate's process."""
    return (_GUEST / "testrun.py").read_text("utf-8")


@cache
def digest() -> str:
    """12 hex digits over the guest's code and what prepares its tests: which judge gave a verdict."""
    prepares = [(_GUEST.parent / f"{name}.py").read_text("utf-8") for name in ("message", "program")]
    text = "\0".join((*prepares, harness(), testrun(), *(part for pair in modules() for part in pair)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
