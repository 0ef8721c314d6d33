"""A claim against finished runs: are they on its terms, are they whole, and what do they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from bench.claims import registration as registrations
from bench.claims.claim import PAIRED, Claim, Party, Reading
from bench.claims.decision import Decided, Verdict, decide, together
from bench.claims.evidence import NoEvidence, evidence, of_population
from bench.claims.plan import design
from bench.claims.registration import Registration
from bench.errors import UsageError
from bench.lock import AS_GIVEN
from bench.report.clocks import Attempts, attempts
from bench.report.comparison import unequal
from bench.report.leaderboard import RunView
from bench.report.sides import labels
from bench.suites import outline


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check is told besides the claim. ``began`` by a run's name: when its first call was made."""

    subject: str = ""
    """The name of the model that stands for the subject; found by the claim's own names where it is empty."""
    comparator: str = ""
    ratings: Mapping[str, float] = field(default_factory=dict)
    registration: Registration | None = None
    began: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim and what became of it; ``sides`` are the runs it was decided with, the subject's first."""

    claim: Claim
    verdict: Verdict
    reason: str
    readings: tuple[Decided, ...]
    sides: tuple[Attempts, ...] = ()
    remarks: tuple[str, ...] = ()
    registered: str = ""
    """The hash of the registration that was given; "" for none."""


def check(claim: Claim, runs: Sequence[RunView], asked: Asked) -> Checked:
    """The verdict of these runs. Raises UsageError where it is not clear which run is meant."""
    if claim.not_testable is not None:
        return _nothing(claim, Verdict.NOT_TESTABLE, claim.not_testable.reason, asked)
    assert claim.population is not None
    suite = outline(claim.population.suite)
    errata = suite.errata if suite else {}
    found = attempts(of_population(run, claim.population, errata) for run in runs)
    if suite is None and not found:
        why = f"there is no suite {claim.population.suite!r} in this release, nor in these runs"
        return _nothing(claim, Verdict.NOT_TESTABLE, why, asked)
    subject = _of_party(found, claim.subject, asked.subject, "--subject", claim)
    comparator = None
    if claim.comparator is not None:
        comparator = _of_party(found, claim.comparator, asked.comparator, "--comparator", claim)
        _check_two(subject, comparator, claim)
    both = (subject,) if comparator is None else (subject, comparator)
    invalid = _invalid(claim, both, asked)
    if invalid:
        reason = "; ".join(invalid)
        readings = tuple(Decided(one, Verdict.INVALID, reason) for one in claim.readings)
        return Checked(claim, Verdict.INVALID, reason, readings, both, _remarks(both, asked), _hash(asked))
    short = _short(claim, both)
    decided = tuple(_decided(claim, one, subject, comparator, asked, short=short) for one in claim.readings)
    verdict, reason = together(decided)
    return Checked(claim, verdict, reason, decided, both, _remarks(both, asked), _hash(asked))


def _nothing(claim: Claim, verdict: Verdict, reason: str, asked: Asked) -> Checked:
    readings = tuple(Decided(one, verdict, reason) for one in claim.readings)
    return Checked(claim, verdict, reason, readings, registered=_hash(asked))


def _decided(
    claim: Claim,
    reading: Reading,
    subject: Attempts,
    comparator: Attempts | None,
    asked: Asked,
    *,
    short: str,
) -> Decided:
    other = comparator if reading.relation in PAIRED else None
    for one in (subject, other):
        if one is not None and not one.side.counts.known.any():
            why = f"no sample of {one.side.model} was measured"
            return Decided(reading, Verdict.INCONCLUSIVE, why)
    try:
        found = evidence(reading, claim, subject, other, ratings=asked.ratings)
    except NoEvidence as error:
        return Decided(reading, Verdict.NOT_TESTABLE, error.message)
    return decide(reading, found, short=short)


def _of_party(found: Sequence[Attempts], party: Party, given: str, option: str, claim: Claim) -> Attempts:
    """The one run of a party. Raises UsageError for none, and for several."""
    assert claim.population is not None
    names = labels([one.side for one in found])
    called = {one: names[one.side] for one in found}
    fits = [one for one in found if _is(one, given, called[one]) or (not given and _names(party, one))]
    listed = ", ".join(sorted(called.values())) or f"nothing on {claim.population.suite}"
    if not fits:
        who = f"no model {given!r}" if given else f"no model that the claim calls {party.name}"
        hint = f"The runs have: {listed}. Say with {option} which of them it is, or give its run."
        raise UsageError(f"{who} in these runs on {claim.population.suite}", hint=hint)
    if len(fits) > 1:
        hint = f"Say with {option} which is meant: {', '.join(called[one] for one in fits)}."
        raise UsageError(f"several runs could be {party.name}", hint=hint)
    return fits[0]


def _check_two(subject: Attempts, comparator: Attempts, claim: Claim) -> None:
    """Raises UsageError where both are the same: no model differs from itself, and that decides nothing."""
    if comparator is subject:
        assert claim.comparator is not None
        what = f"{claim.subject.name} and {claim.comparator.name} would both be {subject.side.model}"
        hint = "Say with --subject and --comparator who is who, and give the runs of both."
        raise UsageError(f"{what} in {subject.side.run}", hint=hint)


def _is(one: Attempts, given: str, called: str) -> bool:
    return bool(given) and given in (one.side.model, called)


def _names(party: Party, one: Attempts) -> bool:
    return any(fnmatchcase(one.side.model.lower(), pattern.lower()) for pattern in party.models)


def _invalid(claim: Claim, both: Sequence[Attempts], asked: Asked) -> list[str]:
    """Why these runs are not on the terms of the claim, or of each other; empty where they are."""
    assert claim.population is not None
    found = []
    for one in both:
        side = one.side
        if side.limited:
            found.append(f"{side.run} is of {len(side.names)} drawn problems, the claim of the whole suite")
        if len(side.who) > 1:
            found.append(f"not one model answered as {side.model} but {', '.join(side.who)}")
        version = str(side.settings["suite"]).rpartition(" ")[2]
        if claim.population.version not in ("", version):
            found.append(f"{side.run} ran version {version}, the claim is of {claim.population.version}")
        found += _other_conditions(claim, one)
    if len(both) == 2 and len(found) == 0:
        found += [f"unequal terms: {line}" for line in unequal(both[0].side, both[1].side)]
    return found + _registration(claim, both, asked)


def _other_conditions(claim: Claim, one: Attempts) -> list[str]:
    """Conditions of the claim that a run did not have. Of answers that we did not ask for none is known."""
    conditions, side = claim.conditions, one.side
    params: Any = side.settings["params"]
    wanted = {name: getattr(conditions, name) for name in ("effort", "temperature", "max_tokens")}
    had = {} if params == AS_GIVEN else dict(params or {})
    found = [
        f"claimed with {name} {value}, but {side.run} asked for {_said(had.get(name))}"
        for name, value in wanted.items()
        if value is not None and params != AS_GIVEN and had.get(name) != value
    ]
    if one.most_turns != conditions.turns:
        found.append(f"claimed for {conditions.turns} turns, but {side.run} had {one.most_turns}")
    if conditions.tools:
        found.append("claimed with tools, which bench does not give")
    return found


def _said(value: object) -> str:
    return "nothing" if value is None else str(value)


def _registration(claim: Claim, both: Sequence[Attempts], asked: Asked) -> list[str]:
    """Whether what was registered is what is decided, and was registered before the runs began."""
    given = asked.registration
    if given is None:
        return []
    suite = outline(claim.population.suite) if claim.population else None
    changed = registrations.differs(given, claim, design(claim, suite))
    found = [f"not what was registered: {'; '.join(changed)}"] if changed else []
    for one in both:
        began = asked.began.get(one.side.run, "")
        if began and registrations.is_before(began, given):
            found.append(f"{one.side.run} began at {began}, before the registration of {given.made_at}")
    return found


def _short(claim: Claim, both: Sequence[Attempts]) -> str:
    """By how much the runs are smaller than planned; "" where they are not."""
    planned = claim.conditions.epochs
    told = [
        f"{one.side.run} has {int(one.side.counts.planned.min())} of {planned} answers a problem"
        for one in both
        if one.side.counts.planned.min() < planned
    ]
    return "; ".join(told)


def _remarks(both: Sequence[Attempts], asked: Asked) -> tuple[str, ...]:
    found = []
    for one in both:
        began = asked.began.get(one.side.run, "")
        if one.side.settings["params"] == AS_GIVEN:
            found.append(f"bench did not ask for the answers of {one.side.model}: how, is not known")
        elif asked.registration is not None and not began:
            found.append(f"{one.side.run} does not say when it began: its registration may be younger")
        elif asked.registration is not None and registrations.is_unclear(began, asked.registration):
            found.append(
                f"{one.side.run} began in the second of its registration: which was first is not known"
            )
    if asked.registration is None:
        found.append("not registered before the run")
    return tuple(found)


def _hash(asked: Asked) -> str:
    return asked.registration.sha256 if asked.registration else ""
