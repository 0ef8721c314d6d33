"""From finished runs to the claimed quantity with its interval; the statistics are ``bench.stats``'s."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

import msgspec
import numpy as np

from bench.claims.claim import RATED, Claim, Distribution, Population, Reading
from bench.claims.decision import Evidence
from bench.errors import UsageError
from bench.report.clocks import Attempts, Floats
from bench.report.comparison import compare
from bench.report.leaderboard import RunView
from bench.report.sides import Side
from bench.report.speed_ratio import speed_ratios
from bench.results import Result
from bench.stats import (
    Counts,
    Interval,
    Rating,
    Scale,
    compare_scores,
    cost_ratio,
    interval_of_these,
    rating_by_contest,
    rating_of,
    ratio_of,
    ratio_of_means,
    score_of,
    worst_case_comparison,
)
from bench.stats.paired import square_and_add
from bench.types import Outcome

THESE = "these problems only"


class NoEvidence(UsageError):
    """The runs say nothing of the claimed quantity; the message says why."""


def of_population(run: RunView, population: Population, errata: Iterable[str]) -> RunView:
    """The same run with the results that a claim is about, judged by the checks that it is about."""
    return replace(run, results=_of_claim(run.results, population, frozenset(errata)))


def _of_claim(results: Iterable[Result], population: Population, errata: frozenset[str]) -> Iterator[Result]:
    for result in results:
        if result.key.suite != population.suite or not chosen(result.key.problem, population, errata):
            continue
        yield _by_group(result, population.checks) if population.checks else result


def chosen(problem: str, population: Population, errata: Collection[str]) -> bool:
    """Whether a claim is about a problem of its suite."""
    if problem in errata and not population.errata:
        return False
    named = not population.only or _fits(problem, population.only)
    return named and not _fits(problem, population.without)


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _by_group(result: Result, name: str) -> Result:
    """As if that group of checks were all there is. It decides where a verdict has it, run as planned."""
    if not result.outcome.scored or result.outcome is Outcome.PASS:
        return result
    for group in result.groups:
        whole = group.planned is None or group.run == group.planned
        if group.name == name and group.run > 0 and group.run == group.passed and whole:
            return msgspec.structs.replace(result, outcome=Outcome.PASS)
    return result


def evidence(
    reading: Reading,
    claim: Claim,
    subject: Attempts,
    comparator: Attempts | None,
    *,
    ratings: Mapping[str, float],
) -> Evidence:
    """What two runs, or one, say of a reading.

    ``ratings``: the difficulty of each problem that has one. Raises NoEvidence.
    """
    these = claim.population is not None and claim.population.about == "these"
    if reading.metric in RATED:
        return _rating(reading, subject.side, ratings, claim.distribution)
    if comparator is None:
        return _score(subject.side, these=these)
    if reading.metric == "speed":
        return _speed(reading, subject, comparator)
    if reading.metric in ("cost", "cost_per_solved"):
        return _cost(reading, subject, comparator)
    return _pair(reading, subject.side, comparator.side, these=these)


def _score(side: Side, *, these: bool) -> Evidence:
    counts = side.counts
    _something(side)

    def interval(of: Counts) -> Interval:
        return (interval_of_these(of) if these else None) or score_of(of).interval

    score = score_of(counts)
    known = counts.of_problems(counts.known)
    least, most = (interval(counts.filled(passing=good, truncations=True)) for good in (False, True))
    is_these = these and interval_of_these(counts) is not None
    right, of = int(known.passed.sum()), int(known.measured.sum())
    return _made(
        score.value,
        interval(counts),
        (least, most),
        [side],
        method=THESE if is_these else score.method,
        detail=f"{right} of {of} samples right, on {known.passed.size} problems",
    )


def _pair(reading: Reading, first: Side, second: Side, *, these: bool) -> Evidence:
    scale: Scale = "ratio" if reading.relation == "ratio" else "difference"
    compared = compare(first, second, scale=scale)
    one, other = (side.counts.of_problems(np.isin(side.names, compared.names)) for side in (first, second))
    if these and interval_of_these(one) and interval_of_these(other):
        ends = tuple(
            _pair_of_these(
                one.filled(passing=good, truncations=True),
                other.filled(passing=not good, truncations=True),
                scale,
            )
            for good in (False, True)
        )
        middle, method = _pair_of_these(one, other, scale), THESE
    else:
        middle, method = compared.measured.interval, compared.measured.method
        least, most = worst_case_comparison(one, other, scale=scale, truncations=True)
        ends = least.interval, most.interval
    scores = compared.measured.first.value, compared.measured.second.value
    detail = (
        f"{100 * scores[0]:.1f} % for {first.model}, {100 * scores[1]:.1f} % for {second.model}, "
        f"on {len(compared.names)} problems of both"
    )
    return _made(
        compared.measured.value, middle, (ends[0], ends[1]), [first, second], method=method, detail=detail
    )


def _pair_of_these(first: Counts, second: Counts, scale: Scale) -> Interval:
    """The problems are given, so what the two models answer is independent."""
    both = first.known & second.known
    one, other = first.of_problems(both), second.of_problems(both)
    of_one, of_other = interval_of_these(one), interval_of_these(other)
    if of_one is None or of_other is None:
        return compare_scores(one, other, scale=scale).interval
    values = float(one.means.mean()), float(other.means.mean())
    return (ratio_of if scale == "ratio" else square_and_add)(*values, of_one, of_other)


def _speed(reading: Reading, subject: Attempts, comparator: Attempts) -> Evidence:
    """How many times as fast the subject is: how many times as long the other takes."""
    given = {} if reading.budget is None else {reading.clock: reading.budget}
    found = speed_ratios(comparator, subject, given)
    one = next(each for each in found if each.clock.name == reading.clock)
    value, low, high = one.all.ratio
    if value is None or low is None or high is None:
        raise NoEvidence(f"no ratio by {one.clock.title}: {one.all.why or 'it has no interval'}")
    interval = Interval(low, high)
    budget = f"{one.budget:g}" if one.budget is not None else "none"
    detail = f"restricted means of {one.all.problems} problems, budget {budget} {one.clock.title}"
    return _made(
        value,
        interval,
        (interval, interval),
        [subject.side, comparator.side],
        method="restricted means, paired",
        detail=detail,
    )


def _cost(reading: Reading, subject: Attempts, comparator: Attempts) -> Evidence:
    """The subject's cost over the other's, on the problems that both have a verdict for."""
    first, second = subject.side, comparator.side
    missing = [each.side.model for each in (subject, comparator) if "usd" not in each.times]
    if missing:
        raise NoEvidence(
            f"what {' and '.join(missing)} cost is not known", hint="Give prices: docs/money.md."
        )
    names = compare(first, second).names
    one, other = (side.counts.of_problems(np.isin(side.names, names)) for side in (first, second))
    both = one.known & other.known
    kept = [name for name, known in zip(names, both, strict=True) if known]
    spent = _spent(subject, kept), _spent(comparator, kept)
    if not spent[0].any() or not spent[1].any():
        raise NoEvidence("one of the two cost nothing: there is no ratio", hint="Give prices: docs/money.md.")
    one, other = one.of_problems(both), other.of_problems(both)
    try:
        if reading.metric == "cost":
            means = spent[0] / one.measured, spent[1] / other.measured
            ratio = ratio_of_means(*means, paired=True)
        else:
            ratio = cost_ratio(spent[0], one, spent[1], other)
    except ValueError as error:
        raise NoEvidence(f"no ratio of costs: {error}") from error
    interval = Interval(ratio.low, ratio.high)
    each_cost = f"${spent[0].sum():.4f} and ${spent[1].sum():.4f} on {ratio.problems} problems"
    what = "per answer" if reading.metric == "cost" else "per solved problem"
    return _made(
        ratio.value,
        interval,
        (interval, interval),
        [first, second],
        method=f"{what}, paired",
        detail=each_cost,
    )


def _spent(attempts: Attempts, names: Sequence[str]) -> Floats:
    """Dollars by problem, in the order of these names."""
    total = np.bincount(attempts.problem, weights=attempts.times["usd"], minlength=len(attempts.side.names))
    place = {name: at for at, name in enumerate(attempts.side.names)}
    return np.array([total[place[name]] for name in names], dtype=float)


def _rating(
    reading: Reading, side: Side, ratings: Mapping[str, float], people: Distribution | None
) -> Evidence:
    _something(side)
    rated = np.array([name in ratings for name in side.names])
    if not rated.any():
        raise NoEvidence(
            f"no problem of {side.suite} has a rating",
            hint="A suite is needed whose problems have the tag `rating`.",
        )
    counts = side.counts.of_problems(rated)
    hard = [ratings[name] for name in side.names if name in ratings]

    several = bool((counts.planned > 1).any()) and counts.planned.size > 1

    def rating(of: Counts) -> Rating:
        """Samples of one problem are alike: where there are several, whole problems are drawn."""
        if several:
            return rating_by_contest(hard, of.passed, of.measured, contests=np.arange(of.passed.size))
        return rating_of(hard, of.passed, of.measured)

    def interval(of: Counts) -> Interval:
        made = rating(of)
        return Interval(made.low, made.high)

    found = rating(counts)
    ends = (counts.filled(passing=good, truncations=True) for good in (False, True))
    three = [interval(counts), *map(interval, ends)]
    value = found.value
    if reading.metric == "percentile" and people is not None:
        value = share_below(value, people)
        three = [Interval(share_below(one.low, people), share_below(one.high, people)) for one in three]
    detail = f"rating {found.value:.0f} from {len(hard)} rated problems"
    return _made(value, three[0], (three[1], three[2]), [side], method=found.method, detail=detail)


def share_below(rating: float, people: Distribution) -> float:
    """Between the points of a snapshot in a straight line; beyond its ends the end."""
    ratings, shares = zip(*people.points, strict=True)
    return float(np.interp(rating, ratings, shares))


def _something(side: Side) -> None:
    if not side.counts.known.any():
        raise NoEvidence(
            f"{side.model} has no measured sample on {side.suite}",
            hint="The `bench run` that made it goes on.",
        )


def _made(
    value: float,
    interval: Interval,
    ends: tuple[Interval, Interval],
    sides: Sequence[Side],
    *,
    method: str,
    detail: str,
) -> Evidence:
    known = min((int(side.counts.known.sum()) for side in sides), default=0)
    return Evidence(
        value,
        interval,
        ends[0],
        ends[1],
        problems=known,
        samples=sum(int(side.counts.planned.sum()) for side in sides),
        unmeasured=sum(side.unmeasured for side in sides),
        truncated=sum(int(side.counts.truncated.sum()) for side in sides),
        method=method,
        detail=detail,
    )
