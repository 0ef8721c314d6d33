"""What readers of rows share: pieces of a data set's own code."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

from bench.errors import DataError
from bench.pysource import parse
from bench.types import Limits, Problem

Row = dict[str, Any]
Reader = Callable[[str, Row, Limits], Problem]


def syntax(source: str) -> ast.Module:
    """A data set's own code, parsed without a word about its old-fashioned escapes."""
    parsed = parse(source)
    if parsed is None:
        raise DataError(f"a row's code is not Python: {source[:80]!r}")
    return parsed


def without(source: str, name: str) -> str:
    """A program without one of its functions."""
    body = [node for node in syntax(source).body if getattr(node, "name", None) != name]
    return "\n".join(ast.unparse(node) for node in body)


def preamble_of(prompt: str, entry: str) -> str:
    """What stands before the function that is asked for: the prompt's imports and helpers."""
    match = re.search(rf"^(?:async\s+)?(?:def|class)\s+{re.escape(entry)}\b", prompt, re.MULTILINE)
    return prompt[: match.start()] if match else ""


def unix(text: str) -> str:
    return text.replace("\r\n", "\n")


def repair_prompt(symptom: str, buggy: str, *, comment: str = "#") -> str:
    """For base models: the wrong code as a comment, to be followed by the right one."""
    lines = [f"{symptom.strip()}", "The wrong code:", *buggy.rstrip().split("\n"), "", "The corrected code:"]
    return "".join(f"{comment} {line}".rstrip() + "\n" for line in lines)
