"""How often our intervals hold the truth, on simulated models; makes the tables of docs/statistics.md.

Usage: python benchmarks/intervals.py [TRIALS] [--write]

1000 trials, unless said otherwise: a few minutes on one core. Always the same numbers. With --write they
replace the tables of docs/statistics.md.

Not called statistics.py: that would hide the standard library's module from every script of this folder.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import beta, binom
from worlds import World, chances_of

from bench.stats import (
    Comparison,
    Counts,
    Interval,
    bootstrap_mean,
    bootstrap_product,
    chance,
    cluster_bootstrap,
    compare_scores,
    cost_per_solved,
    difference_power,
    discordance,
    interval_of_these,
    jeffreys,
    pass_at_k_of,
    problems_for_difference,
    problems_for_mean,
    problems_for_threshold,
    rating_by_contest,
    rating_of,
    score_of,
    speed_ratio,
    spread,
    square_and_add,
    standard_error,
    wilson,
)
from bench.stats.scores import correlation, student_quantile

DOCUMENT = Path(__file__).parents[1] / "docs" / "statistics.md"
MARK = "<!-- Below: made by benchmarks/intervals.py. -->"
SEED = 2411
SIZES = (30, 164, 500)
SCORES = (0.5, 0.8, 0.95, 0.99)
GAP = 0.05
SETTINGS = (
    ("K = 1", World(epochs=1, alike=0.5)),
    ("K = 5, equally hard", World(epochs=5, alike=0.0)),
    ("K = 5, differing", World(epochs=5, alike=0.5)),
    ("K = 1, families of 5", World(epochs=1, alike=0.5, family=5)),
    ("K = 5, families of 5", World(epochs=5, alike=0.5, family=5)),
)
FEW, RESAMPLES = 4, 1000
"""Of what is drawn again and again: a quarter of the trials, and fewer draws than are used."""

Estimate = Callable[[World, Counts, Counts], tuple[float, float]]
Truth = Callable[[float, float], float]


def held(world: World, trials: int, estimate: Estimate, truth: Truth) -> float:
    """Share of trials whose interval holds the truth."""
    right, hits = truth(*world.truths()), 0
    for first, second in world.trials(trials, SEED):
        low, high = estimate(world, first, second)
        hits += low - 1e-12 <= right <= high + 1e-12
    return hits / trials


def first_of(first: float, _: float) -> float:
    return first


def difference_of(first: float, second: float) -> float:
    return first - second


def ratio_of_both(first: float, second: float) -> float:
    return first / second


def our_score(world: World, first: Counts, _: Counts) -> tuple[float, float]:
    return score_of(first, clusters=world.clusters).interval


def our_difference(world: World, first: Counts, second: Counts) -> tuple[float, float]:
    return compare_scores(first, second, clusters=world.clusters).interval


def our_ratio(world: World, first: Counts, second: Counts) -> tuple[float, float]:
    return compare_scores(first, second, scale="ratio", clusters=world.clusters).interval


def our_unpaired(world: World, first: Counts, second: Counts) -> tuple[float, float]:
    return compare_scores(
        first, second, paired=False, clusters=world.clusters, second_clusters=world.clusters
    ).interval


def mean_and_errors(values: np.ndarray) -> tuple[float, float]:
    away = student_quantile(values.size) * standard_error(values)
    return float(values.mean()) - away, float(values.mean()) + away


def newcombe(_: World, first: Counts, second: Counts) -> Interval:
    one, other = score_of(first), score_of(second)
    common = correlation(first.means, second.means)
    return square_and_add(one.value, other.value, one.interval, other.interval, correlation=common)


def ratio_drawn(_: World, first: Counts, second: Counts) -> tuple[float, float]:
    """Nothing where a score is 0: a bootstrap has no answer there, and that counts against it."""
    if not (first.passed.any() and second.passed.any()):
        return np.nan, np.nan
    columns = np.stack([first.means, second.means], axis=1)
    return bootstrap_product(columns, (1, -1), resamples=RESAMPLES)[1:3]


OTHERS: tuple[tuple[str, Estimate, Truth], ...] = (
    ("score: mean ± t errors", lambda _, a, __: mean_and_errors(a.means), first_of),
    ("score: BCa bootstrap", lambda _, a, __: cluster_bootstrap(a.means, resamples=RESAMPLES), first_of),
    ("difference: mean ± t errors", lambda _, a, b: mean_and_errors(a.means - b.means), difference_of),
    (
        "difference: bootstrap-t",
        lambda _, a, b: bootstrap_mean(a.means - b.means, resamples=RESAMPLES),
        difference_of,
    ),
    ("difference: Newcombe, effective n", newcombe, difference_of),
    ("ratio: bootstrap-t", ratio_drawn, ratio_of_both),
)


def coverage(
    title: str,
    trials: int,
    estimate: Estimate,
    truth: Truth,
    scores: Sequence[float] = SCORES,
    *,
    shared: bool = True,
) -> Iterator[str]:
    """A row for each number of problems and setting, a column for each score of the first model."""
    yield f"| {title} | problems | " + " | ".join(f"{score:g}" for score in scores) + " |"
    yield "| --- | ---: |" + " ---: |" * len(scores)
    for name, setting in SETTINGS:
        for size in SIZES:
            worlds = (setting.of(size, score, score - GAP, shared=shared) for score in scores)
            found = [held(world, trials, estimate, truth) for world in worlds]
            yield f"| {name} | {size} | " + " | ".join(marked(share) for share in found) + " |"


def marked(share: float) -> str:
    """In per cent; what is not within 93 to 97 is bold."""
    text = f"{100 * share:.1f}"
    return text if 93 <= round(100 * share, 1) <= 97 else f"**{text}**"


def exactly() -> Iterator[str]:
    """Wilson's and Jeffreys' intervals for one sample a problem: no simulation, every outcome is weighed."""
    yield "| K = 1, exactly | problems | " + " | ".join(f"{score:g}" for score in SCORES) + " |"
    yield "| --- | ---: |" + " ---: |" * len(SCORES)
    for name, method in (("wilson (used)", wilson), ("jeffreys", jeffreys)):
        for size in SIZES:
            intervals = [method(right, size) for right in range(size + 1)]
            found = [
                sum(binom.pmf(at, size, score) for at, i in enumerate(intervals) if i.low <= score <= i.high)
                for score in SCORES
            ]
            yield f"| {name} | {size} | " + " | ".join(marked(share) for share in found) + " |"


def given(trials: int) -> Iterator[str]:
    """The same problems each time: chances of a beta distribution, half of the variance between problems."""
    yield "| these very problems | problems | " + " | ".join(f"{score:g}" for score in SCORES) + " |"
    yield "| --- | ---: |" + " ---: |" * len(SCORES)
    for epochs in (2, 3, 5):
        for size in SIZES:
            draws, found = np.random.default_rng([SEED, epochs, size]), []
            for score in SCORES:
                places = (np.arange(size) + 0.5) / size
                chances = beta.ppf(places, score, 1 - score)
                runs = (interval_of_these(each) for each in repeats(draws, chances, epochs, trials))
                hits = sum(run is not None and run.low <= chances.mean() <= run.high for run in runs)
                found.append(hits / trials)
            yield (
                f"| K = {epochs}, differing | {size} | " + " | ".join(marked(share) for share in found) + " |"
            )


def of_several(trials: int) -> Iterator[str]:
    """pass@k of ten samples a problem."""
    scores = (0.1, 0.5, 0.8, 0.95)
    yield "| pass@k, K = 10 | problems | " + " | ".join(f"{score:g}" for score in scores) + " |"
    yield "| --- | ---: |" + " ---: |" * len(scores)
    for name, alike in (("differing", 0.5), ("equally hard", 0.0)):
        for k in (2, 5, 10):
            for size in SIZES:
                worlds = [World(epochs=10, alike=alike).of(size, score, score) for score in scores]
                row = " | ".join(marked(solved_by_any(world, k, trials)) for world in worlds)
                yield f"| k = {k}, {name} | {size} | {row} |"


def solved_by_any(world: World, k: int, trials: int) -> float:
    truth = float((1 - (1 - chances_of(world.first, world.alike)) ** k).mean())
    found = (pass_at_k_of(counts, k) for counts, _ in world.trials(trials, SEED))
    return sum(each.low - 1e-12 <= truth <= each.high + 1e-12 for each in found) / trials


def repeats(draws: np.random.Generator, chances: np.ndarray, epochs: int, trials: int) -> Iterator[Counts]:
    of = np.full(chances.size, epochs)
    return (Counts.of(draws.binomial(epochs, chances), of) for _ in range(trials))


def rejected(trials: int) -> Iterator[str]:
    yield "| K = 5, differing: other ways | problems | " + " | ".join(f"{score:g}" for score in SCORES) + " |"
    yield "| --- | ---: |" + " ---: |" * len(SCORES)
    for name, estimate, truth in OTHERS:
        for size in SIZES[:2]:
            worlds = [World(epochs=5, alike=0.5).of(size, score, score - GAP) for score in SCORES]
            found = [held(world, trials // FEW, estimate, truth) for world in worlds]
            yield f"| {name} | {size} | " + " | ".join(marked(share) for share in found) + " |"


def alike(trials: int) -> Iterator[str]:
    """A model against itself: how often it is called different."""
    yield "| called different, % | problems | " + " | ".join(f"{score:g}" for score in SCORES) + " |"
    yield "| --- | ---: |" + " ---: |" * len(SCORES)
    for name, setting in SETTINGS:
        for size in SIZES:
            found = [different(setting.of(size, score, score), trials) for score in SCORES]
            yield f"| {name} | {size} | " + " | ".join(f"{100 * share:.1f}" for share in found) + " |"
    name, setting = SETTINGS[-1]
    for size in SIZES:
        found = [different(setting.of(size, score, score), trials // FEW, told=False) for score in SCORES]
        row = " | ".join(f"{100 * share:.1f}" for share in found)
        yield f"| {name}, not told of them | {size} | {row} |"


def different(world: World, trials: int, *, told: bool = True) -> float:
    clusters = world.clusters if told else None
    runs = (compare_scores(a, b, clusters=clusters) for a, b in world.trials(trials, SEED))
    return sum(run.differs for run in runs) / trials


def power(trials: int) -> Iterator[str]:
    """At the number of problems that was planned for 80 %."""
    yield "| planned for | problems | found, % of trials |"
    yield "| --- | ---: | ---: |"
    for first, second, common in ((0.7, 0.6, 0.5), (0.9, 0.8, 0.3), (0.85, 0.80, 0.7), (0.6, 0.3, 0.5)):
        share = discordance(first, second, correlation=common)
        problems = problems_for_difference(first - second, discordance=share)
        found = np.mean([run.differs for run in coins(problems, first - second, share, trials)])
        expected = difference_power(problems, first - second, discordance=share)
        yield (
            f"| {first:g} against {second:g}, K = 1, {share:.2f} discordant "
            f"(exactly: {100 * expected:.1f}) | {problems} | {100 * found:.1f} |"
        )
    for first, second in ((0.7, 0.6), (0.9, 0.85)):
        world = World(epochs=5, alike=0.5).of(20_000, first, second)
        ((one, other),) = world.trials(1, SEED)
        variance = float(np.var(one.means - other.means))
        world = replace(world, problems=problems_for_mean(first - second, variance=variance))
        found = np.mean([compare_scores(a, b).differs for a, b in world.trials(trials, SEED)])
        yield f"| {first:g} against {second:g}, K = 5 | {world.problems} | {100 * found:.1f} |"
    for score, threshold, epochs in ((0.9, 0.8, 1), (0.84, 0.80, 1), (0.9, 0.8, 5), (0.84, 0.80, 5)):
        world = World(epochs=epochs, alike=0.5).of(20_000, score, score)
        ((one, _),) = world.trials(1, SEED)
        share = spread(one.passed, one.measured).alike if epochs > 1 else 1.0
        problems = problems_for_threshold(score, threshold, epochs=epochs, alike=share)
        scores = (score_of(a) for a, _ in replace(world, problems=problems).trials(trials, SEED))
        found = np.mean([not each.low <= threshold <= each.high for each in scores])
        what = f"{score:g} against the threshold {threshold:g}, K = {epochs}"
        yield f"| {what} | {problems} | {100 * found:.1f} |"


def coins(problems: int, difference: float, share: float, trials: int) -> Iterator[Comparison]:
    chances = ((share + difference) / 2, (share - difference) / 2, 1 - share)
    for first, second, _ in np.random.default_rng(SEED).multinomial(problems, chances, size=trials):
        sides = [np.zeros(problems, dtype=int), np.zeros(problems, dtype=int)]
        sides[0][:first], sides[1][first : first + second] = 1, 1
        yield compare_scores(*(Counts.of(side, np.ones(problems, dtype=int)) for side in sides))


def further(trials: int) -> Iterator[str]:
    yield "| what else | setting | holds, % |"
    yield "| --- | --- | ---: |"
    for score in (0.05, 0.5, 0.95):
        for size in SIZES[:2]:
            found = marked(costs(size, score, trials))
            yield f"| cost per solved | score {score:g}, {size} problems, K = 5 | {found} |"
    for rating in (1200, 2000, 2441):
        found = marked(ratings(rating, 0, trials))
        yield f"| rating, profile likelihood | {rating}, 400 problems of 800 to 2400 | {found} |"
    for rating in (1200, 2000):
        for contests in (20, 60):
            found = marked(ratings(rating, contests, trials // FEW))
            yield f"| rating, contests drawn | {rating}, {contests} contests that differ by ±150 | {found} |"
    for size in SIZES[:2]:
        yield f"| speed ratio | {size} problems, sd(log) 1 | {marked(speeds(size, trials // FEW))} |"


def costs(size: int, score: float, trials: int) -> float:
    """Wrong samples cost twice as much as right ones, and problems differ in length."""
    world, draws, hits = World(epochs=5, alike=0.5).of(size, score, score), np.random.default_rng(SEED), 0
    share = world.truths()[0]
    truth = float(np.exp((0.4**2 + 0.3**2) / 2)) * (2 - share) / share
    for counts, _ in world.trials(trials, SEED):
        right = np.arange(5) < counts.passed[:, None]
        lengths = np.exp(draws.normal(0, 0.4, (size, 1)) + draws.normal(0, 0.3, (size, 5)))
        found = cost_per_solved((lengths * np.where(right, 1, 2)).sum(axis=1), counts)
        hits += found.low <= truth <= found.high
    return hits / trials


def ratings(rating: float, contests: int, trials: int) -> float:
    """400 problems; in each contest the model is better or worse by a normal deviation of 150 points.

    Then the truth is the rating that all such contests together would give.
    """
    draws, hard, ones = np.random.default_rng(SEED), np.linspace(800, 2400, 400), np.ones(400)
    of = np.arange(400) % max(contests, 1)
    many = rating + 150 * draws.standard_normal(2000)
    expected = np.mean([chance(each, hard) for each in many], axis=0)
    truth = rating_of(hard, 1e6 * expected, 1e6 * ones).value if contests else rating
    hits = 0
    for _ in range(trials):
        day = 150 * draws.standard_normal(contests)[of] if contests else 0.0
        solved = draws.random(400) < chance(rating, hard - day)
        if contests:
            found = rating_by_contest(hard, solved, ones, contests=of, resamples=RESAMPLES // 2)
        else:
            found = rating_of(hard, solved, ones)
        hits += found.low <= truth <= found.high
    return hits / trials


def speeds(size: int, trials: int) -> float:
    draws, hits = np.random.default_rng(SEED), 0
    for _ in range(trials):
        first = np.exp(draws.normal(0, 1, size))
        found = speed_ratio(first, first * np.exp(draws.normal(0.3, 1, size)))
        hits += found.low <= np.exp(-0.3) <= found.high
    return hits / trials


def tables(trials: int) -> Iterator[tuple[str, Iterator[str]]]:
    """A heading and its rows."""
    yield "One sample a problem, each its own: exact", exactly()
    yield "A score", coverage("score", trials, our_score, first_of)
    yield (
        f"A difference: the first model's score, the second's is {GAP:g} lower",
        coverage("difference, the same problems", trials, our_difference, difference_of),
    )
    yield (
        "A ratio, of the same two",
        coverage("ratio, the same problems", trials, our_ratio, ratio_of_both, (0.1, *SCORES)),
    )
    yield (
        "A difference, each model with problems of its own",
        coverage("difference, other problems", trials // 2, our_unpaired, difference_of, shared=False),
    )
    yield "A score of these very problems, asked again", given(trials)
    yield "Solved by one of k samples; columns are pass@1", of_several(trials // 2)
    yield "What was tried and not taken", rejected(trials)
    yield "A model against itself", alike(2 * trials)
    yield "Power, where 80 % was planned", power(2 * trials)
    yield "Costs, ratings, speed", further(trials)


def write(lines: Sequence[str]) -> None:
    """In place of what stands below the mark in docs/statistics.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    head, mark, _ = text.partition(MARK)
    if not mark:
        sys.exit(f"{DOCUMENT} has no line {MARK!r} to write below")
    DOCUMENT.write_text(f"{head}{mark}\n" + "".join(f"{line}\n" for line in lines), encoding="utf-8")


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    lines: list[str] = []
    for heading, table in tables(numbers[0] if numbers else 1000):
        for line in ("", f"### {heading}", "", *table):
            print(line, flush=True)
            lines.append(line)
    if "--write" in sys.argv:
        write(lines)


if __name__ == "__main__":
    main()
