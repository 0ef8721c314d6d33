"""What the report looks like: writes one of made-up runs, opens it in a headless Chromium, saves pictures.

    .venv/bin/python scripts/screenshots.py docs/images

Names, questions and answers are this project's own; no model was asked.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "report"))

import chromium  # noqa: E402
from told_runs import Builder, hostile  # noqa: E402

from bench.report import html  # noqa: E402
from bench.report.labels import LABELS  # noqa: E402
from bench.types import Outcome, SampleKey  # noqa: E402


@dataclass(frozen=True, slots=True)
class Task:
    name: str
    asked: str
    right: str
    wrong: str
    failure: str


@dataclass(frozen=True, slots=True)
class Model:
    """How good, long and dear it is; ``thinks`` aloud in its reply."""

    name: str
    skill: float
    tokens: int
    microusd: int
    seconds: float
    thinks: bool = False


TASKS = (
    Task(
        "run_lengths",
        '''\
def run_lengths(text: str) -> list[tuple[str, int]]:
    """Each run of one letter, with its length: run_lengths("aab") is [("a", 2), ("b", 1)]."""
''',
        """\
from itertools import groupby


def run_lengths(text):
    return [(letter, len(list(run))) for letter, run in groupby(text)]
""",
        """\
def run_lengths(text):
    runs = []
    for letter in text:
        if runs and runs[-1][0] == letter:
            runs[-1] = (letter, runs[-1][1] + 1)
    return runs
""",
        "run_lengths('aab'): [] instead of [('a', 2), ('b', 1)]",
    ),
    Task(
        "clamp",
        '''\
def clamp(value: float, low: float, high: float) -> float:
    """The number nearest to value that is neither below low nor above high."""
''',
        """\
def clamp(value, low, high):
    return max(low, min(value, high))
""",
        """\
def clamp(value, low, high):
    return min(low, max(value, high))
""",
        "clamp(5, 0, 3): 0 instead of 3",
    ),
    Task(
        "missing_number",
        '''\
def missing_number(numbers: list[int]) -> int:
    """The one of 0, 1, ... n that is not among these n numbers."""
''',
        """\
def missing_number(numbers):
    n = len(numbers)
    return n * (n + 1) // 2 - sum(numbers)
""",
        """\
def missing_number(numbers):
    return max(numbers) + 1
""",
        "missing_number([0, 2]): 3 instead of 1",
    ),
    Task(
        "is_balanced",
        '''\
def is_balanced(text: str) -> bool:
    """Whether every bracket ( or [ is closed by its like, in order."""
''',
        """\
def is_balanced(text):
    pairs, waiting = {")": "(", "]": "["}, []
    for one in text:
        if one in "([":
            waiting.append(one)
        elif one in pairs and (not waiting or waiting.pop() != pairs[one]):
            return False
    return not waiting
""",
        """\
def is_balanced(text):
    return text.count("(") == text.count(")") and text.count("[") == text.count("]")
""",
        "is_balanced(')('): True instead of False",
    ),
)
MODELS = (
    Model("acme/large", 0.93, 420, 5_200, 6.1),
    Model("acme/small", 0.74, 260, 420, 1.9),
    Model("borealis/thinker", 0.9, 1_900, 2_600, 21.0, thinks=True),
    Model("vllm/cumulus-7b", 0.55, 310, 90, 3.2),
    Model("delta/code-2", 0.86, 350, 1_400, 4.4),
)
PROBLEMS = 40


def made(
    path: Path,
    models: tuple[Model, ...],
    *,
    turns: int = 1,
    epochs: int = 1,
    terms: str = "3f6b1c0d2a9e",
) -> Path:
    planned = [
        (number, model, epoch) for epoch in range(epochs) for model in models for number in range(PROBLEMS)
    ]
    keys = [
        SampleKey("demo", f"demo/{number}-{TASKS[number % len(TASKS)].name}", model.name, epoch)
        for number, model, epoch in planned
    ]
    run = Builder(path, keys, turns=turns, suite="demo", terms=terms)
    for index, (key, (number, model, _)) in enumerate(zip(keys, planned, strict=True)):
        task, draw = TASKS[number % len(TASKS)], random.Random(f"{key} {turns}")
        if index % 97 == 95 and epochs == 1:
            run.lose(index, detail="the server answered 503 three times")
            continue
        chance = model.skill - 0.2 * number / PROBLEMS
        for turn in range(1, turns + 1):
            if _answer(run, index, task, model, turn=turn, chance=chance, draw=draw):
                break
    run.close()
    (path / LABELS).write_text(json.dumps({"demo": _labels(keys)}), "utf-8")
    return path


def _labels(keys: Sequence[SampleKey]) -> dict[str, dict[str, str]]:
    names = list(dict.fromkeys(key.problem for key in keys))
    levels = "easy", "medium", "hard"
    return {
        name: {
            "language": "python",
            "difficulty": levels[3 * number // len(names)],
            "topic": "text" if "run_lengths" in name or "balanced" in name else "numbers",
        }
        for number, name in enumerate(names)
    }


def _answer(
    run: Builder, index: int, task: Task, model: Model, *, turn: int, chance: float, draw: random.Random
) -> bool:
    """Whether it is right."""
    is_right = draw.random() < chance
    code = task.right if is_right else task.wrong
    thought = "<think>\nThe order matters: what comes first decides.\nLet me try a small case.\n</think>\n"
    reply = f"Here is the function.\n\n```python\n{code}```\n"
    run.add(
        index,
        (thought if model.thinks else "") + reply,
        question=f"Complete this function. Answer with one block of code.\n\n{task.asked}",
        code=code,
        outcome=Outcome.PASS if is_right else Outcome.WRONG_ANSWER,
        detail="" if is_right else f"base: {task.failure}",
        failure="" if is_right else task.failure,
        told=f"A check fails: {task.failure}" if turn > 1 else "",
        turn=turn,
        attempt=turn,
        output="" if is_right else "checking ...\n",
        tokens=round(model.tokens * draw.lognormvariate(0, 0.3)),
        microusd=round(model.microusd * draw.lognormvariate(0, 0.3)),
        seconds=round(model.seconds * draw.lognormvariate(0, 0.4), 2),
    )
    return is_right


def pictures(folder: Path, tab: chromium.Page, report: str, bad: str, several: str) -> None:
    def shot(
        name: str,
        address: str,
        wanted: str,
        *,
        act: Callable[[], None] = lambda: None,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
    ) -> None:
        tab.look(width=width, height=height, dark=dark)
        tab.open(address)
        tab.until(f"document.querySelector({wanted!r})")
        act()
        tab.shot(folder / f"report-{name}.png")

    def pressed(*keys: str) -> Callable[[], None]:
        return lambda: [tab.press(key) for key in keys] and None

    def sorted_and_opened() -> None:
        _click(tab, "th button", "cost per solved")
        _click(tab, ".model", "acme/small")

    def filtered() -> None:
        _pick(tab, "problems: difficulty", "hard")
        _pick(tab, "problems: topic", "numbers")

    def to_curves() -> None:
        tab.value("document.querySelector('path.curve').closest('figure').previousSibling.scrollIntoView()")

    def searched() -> None:
        tab.value("document.querySelector('input[name=texts]').click()")
        tab.value("document.querySelector('input[name=search]').focus()")
        tab.write("groupby")
        tab.until("document.querySelector('.list .note').textContent.endsWith(' samples')")
        tab.press("Escape")
        tab.press("Enter")
        tab.until("document.querySelector('.answer')")

    def down() -> None:
        tab.value("document.querySelector('.answer details:nth-of-type(2)').scrollIntoView()")

    address = f"{report}#/samples/main/demo/demo%2F"
    sample = f"{address}0-run_lengths/vllm%2Fcumulus-7b/0"
    beside = f"{address}32-run_lengths/borealis%2Fthinker/0/with/main/vllm%2Fcumulus-7b/0"
    shot("leaderboard", report, "tr.row", width=1440)
    shot("leaderboard-dark", report, "tr.row", act=sorted_and_opened, width=1440, height=640, dark=True)
    shot("leaderboard-filtered", report, "tr.row", act=filtered, width=1440, height=640)
    shot("leaderboard-phone", report, "tr.row", width=390, height=844)
    shot("plots", f"{report}#/plots", "svg.heat", height=1000)
    shot("plots-phone", f"{report}#/plots", "svg.heat", width=390, height=844, dark=True)
    shot("curves", f"{several}#/plots", "path.curve", act=to_curves, height=720)
    shot("samples-keys", f"{report}#/samples", "li[role=option]", act=pressed("j", "j", "j"), height=600)
    shot("samples-search", f"{report}#/samples", "li[role=option]", act=searched, height=600)
    shot("sample", sample, ".answer", height=720)
    shot("verdict", sample, ".answer", act=down, height=660)
    shot("sample-phone", sample, ".answer", width=390, height=844)
    shot("beside", beside, ".answers.two", height=660, dark=True)
    shot("hostile", f"{bad}#/samples", "li[role=option]", act=lambda: _hostile(tab), height=640)


def _click(tab: chromium.Page, selector: str, text: str) -> None:
    found = f"[...document.querySelectorAll({selector!r})].find((one) => one.textContent.includes({text!r}))"
    tab.value(f"{found}.click()")


def _pick(tab: chromium.Page, name: str, text: str) -> None:
    select = f"document.querySelector('select[name=\"{name}\"]')"
    place = f"[...{select}.options].findIndex((one) => one.text === {text!r})"
    tab.value(f"({select}.selectedIndex = {place}, {select}.dispatchEvent(new Event('change')))")


def _hostile(tab: chromium.Page) -> None:
    _click(tab, "li[role=option]", "script")
    tab.until("document.querySelector('.answer')")
    tab.value("document.querySelectorAll('.sample details').forEach((one) => { one.open = true; })")


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    if chromium.found() is None:
        raise SystemExit("no Chromium here: scripts/setup-browser.sh installs one")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        work = Path(name)
        runs = [
            made(work / "main", MODELS),
            made(work / "turns", MODELS[1:2], turns=2, terms="81d07e5fb2c4"),
        ]
        html.write(html.runs_in(runs), work / "report.html")
        several = made(work / "several", (MODELS[1], *MODELS[3:]), epochs=10)
        html.write(html.runs_in([several]), work / "several.html")
        html.write(html.runs_in([hostile(work / "run")]), work / "hostile.html")
        with chromium.browser(work / "profile") as tab:
            pictures(
                folder, tab, *((work / f"{name}.html").as_uri() for name in ("report", "hostile", "several"))
            )


if __name__ == "__main__":
    main()
