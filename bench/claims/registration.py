"""Pre-registration: what is decided and how, written down and hashed before a run has begun.

The hash is SHA-256 over canonical JSON (keys sorted, no spaces, UTF-8) of the claim as it was read and of the
design that follows from it. It shows that nothing was changed since; that it is older than a run only the
place shows where it was published (a commit, a post): ``made_at`` is our own word for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from bench import journal
from bench.claims.claim import Claim
from bench.errors import UsageError
from bench.journal import write_atomically, writing
from bench.rundir import SAMPLES
from bench.types import Json

SCHEMA = "evenbench/claim-plan@1"


class Registration(msgspec.Struct, frozen=True):
    """A registered plan as its file has it."""

    schema: str
    sha256: str
    made_at: str
    claim: dict[str, Any]
    design: dict[str, Any]


def digest(claim: Claim, design: Mapping[str, Json]) -> str:
    """The hash of a claim and of how it is to be decided: 64 hex digits."""
    return _digest(_builtins(claim), dict(design))


def registered(claim: Claim, design: Mapping[str, Json]) -> Registration:
    """As of now, to the millisecond as calls are: the first one may follow within the same second."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Registration(SCHEMA, digest(claim, design), now, _builtins(claim), dict(design))


def write(registration: Registration, path: Path) -> None:
    """Raises UsageError: a file that is there already is never overwritten, it may be what was promised."""
    if path.exists():
        hint = "Name another file, or remove that one: a registration is not overwritten."
        raise UsageError(f"{path} is there already", hint=hint)
    text = json.dumps(msgspec.to_builtins(registration), indent=1, ensure_ascii=False) + "\n"
    with writing(path, hint="Name another."):
        write_atomically(path, text.encode())


def read(path: Path) -> Registration:
    """Raises UsageError for a file that is none, or that was changed since."""
    hint = "Give the file that `bench claim plan -o` wrote."
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Registration)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is no registration: {error}", hint=hint) from error
    if found.schema != SCHEMA:
        raise UsageError(f"{path} is of schema {found.schema!r}, not {SCHEMA!r}", hint=hint)
    if found.sha256 != _digest(found.claim, found.design):
        raise UsageError(
            f"{path} was changed: its hash is not that of what it holds", hint="Get the original."
        )
    if not _has_zone(found.made_at):
        what = f"{path}: `made_at` is no time with its zone: {found.made_at!r}"
        raise UsageError(what, hint="Get the original.")
    return found


def _has_zone(time: str) -> bool:
    try:
        return datetime.fromisoformat(time).tzinfo is not None
    except ValueError:
        return False


def moment(time: str) -> datetime:
    """A time as a file has it; without a zone it is one of UTC, as ours are. Raises ValueError."""
    found = datetime.fromisoformat(time)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_before(began: str, registration: Registration) -> bool:
    """Whether a run is older than its registration. In the same unit of time it is not held to be."""
    return moment(began) < moment(registration.made_at)


def is_unclear(began: str, registration: Registration) -> bool:
    """Whether a run began in the second of its registration, where that says no more: ours once did not."""
    since = moment(began) - moment(registration.made_at)
    return "." not in registration.made_at and timedelta(0) <= since < timedelta(seconds=1)


def differs(registration: Registration, claim: Claim, design: Mapping[str, Json]) -> list[str]:
    """In what a claim is no longer what was registered; empty where it is."""
    now = _builtins(claim), dict(design)
    was = registration.claim, registration.design
    return [
        f"`{name}` was {_short(before.get(name))}, is {_short(after.get(name))}"
        for before, after in zip(was, now, strict=True)
        for name in sorted(before.keys() | after.keys())
        if _canonical(before.get(name)) != _canonical(after.get(name))
    ]


def began(run: Path) -> str:
    """When the first answer of a run was asked for, also one taken from the cache; "" where none says so.

    Raises StoreError, with the line's number, for a line that is no record or has no time where one belongs.
    """
    path, first = run / SAMPLES, ""
    for number, (_, sample) in enumerate(journal.read(path, _Mark), start=1):
        try:
            known = [one for one in (first, *sample.measured.times) if one]
            first = min(known, key=moment, default="")
        except ValueError as error:
            raise journal.damaged(path, number, error) from error
    return first


class _Call(msgspec.Struct):
    asked_at: str = ""


class _Measured(msgspec.Struct):
    timing: _Call | None = None
    cached_at: str = ""
    failed: tuple[_Call, ...] = ()

    @property
    def times(self) -> tuple[str, ...]:
        calls = self.failed if self.timing is None else (*self.failed, self.timing)
        return (self.cached_at, *(one.asked_at for one in calls))


class _Mark(msgspec.Struct):
    measured: _Measured


def _builtins(claim: Claim) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_canonical(msgspec.to_builtins(claim)))
    return found


def _digest(claim: Mapping[str, Any], design: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical({"schema": SCHEMA, "claim": claim, "design": design})).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
