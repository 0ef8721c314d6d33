"""Counting results as they stream by: what is kept grows with the problems, hardly with the samples."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from bench.drift import Who
from bench.report.repair import Repairs
from bench.report.sums import Days, Median, Sent, Total
from bench.results import Result
from bench.stats import mean_of_means
from bench.types import CheckGroup, Outcome, Usage

BASE = "base"
"""The group of checks that an extended suite has taken over from the original one."""


_PLANNED, _MEASURED, _PASSED, _PASSED_BASE, _PASSED_VISIBLE, _MICROUSD, _TURNS = range(7)
"""Places in the counts of a problem; from the last on, two for each turn: known by then, and solved."""


class Tally:
    """What one row is made from: counts a problem, and totals."""

    def __init__(self, *, turns: int = 1, visible: frozenset[str] = frozenset()) -> None:
        """``turns``: how many a sample has at most; ``visible``: the groups that a model is shown."""
        self.outcomes: Counter[Outcome] = Counter()
        self.input_tokens, self.output_tokens, self.reasoning_tokens = Total(), Total(), Total()
        self.cached_input_tokens = Total()
        self.cost_microusd, self.lost_microusd = Total(), Total()
        self.counts: Counter[str] = Counter()
        self.seconds, self.first_byte_s, self.queue_s = Median(), Median(), Median()
        self.served: set[str] = set()
        self.providers: set[str] = set()
        self.dropped: set[str] = set()
        self.isolation: set[str] = set()
        self.sent = Sent()
        self.asked = Days()
        self.repairs = Repairs()
        self.has_base = False
        self._visible = visible
        self._saw_hidden = self._saw_all = False
        self._none = [0] * (_TURNS + 2 * turns)
        self._turns = tuple(range(_TURNS, len(self._none), 2))
        self._problems: dict[str, list[int]] = {}
        """The counts of each, in the order in which they were first seen."""

    def add(self, result: Result) -> None:
        """Count one planned sample."""
        counts = self._problems.get(result.key.problem)
        if counts is None:
            counts = self._problems[result.key.problem] = self._none.copy()
        self.outcomes[result.outcome] += 1
        self.counts["tries"] += result.tries
        counts[_PLANNED] += 1
        if result.outcome.scored:
            counts[_MEASURED] += 1
            counts[_PASSED] += result.outcome is Outcome.PASS
            if result.groups:
                counts[_PASSED_BASE] += self._base(result.groups)
            if self._visible:
                counts[_PASSED_VISIBLE] += self._shown(result)
        counts[_MICROUSD] += (result.cost_microusd or 0) + (result.lost_microusd or 0)
        self._add_turns(counts, result)
        self.repairs.add(result)
        if result.tries or result.stop is not None:
            self.lost_microusd.add(result.lost_microusd)
        if result.isolation:
            self.isolation.add(result.isolation)
        # Only an answer says why it stopped; what is not one has neither tokens nor a price.
        if result.stop is not None:
            self._add_answer(result)

    def merge(self, other: Tally) -> None:
        """Count all that the other one has counted."""
        for problem, counts in other._problems.items():
            mine = self._problems.get(problem, self._none)
            self._problems[problem] = [one + more for one, more in zip(mine, counts, strict=True)]
        self.outcomes.update(other.outcomes)
        self.counts.update(other.counts)
        for total, more in zip(self._totals(), other._totals(), strict=True):
            total.merge(more)
        for found, others in zip(self._sets(), other._sets(), strict=True):
            found |= others
        self.sent.merge(other.sent)
        self.asked.merge(other.asked)
        self.repairs.merge(other.repairs)
        self.has_base |= other.has_base
        self._saw_hidden |= other._saw_hidden
        self._saw_all |= other._saw_all
        for times, more_times in zip(self._times(), other._times(), strict=True):
            times.merge(more_times)

    def _totals(self) -> tuple[Total, ...]:
        tokens = (self.input_tokens, self.cached_input_tokens, self.output_tokens, self.reasoning_tokens)
        return *tokens, self.cost_microusd, self.lost_microusd

    def _times(self) -> tuple[Median, ...]:
        return self.seconds, self.first_byte_s, self.queue_s

    def _sets(self) -> tuple[set[str], ...]:
        return self.served, self.providers, self.dropped, self.isolation

    def _base(self, groups: tuple[CheckGroup, ...]) -> bool:
        for group in groups:
            if group.name == BASE:
                self.has_base = True
                whole = group.planned is None or group.run == group.planned
                return group.run > 0 and group.run == group.passed and whole
        return False

    def _shown(self, result: Result) -> bool:
        """Whether all that a model is shown holds; groups are run in their order, up to a failure."""
        passed = result.outcome is Outcome.PASS
        hidden = any(group.name not in self._visible for group in result.groups)
        self._saw_hidden |= hidden
        self._saw_all |= passed and not hidden
        if passed:
            return True
        held = {
            group.name
            for group in result.groups
            if group.passed == group.run
            and (group.run > 0 if group.planned is None else group.run == group.planned)
        }
        return self._visible <= held

    def _add_turns(self, counts: list[int], result: Result) -> None:
        """What is known after each turn: a sample that had its last one stays as it then was."""
        had = result.turns
        if not had:
            return
        solved = result.outcome is Outcome.PASS
        for turn, place in enumerate(self._turns):
            ended = had[turn].outcome if turn < len(had) else result.outcome
            counts[place] += ended.scored
            counts[place + 1] += solved and len(had) <= turn + 1

    def _add_answer(self, result: Result) -> None:
        usage = result.usage or Usage()
        self.input_tokens.add(usage.input_total)
        self.cached_input_tokens.add(usage.input_cached)
        self.output_tokens.add(usage.output_total)
        self.reasoning_tokens.add(usage.reasoning)
        self.cost_microusd.add(result.cost_microusd)
        if result.dropped:
            self.dropped.update(result.dropped)
        self.sent.add(result.sent)
        if result.served_model:
            self.served.add(result.served_model)
        if result.provider:
            self.providers.add(result.provider)
        if result.cached or result.batched:
            self.counts["cached"] += result.cached
            self.counts["batched"] += result.batched
        self.seconds.add(result.seconds)
        self.first_byte_s.add(result.first_byte_s)
        self.queue_s.add(result.queue_s)
        for time in result.asked_at:
            self.asked.add(time)

    def _column(self, place: int) -> NDArray[np.int64]:
        """One count of each problem."""
        return np.array([counts[place] for counts in self._problems.values()], dtype=np.int64)

    @property
    def planned(self) -> NDArray[np.int64]:
        """Planned samples of each problem, shape (problems,); the other arrays go alongside."""
        return self._column(_PLANNED)

    @property
    def measured(self) -> NDArray[np.int64]:
        return self._column(_MEASURED)

    @property
    def passed(self) -> NDArray[np.int64]:
        return self._column(_PASSED)

    @property
    def microusd(self) -> NDArray[np.int64]:
        """What all samples of a problem cost, as far as that is known, with what was lost."""
        return self._column(_MICROUSD)

    @property
    def passed_base(self) -> NDArray[np.int64]:
        return self._column(_PASSED_BASE)

    @property
    def passed_visible(self) -> NDArray[np.int64] | None:
        """Of checks that the model is shown; None where there are none, or no others.

        Checks that a verdict does not name may be there: only a pass shows that all of them are visible.
        """
        if not self._visible or (self._saw_all and not self._saw_hidden):
            return None
        return self._column(_PASSED_VISIBLE)

    @property
    def solved_by_turn(self) -> list[float]:
        """Share of samples solved by each turn, mean over problems, of those of which that is known.

        Up to the last turn of which anything is known. Never falls: what drops out on the way is not solved.
        """
        shares = [mean_of_means(self._column(place + 1), self._column(place)) for place in self._turns]
        return [share for share in shares if share is not None]


_NOBODY = ("", "")


class ByAnswerer:
    """One model on one suite: a tally for each who answered under its name, one for what names nobody."""

    def __init__(self, *, turns: int = 1, visible: frozenset[str] = frozenset()) -> None:
        self._turns, self._visible = turns, visible
        self._tallies: dict[tuple[str, str], Tally] = {}

    def add(self, result: Result) -> None:
        who = (result.served_model, result.provider) if result.served_model else _NOBODY
        tally = self._tallies.get(who)
        if tally is None:
            tally = self._tallies[who] = Tally(turns=self._turns, visible=self._visible)
        tally.add(result)

    def merge(self, other: ByAnswerer) -> None:
        """Count all that the other one has counted of samples that come later in the plan."""
        for who, tally in other._tallies.items():
            mine = self._tallies.get(who)
            if mine is None:
                mine = self._tallies[who] = Tally(turns=self._turns, visible=self._visible)
            mine.merge(tally)

    @property
    def named(self) -> set[Who]:
        return {who for who in self.apart() if who.named}

    def apart(self) -> dict[Who, Tally]:
        return {Who(*who): tally for who, tally in self._tallies.items()}

    def pooled(self) -> Tally:
        """All of it as one."""
        first, *others = self._tallies.values()
        for tally in others:
            first.merge(tally)
        return first
