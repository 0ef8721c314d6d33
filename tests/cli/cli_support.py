"""How the command is called in tests, and the plug-ins it is given."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PLUGINS = Path(__file__).with_name("plugins.py")
SANDBOX = f"{PLUGINS}:Sandbox"
BENCH = (sys.executable, "-c", "from bench.cli import main; main()")
Bench = Callable[..., subprocess.CompletedProcess[str]]


def environment() -> dict[str, str]:
    """No key and no data set of whoever runs the tests."""
    ours = ("OPENAI_", "ANTHROPIC_", "BENCH_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
