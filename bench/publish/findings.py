"""What the checking of a publication brings to light."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from bench.errors import BenchError
from bench.visible import visible_line

_DAMAGE = (
    LookupError,
    TypeError,
    ValueError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RecursionError,
)
"""What reading ends with where records are not as ``bench run`` writes them."""
CHECKS = (
    "folder", "seals", "runs", "judge", "terms", "records", "replies", "judging", "leaderboard", "page",
    "partial", "evidence",
)  # fmt: skip
"""The steps, those first whose findings lead to others."""
_KEPT = 100
_CHARS = 400


class Kind(StrEnum):
    """How much a finding weighs, the gravest first."""

    DIFFERS = "differs"
    """What is published does not follow from what is published."""
    UNCHECKED = "unchecked"
    """It may be so or not: something that the check needs is missing."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """``check`` is the step that found it, ``where`` a file, a cell or a sample."""

    kind: Kind
    check: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


@dataclass(slots=True)
class Findings:
    """In the order in which they were found; of many of one kind the first ones, and how many there are."""

    kept: list[Finding] = field(default_factory=list)
    counts: Counter[tuple[Kind, str]] = field(default_factory=Counter)

    def add(self, kind: Kind, check: str, where: str, what: str) -> None:
        self.counts[kind, check] += 1
        if self.counts[kind, check] <= _KEPT:
            self.kept.append(Finding(kind, check, visible_line(where)[:_CHARS], visible_line(what)[:_CHARS]))

    def differs(self, check: str, where: str, what: str) -> None:
        self.add(Kind.DIFFERS, check, where, what)

    def unchecked(self, check: str, where: str, what: str) -> None:
        self.add(Kind.UNCHECKED, check, where, what)

    def note(self, check: str, where: str, what: str) -> None:
        self.add(Kind.NOTE, check, where, what)

    def of(self, kind: Kind) -> list[Finding]:
        """What is wrong with what others are made of comes first: a verdict before the table."""
        return sorted((one for one in self.kept if one.kind is kind), key=lambda one: CHECKS.index(one.check))

    def has(self, kind: Kind, check: str = "") -> bool:
        return any(found is kind and check in ("", where) for found, where in self.counts)

    @contextmanager
    def damage(self, check: str, where: str) -> Iterator[None]:
        """What is read in here was written by others, and may break any rule: that is a finding, no crash."""
        try:
            yield
        except BenchError as error:
            self.differs(check, where, f"cannot be read: {error.message}")
        except _DAMAGE as error:
            self.differs(check, where, f"cannot be read: damaged ({type(error).__name__}: {error})")
        except OSError as error:
            self.unchecked(check, where, f"could not be checked: {error.strerror or error}")
