"""Simulated models whose true scores are known, for benchmarks/intervals.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import beta

from bench.stats import Counts

_STEPS = 4096
_IN_COMMON = 0.7
"""Correlation (of normal scores) between how hard a problem is to one model and to the other."""
_OF_FAMILY = 0.8
"""The same between two problems of a family."""

Draws = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class World:
    """Two models of known scores on problems drawn at random, in families of ``family`` alike problems.

    Alike both in how hard they are to all models and in what each model is better or worse at.

    ``alike`` is the share of variance between problems: at 0 all are equally hard, at 1 each is always or
    never solved. ``first`` and ``second`` are the true scores. Not ``shared``: problems of their own.
    """

    epochs: int
    alike: float
    family: int = 1
    problems: int = 164
    first: float = 0.5
    second: float = 0.5
    shared: bool = True

    def of(self, problems: int, first: float, second: float, *, shared: bool = True) -> World:
        """The same kind of problems, so many of them, for models of these scores."""
        return replace(self, problems=problems, first=first, second=second, shared=shared)

    @property
    def clusters(self) -> Draws | None:
        return None if self.family == 1 else np.arange(self.problems) // self.family

    def truths(self) -> tuple[float, float]:
        return float(chances_of(self.first, self.alike).mean()), float(
            chances_of(self.second, self.alike).mean()
        )

    def trials(self, number: int, seed: int) -> Iterator[tuple[Counts, Counts]]:
        """That many runs of both models; the problems are drawn anew for each."""
        draws = np.random.default_rng([seed, self.problems, self.epochs, self.family])
        hard = self._normal(draws, number)
        first = self._passed(draws, hard, self.first)
        second = self._passed(draws, hard if self.shared else self._normal(draws, number), self.second)
        measured = np.full(self.problems, self.epochs)
        for one, other in zip(first, second, strict=True):
            yield Counts.of(one, measured), Counts.of(other, measured)

    def _normal(self, draws: np.random.Generator, number: int) -> NDArray[np.float64]:
        """A number for each problem of each trial, alike within families."""
        families = -(-self.problems // self.family)
        own = draws.standard_normal((number, self.problems))
        common = np.repeat(draws.standard_normal((number, families)), self.family, axis=1)
        near = np.sqrt(_OF_FAMILY) if self.family > 1 else 0.0
        return np.asarray(near * common[:, : self.problems] + np.sqrt(1 - near**2) * own)

    def _passed(self, draws: np.random.Generator, hard: NDArray[np.float64], score: float) -> Draws:
        noise = self._normal(draws, hard.shape[0])
        place = ndtr(np.sqrt(_IN_COMMON) * hard + np.sqrt(1 - _IN_COMMON) * noise)
        chances = chances_of(score, self.alike)[np.minimum((place * _STEPS).astype(int), _STEPS - 1)]
        return np.asarray(draws.binomial(self.epochs, chances))


def chances_of(score: float, alike: float) -> NDArray[np.float64]:
    """Chances to solve a problem, from the hardest to the easiest: a beta distribution in equal steps."""
    if alike == 0:
        return np.full(_STEPS, score)
    size = (1 - alike) / alike
    steps = (np.arange(_STEPS) + 0.5) / _STEPS
    return np.asarray(beta.ppf(steps, score * size, (1 - score) * size))
