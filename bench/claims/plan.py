"""Before anything is paid: can a claim be decided, with which problems, how well, and for how much.

No network and no key. Without its data a suite is known by its definition alone: its size, and its faults.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from pathlib import Path

import numpy as np

from bench import money
from bench.claims.claim import METRICS, RATED, Claim, Party, Population, Reading, amount
from bench.claims.decision import CONFIDENCE, RULE, Decided
from bench.claims.evidence import chosen, share_below
from bench.claims.margins import ALIKE, Margin, error_of, margin
from bench.estimate import LONG_ANSWER, SHORT_ANSWER, THINKING, Bill, bills
from bench.models.capabilities import rule_for
from bench.models.prices import PriceList
from bench.plan import Questions, questions
from bench.stats import detectable, support
from bench.suites import Outline, Suite, load_suite, outline
from bench.types import Checks, Json, Mode, Params, Problem, SampleKey, Track

SLOW, FAST = 20, 100
"""Tokens a second of one answer at a time, for an estimate of time."""
_STAND_IN = {Track.GENERATION: 1_000, Track.REPAIR: 3_000}
"""Characters of a question, where the data is not there to be counted."""


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """What the problems can say of one reading; ``margin`` is None where nothing can be said."""

    reading: Reading
    margin: Margin | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a claim would be decided; where it is not ``testable``, ``reason`` says why, ``needs`` what for.

    ``problems`` is what counts of the suite, exact only with its data. ``seconds``: from and to, for all
    answers one after the other.
    """

    claim: Claim
    testable: bool
    reason: str
    needs: str
    suite: Outline | None
    problems: int
    with_data: bool
    readings: tuple[ReadingPlan, ...]
    models: tuple[str, ...]
    """Those whose cost was looked up."""
    bills: tuple[Bill, ...]
    calls: int
    seconds: tuple[float, float]
    remarks: tuple[str, ...]
    design: Mapping[str, Json]
    file: str
    """What to call the claim on the command line."""

    @property
    def commands(self) -> tuple[str, ...]:
        """What to type; empty where nothing can be tested."""
        return _commands(self.claim, self.file, self.models) if self.testable else ()


def plan(
    claim: Claim,
    *,
    prices: PriceList,
    models: Sequence[str] = (),
    data: Sequence[Path] = (),
    errors: Sequence[float | None] = (),
    file: str = "",
) -> Plan:
    """``models`` are the names to estimate the cost for; else those that the claim names in full.

    ``data``: folders with data sets; the suite is only looked at where there are some, and nothing is
    fetched. ``errors``: what earlier runs have for each reading and one problem (``errors_in``). Raises
    DataError for data that is not there or another.
    """
    population = claim.population
    suite = outline(population.suite) if population else None
    wanted = population and suite and data
    loaded = load_suite(population.suite, data=data, fetch=False) if population and wanted else None
    problems, ratings = _population(population, suite, loaded)
    why, needs = _untestable(claim, suite)
    known = errors or [None] * len(claim.readings)
    both = zip(claim.readings, known, strict=True) if not why else ()
    readings = tuple(_reading(claim, one, problems, ratings, error) for one, error in both)
    if not why:
        why, needs = _undecidable(readings)
    named = list(models) or [name for name in map(_full_name, _parties(claim)) if name]
    calls = problems * claim.conditions.epochs * len(_parties(claim)) if not why else 0
    return Plan(
        claim=claim,
        testable=not why,
        reason=why,
        needs=needs,
        suite=suite,
        problems=problems,
        with_data=loaded is not None,
        readings=readings,
        models=tuple(named),
        bills=tuple(_bills(claim, suite, loaded, problems, named, prices)) if calls and suite else (),
        calls=calls * claim.conditions.turns,
        seconds=_seconds(claim, calls, named),
        remarks=tuple(_remarks(claim)),
        design=design(claim, suite),
        file=file or claim.id,
    )


def design(claim: Claim, suite: Outline | None) -> dict[str, Json]:
    """What a registration fixes besides the claim itself; the same with the data and without."""
    found: dict[str, Json] = {"rule": RULE, "confidence": CONFIDENCE, "epochs": claim.conditions.epochs}
    if suite is not None and claim.population is not None:
        found["suite"] = f"{suite.name} version {suite.version}"
        found["data_sha256"] = suite.sha256
        left_out = () if claim.population.errata else suite.errata
        found["left_out"] = [*sorted(left_out)]
    return found


def errors_in(readings: Sequence[Decided]) -> list[float | None]:
    """The error of each reading in finished runs, as of one problem; None where it has none."""
    return [
        None
        if one.evidence is None or one.reading.metric in RATED
        else error_of(one.reading, one.evidence.interval) * sqrt(one.evidence.problems)
        for one in readings
    ]


def rating_claimed(claim: Claim, reading: Reading) -> float:
    """The rating that a threshold stands for: its own, or that of its percentile."""
    if reading.metric != "percentile" or claim.distribution is None:
        return reading.threshold
    ratings, shares = zip(*claim.distribution.points, strict=True)
    return float(np.interp(reading.threshold, shares, ratings))


def ratings_of(suite: Suite) -> dict[str, float]:
    """The difficulty of each problem that has the tag ``rating``, by id."""
    return {one.id: float(one.tags["rating"]) for one in suite.problems if one.tags.get("rating")}


def _population(
    population: Population | None, suite: Outline | None, loaded: Suite | None
) -> tuple[int, list[float]]:
    """How many problems count, and their ratings."""
    if population is None or suite is None:
        return 0, []
    if loaded is None:
        return suite.problems - (0 if population.errata else len(suite.errata)), []
    ids = [one.id for one in loaded.problems if chosen(one.id, population, loaded.errata)]
    rated = ratings_of(loaded)
    return len(ids), [rated[name] for name in ids if name in rated]


def _untestable(claim: Claim, suite: Outline | None) -> tuple[str, str]:
    """Why nothing here decides a claim, and what would; both empty where something may."""
    if claim.not_testable is not None:
        return claim.not_testable.reason, claim.not_testable.needs
    assert claim.population is not None
    if suite is None:
        return f"there is no suite {claim.population.suite!r} in this release", _wanted(claim)
    if claim.population.version not in ("", suite.version):
        have = (
            f"version {suite.version} of {suite.name} is here, the claim is about {claim.population.version}"
        )
        return have, "The release of bench that has that version."
    if claim.conditions.tools:
        return "bench asks models without tools", "A solver that offers the tools the claim was made with."
    return "", ""


def _wanted(claim: Claim) -> str:
    """The suite that a claim would take; of rated problems also how many, at their most telling."""
    assert claim.population is not None
    text = f"A suite {claim.population.suite!r}, with its data pinned by content (docs/suites.md)"
    if not any(reading.metric in RATED for reading in claim.readings):
        return f"{text}."
    text += ", of problems with a known rating"
    for reading in claim.readings:
        if METRICS[reading.metric].unit == "points" and reading.tolerance > 0:
            rating = reading.threshold
            alone = detectable(support([rating], rating).error)
            least = ceil((alone / reading.tolerance) ** 2)
            text += (
                f": at least {least:,} around {rating:.0f} tell it from {reading.tolerance:.0f} points away"
            )
    return f"{text}."


def _reading(
    claim: Claim, reading: Reading, problems: int, ratings: Sequence[float], error: float | None
) -> ReadingPlan:
    assert claim.population is not None
    if reading.metric in RATED and not ratings:
        return ReadingPlan(reading, None, f"no problem of {claim.population.suite} is known to have a rating")
    if problems < 1:
        return ReadingPlan(reading, None, "no problem is left")
    found = margin(
        reading,
        problems,
        epochs=claim.conditions.epochs,
        these=claim.population.about == "these",
        alike=1.0 if claim.conditions.temperature == 0 else ALIKE,
        error=None if error is None else error / sqrt(problems),
        ratings=ratings,
        rating=rating_claimed(claim, reading),
    )
    return ReadingPlan(reading, found)


def _undecidable(readings: Sequence[ReadingPlan]) -> tuple[str, str]:
    """Where no result whatever could show any reading to be right or wrong."""
    for one in readings:
        if one.margin is None:
            return one.why_not, "Problems with a known difficulty, read with --data."
        if not one.margin.supportable and not one.margin.refutable:
            needed = f"about {one.margin.needed:,} problems" if one.margin.needed else "other problems"
            return one.margin.ceiling or "no result could decide it", f"It takes {needed}."
    return "", ""


def _parties(claim: Claim) -> list[Party]:
    return [claim.subject, claim.comparator] if claim.comparator else [claim.subject]


def _full_name(party: Party) -> str:
    return next((name for name in party.models if not set(name) & set("*?")), "")


def _bills(
    claim: Claim,
    suite: Outline | None,
    loaded: Suite | None,
    problems: int,
    models: Sequence[str],
    prices: PriceList,
) -> list[Bill]:
    assert suite is not None
    assert claim.population is not None
    params = Params(
        max_tokens=claim.conditions.max_tokens,
        temperature=claim.conditions.temperature,
        effort=claim.conditions.effort,
    )
    turns, epochs = claim.conditions.turns, range(claim.conditions.epochs)
    if loaded is not None:
        asked = questions([loaded], params=params, mode=Mode.CHAT, turns=turns)
        ids = [one.id for one in loaded.problems if chosen(one.id, claim.population, loaded.errata)]
    else:
        asked, ids = _stand_in(suite, params, turns), [suite.name] * problems
    keys = (SampleKey(suite.name, name, model, epoch) for model in models for name in ids for epoch in epochs)
    return bills(asked, keys, prices=prices)


def _stand_in(suite: Outline, params: Params, turns: int) -> Questions:
    """One question of a usual length for all of a suite."""
    text = "?" * _STAND_IN[suite.track]
    checks = Checks("program", "f")
    problem = Problem(suite.name, suite.name, Track.GENERATION, "python", text, "f", checks, "")
    problems, templates = {(suite.name, suite.name): problem}, {suite.name: "function-chat@1"}
    return Questions(problems, templates, params, Mode.CHAT, turns=turns)


def _seconds(claim: Claim, calls: int, models: Sequence[str]) -> tuple[float, float]:
    """Where it is not known whether a model thinks, it does not."""
    thinks = any(rule_for(*money.named(model)).thinks for model in models)
    effort = claim.conditions.effort or ("medium" if thinks else "none")
    longest = LONG_ANSWER + THINKING[effort]
    return calls * SHORT_ANSWER / FAST, calls * claim.conditions.turns * longest / SLOW


def _remarks(claim: Claim) -> list[str]:
    found = []
    people = claim.distribution
    if people is not None and people.published_rating is not None:
        for reading in claim.readings:
            share = share_below(people.published_rating, people)
            if reading.metric == "percentile" and abs(share - reading.threshold) > 0.005:
                shown = amount(reading.threshold, "share")
                found.append(
                    f"the published figures do not belong together: by the distribution of {people.date} a "
                    f"rating of {people.published_rating:.0f} is above {amount(share, 'share')} of people, "
                    f"and {shown} are below about {rating_claimed(claim, reading):.0f}"
                )
    if claim.conditions.context_tokens:
        found.append(
            f"claimed for {claim.conditions.context_tokens:,} tokens of context: no suite here fills it"
        )
    if any(reading.metric not in METRICS for reading in claim.readings):
        found.append("its metric is not one that bench measures")
    return found


def _commands(claim: Claim, file: str, models: Sequence[str]) -> tuple[str, str]:
    assert claim.population is not None
    conditions, where = claim.conditions, f"results/runs/{claim.id}"
    words = ["bench", "run"]
    parties = _parties(claim)
    names = models if len(models) == len(parties) else [_full_name(party) or "MODEL" for party in parties]
    for name in names:
        words += ["-m", name]
    words += ["-s", claim.population.suite, "-n", str(conditions.epochs)]
    for option, value in (
        ("--effort", conditions.effort),
        ("--turns", conditions.turns if conditions.turns > 1 else None),
        ("--temperature", conditions.temperature),
        ("--max-tokens", conditions.max_tokens),
    ):
        words += [option, str(value)] if value is not None else []
    return shlex.join([*words, "-o", where]), shlex.join(["bench", "claim", "check", file, where])
