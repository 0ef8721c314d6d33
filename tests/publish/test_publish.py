"""What is published is whole, the same each time, and tells nothing of the machine it was made on."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from published import RUN, call, made, told

from bench.errors import UsageError
from bench.publish import folder as publishing
from bench.publish.folder import publish
from bench.publish.paths import Shortened, without
from bench.publish.seals import listing


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("home-of-somebody"))


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in listing(folder).sizes}


def test_the_same_run_gives_the_same_bytes(run: Path, tmp_path: Path) -> None:
    one, two = (publish([run], tmp_path / name) for name in ("one", "two"))
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert one.digest == two.digest == json.loads((tmp_path / "one" / "seals.json").read_text())["digest"]


def test_the_order_of_the_runs_makes_no_difference(run: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(run, tmp_path / "other" / "mine"))
    assert publish([run, other], tmp_path / "one").digest == publish([other, run], tmp_path / "two").digest
    assert sorted(path.name for path in (tmp_path / "one" / "runs").iterdir()) == ["mine", "mine-2"]
    assert told(tmp_path / "one")["status"] == 0


def test_it_is_all_there(run: Path, tmp_path: Path) -> None:
    publish([run], tmp_path / "site")
    names = set(contents(tmp_path / "site"))
    assert {"README.md", "index.html", "leaderboard.csv", "leaderboard.json", "leaderboard.md"} < names
    ours = {"config.toml", "lock.json", "plan.jsonl", "samples.jsonl"}
    assert {f"{RUN}/{name}" for name in ours} < names
    assert set(json.loads((tmp_path / "site" / "seals.json").read_text())["files"]) == names - {"seals.json"}
    words = (tmp_path / "site" / "README.md").read_text()
    assert "bench verify ." in words
    assert "--limit 6" in words
    assert "6 of 14 problems were asked" in words
    assert "`replay/samples.jsonl on smoke (mine)`: the answers were given" in words


def test_no_path_of_the_machine_is_published(run: Path, tmp_path: Path) -> None:
    """Paths stand in names of models, thus in every record; in a sandbox's; in tracebacks and messages."""
    copy = Path(shutil.copytree(run, tmp_path / "mine"))
    told_of = {
        "event": "harness_error",
        "sample": "x",
        "message": f"no {run}/a.py",
        "traceback": f'File "{run}"',
    }
    with (copy / "events.jsonl").open("a") as file:
        file.write(json.dumps(told_of) + "\n")
    publish([copy], tmp_path / "site")
    for name, data in contents(tmp_path / "site").items():
        for path in (run.parent, Path(__file__).parents[2], tmp_path):
            assert str(path).encode() not in data, f"{name} names {path}"
    events = (tmp_path / "site" / RUN / "events.jsonl").read_text()
    assert "no a.py" in events
    assert "traceback" not in events
    assert told(tmp_path / "site")["status"] == 0


def test_a_path_that_a_server_calls_its_model_by_is_shortened_in_its_replies_too(
    run: Path, tmp_path: Path
) -> None:
    """llama.cpp's and vLLM's servers do so; what was replied and what is stored still agree."""
    copy = Path(shutil.copytree(run, tmp_path / "mine"))
    samples = copy / "samples.jsonl"
    lines: list[dict[str, Any]] = [json.loads(line) for line in samples.read_text().splitlines()]
    for blob in (copy / "blobs").rglob("*.txt"):
        blob.write_text(blob.read_text().replace('"model": "tiny"', '"model": "/srv/secret/tiny.gguf"'))
    for line in lines:
        if line["key"]["model"].startswith("openai"):
            line["completion"]["served_model"] = "/srv/secret/tiny.gguf"
    samples.write_text("".join(json.dumps(line) + "\n" for line in lines))
    publish([copy], tmp_path / "site")
    assert not any(b"/srv/secret" in data for data in contents(tmp_path / "site").values())
    assert "tiny.gguf" in (tmp_path / "site" / "leaderboard.csv").read_text()
    said = told(tmp_path / "site")
    assert not any("served model" in one["what"] or "hash" in one["what"] for one in said["findings"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no /home/me/x.py: gone", "no x.py: gone"),
        ('File "/opt/a b/c.py", line 3', 'File "a b/c.py", line 3'),
        ("https://host/v1/chat and a/b", "https://host/v1/chat and a/b"),
        ("~/mine.py ./mine.py ../x/mine.py", "~/mine.py ./mine.py ../x/mine.py"),
        ("1/2 and/or", "1/2 and/or"),
    ],
)
def test_paths_in_messages(text: str, left: str) -> None:
    assert without(text) == left


def test_two_files_of_one_name_stay_two() -> None:
    short = Shortened.of(["replay//a/one/x.jsonl", "replay//a/two/x.jsonl", "command//usr/bin/env /opt/m.py"])
    assert short(b"replay//a/one/x.jsonl replay//a/two/x.jsonl") == b"replay/one/x.jsonl replay/two/x.jsonl"
    assert short(b"command//usr/bin/env /opt/m.py") == b"command/env m.py"


def test_a_key_of_the_environment_is_never_published(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(run, tmp_path / "mine"))
    key = "sk-0123456789abcdef-0123456789"
    blob = next((copy / "blobs").rglob("*.txt"))
    blob.write_text(blob.read_text() + key)
    monkeypatch.setenv("SOME_API_KEY", key)
    result = call("publish", copy, "-o", tmp_path / "site")
    assert isinstance(result.exception, UsageError)
    assert "holds a key of this environment" in str(result.exception)
    assert key not in str(result.exception)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine"]


def test_what_is_not_ours_is_not_replaced(run: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "mine.txt").write_text("dear")
    with pytest.raises(UsageError, match="no publication"):
        publish([run], site)
    (site / "mine.txt").unlink()
    publish([run], site)
    (site / "mine.txt").write_text("dear")
    with pytest.raises(UsageError, match=r"holds mine\.txt"):
        publish([run], site)
    (site / "mine.txt").unlink()
    (site / ".git").mkdir()
    with pytest.raises(UsageError, match=r"holds \.git"):
        publish([run], site)
    (site / ".git").rmdir()
    (site / "README.md").unlink()
    digest = publish([run], site).digest
    assert told(site)["digest"] == digest
    with pytest.raises(UsageError, match="is no folder"):
        publish([run], run / "lock.json")
    with pytest.raises(UsageError, match="no publication"):
        publish([run], run)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_failure_leaves_what_was_there(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    publish([run], site)
    before = contents(site)

    def fail(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing, "readme", fail)
    with pytest.raises(UsageError, match="No space left"):
        publish([run], site)
    assert contents(site) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


SLOW = """
import sys, time
from pathlib import Path
from bench.publish import folder
def readme(*_):
    Path("begun").touch()
    time.sleep(60)
folder.readme = readme
folder.publish([Path(sys.argv[1])], Path("site"))
"""


def test_a_kill_leaves_nothing_half(run: Path, tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", SLOW, str(run)], cwd=tmp_path)
    while not (tmp_path / "begun").exists():
        assert process.poll() is None
        time.sleep(0.02)
    with pytest.raises(UsageError, match="in use by another bench process"):
        publish([run], tmp_path / "site")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "site").exists()
    publish([run], tmp_path / "site")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["begun", "site"]
    assert told(tmp_path / "site")["status"] == 0


def test_a_kill_between_old_and_new_loses_neither(run: Path, tmp_path: Path) -> None:
    publish([run], tmp_path / "site")
    before = contents(tmp_path / "site")
    (tmp_path / "site").rename(tmp_path / ".tmp-site.old")
    publish([run], tmp_path / "site")
    assert contents(tmp_path / "site") == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_command_prints_the_digest_alone(run: Path, tmp_path: Path) -> None:
    result = call("publish", run, "-o", tmp_path / "site")
    assert re.fullmatch(r"[0-9a-f]{64}\n", result.stdout)
    assert told(tmp_path / "site")["digest"] == result.stdout.strip()


def test_what_is_no_run_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert isinstance(call("publish", tmp_path / "empty", "-o", tmp_path / "site").exception, UsageError)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
