"""A folder of a stranger: nothing outside it is read, nothing in it is run, no fault of it is a traceback."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from published import RUN, SAMPLES, VERDICTS, call, check, findings, made, seal_again, told

from bench.publish import seals

Spoil = Callable[[Path], None]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("honest")
    assert call("publish", made(folder, limit=2), "-o", folder / "site").exit_code == 0
    return folder / "site"


@pytest.fixture
def site(honest: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest, tmp_path / "site"))


def linked_file(site: Path) -> None:
    (site / SAMPLES).unlink()
    (site / SAMPLES).symlink_to("/etc/passwd")


def linked_folder(site: Path) -> None:
    (site / "runs" / "more").symlink_to("/", target_is_directory=True)


def linked_seals(site: Path) -> None:
    (site / "seals.json").unlink()
    (site / "seals.json").symlink_to("/dev/zero")


def pipe(site: Path) -> None:
    """Opening it would wait for ever."""
    os.mkfifo(site / "runs" / "pipe.jsonl")


def vast(site: Path) -> None:
    with (site / RUN / "blobs" / "vast.txt").open("wb") as file:
        file.truncate(1 << 40)


def vast_lock(site: Path) -> None:
    with (site / RUN / "lock.json").open("wb") as file:
        file.truncate(1 << 30)


def deep(site: Path) -> None:
    (site / "/".join(["d"] * 40)).mkdir(parents=True)


def settings(site: Path) -> None:
    """Read by any bench that is started in the folder: where to keep downloads, whom to ask for data."""
    (site / ".env").write_text("BENCH_CACHE=/tmp/elsewhere\n")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (settings, ".env: would set up whoever starts bench there"),
        (linked_file, f"{SAMPLES}: is a link"),
        (linked_folder, "runs/more: is a link"),
        (linked_seals, "seals.json: is a link"),
        (pipe, "runs/pipe.jsonl: is no plain file"),
        (vast, f"{RUN}/blobs/vast.txt: is larger than 64 GiB"),
        (vast_lock, f"{RUN}/lock.json: is larger than 256 MiB"),
        (deep, "d/d/d/d/d/d/d/d/d: is too deep"),
    ],
)
def test_what_is_no_plain_file_is_not_looked_into(site: Path, spoil: Spoil, said: str) -> None:
    spoil(site)
    answer = told(site)
    assert (answer["status"], answer["first"]) == (3, said)
    assert answer["files"] == 0


def test_a_line_too_long_to_be_held_is_not_read(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "_MAX_LINE_MIB", 1)
    with (site / SAMPLES).open("ab") as file:
        file.write(b" " * (3 << 20))
    answer = told(site)
    assert (answer["status"], answer["files"]) == (3, 0)
    assert "has a line of more than 1 MiB" in answer["first"]


def edit_lock(site: Path, **entries: object) -> None:
    path = site / RUN / "lock.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))


def edit_config(site: Path, old: str, new: str) -> None:
    path = site / RUN / "config.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


EVIL = "from pathlib import Path\nPath({!r}).touch()\nraise SystemExit(0)\n"


@pytest.mark.parametrize(
    "name", ["{evil}:Suite", "{folder}/../x", "os:getcwd", "../../tmp/evil", "smoke:no-such"]
)
def test_no_suite_but_one_of_ours_is_loaded(site: Path, tmp_path: Path, name: str) -> None:
    evil, mark = tmp_path / "evil.py", tmp_path / "was-run"
    evil.write_text(EVIL.format(str(mark)))
    edit_config(site, '["smoke"]', json.dumps([name.format(evil=evil, folder=tmp_path)]))
    seal_again(site)
    answer = told(site)
    assert answer["status"] in (1, 3)
    assert any("is none of this release's" in one for one in findings(answer, "judging"))
    assert not mark.exists()


def test_the_sandbox_is_not_the_publishers_choice(site: Path, tmp_path: Path) -> None:
    evil, mark = tmp_path / "evil.py", tmp_path / "was-run"
    evil.write_text(EVIL.format(str(mark)))
    edit_config(site, 'sandbox = "plugins.py:Sandbox"', f'sandbox = "{evil}:Sandbox"')
    edit_config(site, '"reference"', f'"{evil}:Model"')
    seal_again(site)
    assert told(site)["judged_again"] > 0
    assert not mark.exists()


def test_paths_in_seals_are_only_compared(site: Path) -> None:
    path = site / "seals.json"
    body = json.loads(path.read_text())
    one = {"sha256": "0" * 64, "bytes": 1}
    body["files"] |= {"../outside": one, "/etc/passwd": one, "a\x1b[31m\u202eb": one}
    path.write_text(json.dumps(body))
    result = check(site)
    assert result.exit_code == 3
    assert "../outside: is sealed, and missing" in result.stdout
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout


def test_names_of_files_do_nothing_in_a_terminal(site: Path) -> None:
    (site / "runs" / "\x1b]0;owned\x07\n\u202e").mkdir()
    (os.fsencode(site) and Path(os.fsdecode(os.fsencode(site) + b"/\xff\xfe.txt"))).touch()
    result = check(site)
    assert result.exit_code == 3
    assert not {"\x1b", "\x07", "\u202e"} & set(result.stdout)


JUNK = [
    b"",
    b"\xff\xfe\x00",
    b"null\n",
    b"[]\n",
    b"{}\n",
    b'{"rows": 3}\n',
    b'{"schema": 1}\n',
    b"[" * 100_000 + b"\n",
    b'{"index": 1e999}\n',
    b'{"index": 0, "key": {"suite": "x", "problem": "y", "model": "z", "epoch": 0}, "attempt": 1}\n',
    b'{"index": -1, "key": {"suite": "smoke", "problem": "y", "model": "z", "epoch": 0}, "attempt": -99}\n',
    b'{"index": 99999999999999999999, "attempt": 99999999999999999999999}\n',
    b'suites = ["smoke"]\nmodels = []\nlimit = -3\n',
    b"suites = []\nmodels = []\n",
]
FILES = [
    "seals.json", "leaderboard.csv", "leaderboard.json", "leaderboard.md", "README.md", "index.html",
    SAMPLES, VERDICTS,
    f"{RUN}/lock.json", f"{RUN}/config.toml", f"{RUN}/plan.jsonl", f"{RUN}/events.jsonl",
    f"{RUN}/labels.json", f"{RUN}/symptoms.json",
]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_a_finding(site: Path, name: str) -> None:
    whole = (site / name).read_bytes() if (site / name).exists() else b'{"event": "none"}\n'
    junk = [*JUNK, whole[: len(whole) // 2], *(whole + one for one in JUNK[1:])]
    for data in junk:
        (site / name).write_bytes(data)
        if name != "seals.json":
            seal_again(site)
        if (site / name).read_bytes() == whole:
            continue
        result = call("verify", site, "--no-judge", "-q")
        assert result.exit_code in (1, 3), (data[:60], result.exception)
        assert result.stdout.startswith(("DIFFERS", "NOT CHECKED")), data[:60]
        if result.exit_code == 1:
            # Events may say more or less: of those only money and reasons count. No symptom is none.
            says_nothing = name == f"{RUN}/symptoms.json" and data == b"{}\n"
            assert says_nothing or name in (f"{RUN}/events.jsonl", f"{RUN}/config.toml"), data[:60]


def test_more_epochs_than_samples_are_not_counted_to(site: Path) -> None:
    edit_config(site, "turns = 1", f"turns = 1\nepochs = {10**15}")
    edit_lock(site, epochs=10**15)
    seal_again(site)
    assert "has fewer samples than epochs" in told(site)["first"]


@pytest.mark.parametrize(
    "entries",
    [
        {"suites": []},
        {"suites": 3},
        {"judges": {}},
        {"judges": {"smoke": 7}},
        {"models": ["x"] * 3},
        {"terms": {}},
        {"plan": {"samples": -1, "sha256": ""}},
        {"sandbox": None},
        {"turns": -5},
        {"turns": 10**30},
        {"turns": 10**9},
        {"extractor": "../../../../tmp/x"},
        {"params": {"temperature": "hot"}},
        {"as_given": [1]},
        {"mode": "loud"},
        {"limits": 5},
        {"prices": 5, "packages": 5, "batch": 5, "files": 5, "git": {"a": "\x1b"}},
    ],
    ids=str,
)
def test_a_lock_of_another_shape_is_a_finding(site: Path, entries: dict[str, object]) -> None:
    edit_lock(site, **entries)
    seal_again(site)
    result = check(site)
    assert result.exit_code == 3, (result.exception, result.stdout)
    assert result.stdout.startswith("DIFFERS")


def test_a_repository_around_it_is_no_part_of_it(site: Path) -> None:
    (site / ".git").mkdir()
    (site / ".gitattributes").write_text("*.jsonl filter=lfs\n")
    answer = told(site)
    assert answer["status"] == 0
    assert ".git: is no part of the publication, and was not looked at" in str(findings(answer, "folder"))
