"""What is known of one model's samples, problem by problem: the input of scores, bounds and comparisons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Samples by problem, integers of shape (problems,): 0 <= passed <= measured <= planned, planned >= 1.

    ``truncated`` are those of the measured that failed because the reply was cut off. Two models are compared
    by position: problem i of the one is problem i of the other.
    """

    passed: Ints
    measured: Ints
    planned: Ints
    truncated: Ints

    @classmethod
    def of(
        cls,
        passed: ArrayLike,
        measured: ArrayLike,
        *,
        planned: ArrayLike | None = None,
        truncated: ArrayLike | None = None,
    ) -> Counts:
        """Counts with everything planned measured, and nothing truncated, unless said otherwise.

        Raises ValueError for no problems, unequal lengths, or counts that cannot be.
        """
        right, of = _counts("passed", passed), _counts("measured", measured)
        all_ = of if planned is None else _counts("planned", planned)
        cut = np.zeros_like(right) if truncated is None else _counts("truncated", truncated)
        if not right.size or not right.size == of.size == all_.size == cut.size:
            raise ValueError(f"counts of {right.size}, {of.size}, {all_.size} and {cut.size} problems")
        wrong = (right < 0) | (of < right) | (all_ < of) | (all_ < 1) | (cut < 0) | (of - right < cut)
        if wrong.any():
            at = int(np.argmax(wrong))
            raise ValueError(
                f"problem {at}: {right[at]} passed and {cut[at]} truncated of {of[at]} measured of "
                f"{all_[at]} planned cannot be"
            )
        return cls(right, of, all_, cut)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which problems have at least one measured sample."""
        return self.measured > 0

    @property
    def means(self) -> Floats:
        """Share of right samples by problem; NaN where none was measured."""
        shares = np.full(self.passed.size, np.nan)
        np.divide(self.passed, self.measured, out=shares, where=self.known)
        return shares

    def of_problems(self, chosen: NDArray[np.bool_]) -> Counts:
        """Those of some problems, in the same order."""
        return Counts(
            self.passed[chosen], self.measured[chosen], self.planned[chosen], self.truncated[chosen]
        )

    def filled(self, *, passing: bool, truncations: bool = False) -> Counts:
        """As if every unmeasured sample had been measured, all right or all wrong.

        With ``truncations`` the truncated ones, which count as wrong, are taken as unmeasured too.
        """
        open_ = self.planned - self.measured + (self.truncated if truncations else 0)
        right = self.passed + open_ if passing else self.passed
        cut = np.minimum(self.truncated, self.planned - right)
        return Counts(right, self.planned, self.planned, cut)


def _counts(name: str, values: ArrayLike) -> Ints:
    given = np.atleast_1d(np.asarray(values))
    if given.ndim != 1 or not (given == np.floor(given)).all():
        raise ValueError(f"{name} is not one whole number a problem")
    return given.astype(np.int64)
