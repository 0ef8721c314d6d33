"""The benchmarks measure what they say: contenders tell right from wrong, tables divide like by like."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
_RIGHT = {
    "sum": "def total(xs):\n    return sum(xs)\n",
    "prints": "print('x' * 100_000)\ndef total(xs):\n    return sum(xs)\n",
    "imports": "import math\ndef total(xs):\n    return int(math.fsum(xs))\n",
}
_CHECK = "def check(f):\n    assert f([1, 2]) == 3\ncheck(total)\n"
_WRONG = {
    "wrong": "def total(xs):\n    return 0\n",
    "raises": "def total(xs):\n    raise ValueError\n",
    "leaves": "raise SystemExit(1)\n",
}


@pytest.fixture
def script() -> Iterator[Callable[[str], ModuleType]]:
    """Import a script of the folder, as if it were started from there."""
    before = dict(sys.modules)
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module
    sys.path.remove(str(BENCHMARKS))
    for name in set(sys.modules) - set(before):
        if (file := getattr(sys.modules[name], "__file__", None)) and BENCHMARKS in Path(file).parents:
            del sys.modules[name]


@pytest.mark.parametrize("name", ["fork limit", "fork + exec"])
def test_a_contender_counts_right_programs_only(
    script: Callable[[str], ModuleType], name: str, tmp_path: Path
) -> None:
    judging = script("judging")
    rows = [{"program": code + _CHECK} for code in (*_RIGHT.values(), *_WRONG.values())]
    (tmp_path / "work.json").write_text(json.dumps(rows))
    [contender] = [each for each in judging.CONTENDERS if each.name == name]

    measured = judging.measure(contender, sys.executable, tmp_path, {})

    assert (measured.count, measured.passed) == (len(rows), len(_RIGHT))
    assert measured.seconds > 0


def test_a_contender_that_fails_says_why(script: Callable[[str], ModuleType], tmp_path: Path) -> None:
    judging = script("judging")
    missing = judging.Contender("one that finds no workload", "fork_limit.py")
    with pytest.raises(RuntimeError, match=r"work\.json"):
        judging.measure(missing, sys.executable, tmp_path, {})


def test_every_contender_has_its_script_and_every_ratio_its_contenders(
    script: Callable[[str], ModuleType],
) -> None:
    judging, tables = script("judging"), script("tables")
    names = [each.name for each in judging.CONTENDERS]
    assert len(set(names)) == len(names)
    assert {each.script for each in judging.CONTENDERS} <= {
        path.name for path in BENCHMARKS.glob("contenders/*.py")
    }
    assert {name for aim in tables.AIMS for name in (aim.one, aim.other)} <= set(names)


def test_ratios_are_taken_within_a_round_whatever_is_missing(script: Callable[[str], ModuleType]) -> None:
    """A contender that failed in the first round is not divided by another round's measurement."""
    tables = script("tables")

    def took(seconds: float) -> object:
        return tables.Measured(seconds=seconds, cpu_s=seconds, count=100, passed=100, memory_mib=10.0)

    rounds = [
        {"ours": took(10.0)},
        {"ours": took(1.0), "theirs": took(4.0)},
        {"ours": took(2.0), "theirs": took(8.0)},
    ]
    shown = tables.ratios(rounds, [tables.Aim("ours", "theirs", 3.0), tables.Aim("ours", "absent")])
    assert shown.splitlines()[2:] == ["| ours / theirs | 4 | 4 | 4 | ≥ 3: met |"]
    missed = tables.ratios(rounds, [tables.Aim("ours", "theirs", 5.0)])
    assert "MISSED" in missed


def test_what_a_quiet_machine_uses_is_taken_off(script: Callable[[str], ModuleType]) -> None:
    tables = script("tables")
    one = tables.Measured(seconds=2.0, cpu_s=3.0, count=100, passed=99, memory_mib=10.0)
    assert "| ours | 100 | 99 | 50 | 30 | 10 |  |" in tables.table([{"ours": one}], 0.0)
    assert "| ours | 100 | 99 | 50 | 29 | 10 |  |" in tables.table([{"ours": one}], 0.05)
    loaded = tables.table([{"ours": one}], 1.5)
    assert "| ours | 100 | 99 | 50 | 30 | 10 |  |" in loaded, "other work gave way: it cannot be taken off"
    assert "NOT QUIET" in loaded


def test_a_verdict_that_differs_once_is_seen(script: Callable[[str], ModuleType]) -> None:
    steady = script("steady")
    assert steady.differing([["pass", "pass"]] * 3) == []
    assert steady.differing([["pass", "pass"], ["pass", "time_limit"], ["pass", "pass"]]) == [1]


def _looks(memory: Callable[[int], float]) -> list[dict[str, float]]:
    return [{"guests_mib": memory(number), "samples": number} for number in range(100)]


def test_a_soak_sees_a_slow_leak_and_forgives_noise(script: Callable[[str], ModuleType]) -> None:
    soak = script("soak")
    assert soak.growth(_looks(lambda number: 50 + number % 7)) == []
    assert soak.growth(_looks(lambda number: min(number, 20) * 5.0)) == [], "warming up is no leak"
    assert soak.growth(_looks(lambda number: 50 + number / 10)) == ["guests_mib from 54 to 59"]
    assert soak.growth(_looks(lambda number: 50)[:3]) == ["unknown: too few looks"]


def test_processes_are_found_with_their_descendants(script: Callable[[str], ModuleType]) -> None:
    processes = script("processes")
    assert processes.tree([1], {1: 0, 2: 1, 3: 2, 4: 0, 5: 4}) == {1, 2, 3}


def test_adapters_are_compared_by_verdict_and_to_the_character(
    script: Callable[[str], ModuleType],
) -> None:
    two = script("two_adapters")
    inside = {"a": two.Answer("x = 1", "pass"), "b": two.Answer("y", "pass"), "c": two.Answer("z", "pass")}
    behind = {"a": two.Answer("x = 1", "pass"), "b": two.Answer("yy", "wrong_answer")}
    assert list(two.report(inside, behind)) == [
        "b: pass / wrong_answer, from character 1 on: '' / 'y'",
        "2 problems: 1 verdicts agree, 1 answers are equal to the character; "
        "passed: in this process 3, behind the server 1",
    ]
