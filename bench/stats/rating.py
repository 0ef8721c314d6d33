"""Ratings on the Elo scale, from rated problems: 400 points more are odds of ten to one.

P(solve) = 1 / (1 + 10^((difficulty - rating) / 400)). A rating holds for one fixed set of problems, all of
them attempted, with a declared number of attempts. Which contests are taken matters more than chance within
them: intervals by contest are the honest ones.
"""

from __future__ import annotations

from math import inf, log, sqrt
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bench.stats.bootstrap import draws
from bench.stats.counts import Floats
from bench.stats.intervals import RESAMPLES, SEED, bca, normal_quantile
from bench.stats.paired import root
from bench.stats.scores import families

_SCALE = log(10) / 400
_LEAST, _MOST = -4000.0, 12000.0
_EVENTS = 5
_NEWTON = 50


class Prior(NamedTuple):
    """A normal prior, weak: it decides only where the problems do not. In points."""

    mean: float = 1500.0
    deviation: float = 500.0


class Rating(NamedTuple):
    """A rating and its interval, in points; an end is infinite where all or nothing was solved."""

    value: float
    low: float
    high: float
    problems: int
    method: str


class Support(NamedTuple):
    """What a set of problems can say of a rating: expected solves and failures, and the standard error."""

    solves: float
    failures: float
    error: float

    @property
    def verdict(self) -> Literal["enough", "ceiling", "floor"]:
        """``ceiling`` where fewer than 5 failures are to be expected, ``floor`` for solves: not testable."""
        if self.failures < _EVENTS:
            return "ceiling"
        return "floor" if self.solves < _EVENTS else "enough"


WEAK = Prior()


def chance(rating: float, difficulty: ArrayLike) -> Floats:
    """Chance to solve problems of these difficulties. 400 points below the rating: 10/11."""
    return 1 / (1 + 10 ** ((np.asarray(difficulty, dtype=float) - rating) / 400))


def rating_of(
    difficulty: ArrayLike,
    passed: ArrayLike,
    measured: ArrayLike,
    *,
    prior: Prior = WEAK,
    confidence: float = 0.95,
) -> Rating:
    """The most likely rating under a weak prior, with the profile likelihood's interval (no prior in it).

    All of shape (problems,): ``passed`` of ``measured`` samples. The prior keeps the value finite and moves
    it by little (LiveCodeBench Pro, arXiv 2506.11928, infers ratings so; the prior is ours). 50 of 100 solved
    at 1500 is 1500 +- 68. The interval takes samples as independent: for several a problem, or contests that
    differ, use ``rating_by_contest``. Raises ValueError without samples.
    """
    hard, right, of = _problems(difficulty, passed, measured)
    value = _best(hard, right, of, prior)
    peak = root(lambda r: _slope(r, hard, right, of), _LEAST, _MOST)
    drop = normal_quantile(confidence) ** 2 / 2
    most = _likelihood(peak, hard, right, of) - drop
    low = root(lambda r: most - _likelihood(r, hard, right, of), _LEAST, peak) if right.any() else -inf
    high = root(lambda r: _likelihood(r, hard, right, of) - most, peak, _MOST) if (right < of).any() else inf
    return Rating(value, min(low, value), max(high, value), hard.size, "profile likelihood")


def rating_by_contest(
    difficulty: ArrayLike,
    passed: ArrayLike,
    measured: ArrayLike,
    *,
    contests: ArrayLike,
    prior: Prior = WEAK,
    confidence: float = 0.95,
    resamples: int = RESAMPLES // 5,
    seed: int = SEED,
) -> Rating:
    """``rating_of`` with a BCa bootstrap interval that draws whole contests.

    ``contests``: which each problem is of, shape (problems,); the problems' own numbers where there is only
    one. Which contests are chosen moves a rating by hundreds of points ("When Elo lies", arXiv 2602.05891).
    Raises ValueError for fewer than two contests.
    """
    hard, right, of = _problems(difficulty, passed, measured)
    family = families(contests, np.ones(hard.size, dtype=bool))
    groups = int(family.max()) + 1
    if groups < 2:
        raise ValueError("one contest: at least two are needed to draw from")
    value = _best(hard, right, of, prior)
    surplus = np.bincount(family, weights=right - of * chance(value, hard))
    drawn = [
        _best_of_draws(times[:, family], hard, right, of, prior, value)
        for times in draws(groups, resamples, seed)
    ]
    low, high = bca(value, np.concatenate(drawn), surplus - surplus.mean(), confidence)
    return Rating(value, min(low, value), max(high, value), hard.size, "bca, contests drawn")


def support(difficulty: ArrayLike, rating: float, *, samples: int = 1) -> Support:
    """Whether problems of these difficulties can show a rating, before anything is asked.

    The standard error is 1 / sqrt(Fisher information), (ln 10 / 400)^2 times the sum of p (1 - p). 400
    problems spread evenly from 800 to 2400: 2441 is known to +- 78 (1.96 errors) with 25 failures expected,
    3206 to +- 526 with 0.4: a ceiling.
    """
    p = chance(rating, difficulty)
    information = _SCALE**2 * samples * float(np.sum(p * (1 - p)))
    error = 1 / sqrt(information) if information > 0 else inf
    return Support(samples * float(p.sum()), samples * float((1 - p).sum()), error)


def rating_of_rank(rank: float, ratings: ArrayLike) -> float:
    """The rating that is expected to come ``rank``-th among these contestants (CodeElo, arXiv 2501.01257).

    Solves sum over contestants of 1 / (1 + 10^((r - r_i) / 400)) = rank; average it over contests. 1.5th
    among three of 1500: 1500. Raises ValueError unless 0 < rank < contestants.
    """
    known = np.asarray(ratings, dtype=float)
    if not 0 < rank < known.size:
        raise ValueError(f"rank {rank} among {known.size} contestants has no rating")
    return root(lambda r: float(np.sum(1 - chance(r, known))) - rank, _LEAST, _MOST)


def share_below(rating: float, ratings: ArrayLike, counts: ArrayLike | None = None) -> float:
    """Share of rated people below a rating, in a dated snapshot of their distribution.

    ``ratings`` of people, or of bins (their middles) with ``counts`` of people. Those at the very rating
    count half. 1400 in 1200, 1300, 1400 and 1500: 0.625. Raises ValueError without people.
    """
    known = np.asarray(ratings, dtype=float)
    people = np.ones(known.size) if counts is None else np.asarray(counts, dtype=float)
    if not people.sum() > 0:
        raise ValueError("a snapshot without people says nothing of a percentile")
    return float((people[known < rating].sum() + people[known == rating].sum() / 2) / people.sum())


def rating_at(share: float, ratings: ArrayLike, counts: ArrayLike | None = None) -> float:
    """The lowest rating of the snapshot with at least that share of people at or below it.

    0.5 in 1200, 1300, 1400 and 1500: 1300. Raises ValueError unless 0 < share <= 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share of {share} is not between 0 and 1")
    known = np.asarray(ratings, dtype=float)
    people = np.ones(known.size) if counts is None else np.asarray(counts, dtype=float)
    order = np.argsort(known)
    reached = np.cumsum(people[order]) / people.sum()
    return float(known[order][int(np.searchsorted(reached, share - 1e-12))])


def _problems(difficulty: ArrayLike, passed: ArrayLike, measured: ArrayLike) -> tuple[Floats, Floats, Floats]:
    hard, right, of = (np.asarray(each, dtype=float) for each in (difficulty, passed, measured))
    if not hard.shape == right.shape == of.shape or not of.sum() > 0:
        raise ValueError(f"{hard.size} difficulties, {right.size} and {of.size} counts, or no sample")
    if (right < 0).any() or (right > of).any() or not np.isfinite(hard).all():
        raise ValueError("more passed than measured, or a difficulty that is no number")
    return hard, right, of


def _slope(rating: float, hard: Floats, right: Floats, of: Floats) -> float:
    return float(np.sum(right - of * chance(rating, hard)))


def _likelihood(rating: float, hard: Floats, right: Floats, of: Floats) -> float:
    """Logarithm of the likelihood; written so that it stays finite far away."""
    x = (rating - hard) * _SCALE
    return float(np.sum(right * x - of * np.logaddexp(0, x)))


def _best(hard: Floats, right: Floats, of: Floats, prior: Prior) -> float:
    weight = 1 / (_SCALE * prior.deviation**2)
    return root(lambda r: _slope(r, hard, right, of) - (r - prior.mean) * weight, _LEAST, _MOST)


def _best_of_draws(
    times: Floats, hard: Floats, right: Floats, of: Floats, prior: Prior, start: float
) -> Floats:
    """``_best`` for each row of drawn times, by Newton's steps on all rows at once, none over 400 points."""
    weight = 1 / (_SCALE * prior.deviation**2)
    solved, tries = times @ right, times * of
    ratings: Floats = np.full(times.shape[0], start)
    for _ in range(_NEWTON):
        chances = 1 / (1 + np.exp(_SCALE * (hard[None, :] - ratings[:, None])))
        expected = tries * chances
        slope = solved - expected.sum(axis=1) - (ratings - prior.mean) * weight
        bend = _SCALE * (expected * (1 - chances)).sum(axis=1) + weight
        steps = np.clip(slope / bend, -400, 400)
        ratings = ratings + steps
        if np.abs(steps).max() < 1e-3:
            break
    return ratings
