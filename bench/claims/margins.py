"""What so many problems can tell apart: how far from the edge of a claim the truth must be to be seen.

Nothing is measured here; what has to be assumed is said. Margins are for 80 % power at 95 % confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, e, exp, inf, log, sqrt

from bench.claims.claim import PAIRED, RATED, Reading, unit_of
from bench.claims.decision import CONFIDENCE
from bench.stats import Interval, detectable, discordance, support, threshold_power, wilson
from bench.stats.intervals import normal_quantile

POWER = 0.8
ALIKE = 0.5
"""Share of a score's variance that lies between problems, so that repeats of a problem do not lessen it."""
_CORRELATION = 0.3
"""Of the answers of two models to a problem: the least of the usual 0.3 to 0.7 (Miller 2024, arXiv
2411.00640, section 4.2), as the less it is, the more problems it takes."""
_UNSOLVED, _BUDGET = 0.1, 15.0
"""Share of the problems not solved, and what each of them counts in a race: so many median times."""


@dataclass(frozen=True, slots=True)
class Margin:
    """``distance`` from the edge of the claimed region, in the claim's unit, at which the truth is seen.

    ``needed``: how many problems would see it within the claim's tolerance, were the claim exactly true; None
    where no number would (no tolerance). ``supportable`` and ``refutable``: whether any result could show it.
    """

    distance: float
    needed: int | None
    assumes: str
    supportable: bool = True
    refutable: bool = True
    ceiling: str = ""
    """Why the problems are too easy or too hard for the claim, if they are."""


def margin(
    reading: Reading,
    problems: int,
    *,
    epochs: int = 1,
    these: bool = False,
    alike: float = ALIKE,
    ratings: Sequence[float] = (),
    rating: float | None = None,
    error: float | None = None,
) -> Margin:
    """For one reading and so many problems.

    ``alike``: how much of the variance no repeat lessens. ``ratings``: the difficulties that are known;
    ``rating``: the one that is claimed, where the threshold is a percentile. ``error``: that of earlier runs
    (``error_of``), for so many problems, instead of what is assumed. Raises ValueError for a rating without
    difficulties, or no problem at all.
    """
    if problems < 1:
        raise ValueError("no problems")
    if reading.metric in RATED:
        return _rating(reading, ratings, reading.threshold if rating is None else rating)
    if reading.metric in ("speed", "cost", "cost_per_solved"):
        return _seen(_times(reading, problems), reading, problems, error)
    if reading.relation in PAIRED:
        found = _pair(reading, problems, epochs=epochs, these=these, alike=alike)
        return _seen(found, reading, problems, error)
    return _seen(_score(reading, problems, epochs=epochs, these=these, alike=alike), reading, problems, error)


def error_of(reading: Reading, interval: Interval) -> float:
    """The standard error behind a measured interval; of a ratio that of its logarithm."""
    low, high = interval
    width = log(high / low) if reading.relation == "ratio" else high - low
    return width / (2 * normal_quantile(CONFIDENCE))


def _seen(assumed: Margin, reading: Reading, problems: int, error: float | None) -> Margin:
    """As earlier runs have it, where there are any."""
    if error is None or assumed.distance == inf:
        return assumed
    distance, slack, half = detectable(error), reading.tolerance, normal_quantile(CONFIDENCE) * error
    if reading.relation == "ratio":
        distance, slack = reading.threshold * (exp(distance) - 1), reading.threshold * slack
        half = reading.threshold * (exp(half) - 1)
    return replace(
        assumed,
        distance=distance,
        needed=_needed(problems, distance, slack),
        supportable=half <= slack if reading.direction == "approximately" else assumed.supportable,
        assumes="by how much the runs given vary",
    )


def _score(reading: Reading, problems: int, *, epochs: int, these: bool, alike: float) -> Margin:
    edge = _edge(reading)
    if these and epochs > 1:
        # Half of the variance within problems is much: 0.5 of p (1 - p).
        error = sqrt(max(0.5 * edge * (1 - edge), 0.05) / (epochs * problems))
        distance = detectable(error)
        half = normal_quantile(CONFIDENCE) * error
        assumes = "assumed: a half of the variance is within problems, where mostly it is less"
        at_claim = Interval(reading.threshold - half, reading.threshold + half)
    else:
        distance = _seen_at(edge, problems, epochs=epochs, alike=alike)
        assumes = _repeats(epochs, alike)
        effective = problems / (alike + (1 - alike) / epochs)
        at_claim = wilson(min(max(reading.threshold, 0.0), 1.0) * effective, effective)
    low, high = reading.region
    if reading.direction == "approximately":
        supportable = low <= at_claim.low and at_claim.high <= high
    else:
        best = wilson(problems, problems) if reading.direction == ">=" else wilson(0, problems)
        supportable = low <= best.low and best.high <= high
    worst = (wilson(0, problems), wilson(problems, problems))
    refutable = any(one.high < low or one.low > high for one in worst)
    needed = _needed(problems, distance, reading.tolerance)
    return Margin(distance, needed, assumes, supportable, refutable)


def _repeats(epochs: int, alike: float) -> str:
    if epochs == 1:
        return "one answer to each problem"
    if alike >= 1:
        return "assumed: repeats of a problem are alike, so they buy nothing"
    return f"assumed: {100 * alike:.0f} % of the variance is between problems, which repeats do not lessen"


def _pair(reading: Reading, problems: int, *, epochs: int, these: bool, alike: float) -> Margin:
    """The scores are not known beforehand: they are taken on both sides of the middle."""
    ratio = reading.relation == "ratio"
    apart = max(reading.threshold, 1 / reading.threshold) if ratio else abs(reading.threshold)
    if not ratio and apart >= 1:
        return Margin(inf, None, "", supportable=False, ceiling="no two scores are that far apart")
    weak = 1 / (1 + apart) if ratio else (1 - apart) / 2
    strong = 1 - weak
    differing = discordance(strong, weak, correlation=_CORRELATION)
    common = (strong + weak - differing) / 2 - strong * weak
    left = alike + (1 - alike) / epochs
    if these and epochs > 1:
        common, left = 0.0, 0.5 / epochs
    one = (strong if ratio else 1.0, weak if ratio else 1.0)
    spread = strong * weak * (1 / one[0] ** 2 + 1 / one[1] ** 2) * left - 2 * common / (one[0] * one[1])
    distance = detectable(sqrt(spread / problems))
    slack = reading.tolerance
    if ratio:
        distance, slack = reading.threshold * (exp(distance) - 1), reading.threshold * slack
    most = 1 / apart if ratio else 1 - apart
    ceiling = f"out of reach once the weaker of the two scores more than {100 * most:.1f} %"
    assumes = (
        f"assumed: scores of {100 * strong:.0f} and {100 * weak:.0f} %, answers of the two that correlate by "
        f"{_CORRELATION}, where 0.3 to 0.7 are usual"
    )
    if epochs > 1:
        assumes += f"; {_repeats(epochs, 0.5 if these else alike).removeprefix('assumed: ')}"
    return Margin(distance, _needed(problems, distance, slack), assumes, ceiling=ceiling)


def _times(reading: Reading, problems: int) -> Margin:
    """Lognormal times and costs, of 1 on the log scale, a half of it in common to both models."""
    spread, solved = 2 * (e - sqrt(e)), 1 - _UNSOLVED
    assumes = "assumed: logarithms that vary by 1 between problems, a half of it in common to both"
    if reading.metric == "speed":
        late, mean = _UNSOLVED * _BUDGET, solved * sqrt(e) + _UNSOLVED * _BUDGET
        squares = solved * e**2 + late * _BUDGET
        products = solved**2 * e**1.5 + 2 * solved * late * sqrt(e) + late**2
        spread = 2 * (squares - products) / mean**2
        assumes += f"; {_UNSOLVED:.0%} unsolved, which count as {_BUDGET:.0f} median times".replace("%", " %")
    elif reading.metric == "cost_per_solved":
        spread += 2 * _UNSOLVED / solved
        assumes += f"; {_UNSOLVED:.0%} unsolved".replace("%", " %")
    error = sqrt(spread)
    needed = None
    if reading.tolerance > 0:
        needed = ceil((detectable(error) / -log(max(1 - reading.tolerance, 1e-9))) ** 2)
    factor = exp(detectable(error / sqrt(problems)))
    return Margin(reading.threshold * (factor - 1), needed, assumes)


def _rating(reading: Reading, ratings: Sequence[float], rating: float) -> Margin:
    if not ratings:
        raise ValueError("no problem with a known rating")
    known = support(ratings, rating)
    distance = detectable(known.error)
    slack = reading.tolerance if unit_of(reading) == "points" else 0.0
    what = {"ceiling": "failures", "floor": "solves"}.get(known.verdict, "")
    ceiling = ""
    if what:
        count = known.failures if known.verdict == "ceiling" else known.solves
        ceiling = f"{known.verdict}: at a rating of {rating:.0f} only {count:.1f} {what} are to be expected"
    return Margin(
        distance,
        _needed(len(ratings), distance, slack),
        f"{known.solves:.0f} solves and {known.failures:.0f} failures expected",
        supportable=not what,
        refutable=not what,
        ceiling=ceiling,
    )


def _edge(reading: Reading) -> float:
    """The end of the region that the truth is told from."""
    low, high = reading.region
    return min(max(low if low > -inf else high, 0.0), 1.0)


def _seen_at(edge: float, problems: int, *, epochs: int, alike: float) -> float:
    """The smallest distance to either side at which 80 % of intervals leave the edge out."""

    def is_seen(truth: float) -> bool:
        return threshold_power(problems, truth, edge, epochs=epochs, alike=alike) >= POWER

    found = []
    for room, sign in ((1 - edge, 1), (edge, -1)):
        near, far = 0.0, room
        if room <= 0 or not is_seen(edge + sign * room):
            continue
        for _ in range(50):
            middle = (near + far) / 2
            seen = middle > 0 and is_seen(edge + sign * middle)
            near, far = (near, middle) if seen else (middle, far)
        found.append(far)
    return max(found, default=inf)


def _needed(problems: int, distance: float, tolerance: float) -> int | None:
    return None if tolerance <= 0 or distance == inf else ceil(problems * (distance / tolerance) ** 2)
