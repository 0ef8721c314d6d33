"""The pages around a report's data: script, style, and the policy that lets nothing run or load but these."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

PAGE = Path(__file__).parent / "page"
SCRIPTS = ("text", "data", "board", "list", "sample", "pairs", "plots", "main")
"""The page's script is these files, one after the other, in a scope of their own."""
PART_SCRIPTS = ("part",)


@dataclass(frozen=True, slots=True)
class Held:
    """Packed data that stands in the page; or the address of the part that has it."""

    text: str = ""
    file: str = ""


def page(
    boards: str, chunks: Iterable[Held], samples: Callable[[], Held], *, framing: bool
) -> Iterator[bytes]:
    """The report piece by piece. ``samples`` is asked for after the last chunk; ``framing``: it has parts."""
    script, style = _script(SCRIPTS), (PAGE / "page.css").read_text("utf-8")
    pieces = (
        _environment()
        .get_template("page.html")
        .generate(
            policy=policy(script, style=style, framing=framing),
            style=Markup(style),
            script=Markup(script),
            boards=boards,
            chunks=chunks,
            samples=samples,
        )
    )
    return (piece.encode() for piece in pieces)


def part(data: str, *, index: str) -> str:
    """The page of a part, which tells its packed data to the report; ``index`` is the address of that."""
    script = _script(PART_SCRIPTS)
    template = _environment().get_template("part.html")
    return template.render(policy=policy(script), script=Markup(script), data=data, index=index)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )


def _script(names: Iterable[str]) -> str:
    body = "\n".join((PAGE / f"{name}.js").read_text("utf-8") for name in names)
    return f"(() => {{\n'use strict';\n{body}}})();\n"


def policy(script: str = "", *, style: str = "", framing: bool = False) -> str:
    """Nothing is loaded or sent but parts; no script or style but these; no text becomes markup or code."""
    rules = [
        "default-src 'none'", f"script-src {_hash(script)}" if script else "",
        f"style-src {_hash(style)}" if style else "",
        # A browser may take no file for 'self'; a page from a network can frame none anyway.
        "frame-src 'self' file:" if framing else "",
        "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
    ]  # fmt: skip
    return "; ".join(filter(None, rules))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
