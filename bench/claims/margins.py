"""What so many problems can tell apart: how far from the edge of a claim the truth must be to be seen.

Nothing is measured here; what has to be assumed is said. Margins are for 80 % power at 95 % confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, e, exp, inf, log, sqrt

from bench.claims.claim import RATED, Reading, unit_of
from bench.claims.decision import CONFIDENCE
from bench.stats import Interval, detectable, discordance, support, threshold_power, wilson
from bench.stats.intervals import normal_quantile

POWER = 0.8
_OF_MEANS = sqrt(2 * (e - sqrt(e)))
"""Error of the logarithm of a ratio of two means, times sqrt(problems): of times and costs that vary between
problems by 1 on the log scale (lognormal), a half of it in common to both models."""


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
    ratings: Sequence[float] = (),
    rating: float | None = None,
) -> Margin:
    """For one reading and so many problems.

    ``ratings``: the difficulties that are known; ``rating``: the one that is claimed, where the threshold is
    a percentile. Raises ValueError for a rating without difficulties, or no problem at all.
    """
    if problems < 1:
        raise ValueError("no problems")
    if reading.metric in RATED:
        return _rating(reading, ratings, reading.threshold if rating is None else rating)
    if reading.metric in ("speed", "cost", "cost_per_solved"):
        return _times(reading, problems)
    if reading.relation in ("difference", "ratio"):
        return _pair(reading, problems)
    return _score(reading, problems, epochs=epochs, these=these)


def _score(reading: Reading, problems: int, *, epochs: int, these: bool) -> Margin:
    edge = _edge(reading)
    if these and epochs > 1:
        # Half of the variance within problems is much: 0.5 of p (1 - p).
        error = sqrt(max(0.5 * edge * (1 - edge), 0.05) / (epochs * problems))
        distance = detectable(error)
        half = normal_quantile(CONFIDENCE) * error
        assumes = "a half of the variance is within problems"
        at_claim = Interval(reading.threshold - half, reading.threshold + half)
    else:
        distance = _seen_at(edge, problems)
        assumes = "repeats of a problem are alike, so they buy nothing"
        at_claim = wilson(min(max(reading.threshold, 0.0), 1.0) * problems, problems)
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


def _pair(reading: Reading, problems: int) -> Margin:
    """The scores are not known beforehand: the weaker is taken at the middle of what the claim allows."""
    ratio = reading.relation == "ratio"
    apart = max(reading.threshold, 1 / reading.threshold) if ratio else abs(reading.threshold)
    if not ratio and apart >= 1:
        return Margin(inf, None, "", supportable=False, ceiling="no two scores are that far apart")
    weak = 0.5 / apart if ratio else (1 - apart) / 2
    strong = weak * apart if ratio else weak + apart
    differing = discordance(strong, weak)
    variance = differing - (strong - weak) ** 2
    error = sqrt(variance / problems)
    most = 1 / apart if ratio else 1 - apart
    ceiling = f"out of reach once the weaker of the two scores more than {100 * most:.1f} %"
    distance = detectable(error)
    if ratio:
        both = sqrt(strong * (1 - strong) * weak * (1 - weak))
        spread = (1 - strong) / strong + (1 - weak) / weak - both / (strong * weak)
        distance = reading.threshold * (exp(detectable(sqrt(spread / problems))) - 1)
    slack = reading.tolerance * (reading.threshold if ratio else 1.0)
    assumes = f"scores of {100 * strong:.0f} and {100 * weak:.0f} %, {100 * differing:.0f} % discordant"
    return Margin(distance, _needed(problems, distance, slack), assumes, ceiling=ceiling)


def _times(reading: Reading, problems: int) -> Margin:
    error = _OF_MEANS / sqrt(problems)
    factor = exp(detectable(error))
    needed = None
    if reading.tolerance > 0:
        needed = ceil((detectable(_OF_MEANS) / -log(max(1 - reading.tolerance, 1e-9))) ** 2)
    assumes = "all solved, logarithms that vary by 1 between problems, a half of it in common"
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


def _seen_at(edge: float, problems: int) -> float:
    """The smallest distance to either side at which 80 % of intervals leave the edge out."""
    found = []
    for room, sign in ((1 - edge, 1), (edge, -1)):
        near, far = 0.0, room
        if room <= 0 or threshold_power(problems, edge + sign * room, edge) < POWER:
            continue
        for _ in range(50):
            middle = (near + far) / 2
            seen = middle > 0 and threshold_power(problems, edge + sign * middle, edge) >= POWER
            near, far = (near, middle) if seen else (middle, far)
        found.append(far)
    return max(found, default=inf)


def _needed(problems: int, distance: float, tolerance: float) -> int | None:
    return None if tolerance <= 0 or distance == inf else ceil(problems * (distance / tolerance) ** 2)
