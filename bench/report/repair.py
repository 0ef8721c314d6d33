"""What repairs come to: edits that do not apply, that change nothing or too much, that break what worked."""

from __future__ import annotations

from bench.extract import NONE
from bench.report.sums import Mean, Median, Share
from bench.results import Result, Turn
from bench.types import Outcome

PASS_TO_PASS = "pass_to_pass"
"""The group of tests that passed before."""


_NO_EDIT = ("", NONE.rule)
"""Rules of answers in which no edit was."""


class Repairs:
    """Of the answers that count (a sample's last turn), but for ``malformed``, which is of all turns."""

    __slots__ = ("lines", "malformed", "needed", "precision", "recall", "regressed", "unchanged")

    def __init__(self) -> None:
        self.malformed, self.unchanged, self.regressed = Share(), Share(), Share()
        self.precision, self.recall = Mean(), Mean()
        self.lines, self.needed = Median(), Median()

    def add(self, result: Result) -> None:
        for turn in result.turns:
            if turn.outcome.scored:
                self.malformed.add(_is_malformed(turn))
        if result.outcome.scored and result.turns:
            self._add_counting(result.turns[-1])

    def _add_counting(self, turn: Turn) -> None:
        if turn.edit is not None:
            self.unchanged.add(turn.edit.unchanged)
            self.precision.add(turn.edit.precision)
            self.recall.add(turn.edit.recall)
            # What changed nothing is told by its share; a median of zeros would tell nothing of the edits.
            if turn.edit.lines:
                self.lines.add(turn.edit.lines)
                self.needed.add(turn.edit.needed)
        for group in turn.groups:
            if group.name == PASS_TO_PASS and group.run:
                self.regressed.add(group.passed < group.run)

    def merge(self, other: Repairs) -> None:
        self.malformed.merge(other.malformed)
        self.unchanged.merge(other.unchanged)
        self.regressed.merge(other.regressed)
        self.precision.merge(other.precision)
        self.recall.merge(other.recall)
        self.lines.merge(other.lines)
        self.needed.merge(other.needed)


def _is_malformed(turn: Turn) -> bool:
    """Whether it was an edit, as its rule says, that does not apply: no code is left of it."""
    return turn.outcome is Outcome.NO_CODE and turn.rule not in _NO_EDIT
