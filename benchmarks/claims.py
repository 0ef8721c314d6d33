"""How often a claim gets the right verdict, on simulated models; makes the table of docs/claims.md.

Usage: python benchmarks/claims.py [TRIALS] [--write]

1000 trials, unless said otherwise, a fifth of them where the interval is drawn: ten minutes on one core.
Always the same numbers. With --write they replace the table of docs/claims.md. In each world the truth is
known, and what is claimed is moved: from far below it to far above. The distances are what `bench claim plan`
says is seen in 80 % of runs, and twice that. The last column is of plans that were given earlier runs: how
often what they say is seen in 80 % of runs is, outside and inside.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from worlds import World

from bench.claims.claim import Claim, Party, Population, Reading, Relation, unit_of
from bench.claims.decision import Verdict, decide
from bench.claims.evidence import evidence
from bench.claims.margins import error_of, margin
from bench.report.clocks import Attempts
from bench.report.sides import Side
from bench.stats import Counts

DOCUMENT = Path(__file__).parents[1] / "docs" / "claims.md"
START, END = "<!-- Made by benchmarks/claims.py. -->", "<!-- End of what it made. -->"
SEED = 2412
EARLIER = 20
"""Runs that a plan from earlier runs is made with."""
STEPS = (-2, -1, 0, 1, 2)
"""Where the truth lies, in margins from the edge of what is claimed: outside, at it, inside."""
TRUTH, COMMON, UNSOLVED, BUDGET, LARGE = 1.8, 0.5, 0.1, 20.0, 400_000
Trial = tuple[Attempts, Attempts | None]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """A kind of claim, in a world: what is true there, and one trial after the other."""

    name: str
    metric: str
    relation: Relation
    problems: int
    truth: float
    trials: Callable[[int], Iterator[Trial]]
    epochs: int = 1
    these: bool = False
    clock: str = ""
    drawn: bool = False
    """Whether its intervals are drawn, which takes long."""

    def reading(self, threshold: float, tolerance: float = 0.0) -> Reading:
        budget = BUDGET if self.clock else None
        return Reading(
            self.relation, threshold, metric=self.metric, tolerance=tolerance, clock=self.clock, budget=budget
        )

    def claim(self) -> Claim:
        about = Population("toy", about="these" if self.these else "alike")
        return Claim(
            "", "", "", "2026", "", Party("m"), self.metric, (self.reading(self.truth),), population=about
        )

    def seen(self) -> float:
        """The error that earlier runs have, from the mean of some."""
        reading, claim = self.reading(self.truth), self.claim()
        found = [evidence(reading, claim, *trial, ratings={}) for trial in self.trials(EARLIER)]
        return float(np.mean([error_of(reading, one.interval) for one in found]))

    def claimed(self, step: int, error: float | None = None) -> Reading:
        """A claim whose edge is so many margins from the truth; within it for a step above 0."""
        wide = self.relation == "approximately"
        plain = self.reading(self.truth, 0.01 if wide else 0.0)
        away = margin(plain, self.problems, epochs=self.epochs, these=self.these, error=error).distance
        if wide:
            return self.reading(self.truth + (2 - step) * away, 2 * away)
        if unit_of(plain) == "times":
            return self.reading(self.truth / (1 + away / self.truth) ** step)
        return self.reading(self.truth + away * (step if self.relation == "<=" else -step))


def attempts(counts: Counts, name: str, times: dict[str, Floats] | None = None) -> Attempts:
    """What a run would come to; ``times`` by clock, one a sample."""
    names = tuple(f"p{number:04}" for number in range(counts.passed.size))
    epochs = int(counts.planned.max())
    side = Side("toy", name, "r", "generation", "aaaa", {}, False, names, counts, 0, ())
    samples = np.repeat(np.arange(counts.passed.size), epochs)
    right = np.tile(np.arange(epochs), counts.passed.size) < counts.passed[samples]
    return Attempts(side, 1, samples, np.ones(right.size, dtype=bool), right, times or {}, 0, 0)


def scores(world: World, *, pair: bool) -> Callable[[int], Iterator[Trial]]:
    def trials(number: int) -> Iterator[Trial]:
        for first, second in world.trials(number, SEED):
            yield attempts(first, "m"), attempts(second, "n") if pair else None

    return trials


def fixed(chances: Floats, epochs: int) -> Callable[[int], Iterator[Trial]]:
    """The same problems each time."""

    def trials(number: int) -> Iterator[Trial]:
        draws = np.random.default_rng(SEED)
        for _ in range(number):
            passed = draws.binomial(epochs, chances)
            yield attempts(Counts.of(passed, np.full(chances.size, epochs)), "m"), None

    return trials


def raced(problems: int, clock: str) -> Callable[[int], Iterator[Trial]]:
    def trials(number: int) -> Iterator[Trial]:
        draws = np.random.default_rng(SEED)
        for _ in range(number):
            fast, slow, solved = _times(draws, problems)
            counts = [Counts.of(done.astype(int), np.ones(problems, dtype=int)) for done in solved]
            yield attempts(counts[0], "m", {clock: fast}), attempts(counts[1], "n", {clock: slow})

    return trials


def _times(draws: np.random.Generator, problems: int) -> tuple[Floats, Floats, tuple[Floats, Floats]]:
    """Of both models, lognormal with a half in common; and what of it ends with a solution."""
    hard = draws.normal(0, COMMON**0.5, problems)
    own = [draws.normal(0, (1 - COMMON) ** 0.5, problems) for _ in range(2)]
    solved = draws.random(problems) >= UNSOLVED, draws.random(problems) >= UNSOLVED
    return np.exp(hard + own[0]), TRUTH * np.exp(hard + own[1]), solved


def _restricted() -> float:
    fast, slow, solved = _times(np.random.default_rng(1), LARGE)
    one, other = (
        np.where(done, np.minimum(took, BUDGET), BUDGET).mean()
        for took, done in zip((fast, slow), solved, strict=True)
    )
    return float(other / one)


def rows() -> Iterator[Row]:
    for problems in (164, 500):
        for epochs in (1, 5):
            world = World(epochs=epochs, alike=0.5, problems=problems, first=0.6, second=0.5)
            one, other = world.truths()
            named = f"n = {problems}, K = {epochs}"
            for relation in (">=", "<=", "approximately"):
                yield Row(named, "pass@1", relation, problems, one, scores(world, pair=False), epochs)  # type: ignore[arg-type]
            yield Row(named, "pass@1", "difference", problems, one - other, scores(world, pair=True), epochs)
            yield Row(named, "pass@1", "ratio", problems, one / other, scores(world, pair=True), epochs)
    chances = np.concatenate([np.full(70, 1.0), np.full(50, 0.0), np.linspace(0.02, 0.98, 44)])
    for epochs in (3, 5):
        yield Row(
            f"these 164, K = {epochs}", "pass@1", "approximately", 164, float(chances.mean()),
            fixed(chances, epochs), epochs, these=True,
        )  # fmt: skip
    yield Row("n = 164, 10 % unsolved", "speed", "ratio", 164, _restricted(), raced(164, "model_s"),
              clock="model_s", drawn=True)  # fmt: skip
    prices = 1 / TRUTH
    yield Row("n = 164", "cost", "ratio", 164, prices, raced(164, "usd"), drawn=True)
    yield Row("n = 164", "cost_per_solved", "ratio", 164, prices, raced(164, "usd"))


def line(row: Row, trials: int) -> str:
    """How often each verdict is given, in percent, by where the truth lies."""
    number = trials // 5 if row.drawn else trials
    claims = {(step, False): row.claimed(step) for step in STEPS}
    error = row.seen()
    claims |= {(step, True): row.claimed(step, error) for step in (-1, 1)}
    plain = row.claim()
    given: dict[tuple[int, bool], Counter[Verdict]] = {which: Counter() for which in claims}
    for subject, comparator in row.trials(number):
        found = evidence(row.reading(row.truth), plain, subject, comparator, ratings={})
        for which, reading in claims.items():
            given[which][decide(reading, found).verdict] += 1
    order = (Verdict.SUPPORTED, Verdict.INCONCLUSIVE, Verdict.REFUTED)
    cells = [" / ".join(f"{100 * given[step, False][one] / number:.0f}" for one in order) for step in STEPS]
    right = given[-1, True][Verdict.REFUTED], given[1, True][Verdict.SUPPORTED]
    cells.append(" / ".join(f"{100 * count / number:.0f}" for count in right))
    return f"| {row.metric} {row.relation} | {row.name} | {' | '.join(cells)} |"


def main() -> None:
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    trials = int(words[0]) if words else 1000
    where = ["twice it outside", "outside", "at the edge", "inside", "twice it inside", "from runs"]
    lines = [f"| claim | world | {' | '.join(where)} |", "|---|---|" + "---|" * len(where)]
    print("\n".join(lines), flush=True)
    for row in rows():
        lines.append(line(row, trials))
        print(lines[-1], flush=True)
    if "--write" in sys.argv:
        text = DOCUMENT.read_text(encoding="utf-8")
        before, _, rest = text.partition(START)
        after = rest.partition(END)[2]
        DOCUMENT.write_text(f"{before}{START}\n\n" + "\n".join(lines) + f"\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
