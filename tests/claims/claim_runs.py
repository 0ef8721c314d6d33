"""Claims and runs for tests of ``bench.claims``; the runs are those of ``speed_runs``, without a disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from speed_runs import Answer, P, Sample, W, view

from bench.claims.check import Asked, Checked, check
from bench.claims.claim import Claim
from bench.claims.files import parse
from bench.claims.page import Page, page
from bench.claims.plan import plan
from bench.models.prices import built_in
from bench.report.clocks import Attempts
from bench.report.leaderboard import RunView
from bench.report.sides import Side
from bench.stats import Counts
from bench.types import Outcome

HEAD = """title = "M is good"
text = "M scores 50 %"
source = "a paper"
date = 2026-01-15
by = "its authors"
"""
SUBJECT = '\n[subject]\nname = "M"\nmodels = ["vendor/m*"]\n'
OTHER = '\n[comparator]\nname = "N"\nmodels = ["vendor/n*"]\n'
TOY = '\n[population]\nsuite = "toy"\n'
ONCE = "\n[conditions]\nepochs = 1\n"


def claim(reading: str, *, rest: str = SUBJECT + TOY + ONCE, metric: str = "pass@1") -> Claim:
    return parse(f'{HEAD}metric = "{metric}"\n{reading}\n{rest}', Path("toy.toml"))


def scored(passed: int, of: int = 100, *, epochs: int = 1, others: Sequence[Outcome] = ()) -> list[Any]:
    """So many problems solved in every epoch, then some that came to other outcomes, the rest wrong."""
    first: list[Outcome] = [P] * passed + list(others)
    outcomes = first + [W] * (of - len(first))
    return [[_sample(outcome)] * epochs for outcome in outcomes]


def _sample(outcome: Outcome) -> Sample:
    return [Answer(outcome)] if outcome.scored else outcome


def run(samples: dict[str, list[Any]], *, name: str = "r", turns: int = 1, **more: Any) -> RunView:
    """A run of suite ``toy``; what more is given goes into the entry of its suite in the lock."""
    terms = more.pop("terms", "aaaaaaaaaaaa")
    params = more.pop("params", None)
    made = view(samples, turns=turns, name=name, terms=terms)
    lock: Any = made.lock
    lock["suites"][0].update(more)
    lock["params"] = params
    return made


def checked(made: Claim, *runs: RunView, **asked: Any) -> Checked:
    return check(made, runs, Asked(**asked))


def attempts_of(passed: ArrayLike, model: str, *, epochs: int = 1) -> Attempts:
    """What a run comes to, from how many samples of each problem are right; nothing of it was timed."""
    counts = Counts.of(passed, np.full(np.size(passed), epochs))
    names = tuple(f"p{number:03}" for number in range(counts.passed.size))
    side = Side("toy", model, "r", "generation", "aaaa", {}, False, names, counts, 0, ())
    samples = np.repeat(np.arange(counts.passed.size), epochs)
    right = np.tile(np.arange(epochs), counts.passed.size) < counts.passed[samples]
    return Attempts(side, 1, samples, np.ones(right.size, dtype=bool), right, {}, 0, 0)


def page_saying(text: str) -> Page:
    """A page on which all that anybody else may write is ``text``."""
    quoted = "".join(f"\\u{ord(one):04x}" for one in text)
    said = "\n".join(f'{name} = "{quoted}"' for name in ("title", "text", "source", "by", "note"))
    made = parse(
        f'''{said}
date = 2026-01-15
metric = "pass@1"
[subject]
name = "{quoted}"
[population]
suite = "toy"
[conditions]
epochs = 1
[[readings]]
name = "{quoted}"
relation = ">="
threshold = 0.5
''',
        Path("toy.toml"),
    )
    found = checked(made, run({text: scored(90)}, name=text, version=text), subject=text)
    return page(found, plan(made, prices=built_in()), ["toy.toml", text])
