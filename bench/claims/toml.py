"""The TOML of a claim file: read, and of what is none of it the line, the fault and the way out."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from bench.claims.lines import last_place, line_of, told_twice
from bench.errors import UsageError

DATE_HINT = 'Write "2026", "2026-01" or 2026-01-31.'
_SYNTAX = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)
_TWICE = ("Cannot overwrite a value", "Cannot declare ", "Cannot mutate immutable namespace ")
"""How ``tomllib`` begins to say that something stands in a file twice."""
_TWICE_INLINE = re.compile(r"Duplicate inline table key '(.*)'", re.DOTALL)
_UNCLOSED = {"Unterminated string": "string", "Unclosed array": "array", "Unclosed inline table": "table"}
_PLAINER = {"Illegal character '\\n'": "a string is not closed on its line"}
_MEND = "Mend the TOML there: https://toml.io"


class File:
    """A file's text, and how something in it is complained about."""

    def __init__(self, text: str, path: Path) -> None:
        self.text, self.path = text, path
        self.one_reading = False

    def fail(self, where: Sequence[str | int], what: str, hint: str) -> NoReturn:
        """Raises UsageError with the line of a key."""
        self.fail_at(line_of(self.text, self._place(where)), what, hint)

    def fail_at(self, line: int, what: str, hint: str) -> NoReturn:
        raise UsageError(f"{self.path}, line {line}: {what}", hint=hint)

    def given(self, where: Sequence[str | int]) -> dict[str, Any]:
        """A table as the file has it, without what is filled in."""
        table: Any = self._tables
        for part in self._place(where):
            table = table[part]
        assert isinstance(table, dict)
        return table

    @cached_property
    def _tables(self) -> dict[str, Any]:
        return tomllib.loads(self.text)

    def _place(self, where: Sequence[str | int]) -> Sequence[str | int]:
        """One reading may stand at the top of the file."""
        return where[2:] if self.one_reading and [*where[:1]] == ["readings"] else where


def load(file: File) -> dict[str, Any]:
    """The file as a table, its dates as text. Raises UsageError naming the line."""
    try:
        table: dict[str, Any] = _plain(tomllib.loads(file.text))
    except tomllib.TOMLDecodeError as error:
        _syntax_error(str(error), file)
    except RecursionError:
        file.fail_at(1, "brackets within brackets, too deep to read", "No field of a claim is that deep.")
    except ValueError:  # Python converts no number of more than 4,300 digits
        lines = file.text.split("\n")
        longest = max(range(len(lines)), key=lambda at: len(lines[at]))
        file.fail_at(longest + 1, "a number has too many digits", "Give the number that was claimed.")
    return table


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _syntax_error(error: str, file: File) -> NoReturn:
    found = _SYNTAX.fullmatch(error)
    what = found["what"] if found else error
    line = int(found["line"]) if found and found["line"] else file.text.count("\n") + 1
    twice = _TWICE_INLINE.fullmatch(what)
    if twice:
        file.fail_at(line, f"`{twice[1]}` stands twice in one inline table", "Leave one of the two.")
    if what.startswith(_TWICE):
        _fail_twice(line, file)
    if what in _UNCLOSED:
        place = last_place("\n".join(file.text.split("\n")[:line]))
        begun = place.line if place else line
        file.fail_at(
            begun, f"the {_UNCLOSED[what]} that begins here is never closed", "Close it: https://toml.io"
        )
    hint = DATE_HINT if what.startswith("Invalid date") else _MEND
    file.fail_at(line, _PLAINER.get(what, what), hint)


def _fail_twice(line: int, file: File) -> NoReturn:
    found = told_twice(file.text, line)
    if found is None:
        file.fail_at(line, "what this line names stands in the file twice", "Leave one of the two.")
    first, again = found
    told = f"`{again.written}` stands in the file twice, first on line {first.line}"
    if first.path != again.path:
        told = f"`{again.written}` cannot stand beside `{first.written}` on line {first.line}"
    is_table = again.written.startswith("[")
    hint = "Put all its keys under one of the two." if is_table else "Leave one of the two."
    if is_table and again.path[0] == "readings":
        hint = "Several readings begin with [[readings]] each; one stands at the top of the file."
    file.fail_at(again.line, told, hint)
