"""What is asked of every model alike: effort and system message, and where they stand afterwards."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from cli_support import PLUGINS, SANDBOX, Bench

from bench.lock import Asked

CANNED = f"{PLUGINS}:Canned"
SMOKE = ("run", "-s", "smoke", "--limit", "2", "--sandbox", SANDBOX, "-q")
MIRROR = """
import json
from bench.types import Completion, Form


class Mirror:
    name = "mirror"

    def generate(self, request, /):
        said = [[one.role, one.text] for one in request.messages]
        return Completion("# " + json.dumps(said), form=Form.PROGRAM)
"""


@pytest.mark.parametrize("effort", ["extreme", "High", ""])
def test_an_effort_that_no_one_has_is_refused_with_those_there_are(bench: Bench, effort: str) -> None:
    result = bench(*SMOKE, "-m", CANNED, "--effort", effort)
    assert result.returncode == 2
    assert "none, minimal, low, medium, high, xhigh, max" in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--system", "@nowhere.txt"), "cannot be read"),
        (("--system", " "), "is empty"),
        (("--system", "x", "--mode", "complete"), "no system message"),
    ],
)
def test_a_system_message_that_cannot_be_sent_is_refused(
    bench: Bench, options: tuple[str, ...], said: str
) -> None:
    result = bench(*SMOKE, "-m", CANNED, *options)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr


def test_no_system_message_is_sent_unless_asked_for(tmp_path: Path, bench: Bench) -> None:
    (tmp_path / "mirror.py").write_text(MIRROR)
    (tmp_path / "system.txt").write_text("Be brief.\nNo é.\n")
    for out, options in (("without", ()), ("with", ("--system", "@system.txt"))):
        assert bench(*SMOKE, "-m", "./mirror.py:Mirror", "-o", out, *options).returncode == 0
    said = {}
    for out in ("without", "with"):
        lines = map(json.loads, (tmp_path / out / "samples.jsonl").read_text().splitlines())
        first = min(lines, key=lambda record: record["index"])  # answers are stored as they come
        said[out] = json.loads(first["completion"]["text"][2:])
    assert [role for role, _ in said["without"]] == ["user"]
    assert [role for role, _ in said["with"]] == ["system", "user"]
    assert said["with"][0][1] == "Be brief.\nNo é.\n"
    assert said["with"][1] == said["without"][0]


def test_a_system_message_is_part_of_the_terms_and_of_what_makes_a_run(tmp_path: Path, bench: Bench) -> None:
    for out, options in (("without", ()), ("with", ("--system", "Be brief."))):
        assert bench(*SMOKE, "-m", CANNED, "-m", "reference", "-o", out, *options).returncode == 0
    locks = {out: json.loads((tmp_path / out / "lock.json").read_text()) for out in ("without", "with")}
    terms = {out: locks[out]["terms"]["smoke"] for out in locks}
    assert terms["with"]["canned"] != terms["without"]["canned"]
    assert terms["with"]["reference"] == terms["without"]["reference"], "nothing is asked there"
    assert locks["with"]["system"] == "Be brief."
    assert tomllib.loads((tmp_path / "with" / "config.toml").read_text())["system"] == "Be brief."
    assert "system" not in (tmp_path / "without" / "config.toml").read_text()
    for options in ((), ("--system", "Be wordy.")):
        result = bench(*SMOKE, "-m", CANNED, "-m", "reference", "-o", "with", *options)
        assert result.returncode == 2
        assert 'system: "Be brief."' in result.stderr
    assert bench("grade", "with", "-q").returncode == 0


def test_a_run_without_a_system_message_keeps_the_name_of_its_directory() -> None:
    assert Asked(("smoke",), ("m",)).digest() == "34e65dc5"
    assert Asked(("smoke",), ("m",), system="x").digest() != "34e65dc5"
