"""Reading the documents: their code blocks, and the commands they show."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"# (\S+\.(?:py|toml))\n")
_COMMAND = re.compile(r"^(?:    |\$ )(bench [^\n]*)$", re.MULTILINE)
_INLINE = re.compile(r"`(bench [a-z][^`]*)`")


def files(document: Path) -> dict[str, str]:
    """The blocks that say in their first line which file they are."""
    found = {}
    for block in _BLOCK.finditer(document.read_text(encoding="utf-8")):
        named = _NAMED.match(block[2])
        if named:
            found[named[1]] = block[2]
    return found


def commands(document: Path) -> list[list[str]]:
    """Each command shown, as words; what stands behind a ``#`` or several blanks is a remark."""
    text = document.read_text(encoding="utf-8")
    shown = [*_COMMAND.findall(text), *(one.replace("\n", " ") for one in _INLINE.findall(text))]
    return [shlex.split(re.split(r"  +", line)[0], comments=True)[1:] for line in shown]
