"""Test programs are rewritten so that their asserts can be counted, and mean what they meant."""

from __future__ import annotations

from typing import Any

import pytest

from bench.sandbox.program import CHECKER, instrument, may_share


class Recorder:
    def __init__(self) -> None:
        self.seen: list[Any] = []

    def start(self, number: int) -> None:
        self.seen.append(number)

    def side(self, value: Any) -> Any:
        return value

    def held(self) -> None:
        self.seen.append("held")

    def failed(self) -> str:
        return "said"


def run(tests: str) -> list[Any]:
    recorder = Recorder()
    exec(instrument(tests).source, {CHECKER: recorder})
    return recorder.seen


def test_every_assert_is_reported_as_often_as_it_runs() -> None:
    assert run("for i in range(2):\n    assert i == i\nassert 1 < 2 < 3\nassert True, 'why'") == [
        *(0, "held", 0, "held", 1, "held", 2, "held"),
    ]


def test_an_assert_that_fails_is_the_last_one() -> None:
    recorder = Recorder()
    with pytest.raises(AssertionError, match="said"):
        exec(instrument("assert 1 == 1\nassert 1 == 2\nassert 3 == 3").source, {CHECKER: recorder})
    assert recorder.seen == [0, "held", 1]


def test_values_survive_the_rewriting() -> None:
    """Floats, strings and bytes come out of the rewritten text as they went in."""
    values = "[0.1, 1e309, -0.0, 'ü\\u2028\\ud800', b'\\xff', 2**70, 1j, f'{1!r}']"
    assert run(f"x = {values}\nassert repr(x) == repr(eval({values!r}))") == [0, "held"]


def test_free_names_are_those_the_tests_do_not_define() -> None:
    program = instrument(
        "import math as m\nfrom os import path\ndef check(candidate):\n    assert candidate(a) == m.pi\n"
        "class C: pass\ntry:\n    check(f)\nexcept E as e:\n    print(e, path, C)\n"
    )
    assert program.names == ("E", "a", "f", "print")
    assert program.asserts == ("candidate(a) == m.pi",)


def test_what_does_not_parse_is_left_to_fail_where_it_runs() -> None:
    assert instrument("assert (").source == "assert ("


@pytest.mark.parametrize(
    "source",
    [
        "",
        "import math, random\nfrom collections import Counter\nassert f(math.pi) == random.random()",
        "def check(candidate):\n    assert candidate(1) == {'a': [1]}\ncheck(f)",
        "class Node:\n    def __init__(self, v):\n        self.v = v\nassert f(Node(1).v)",
        "x = [1]\nx[0] = 2\nx.append(3)\nassert f(x)",
    ],
)
def test_tests_that_keep_to_themselves_may_share_a_judge(source: str) -> None:
    assert may_share(source)


@pytest.mark.parametrize(
    "source",
    [
        "not python (",
        "import os",
        "from sys import setrecursionlimit\nsetrecursionlimit(10**6)",
        "import math\nmath.pi = 3",
        "import math\nsetattr(math, 'pi', 3)",
        "import math\nmath.__dict__['pi'] = 3",
        "__builtins__['len'] = f",
        "exec('import os')",
        "node = f(1)\nnode.next = 2",
        "open('x', 'w')",
        "globals()['x'] = 1",
        "del f.cache",
    ],
)
def test_what_could_leave_something_behind_gets_a_judge_of_its_own(source: str) -> None:
    assert not may_share(source)
