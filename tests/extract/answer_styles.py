"""Fifteen ways in which models write down one right answer, and problems to write them for."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.types import Checks, Completion, Extraction, Form, Problem, Stop, Track

FENCE = "```"


def problem(
    prompt: str,
    body: str,
    *,
    entry_point: str,
    tests: str = "",
    id: str = "own/0",
    preamble: str | None = None,
) -> Problem:
    """A problem as HumanEval has them: the preamble is everything in front of the entry point's function."""
    start = re.search(rf"^def {entry_point}\b", prompt, re.MULTILINE)
    before = prompt[: start.start()] if start else ""
    return Problem(
        suite="own",
        id=id,
        track=Track.GENERATION,
        language="python",
        prompt=prompt,
        entry_point=entry_point,
        checks=Checks("program", entry_point, tests=tests),
        reference=prompt + body,
        preamble=before if preamble is None else preamble,
    )


def humaneval(datasets_dir: Path) -> list[Problem]:
    with gzip.open(datasets_dir / "humaneval" / "HumanEval.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file.read().split("\n") if line]
    return [
        problem(
            row["prompt"],
            row["canonical_solution"],
            entry_point=row["entry_point"],
            tests=f"{row['test']}\ncheck({row['entry_point']})",
            id=row["task_id"],
        )
        for row in rows
    ]


OWN = [
    problem(
        'def double(n: int) -> int:\n    """Twice the number."""\n',
        "    return n * 2\n",
        entry_point="double",
        tests="assert double(3) == 6",
        id="own/double",
    ),
    problem(
        "from typing import List\n\n\ndef spread(values: List[int]) -> int:\n"
        '    """ Largest minus smallest; 0 for no values.\n    >>> spread([1, 5])\n    4\n    """\n',
        "    if not values:\n        return 0\n    return max(values) - min(values)\n",
        entry_point="spread",
        tests="assert spread([]) == 0\nassert spread([4, 9, 1]) == 8",
        id="own/spread",
    ),
    problem(
        "import math\n\n\ndef is_square(n):\n    '''Whether n is a square.'''\n",
        "    root = math.isqrt(n)\n\n    return root * root == n\n",
        entry_point="is_square",
        tests="assert is_square(49)\nassert not is_square(50)",
        id="own/is_square",
    ),
    problem(
        'def shout(text: str) -> str:\n    """Upper case with a mark."""\n    return text.upper() + "!"\n\n\n'
        'def shout_all(texts):\n    """Every text, shouted."""\n',
        "    return [shout(text) for text in texts]\n",
        entry_point="shout_all",
        tests='assert shout_all(["a", "b"]) == ["A!", "B!"]\nassert shout("x") == "X!"',
        id="own/helper_in_prompt",
    ),
    problem(
        'def table(rows):\n    """Rows as a Markdown table\n\n    '
        + FENCE
        + "\n    |a|\n    "
        + FENCE
        + '\n    """\n',
        '    return "\\n".join(\n        "|" + "|".join(row) + "|"\n        for row in rows\n    )\n',
        entry_point="table",
        tests='assert table([["a", "b"]]) == "|a|b|"',
        id="own/fence_in_docstring",
    ),
    problem(
        "def running_sum(values):\n\n    # sums so far\n",
        "    def add(total, value):\n        return total + value\n\n    sums = []\n    total = 0\n"
        "    for value in values:\n        total = add(total, value)\n        sums.append(total)\n"
        "    return sums\n",
        entry_point="running_sum",
        tests="assert running_sum([1, 2, 3]) == [1, 3, 6]",
        id="own/nested_function",
    ),
]


def _function(problem: Problem) -> str:
    return problem.reference[len(problem.preamble) :].strip("\n") + "\n"


def _fenced(code: str, tag: str = "python") -> str:
    return f"{FENCE}{tag}\n{code.rstrip()}\n{FENCE}\n"


def _draft(problem: Problem) -> str:
    return f"def {problem.entry_point}(*args):\n    return None\n"


def _two_spaces(code: str) -> str:
    def halved(line: str) -> str:
        depth = len(line) - len(line.lstrip(" "))
        return " " * (depth // 2 + depth % 2) + line.lstrip(" ")

    return "\n".join(halved(line) for line in code.split("\n"))


def _in_list_item(problem: Problem) -> str:
    block = "".join(f"   {line}\n" if line else "\n" for line in _fenced(_function(problem)).split("\n"))
    return f"Steps:\n\n1. Read the task.\n2. The code:\n\n{block}\n3. Done.\n"


STYLES: Mapping[str, Callable[[Problem], str]] = {
    "fenced": lambda p: _fenced(_function(p)),
    "prose_around": lambda p: f"Sure, here it is:\n\n{_fenced(_function(p))}\nIt's what you asked for.",
    "own_import": lambda p: _fenced(f"import math\nfrom typing import *\n\n\n{_function(p)}"),
    "helper_first": lambda p: _fenced(
        f"def _kept(function):\n    return function\n\n\n@_kept\n{_function(p)}"
    ),
    "tag_py": lambda p: _fenced(_function(p), "py"),
    "no_tag": lambda p: _fenced(_function(p), ""),
    "no_fence": _function,
    "usage_after": lambda p: (
        f"{_fenced(_function(p))}\nUse it like this:\n\n{_fenced(f'print({p.entry_point})')}"
    ),
    "plan_before": lambda p: "Plan:\n\n" + _fenced("1. read\n2. write", "") + "\n" + _fenced(_function(p)),
    "two_spaces": lambda p: _fenced(_two_spaces(_function(p))),
    "crlf": lambda p: f"Here:\n\n{_fenced(_function(p))}".replace("\n", "\r\n"),
    "draft_then_final": lambda p: (
        f"Draft:\n\n{_fenced(_draft(p))}\nThat fails for long input. Better:\n\n{_fenced(_function(p))}"
    ),
    "in_list_item": _in_list_item,
    "body_only": lambda p: p.reference[len(p.prompt) :],
    "unclosed_fence": lambda p: f"{FENCE}python\n{_function(p)}",
}


def judge(problem: Problem, found: Extraction) -> str:
    """Run a trusted answer on the problem's own tests: "" when it passes, else what went wrong."""
    scope: dict[str, object] = {"__name__": "candidate"}
    try:
        exec(compile(found.code + "\n" + problem.checks.tests, problem.id, "exec"), scope)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def reply(text: str, *, stop: Stop = Stop.END, form: Form = Form.REPLY) -> Completion:
    return Completion(text, form=form, stop=stop)
