"""Definitions of suites: a slip in a file is one clear error, and never an empty suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import suites
from bench.errors import DataError, UsageError
from bench.prompts import stop_sequences
from bench.suites import Suite, load_suite
from bench.types import Track

SUITE = """
name = "mine"
version = "1"
title = "Mine"
track = "generation"
rows = "native"
[prompts]
chat = "by-track-chat@1"
complete = "by-track-complete@1"
[data]
key = "id"
fields = ["id", "track", "entry_point", "prompt", "buggy", "symptom", "reference", "tests"]
folder = "problems"
"""
PROBLEM = """
track = "generation"
entry_point = "f"
prompt = "def f():\\n"
reference = "def f():\\n    return 1\\n"
tests = "assert f() == 1"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite of one problem that loads."""
    monkeypatch.setattr(suites, "tasks_dir", lambda: tmp_path)
    home = tmp_path / "mine"
    (home / "problems").mkdir(parents=True)
    (home / "suite.toml").write_text(SUITE)
    (home / "problems" / "one.toml").write_text(PROBLEM)
    return home


def test_a_folder_with_two_files_is_a_suite(home: Path) -> None:
    suite = load_suite("mine")
    assert [problem.id for problem in suite.problems] == ["mine/one"]
    assert (suite.data["records"], suite.data["origin"]) == (1, "folder problems")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "Mine"', 'titel = "Mine"', "missing required field `title`|unknown field `titel`"),
        ('version = "1"', "version = 1", "Expected `str`, got `int`"),
        ('track = "generation"', 'track = "golf"', "Invalid enum value 'golf'"),
        ('rows = "native"', 'rows = "nativ"', "no row format 'nativ'"),
        ('"by-track-chat@1"', '"by-track-chat@9"', "no prompt template 'by-track-chat@9'"),
        ("[data]", "[data", "suite.toml: "),
        ('name = "mine"', 'name = "yours"', "its name is 'yours'"),
    ],
)
def test_a_slip_in_the_definition_is_named(home: Path, old: str, new: str, said: str) -> None:
    assert old in SUITE
    (home / "suite.toml").write_text(SUITE.replace(old, new))
    with pytest.raises(UsageError, match=said) as caught:
        load_suite("mine")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("entry_point", "entrypoint", "missing required field `entry_point`|unknown field `entrypoint`"),
        ('tests = "assert', 'tests = 7 #"', "Expected `str`, got `int`"),
        ('prompt = "def f():\\n"', "", "a problem of track 'generation' needs prompt"),
        ('track = "generation"', 'track = "repair"', "a problem of track 'repair' needs buggy and symptom"),
        ("track", "= track", "one.toml: "),
    ],
)
def test_a_slip_in_a_problem_names_its_file(home: Path, old: str, new: str, said: str) -> None:
    assert old in PROBLEM
    (home / "problems" / "one.toml").write_text(PROBLEM.replace(old, new))
    with pytest.raises(UsageError, match=said) as caught:
        load_suite("mine")
    assert "one.toml" in caught.value.message


def test_a_suite_without_problems_is_an_error(home: Path) -> None:
    """An empty list of samples has been reported as a perfect score before (olmo-eval#354)."""
    (home / "problems" / "one.toml").unlink()
    with pytest.raises(DataError, match="holds no problem"):
        load_suite("mine")


def test_what_a_suite_is_made_of_is_in_its_digest(home: Path) -> None:
    before = load_suite("mine").data["sha256"]
    (home / "problems" / "one.toml").write_text(PROBLEM.replace("f() == 1", "f() == 1.0"))
    assert load_suite("mine").data["sha256"] != before


def test_a_suite_may_come_from_a_file(home: Path, tmp_path: Path) -> None:
    plugin = tmp_path / "my_suite.py"
    plugin.write_text("from bench.suites import load_suite\n\ndef make():\n    return load_suite('mine')\n")
    suite = load_suite(f"{plugin}:make")
    assert isinstance(suite, Suite)
    plugin.write_text("def make():\n    return 'not a suite'\n")
    assert "gives a str" in _plugin_refused(f"{plugin}:make")


def _plugin_refused(name: str) -> str:
    with pytest.raises(UsageError) as caught:
        load_suite(name)
    return caught.value.message


def test_a_corrected_function_is_not_cut_off_before_it_begins() -> None:
    """A base model that starts its repair on a new line would stop at "\\ndef " and have written nothing."""
    name = "by-track-complete@1"
    assert "\ndef " in stop_sequences(name, Track.GENERATION)
    for stops in (stop_sequences(name), stop_sequences(name, Track.REPAIR)):
        assert stops
        assert not any(stop in "\ndef f():\n    return 1\n" for stop in stops)
