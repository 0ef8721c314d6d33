"""``bench doctor --attack``: table, JSON and exit status, in a sandbox where all goes as the test says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bench import attack
from bench.cli import app

PLUGIN = """
import json
from bench import attack
from bench.types import CheckGroup, Execution, Status

FORGED = {forged!r}
FOUND = dict(uid=10_002, slot="box", processes=[], files=[], ipc=[], sockets=[], inodes={{}})

class Place:
    slots = 1
    def run(self, job, /):
        if job.candidate != attack.NEIGHBOUR and FORGED not in job.candidate:
            return Execution(Status.DONE, (CheckGroup("tests", 1, 0, failure="no"),))
        groups = tuple(CheckGroup(name, 1, 1) for name in ("tests", "base", "plus"))
        return Execution(Status.DONE, groups, output=json.dumps(FOUND))
    def describe(self):
        return {{"engine": "none"}}
    def close(self):
        pass

def make(options):
    assert options.slots == 1
    return Place()
"""


@pytest.fixture
def doctor(tmp_path: Path):
    def call(*arguments: str, forged: str = "nothing of the kind") -> Result:
        plugin = tmp_path / "place.py"
        plugin.write_text(PLUGIN.format(forged=forged), "utf-8")
        return CliRunner().invoke(app, ["doctor", "--attack", "--sandbox", f"{plugin}:make", *arguments])

    return call


def test_all_is_well_when_no_attack_achieves_anything(doctor) -> None:
    result = doctor()
    assert result.exit_code == 0, result.output
    assert "always_equal_object" in result.stdout
    assert f"{len(attack.load())} attacks on none: 0 passed, 0 lost their verdict" in result.stdout


def test_one_that_passes_is_an_exit_status_of_1(doctor) -> None:
    result = doctor(forged="def total(numbers): os._exit(0)")
    assert result.exit_code == 1
    assert "exit_zero passed" in result.stdout


def test_json_tells_the_same(doctor) -> None:
    result = doctor("--json", forged="def total(numbers): os._exit(0)")
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert told["sandbox"] == {"engine": "none"}
    assert told["counts"]["passed"] == 1
    assert [tried["name"] for tried in told["attacks"] if tried["harm"]] == ["exit_zero"]
    assert len(told["attacks"]) == len(attack.load())


def test_an_unknown_sandbox_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["doctor", "--attack", "--sandbox", "doker"])
    assert "unknown sandbox 'doker'" in str(result.exception)
