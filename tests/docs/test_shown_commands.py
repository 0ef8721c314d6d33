"""Every command that a document shows is one that ``bench`` takes: no option was renamed or dreamt up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from docs_support import DOCS, ROOT, commands

from bench.cli import app

DOCUMENTS = sorted([*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
STANDS_FOR = {"USD": "1", "K": "1", "C": "1", "E": "high", "MODEL": "reference", "SUITE": "smoke"}
"""Words in capitals that stand for a value."""


def shown() -> list[tuple[str, list[str]]]:
    return [(path.name, words) for path in DOCUMENTS for words in commands(path) if words]


def parsed(words: list[str]) -> None:
    """As the command line is parsed; a command named without its arguments is looked up alone."""
    known: Any = typer.main.get_command(app)
    assert words[0] in known.commands, f"there is no command {words[0]}"
    command, rest = known.commands[words[0]], words[1:]
    if hasattr(command, "commands") and rest:
        assert rest[0] in command.commands, f"there is no command {' '.join(words[:2])}"
        command, rest = command.commands[rest[0]], rest[1:]
    arguments = [STANDS_FOR.get(word, word) for word in rest if word != "..."]
    arguments = [word.removesuffix("...") for word in arguments]
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    unknown = {word for word in arguments if re.match(r"--?[a-z]", word)} - options
    assert not unknown, f"no such option: {unknown}"
    if arguments and not (words[0] == "run" and "-s" not in arguments):
        try:
            command.make_context(words[0], arguments)
        except Exception as error:
            raise AssertionError(f"bench {' '.join(words)}: {error}") from error


@pytest.mark.parametrize(("document", "words"), shown())
def test_a_shown_command_parses(document: str, words: list[str]) -> None:
    parsed(words)


def test_a_command_that_does_not_exist_is_noticed() -> None:
    for words in (
        ["rnu"],
        ["run", "--modle", "x"],
        ["leaderboard", "x", "--limit", "3"],
        ["claim", "decide", "x"],
        ["claim", "check", "x", "--limit", "3"],
    ):
        with pytest.raises(AssertionError, match=r"no command (rnu|claim decide)|no such option|--limit"):
            parsed(words)
    with pytest.raises(AssertionError, match="many"):
        parsed(["run", "-m", "reference", "-s", "smoke", "--limit", "many"])


def test_the_documents_show_commands_at_all() -> None:
    found = {name for name, _ in shown()}
    assert {"README.md", "adapters.md"} <= found
    assert {words[0] for _, words in shown()} >= {"run", "models", "leaderboard", "suites", "doctor", "grade"}


def test_a_document_refers_to_none_that_is_missing() -> None:
    for path in DOCUMENTS:
        for target in re.findall(r"\]\(([\w./-]+\.md)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).is_file(), f"{path.name} refers to {target}"
            assert not Path(target).is_absolute()
