"""The environment is read in one place; a .env adds and never overrides, and is never quoted in an error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench import config
from bench.errors import UsageError


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("BENCH_DATA", "BENCH_CACHE"):
        monkeypatch.delenv(name, raising=False)


def test_a_dotenv_adds_but_never_overrides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["# keys", "", "A=from file", "export B = 'two words' ", 'C="#x"', "D=1 # note", "E=", "F=a=b"]
    (tmp_path / ".env").write_text("\n".join(lines))
    for name in "BCDEF":
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("A", "from the environment")
    found = config.environ()
    read = [found[name] for name in "ABCDEF"]
    assert read == ["from the environment", "two words", "#x", "1", "", "a=b"]
    assert "B" not in os.environ


def test_a_line_that_cannot_be_read_is_named_but_not_shown(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nsk-secret-value\n")
    with pytest.raises(UsageError, match="line 2") as caught:
        config.environ()
    assert "secret" not in str(caught.value)


def test_data_folders_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    for folder in (one, two, three):
        folder.mkdir()
    monkeypatch.setenv("BENCH_DATA", f"{two}{os.pathsep}{three}")
    assert config.data_dirs(one) == (one, two, three)
    assert config.data_dirs(None) == (two, three)
    monkeypatch.delenv("BENCH_DATA")
    assert config.data_dirs(None) == ()


def test_a_slip_in_a_data_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"--data: .*none is not a folder"):
        config.data_dirs(tmp_path / "none")
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "none"))
    with pytest.raises(UsageError, match="BENCH_DATA"):
        config.data_dirs(None)


def test_the_cache_is_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert config.cache_dir().name == "evenbench"
    monkeypatch.setenv("BENCH_CACHE", "~/kept")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert config.cache_dir() == tmp_path / "kept"
    assert not config.cache_dir().exists()
